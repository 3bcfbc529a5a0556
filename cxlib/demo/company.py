"""Toko Nusantara, whole: nine kinds of tables from one seed, linked by customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from cxlib.demo.campaigns import campaigns
from cxlib.demo.experiments import experiment
from cxlib.demo.orders import transactions
from cxlib.demo.population import population
from cxlib.demo.purchases import purchases
from cxlib.demo.subscriptions import subscriptions
from cxlib.demo.tickets import tickets
from cxlib.demo.truth import TRUTH
from cxlib.demo.visits import events
from cxlib.demo.voice import feedback, responses

NAME = "toko_nusantara"


@dataclass(frozen=True, slots=True)
class Company:
    """The tables of the shop, a field a kind; the second experiment is the one that went wrong."""

    transactions: pd.DataFrame
    responses: pd.DataFrame
    feedback: pd.DataFrame
    events: pd.DataFrame
    tickets: pd.DataFrame
    subscriptions: pd.DataFrame
    campaigns: pd.DataFrame
    experiments: pd.DataFrame
    customers: pd.DataFrame
    experiments_broken: pd.DataFrame

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name."""
        return MappingProxyType({f.name: getattr(self, f.name) for f in fields(self)})


def company(seed: int = 0) -> Company:
    """The shop of a seed; the same seed gives the same bytes."""
    people = population(seed)
    bought = purchases(people, seed)
    orders = transactions(people, bought, seed)
    return Company(
        transactions=orders,
        responses=responses(people, bought, seed),
        feedback=feedback(people, bought, seed),
        events=events(people, orders, seed),
        tickets=tickets(people, bought, seed),
        subscriptions=subscriptions(people, seed),
        campaigns=campaigns(people, orders, seed),
        experiments=experiment(people, TRUTH.working_experiment, seed),
        customers=people.customers,
        experiments_broken=experiment(people, TRUTH.broken_experiment, seed),
    )


def write(shop: Company, outdir: Path) -> dict[str, Path]:
    """Write each table to `outdir` as UTF-8 CSV with ISO dates; returns the files by table name."""
    outdir.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, table in shop.tables.items():
        files[name] = outdir / f"{NAME}_{name}.csv"
        write_table(table, files[name])
    return files


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write one table as UTF-8 CSV: comma, LF, whole days without a time of day."""
    text = table.copy()
    for column in table.select_dtypes("datetime").columns:
        moments = table[column].dropna()
        whole_days = bool((moments == moments.dt.normalize()).all())
        text[column] = table[column].dt.strftime("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S")
    text.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
