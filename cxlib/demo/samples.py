"""The samples that the Start page offers, each one click from an import."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from cxlib.demo import cdnow
from cxlib.demo.company import NAME, company, write_table
from cxlib.demo.messy import messy
from cxlib.demo.orders import transactions
from cxlib.demo.population import population
from cxlib.demo.purchases import purchases
from cxlib.i18n import N_
from cxlib.tables.kind import kinds

SEED = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A file to try the app with, and what the import has to know beyond what it sees itself.

    `title`, `description` and `suits` (what can be learned from it) are message ids. `mapping` is
    field → column (a header, or a number from 1 where there is none) and `header` False where the
    first line is data. `write` puts the file in a folder and returns its path; `more` does so with the
    tables of other kinds that belong to it, by kind.
    """

    id: str
    title: str
    description: str
    suits: str
    write: Callable[[Path], Path]
    kind: str = "transactions"
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    header: bool | None = None
    more: Callable[[Path], Mapping[str, Path]] | None = None


def _orders() -> pd.DataFrame:
    people = population(SEED)
    return transactions(people, purchases(people, SEED), SEED)


def _clean(folder: Path) -> Path:
    path = folder / f"{NAME}_transactions.csv"
    write_table(_orders(), path)
    return path


def _others(folder: Path) -> dict[str, Path]:
    files = {}
    for kind, table in company(SEED).tables.items():
        if kind in kinds() and kind != "transactions":
            files[kind] = folder / f"{NAME}_{kind}.csv"
            write_table(table, files[kind])
    return files


def _messy(folder: Path) -> Path:
    path = folder / f"{NAME}_promo.csv"
    path.write_bytes(messy(_orders(), SEED).data)
    return path


def _cdnow(folder: Path) -> Path:
    return Path(shutil.copyfile(cdnow.path(), folder / "cdnow_sample.txt"))


SAMPLES: tuple[Sample, ...] = (
    Sample(
        id="demo",
        title=N_("Toko Nusantara, a demo shop"),
        description=N_(
            "Two years of 5,000 customers of an invented Indonesian shop: orders, survey answers, "
            "tickets, visits, subscriptions. Some events are planted for you to find."
        ),
        suits=N_("Everything: value, voice of the customer, growth."),
        write=_clean,
        more=_others,
    ),
    Sample(
        id="messy",
        title=N_("Toko Nusantara, the messy promo file"),
        description=N_(
            "Semicolons, Rp 1.250.000,00, dates that could be read two ways, refunds, cancellations, "
            "duplicates and torn rows."
        ),
        suits=N_("Seeing what the import finds, asks and counts."),
        write=_messy,
    ),
    Sample(
        id="cdnow",
        title=N_("CDNOW, the classic"),
        description=N_(
            "Real purchases of 2,357 customers of a music shop, 1997–1998, on which the papers on "
            "lifetime value were written. No header, no order numbers."
        ),
        suits=N_("Lifetime value, checked against published parameters."),
        write=_cdnow,
        mapping=cdnow.MAPPING,
        header=False,
    ),
)
