"""How long the server works for each interaction with a million customers, once a page has opened.

    python -m bench explore [--customers 1000000] [--repeat 5] [--seed 1] [--json]

Simulated customers, imported as an upload is. Pages run as Streamlit runs them, without a browser.
*Again* is what a click on a mark, a row or a tab costs before its own list is made: the page runs anew
with what it has. *Language* draws all charts anew, *terms* (of lifetime value: a horizon that nobody
asked for before) also computes values anew. Medians in milliseconds of server time; what analyses
themselves take when data or options change is in *first*.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from bench.speed import orders
from cxlib.ingest.plan import plan
from cxlib.ingest.staged import ReadOptions
from cxlib.store import intake
from cxlib.store.workspaces import Store, Workspace
from pages import _catalogue, _state

PAGES = (
    "value/overview.py",
    "value/rfm.py",
    "value/migration.py",
    "value/clusters.py",
    "value/clv.py",
    "value/retention.py",
    "value/churn.py",
)


def shop(store: Store, customers: int, seed: int) -> Workspace:
    """A workspace with the orders of simulated customers, through the steps of an upload."""
    workspace = store.create(purpose="analysis", name="")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        orders(customers, seed).to_csv(path, index=False)
        with path.open("rb") as source:
            upload = workspace.stage(source, path.name)
    staged = intake.stage(upload, ReadOptions())
    made = plan(intake.propose(staged, "transactions", ()))
    intake.keep(workspace, upload, made, intake.check(upload, staged, made))
    return workspace


def measured(page: str, workspace: Workspace, repeat: int) -> dict[str, float]:
    """Milliseconds of the first opening of a page, and of runs of it after that."""
    visitor = AppTest.from_file(str(_catalogue.ROOT / "_shell.py"), default_timeout=900)
    visitor.query_params["w"] = workspace.id
    visitor.run()
    first = _timed(lambda: visitor.switch_page(page).run())
    if visitor.exception:
        raise SystemExit(f"{page}: {visitor.exception[0].message}")
    found = {"first": first, "again": median(_timed(visitor.run) for _ in range(repeat))}
    visitor.session_state["lang"] = "id"
    found["language"] = _timed(visitor.run)
    if page == "value/clv.py":
        horizon = visitor.number_input(key="horizon")
        found["terms"] = median(
            _timed(horizon.set_value(180 + days).run) for days in range(1, repeat + 1)
        )
    if visitor.exception:
        raise SystemExit(f"{page}: {visitor.exception[0].message}")
    return found


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)


def main(argv: list[str]) -> int:
    """Print a table of the pages."""
    parser = argparse.ArgumentParser(prog="bench explore", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(
            Path(folder),
            None,
            clock=lambda: dt.datetime.now(dt.UTC),
            new_id=lambda: secrets.token_hex(16),
        )
        with patch.object(_state, "store", lambda: store):
            workspace = shop(store, options.customers, options.seed)
            found = {page: measured(page, workspace, options.repeat) for page in PAGES}
        store.close()
    if options.json:
        print(json.dumps({"customers": options.customers, "pages": found}))
        return 0
    print(f"{options.customers:,} customers, medians of {options.repeat} in milliseconds\n")
    columns = ("first", "again", "language", "terms")
    print(f"| page | {' | '.join(columns)} |\n|---|---|---|---|---|")
    for page, took in found.items():
        shown = (f"{took[c]:.0f}" if c in took else "" for c in columns)
        print(f"| {page} | {' | '.join(shown)} |")
    return 0
