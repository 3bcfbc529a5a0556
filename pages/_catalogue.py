"""Finds the pages by reading the PAGE header of every file: a new page is one new file.

The header is a literal, so it is parsed and never executed.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cxlib.i18n import N_

ROOT = Path(__file__).parent

# The order of the groups in the navigation; a page names its group by the key.
GROUPS = {
    "data": N_("Data"),
    "value": N_("Value"),
    "voice": N_("Voice"),
    "growth": N_("Growth"),
    "act": N_("Act"),
    "learn": N_("Learn"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A page's header: `title` is a message id, `path` is relative to this folder."""

    path: Path
    title: str
    group: str
    icon: str
    order: int

    @property
    def slug(self) -> str:
        """The page's URL path: the name of its file."""
        return self.path.stem


def read(file: Path) -> Page:
    """The header of one page file; raises ValueError when it has none."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "PAGE" for t in node.targets
        ):
            return Page(path=file.relative_to(ROOT), **ast.literal_eval(node.value))
    raise ValueError(f"{file.name} has no PAGE header")


@cache
def pages() -> tuple[Page, ...]:
    """All pages, in the order of the navigation."""
    files = [f for f in ROOT.glob("*/*.py") if not f.name.startswith("_")]
    groups = list(GROUPS)
    return tuple(sorted(map(read, files), key=lambda p: (groups.index(p.group), p.order)))
