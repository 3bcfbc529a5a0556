"""Which encoding of one byte a character makes the likeliest words of bytes that are not ASCII."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

LATIN = {
    "western": "éäöüáóíàèßñçãåøêæîôúâõùòëûïœì¿¡ªº",
    "german": "üäöß",
    "french": "éèàêçîôûùâïëœæ",
    "spanish": "óíáñéúü¿¡ºª",
    "portuguese": "ãçáéóíêâõúàôüºª",
    "italian": "àèùòéì",
    "nordic": "äåöøæé",
    "icelandic": "ðáíþéöúæóý",
    "polish": "łąężóśćńź",
    "czech": "íáěéřýčžšůúóťďň",
    "slovak": "áíčéšžýúľťôňäóďĺŕ",
    "hungarian": "áéöóőüíúű",
    "romanian": "ăîâşţșț",
    "croatian": "čšžćđ",
    "turkish": "ıüşöğçâî",
    "baltic": "ėšžųįčąūęāīēļņģķ",
    "estonian": "äõüöšž",
}
"""The letters of languages beside those of ASCII, the commonest first."""
OTHERS = {
    "russian": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъ",
    "ukrainian": "оанивтерісклудмпяьзбгчйхцжїюєшщфґ",
    "bulgarian": "аеионтрсвлкдпмзгяъубчщйхцжшюфьѝ",
    "greek": "αοιτεσνηυρπκμλςίάγδήόύέωθφβχξώζψϊ",
    "hebrew": "יוהלאמרתבשנעםחדקפטגזסכןצךףץ",
    "arabic": "الينمتروبعةدسفكهحقجصشخطضزغىأثذظإءئؤآ،؟؛ً",
    "thai": "านรอกเงมยลวดทสตะปบคหแจพชขใไโผซถภฟธศญฉณษฐ่้ั็ิีืุูำ์ฤๆ",
}
"""The letters of languages that do not write with those of ASCII."""
CYRILLIC = ("russian", "ukrainian", "bulgarian")
WESTERN = ("western", "german", "french", "spanish", "portuguese", "italian", "nordic", "icelandic")
CENTRAL = ("polish", "czech", "slovak", "hungarian", "romanian", "croatian", "german")
BALTIC = ("baltic", "estonian")
# How often files are met in them, as logarithms: what a few letters cannot outweigh.
ENCODINGS: dict[str, tuple[float, tuple[str, ...]]] = {
    "cp1252": (0.0, WESTERN),
    "cp1250": (-3.0, CENTRAL),
    "cp1251": (-3.0, CYRILLIC),
    "cp1254": (-3.0, ("turkish",)),
    "cp1253": (-3.0, ("greek",)),
    "cp1255": (-3.0, ("hebrew",)),
    "cp1256": (-3.0, ("arabic",)),
    "cp1257": (-4.0, BALTIC),
    "cp874": (-3.0, ("thai",)),
    "iso8859_2": (-4.0, CENTRAL),
    "iso8859_5": (-6.0, CYRILLIC),
    "iso8859_6": (-5.0, ("arabic",)),
    "iso8859_7": (-4.0, ("greek",)),
    "iso8859_8": (-5.0, ("hebrew",)),
    "iso8859_13": (-6.0, BALTIC),
    "koi8_r": (-4.0, ("russian",)),
    "koi8_u": (-5.0, ("ukrainian",)),
    "cp850": (-5.0, WESTERN),
    "cp437": (-6.0, WESTERN),
    "cp852": (-5.0, CENTRAL),
    "cp857": (-5.0, ("turkish",)),
    "cp866": (-4.0, CYRILLIC),
    "cp737": (-5.0, ("greek",)),
    "cp862": (-5.0, ("hebrew",)),
    "mac_roman": (-5.0, WESTERN),
    "mac_latin2": (-6.0, CENTRAL),
    "mac_turkish": (-6.0, ("turkish",)),
    "mac_cyrillic": (-6.0, CYRILLIC),
    "mac_greek": (-6.0, ("greek",)),
}
SIGNS = "\u00a0€–—‘’“”„…«»°№®™•·×£§©´"
RARE = "±²³¹¼½¾µ¢¥¤÷¨¸¬¦¯†‡‰‹›\u00ad"
WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
UNIT = re.compile(rb"[cdkm]?m[\xb2\xb3]$")
MOST = 1_500
SIGN, SELDOM, STRAY, NOTHING = np.log([0.004, 0.001, 0.0003, 1e-6])
"""What a common and a rare sign, a letter of no alphabet and a control character are worth."""
CAPITAL = np.log(0.1)
ODD = np.log(0.03)
"""A capital after a small letter, a sign inside of a word, letters of two scripts in one."""
PAIR = np.log(0.3)
"""Two letters in a row that ASCII lacks, where most letters are in it."""


@dataclass(frozen=True, slots=True)
class _Table:
    """What each byte is in an encoding for a language: its worth and its kind."""

    encoding: str
    latin: bool
    prior: float
    worth: Numbers
    small: npt.NDArray[np.bool_]
    capital: npt.NDArray[np.bool_]
    letter: npt.NDArray[np.bool_]


def likeliest(sample: bytes) -> tuple[str, float]:
    """The encoding in which the words of a text are the likeliest, and how likely a byte of them is.

    Different words count once, so that a name that stands on each line is no proof. The second
    number is the mean logarithm of the bytes beyond ASCII.
    """
    found = dict.fromkeys(WORD.findall(sample))
    words = [word for word in found if not UNIT.match(word)][:MOST]
    text = np.frombuffer(b" " + b" ".join(words) + b" ", np.uint8)
    high = max(1, int((text > 127).sum()))
    worths = [(_worth(text, table), table) for table in _tables()]
    best, table = max(worths, key=lambda item: item[0])
    return table.encoding, (best - table.prior) / high


def _worth(text: npt.NDArray[np.uint8], table: _Table) -> float:
    high, letter = text > 127, table.letter[text]
    both = letter[1:] & letter[:-1]
    risen = table.capital[text][1:] & table.small[text][:-1] & (high[1:] | high[:-1])
    inside = high[1:-1] & ~letter[1:-1] & letter[:-2] & letter[2:]
    if table.latin:
        neighbours = PAIR * (both & high[1:] & high[:-1]).sum()
    else:
        neighbours = ODD * (both & (high[1:] != high[:-1])).sum()
    odd = ODD * (risen.sum() + inside.sum())
    if table.latin and table.prior:  # à and é are words of the west
        odd += ODD * (high & letter)[1:-1][~both[1:] & ~both[:-1]].sum()
    return float(table.prior + table.worth[text].sum() + odd + neighbours)


@cache
def _tables() -> tuple[_Table, ...]:
    return tuple(
        _table(encoding, language, prior)
        for encoding, (prior, languages) in ENCODINGS.items()
        for language in languages
    )


def _table(encoding: str, language: str, prior: float) -> _Table:
    latin = language in LATIN
    letters = LATIN[language] if latin else OTHERS[language]
    shares = 1 / np.arange(2, len(letters) + 2) if latin else np.linspace(2, 0.1, len(letters))
    worth = dict(zip(letters, np.log(shares / shares.sum()), strict=True))
    chars = [bytes([i]).decode(encoding, "replace") for i in range(256)]
    return _Table(
        encoding,
        latin,
        prior,
        np.array([0.0 if i < 128 else _of(char, worth) for i, char in enumerate(chars)]),
        np.array([char.islower() for char in chars]),
        np.array([char.isupper() for char in chars]),
        np.array([unicodedata.category(char)[0] in "LM" for char in chars]),
    )


def _of(char: str, worth: dict[str, float]) -> float:
    if char in worth:
        return worth[char]
    if char.lower() in worth:
        return worth[char.lower()] + float(CAPITAL)
    if char in SIGNS:
        return float(SIGN)
    if char in RARE:
        return float(SELDOM)
    if char == "\ufffd" or unicodedata.category(char) == "Cc":
        return float(NOTHING)
    return float(STRAY)
