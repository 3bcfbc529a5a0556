"""E-mail addresses and phone numbers in one spelling, and the masks that marketplaces put over names.

Nothing here guesses: two spellings are one identifier only where they reach the same inbox or phone
by rule. Dots and plus-tags of addresses stay, since only some providers ignore them.
"""

from __future__ import annotations

import re
from typing import Literal

Identifier = Literal["email", "phone", "masked", "other"]

CALLING_CODE = "62"  # Indonesia
MASKED = r"[*•●]{2,}|[^\s*•●][*•●]([\s@.,]|$)"
"""What a masked identifier has (``b***i``, ``r****@g***.com``, ``Bud* S*``); also for the engine."""

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]{1,64}@"
    r"(?=.{4,255}$)(?:[a-z0-9\u0080-\U0010ffff](?:[a-z0-9\u0080-\U0010ffff-]*[a-z0-9\u0080-\U0010ffff])?\.)+"
    r"[a-z\u0080-\U0010ffff][a-z0-9\u0080-\U0010ffff-]*[a-z0-9\u0080-\U0010ffff]"
)
_WRITTEN = re.compile(r"[+(]?[0-9][0-9 ().\u00a0/\u2010-\u2013-]*")
_INTERNATIONAL = re.compile(r"[1-9][0-9]{7,14}")  # E.164
_SURE = re.compile(r"\+|\(?0\s*8|62[\s-]*8")


def normalise_email(text: str) -> str | None:
    """The address in lower case without white space around it; None for what is no address."""
    address = text.strip().casefold().removeprefix("mailto:")
    if is_masked(address) or ".." in address or address.startswith(".") or ".@" in address:
        return None
    return address if _EMAIL.fullmatch(address) else None


def normalise_phone(text: str, calling_code: str = CALLING_CODE) -> str | None:
    """The number as E.164 (``+62812…``); None for what is no phone number.

    Parameters
    ----------
    text : str
        As people write it: spaces, dots, dashes and brackets do not count. With ``+`` or ``00`` it
        is international; with one leading 0 national; else it must begin with the calling code or,
        in Indonesia, with the 8 of a mobile number whose 0 a spreadsheet took away.
    calling_code : str
        Of the country that national numbers are in.
    """
    written = text.strip()
    if not _WRITTEN.fullmatch(written):
        return None
    digits = re.sub(r"\D", "", written)
    if written.startswith(("+", "(+")):
        national = None
    elif digits.startswith("00"):
        national, digits = None, digits[2:]
    elif digits.startswith("0"):
        national = digits[1:]
    elif digits.startswith(calling_code):
        national = digits[len(calling_code) :]
    elif calling_code == CALLING_CODE and digits.startswith("8"):
        national = digits
    else:
        return None
    if national is None:
        # +62 (0)812…: the bracketed 0 is for callers at home.
        if digits.startswith(calling_code):
            digits = calling_code + digits[len(calling_code) :].removeprefix("0")
    else:
        digits = calling_code + national.removeprefix("0")
    if not _INTERNATIONAL.fullmatch(digits):
        return None
    if digits.startswith(CALLING_CODE) and not 9 <= len(digits) <= 14:
        return None
    return f"+{digits}"


def is_masked(text: str) -> bool:
    """Whether a marketplace hid part of it: it stands for many people, and joins none."""
    return re.search(MASKED, text.strip()) is not None


def kind_of_identifier(text: str) -> Identifier:
    """What an identifier is by itself, in a column that could hold anything.

    A phone only where it is written like one (``+``, ``08…``, ``628…``): customer numbers have
    digits too.
    """
    if is_masked(text):
        return "masked"
    if "@" in text:
        return "email" if normalise_email(text) else "other"
    written = text.strip()
    digits = re.sub(r"\D", "", written)
    if len(digits) >= 10 and _SURE.match(written) and normalise_phone(written):
        return "phone"
    return "other"
