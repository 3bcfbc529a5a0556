"""data/README.md says what is so: rows, columns, truths and the counts of the messy file."""

import csv
import re
from pathlib import Path

import pytest

from cxlib.demo.messy import messy
from cxlib.demo.truth import TRUTH

DATA = Path(__file__).resolve().parents[2] / "data"
README = (DATA / "README.md").read_text(encoding="utf-8")


def rows_of(first_cell: str) -> list[list[str]]:
    """The cells of the table rows that begin so."""
    found = [
        line.strip("| ").split(" | ")
        for line in README.splitlines()
        if line.startswith(f"| {first_cell}")
    ]
    assert found, first_cell
    return found


def number(text: str) -> int:
    return int(text.replace(",", ""))


def test_rows_and_columns_of_every_table(shop):
    for name, table in shop.tables.items():
        _, _, rows, columns = rows_of(f"`{name}`")[0]
        assert number(rows) == len(table), name
        if columns != "the same":
            assert re.sub(r" \([^)]*\)", "", columns).split(", ") == list(table.columns), name


def test_counts_of_the_messy_file(shop):
    truth = messy(shop.transactions, 0).truth
    stated = {
        "records": truth.rows,
        "blank": truth.blank_lines,
        "ragged": len(truth.ragged_lines),
        "sales (": truth.sales,
        "refunds (": truth.linked_refunds,
        "refunds without": truth.unlinked_refunds,
        "cancellations": truth.cancellations,
        "rows without": truth.guests,
        "exact": truth.duplicates,
        "sales, in": truth.sales_amount,
        "refunds, in": truth.refund_amount,
        "duplicates, in": truth.duplicate_amount,
    }
    for words, count in stated.items():
        assert number(rows_of(words)[0][-1]) == count, words
    assert "(lines {} and {})".format(*truth.ragged_lines) in README


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("purchases", f"r = {TRUTH.purchases.r:g}, α = {TRUTH.purchases.alpha:g}, a = {TRUTH.purchases.a:g}, b = {TRUTH.purchases.b:g}"),
        ("spend", f"p = {TRUTH.spend.p:g}, q = {TRUTH.spend.q:g}, v = {TRUTH.spend.v:,.0f}: Rp {TRUTH.spend.mean:,.0f}"),
        ("discounted", f"{TRUTH.discounted_purchases:.0%}".replace("%", " %")),
        ("discount cohort", f"{TRUTH.discount_cohort.customers} customers of “{TRUTH.discount_cohort.campaign}”"),
        ("discount cohort", f"{100 * TRUTH.discount_cohort.discounted_purchases:g} % of the others"),
        ("lapsed", f"{TRUTH.lapse.place} buys nothing after {TRUTH.lapse.last_day:%d %B %Y}"),
        ("delivery", f"NPS {TRUTH.delivery_failure.nps:g} among the month's answers against {TRUTH.delivery_failure.nps_otherwise:g}"),
        ("delivery", f"{TRUTH.delivery_failure.month.first:%B %Y}"),
        ("drivers", ", ".join(f"{name} {weight:.2f}" for name, weight in TRUTH.drivers.items())),
        ("checkout", f"{100 * TRUTH.checkout_bug.completed:g} % of the sessions"),
        ("checkout", f"against {100 * TRUTH.checkout_bug.completed_otherwise:g} %"),
        ("working", f"+{100 * TRUTH.working_experiment.lift:g} points"),
        ("broken", f"{100 * TRUTH.broken_experiment.actual_share:g} % instead of 50 %"),
        ("cost", ", ".join(f"{c} {cac:,.0f}" for c, cac in TRUTH.acquisition.cac.items())),
        ("coffee", ", ".join(f"{p} {100 * c:g} %" for p, c in TRUTH.subscription.monthly_churn.items())),
    ],
)  # fmt: skip
def test_truths_are_those_of_the_code(row, words):
    assert words in " ".join(rows_of(row)[0])


def test_the_template_has_the_fields_of_the_demo(shop):
    with open(DATA / "transactions_template.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(shop.transactions.columns)
    assert len(rows) == 3
    for row in rows:
        line = dict(zip(header, row, strict=True))
        gross = int(line["quantity"]) * int(line["unit_price"])
        assert gross - int(line["discount"]) == int(line["amount"])
