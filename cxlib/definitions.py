"""What each number means: collected from the analysis files, one `DEFINITIONS` tuple a file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

ANALYSES = ("cxlib.value", "cxlib.voice", "cxlib.growth", "cxlib.act")


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of a number, shown beside it.

    `id` is stable (``value.rfm``); `version` rises whenever the same data would give another number.
    The other fields are message ids.
    """

    id: str
    version: int
    name: str
    formula: str
    good_for: str
    not_good_for: str
    source: str


def modules() -> Iterator[ModuleType]:
    """The analysis modules, found by walking the analysis packages; nothing is registered by hand."""
    for package_name in ANALYSES:
        package = importlib.import_module(package_name)
        for found in pkgutil.walk_packages(package.__path__, prefix=f"{package_name}."):
            yield importlib.import_module(found.name)


@cache
def definitions() -> dict[str, Definition]:
    """All definitions by id. Raises ValueError when two files claim the same id."""
    found: dict[str, Definition] = {}
    for module in modules():
        for definition in getattr(module, "DEFINITIONS", ()):
            if definition.id in found:
                raise ValueError(f"two definitions are called {definition.id}")
            found[definition.id] = definition
    return found
