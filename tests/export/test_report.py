"""A report from a receipt: it is asked again by what the receipt says, and holds no customer."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from uuid import uuid4

import pytest

from cxlib import engine
from cxlib.errors import CxError
from cxlib.export import report
from cxlib.frames.filters import where
from cxlib.store.workspaces import Store
from cxlib.value import bridge, churn, migration, retention, rfm
from tests.contracts.test_analyses import orders

CONDITIONS = (("channel", ("shop, mall", "web")),)
CASES = [
    (rfm.analyse, {"scoring": "fm", "as_of": dt.date(2024, 6, 30)}),
    (retention.analyse, {"period": "week", "by": "channel"}),
    (migration.analyse, {"before": dt.date(2024, 3, 1)}),
    (bridge.analyse, {}),
]
# With a list among its options; slow, so it is asked once.
LISTED = (churn.analyse, {"without": ("purchases",), "seed": 3}, ())
every_case = pytest.mark.parametrize(("function", "options"), CASES)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """A workspace with orders of three channels."""
    folder = tmp_path_factory.mktemp("report")
    store = Store(folder / "home", None, lambda: dt.datetime.now(dt.UTC), lambda: uuid4().hex)
    made = store.create("analysis", "")
    table = orders().assign(line=lambda t: range(len(t)))
    table["channel"] = [("shop, mall", "web", "app")[i % 3] for i in range(len(table))]
    table.to_parquet(folder / "orders.parquet", index=False)
    made.commit(
        "transactions", [folder / "orders.parquet"], digest="d" * 64, source="a.csv", report={}
    )
    yield made
    store.close()


def analysed(workspace, function, options, conditions=()):
    """What a page shows: the result of a part of the data, the filters in its receipt."""
    data = workspace.current("transactions")
    with engine.connect(data.folder) as connection:
        table = where(engine.scan(connection, [data.table]), conditions)
        result = function(table, digests=(data.digest,), **options)
    filters = {column: ", ".join(allowed) for column, allowed in conditions}
    return dataclasses.replace(result, receipt=dataclasses.replace(result.receipt, filters=filters))


@pytest.mark.parametrize(
    ("function", "options", "conditions"), [*((*case, CONDITIONS) for case in CASES), LISTED]
)
def test_the_receipt_leads_to_the_same_numbers(workspace, function, options, conditions):
    result = analysed(workspace, function, options, conditions)
    data = report.held([workspace], result.receipt.snapshots)
    made = report.report(result.receipt, conditions, data)
    assert made["numbers"] == report.numbers(result)
    assert made["analysis"] == function.__module__
    assert made["filters"] == {column: list(allowed) for column, allowed in conditions}
    assert json.loads(json.dumps(made, allow_nan=False))["snapshots"] == ["d" * 64]


def test_another_part_than_the_receipts_is_refused(workspace):
    result = analysed(workspace, rfm.analyse, {}, CONDITIONS)
    data = report.held([workspace], result.receipt.snapshots)
    with pytest.raises(CxError, match="cannot_verify"):
        report.report(result.receipt, (("channel", ("web",)),), data)


@every_case
def test_no_customer_and_no_key_is_in_it(workspace, function, options):
    result = analysed(workspace, function, options)
    data = report.held([workspace], result.receipt.snapshots)
    text = json.dumps(report.report(result.receipt, (), data))
    assert '"customer_id"' not in text
    assert '"c17"' not in text
    assert workspace.id not in text


def test_data_that_are_gone_are_said(workspace):
    with pytest.raises(CxError, match="other_data"):
        report.held([workspace], ["e" * 64])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"definition": "value.nothing"}, "cannot_verify"),
        ({"parameters": {"as_of": "soon"}}, "bad_option"),
        ({"parameters": {"as_of": 7}}, "bad_option"),
    ],
)
def test_what_no_receipt_of_ours_says_is_refused(workspace, changed, code):
    proof = dataclasses.asdict(analysed(workspace, rfm.analyse, {}).receipt) | changed
    with pytest.raises(CxError, match=code):
        report.again(proof, (), report.held([workspace], ["d" * 64]))


@pytest.mark.parametrize("conditions", [(("no such column", ("a",)),)])
def test_a_condition_on_another_column_is_refused(workspace, conditions):
    proof = dataclasses.asdict(analysed(workspace, rfm.analyse, {}).receipt)
    with pytest.raises(CxError, match="cannot_verify"):
        report.again(proof, conditions, report.held([workspace], ["d" * 64]))
