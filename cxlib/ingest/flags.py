"""Yes and no as people write them, in six languages."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from cxlib.ingest.missing import is_missing, trimmed

YES = (
    "yes", "y", "true", "t", "on", "1", "1.0", "x", "✓", "✔", "checked", "enabled", "opted in",
    "subscribed", "opt-in", "optin",
    "ya", "iya", "benar", "betul", "aktif", "setuju",
    "sim", "s", "verdadeiro", "si", "sí", "verdadero", "oui", "o", "vrai", "ja", "j", "wahr",
)  # fmt: skip
NO = (
    "no", "n", "false", "f", "off", "0", "0.0", "✗", "✘", "unchecked", "disabled", "opted out",
    "unsubscribed", "never_subscribed", "never subscribed", "not subscribed", "opt-out", "optout",
    "tidak", "tdk", "bukan", "salah", "nonaktif", "não", "nao", "falso", "non", "faux", "nein",
    "falsch",
)  # fmt: skip
BARE = frozenset(
    ("1", "0", "1.0", "0.0", "x", "s", "o", "j", "t", "f", "on", "off", "aktif", "setuju", "salah")
)
"""Answers that say yes or no only in a column that is known to hold them."""


def parse_flags(text: pa.Array) -> pa.Array:
    """Text as booleans; null where it is missing or neither yes nor no."""
    words = pc.utf8_lower(trimmed(text.cast(pa.string())))
    yes = pc.is_in(words, pa.array(YES, pa.string()))
    no = pc.is_in(words, pa.array(NO, pa.string()))
    return pc.if_else(yes, True, pc.if_else(no, False, pa.scalar(None, pa.bool_())))


def are_flags(answers: pa.Array, known: bool = False) -> bool:
    """Whether distinct answers are all yes, no or missing, and some of each but the missing.

    A column of 1 and 0, of ``x`` or of ``t`` and ``f`` may be numbers or codes: it holds flags only
    where that is known from elsewhere.
    """
    words = pc.utf8_lower(trimmed(answers.cast(pa.string())))
    words = words.filter(pc.invert(is_missing(words)))
    flags = parse_flags(words)
    if not len(words) or flags.null_count:
        return False
    sides = set(flags.to_pylist())
    return known or (len(sides) == 2 and not any(w in BARE for w in words.to_pylist()))
