"""The signs that may part the cells of a text."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

COMMON = (",", ";", "\t", "|")
LINES = 200
CHARACTERS = 1 << 16
REMARKS = 0.45
"""The share of lines that may be remarks inside of a table."""
BETWEEN = re.compile(r'"(?:[^"]|"")*"')
TAB = "\\t"
"""A tab as programmers write it, taken by its letters."""
PAIRED = frozenset("^~|#@&*<>:;=!+\\/")
"""Signs that part cells together with another one."""
NEVER = set("\"'`.-_/\\()[]{}+%@&$€£#*?!<>\r\n\t ,;|\ufeff")
"""Signs that stand in numbers, dates and words too often to part cells."""


def find_sample(lines: Sequence[str]) -> list[str]:
    """The first lines that say something: neither blank nor remarks."""
    sample: list[str] = []
    size = 0
    for line in _told(lines[: 2 * LINES]) or lines:
        if line.strip():
            sample.append(line)
            size += len(line)
        if len(sample) == LINES or size > CHARACTERS:
            break
    return sample


def _told(lines: Sequence[str]) -> list[str]:
    """The lines without remarks (#), where these stand at the beginning or are fewer than rows."""
    body = list(itertools.dropwhile(lambda line: line.startswith("#") or not line.strip(), lines))
    rows = [line for line in body if not line.startswith("#")]
    told = rows if len(body) - len(rows) < REMARKS * len(body) else body
    return told if sum(bool(line.strip()) for line in told) > 1 else []


def find_delimiters(sample: Sequence[str]) -> list[str]:
    """Delimiters that occur: the common ones, and signs that are on nearly every line."""
    found = [d for d in COMMON if any(d in line for line in sample)]
    rare = Counter(
        char
        for line in sample
        for char in set(line)
        if not char.isalnum()
        and char not in NEVER
        and (char > " " or char in "\x01\x02\x1c\x1d\x1e\x1f")
    )
    found += [char for char, count in rare.most_common(6) if count >= 0.85 * len(sample)]
    bare = BETWEEN.sub('""', "".join(sample))
    unquoted = [line for line in re.split(r"[\r\n]+", bare) if line.strip()]
    several = [run for d in (*found, *"#*&@$_-") if (run := _repeated(unquoted, d)) is not None]
    often = [d for d in found if sum(d in line for line in unquoted) > 0.5 * len(unquoted)]
    several += [pair for d in often if (pair := _paired(bare, d)) is not None]
    found = [d for d in found if not any(d in run for run in several)]
    if sum(TAB in line for line in sample) >= 0.85 * len(sample):
        several.append(TAB)
    spaced = [d + " " for d in found if d.strip() and _always_spaced(bare, d)]
    return [*found, *several, *spaced]


def _repeated(sample: Sequence[str], char: str) -> str | None:
    """Two or more of a character, if it parts cells only so: as often on every line, never alone."""
    least = 2 if char in ",;\t" else 1  # elsewhere it is an empty column
    runs = [re.findall(f"{re.escape(char)}+", line) for line in sample]
    lengths = {len(run) for line in runs for run in line}
    if len(sample) < 2 or len(lengths) != 1 or min(lengths) < 2:
        return None
    return char * min(lengths) if min(map(len, runs)) >= least else None


def _paired(bare: str, char: str) -> str | None:
    """A character with the signs around it, if it never stands without them outside of quotes."""
    around = re.findall(f"(.?){re.escape(char)}(?=(.?))", bare)
    signs = [{pair[i] for pair in around} for i in (0, 1)]
    left, right = (found.pop() if len(found) == 1 else "" for found in signs)
    left, right = (sign if sign != char and sign in PAIRED else "" for sign in (left, right))
    return left + char + right if left or right else None


def _always_spaced(bare: str, delimiter: str) -> bool:
    """Whether a space follows the delimiter wherever it stands outside of quotes."""
    all_of_them = bare.count(delimiter)
    ended = len(re.findall(re.escape(delimiter) + r"(?= |\r|\n|$)", bare))
    return bare.count(delimiter + " ") > 0.5 * all_of_them and ended >= 0.97 * all_of_them > 0
