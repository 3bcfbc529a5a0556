"""Characters that nobody sees, in text that people type."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from cxlib.errors import CxError
from cxlib.i18n import N_

# They would turn the text around them, the app's own included.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CURE = N_("Delete it, or type the text instead of pasting it.")


def unseen(sign: str) -> bool:
    """Whether it is a control character, or half of a surrogate pair."""
    return unicodedata.category(sign) in ("Cc", "Cs")


def refuse(text: str, refused: Callable[[str], bool], cure: str = CURE) -> None:
    """Raise CxError ``control_character`` for the first character that is `refused`, with its place."""
    for place, sign in enumerate(text, start=1):
        if refused(sign):
            raise CxError(
                "control_character",
                N_("Character {place} of the text is a control character ({sign})."),
                cure,
                place=place,
                sign=f"U+{ord(sign):04X}",
            )
