"""What each number means: collected from the analysis files, one `DEFINITIONS` tuple a file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import cxlib
from cxlib.i18n import N_
from cxlib.results import Param, Receipt

DATE_BASIS = N_("purchase day")
ANALYSES = ("cxlib.value", "cxlib.voice", "cxlib.growth", "cxlib.act")


@dataclass(frozen=True, slots=True)
class Definition:
    """The meaning of a number, shown beside it.

    `id` is stable (``value.rfm``); `version` rises whenever the same data would give another number.
    The other fields are message ids; `pitfalls` says how the number is misread most.
    """

    id: str
    version: int
    name: str
    formula: str
    good_for: str
    not_good_for: str
    source: str
    pitfalls: str = ""

    def receipt(
        self,
        *,
        snapshots: tuple[str, ...],
        rows_in: int,
        excluded: Mapping[str, int],
        parameters: Mapping[str, Param],
        timezone: str,
        date_basis: str = DATE_BASIS,
    ) -> Receipt:
        """The receipt of a number of this definition; what is not excluded was used."""
        return Receipt(
            definition=self.id,
            version=self.version,
            formula=self.formula,
            snapshots=snapshots,
            rows_in=rows_in,
            rows_used=rows_in - sum(excluded.values()),
            excluded={reason: n for reason, n in excluded.items() if n},
            parameters=parameters,
            date_basis=date_basis,
            timezone=timezone,
            library=f"cxlib {cxlib.__version__}",
        )


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
