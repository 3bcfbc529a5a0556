"""Personal data in free text, covered before anybody reads it: people write their number in a review.

What is covered has a form that speaks for itself: addresses, phone numbers, cards, identity numbers,
handles, links. Names have none and stay. Numbers of orders and parcels stay too, since they lead to a
person only with the shop's books at hand; so do prices, days, sizes and quantities.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

SIGNS = {
    "email": "•••@•••",
    "link": "://•••",
    "address": "⌂•••",
    "phone": "☎•••",
    "number": "#•••",
    "handle": "@•••",
}
"""What stands for what was covered. Signs, not words: a masked text is the same in every language."""

_CALLED = "wa|whatsapp|hp|telp|tlp|telepon|telpon|handphone|phone|call|hubungi|hub|kontak"
_ACCOUNT = (
    "rek|norek|rekening|va|bca|bri|bni|bsi|mandiri|cimb|permata|dana|ovo|gopay|shopeepay|account"
    "|iban|nik|ktp|npwp"
)
# Every repetition is possessive, bounded, or followed by what it cannot hold, and lookbehinds keep a
# run from being tried at each of its letters: the time is linear in the text.
_PRIVATE = re.compile(
    rf"""
    (?<![\w.%+-]) (?=[\w.%+-]) (?P<email>
        [\w.%+-]++ (?: @ [\w-]++ (?: \.[\w-]++ )++
      | \s? (?: \(at\) | \[at\] | \sat\s ) \s? (?: gmail | yahoo | hotmail | outlook | icloud ) \b
        (?: (?: \. | \sdot\s ) \w{{2,6}} )? ) )
  | \b (?=[^\W\d_]) (?:
      (?P<link>
          (?: https?:// | www\. ) [^\s/?\#]++ [/?\#] \S++
        | (?: wa\.me | t\.me | bit\.ly | s\.id | linktr\.ee | (?: instagram | facebook | tiktok )\.com )
          / \S++ )
    | (?P<address>
          (?: jl | jln | jalan | gg | gang | komplek | kompleks | perum ) \b \.? [ \t]{{1,3}}
          (?: [\w.'-]{{1,30}} ,? [ \t]{{1,3}} ){{1,5}}?
          (?: no | nomor | blok | kav | rt ) \b [ \t.:]{{0,3}} [^\W\d]{{0,5}} \d [\w/-]{{0,8}}
          (?: [ \t,]{{0,3}} rt [ \t.]{{0,2}} \d{{1,3}}
              (?: [ \t/,]{{0,3}} (?: rw [ \t.]{{0,2}} )? \d{{1,3}} )? )?
        | rt [ \t.]{{0,2}} \d{{1,3}} [ \t/,]{{0,3}} rw [ \t.]{{0,2}} \d{{1,3}} )
    | (?P<called>
          (?: {_CALLED} ) [\s.:=]{{0,3}} (?: (?: ke | di | no | me | at | us ) [\s.:]{{1,2}} )?
          \(? \+? \d (?: [\s.-]? \d ){{7,14}} (?!\d) )
    | (?P<account>
          (?: {_ACCOUNT} ) [\s.:=]{{0,3}}
          (?: (?: no | nomor | saya | aku | number | is ) [\s.:]{{1,2}} ){{0,2}}
          \d (?: [.-]? \d ){{7,21}} (?!\d) ) )
  | (?<!\d) (?=[\d(+]) (?:
      (?P<street>
          (?<![\w.,]) \d{{1,5}} [ \t] (?: (?-i:[A-Z]) [a-z]{{1,20}} [ \t] ){{1,3}}
          (?: street | avenue | ave | road | rd | lane | boulevard | blvd ) \b )
    | (?P<phone>
          (?: \(? \+? 62 \)? [\s.-]? (?: \(0\) )? | \(? 0 [\s.-]? ) [\s-]?
          8 [1-9] \d? \)? (?: [\s.-]{{0,2}} \d ){{6,10}} (?!\d)
        | (?<!\+) \+ [1-9] (?: [\s.()-]{{0,2}} \d ){{7,14}} (?!\d)
        | (?<![\w/]) \( 0?\d{{2,3}} \) [\s-]{{0,2}} \d{{3,4}} [\s-]? \d{{2,4}} (?!\d)
        | (?<![\w/.,-]) 0 [2-7] \d{{1,2}} - \d{{5,8}} (?!\d)
        | (?<![\w/.,-]) \d{{3}} (?P<sep>[-.]) \d{{3}} (?P=sep) \d{{4}} (?![\w/-]) )
    | (?P<number>
          \d{{4}} (?P<gap> [ .-] ) \d{{4}} (?P=gap) \d{{4}} (?P=gap) \d{{4}} (?!\d)
        | 3[47]\d\d [ -] \d{{6}} [ -] \d{{5}} (?!\d)
        | \d\d \. \d{{3}} \. \d{{3}} \. \d - \d{{3}} \. \d{{3}} (?!\d) )
    | (?P<digits> (?<![.,/]) (?<![^\W\d_]) (?<![^\W\d_][-_]) \d{{13,19}} (?!\d) ) )
  | (?<![\w@.]) (?P<handle> @ (?! rp | idr | usd ) [^\W\d] [\w.]++ )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGN = {"called": "phone", "account": "number", "digits": "number", "street": "address"}
_ANY = re.compile(r"[@/\d]|\Wat\W", re.IGNORECASE)  # what all of them have one of
_PART_OF_A_CODE = re.compile(r"[^\W\d_][-_/]?$")
_WORD_BEFORE = re.compile(rf"(?<![^\W\d_])(?:{_CALLED}|no|nomor|nmr)[-_/]?$", re.IGNORECASE)


def masked(text: str) -> str:
    """The text with `SIGNS` for what is personal: e-mail addresses, links to something, street
    addresses with a number, phone numbers, cards, identity and account numbers, handles.

    Linear in the length of the text; what is masked once stays as it is.
    """
    return masked_span(text, 0, 0)[0]


def masked_all(texts: Iterable[str | None]) -> list[str | None]:
    """`masked` for many; None stays None."""
    return [None if text is None else masked(text) for text in texts]


def masked_span(text: str, start: int, end: int) -> tuple[str, int, int]:
    """The masked text, and where its characters from `start` to `end` are now.

    Where one of them lies in what was covered, the whole sign is inside.
    """
    if not _ANY.search(text):
        return text, start, end
    covered = list(_private(text))
    parts, at, first, last = [], 0, start, end
    for a, b, sign in covered:
        parts += [text[at:a], sign]
        at = b
        shorter = b - a - len(sign)
        first -= shorter if b <= start else start - a if a < start else 0
        last -= shorter if b <= end else end - a - len(sign) if a < end else 0
    parts.append(text[at:])
    return "".join(parts), first, last


def _private(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _PRIVATE.finditer(text):
        kind, words = found.lastgroup, found.group()
        if kind == "email" and not _ends_in_letters(words):
            continue  # 2pcs@50.000 is a price
        if kind == "phone" and _in_a_code(text, found.start()):
            continue
        if kind == "digits" and not (_is_card(words) or _is_nik(words)):
            continue
        start = found.start()
        if kind in ("called", "account"):
            start += re.search(r"[(+\d]", words).start()  # type: ignore[union-attr]
        yield start, found.end(), SIGNS[_SIGN.get(str(kind), str(kind))]


def _ends_in_letters(address: str) -> bool:
    return address.rpartition(".")[2][:1].isalpha() or "." not in address


def _in_a_code(text: str, start: int) -> bool:
    """Whether letters are joined to it, as in TN-0812…, and do not say that a phone number comes."""
    before = text[max(0, start - 16) : start]
    return _PART_OF_A_CODE.search(before) is not None and _WORD_BEFORE.search(before) is None


def _is_card(digits: str) -> bool:
    """A length and first digits that cards have, and Luhn's check digit."""
    n, two, four = len(digits), int(digits[:2]), int(digits[:4])
    issued = (
        (two // 10 == 4 and n in (13, 16, 19))
        or (n == 16 and (51 <= two <= 55 or 2221 <= four <= 2720 or two == 35 or two // 10 == 6))
        or (n == 15 and two in (34, 37))
        or (n == 14 and two in (30, 36, 38))
        or (two == 62 and 16 <= n <= 19)
    )
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(digits))]
    return issued and sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _is_nik(digits: str) -> bool:
    """Indonesia's identity number: a province, and in the middle the day of birth (women's + 40)."""
    if len(digits) != 16:
        return False
    province, day, month = (int(digits[i : i + 2]) for i in (0, 6, 8))
    return 11 <= province <= 97 and 1 <= day % 40 <= 31 and day <= 71 and 1 <= month <= 12
