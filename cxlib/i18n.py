"""Words and numbers in the reader's language, from gettext catalogues that Babel reads.

Library code marks its words with `N_` and never translates them; pages, exports and the command line
hold a `Language` and translate at the edge.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cxlib.errors import CxError
from cxlib.results import Gate, Issue, Param

SOURCE = "en"


def N_(message: str) -> str:
    """Mark a message for extraction; it is returned as it is."""
    return message


def languages() -> tuple[str, ...]:
    """Codes of the languages that have a catalogue, the source language first."""
    found = [p.name for p in resources.files("cxlib.locales").iterdir() if p.is_dir()]
    return (SOURCE, *sorted(code for code in found if len(code) == 2 and code != SOURCE))


class Language:
    """One language: its words, numbers, money and dates."""

    def __init__(self, code: str, translations: NullTranslations) -> None:
        self.code = code
        self._translations = translations

    @property
    def name(self) -> str:
        """What the language calls itself: English, Indonesia."""
        return str(Locale.parse(self.code).get_display_name()).capitalize()

    def __call__(self, message: str, /, **params: Param) -> str:
        """The message in this language, its ``{placeholders}`` filled from `params`."""
        text = self._translations.gettext(message) if message else ""
        return text.format(**params) if params else text

    def plural(self, one: str, many: str, n: int, /, **params: Param) -> str:
        """The form for `n`; ``{n}`` is filled with the number as this language writes it."""
        text = self._translations.ngettext(one, many, n)
        return text.format(n=self.number(n), **params)

    def issue(self, issue: Issue) -> tuple[str, str]:
        """An issue's message and hint."""
        params = self._written(issue.params)
        return self(issue.message, **params), self(issue.hint, **params)

    def gate(self, gate: Gate) -> str:
        """A gate's message."""
        return self(gate.message, **self._written(gate.params))

    def error(self, error: CxError) -> tuple[str, str]:
        """An error's message and hint."""
        params = self._written(error.params)
        return self(error.message, **params), self(error.hint, **params)

    def number(self, value: float, decimals: int = 0) -> str:
        """1,234.5 or 1.234,5."""
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return str(numbers.format_decimal(value, format=pattern, locale=self.code))

    def percent(self, share: float, decimals: int = 1) -> str:
        """A share in 0–1 as a percentage."""
        return (
            f"{self.number(100 * share, decimals)} %"
            if self.code == "en"
            else f"{self.number(100 * share, decimals)}%"
        )

    def money(self, value: float, currency: str | None, compact: bool = False) -> str:
        """An amount; without a currency, the number alone. Compact: Rp 1.9 bn, Rp 1,9 M."""
        shown = (
            self.compact(value) if compact else self.number(value, 0 if abs(value) >= 1000 else 2)
        )
        if not currency:
            return shown
        symbol = str(numbers.get_currency_symbol(currency, locale=self.code))
        symbol = "Rp" if currency == "IDR" else symbol
        space = " " if symbol[-1].isalpha() else ""
        return (
            f"-{symbol}{space}{shown[1:]}" if shown.startswith("-") else f"{symbol}{space}{shown}"
        )

    def compact(self, value: float) -> str:
        """A large number in short: 1.9M in English, 1,9 jt in Indonesian; a small one to two digits."""
        if 0 < abs(value) < 1:
            return self.number(value, 1 - math.floor(math.log10(abs(value))))
        if abs(value) < 10_000:
            return self.number(value, 0 if abs(value) >= 100 or value == int(value) else 1)
        return str(
            numbers.format_compact_decimal(value, fraction_digits=1, locale=self.code)
        ).replace("\u00a0", " ")

    def date(self, day: dt.date, style: str = "medium") -> str:
        """A day: 31 Aug 2025, 31 Agu 2025; `style` as Babel names them, or a CLDR pattern."""
        return str(dates.format_date(day, format=style, locale=_date_locale(self.code)))

    def month(self, day: dt.date) -> str:
        """The month of a day: Aug 2025."""
        return self.date(day, "MMM y")

    def _written(self, params: object) -> dict[str, Param]:
        """Parameters as this language writes them: integers grouped, the rest as they are."""
        items = dict(params).items()  # type: ignore[call-overload]
        return {
            key: self.number(value)
            if isinstance(value, int) and not isinstance(value, bool)
            else value
            for key, value in items
        }


def _date_locale(code: str) -> str:
    # American month-first dates confuse the rest of the world; British English writes 31 Aug 2025.
    return "en_GB" if code == "en" else code


@cache
def language(code: str) -> Language:
    """The language of a code; raises CxError for one without a catalogue."""
    if code not in languages():
        raise CxError(
            "unknown_language",
            N_("There is no language “{language}”."),
            N_("Choose one of: {choices}."),
            language=code,
            choices=", ".join(languages()),
        )
    return Language(code, _translations(code))


def _translations(code: str) -> NullTranslations:
    folder = resources.files("cxlib.locales") / code
    compiled: NullTranslations = NullTranslations()
    for file in sorted(folder.iterdir(), key=lambda f: f.name) if folder.is_dir() else ():
        if not file.name.endswith(".po"):
            continue
        buffer = io.BytesIO()
        write_mo(buffer, read_po(io.BytesIO(file.read_bytes()), locale=code))
        buffer.seek(0)
        part = GNUTranslations(buffer)
        part.add_fallback(compiled)
        compiled = part
    return compiled
