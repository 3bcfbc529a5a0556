"""What every analysis promises, whoever writes it: held against each one that is found."""

from __future__ import annotations

import dataclasses
import inspect
from functools import cache
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from cxlib.cli import commands
from cxlib.definitions import definitions, modules
from cxlib.errors import NotEnoughData
from cxlib.results import Receipt
from pages import _catalogue
from tests.contracts.words import marked

ANALYSES = {m.__name__: m for m in modules() if hasattr(m, "analyse")}
every_analysis = pytest.mark.parametrize("module", ANALYSES.values(), ids=ANALYSES)

# Where a twin has another name than the module: a package's command is called like the package.
# Churn is one question of three shapes of data: orders, dated subscriptions, a snapshot.
CHURN = {"cxlib.value.recurring": "churn", "cxlib.value.churn_model": "churn"}
COMMAND = {"cxlib.value.clv.lifetime": "clv", **CHURN}
PAGE = {
    "cxlib.value.clv.lifetime": "clv",
    "cxlib.value.sales": "overview",
    "cxlib.value.renewals": "churn",
    "cxlib.value.bridge": "retention",
    "cxlib.voice.sentiment": "feedback",
    **CHURN,
}
# DESIGN's table of commands has none for these.
NO_COMMAND = {"cxlib.value.sales": "the Overview page shows it; the command line has no need yet"}


def orders(customers: int = 300) -> pd.DataFrame:
    """Orders of people who buy at their own pace and stop, some of them, over two years."""
    rng = np.random.default_rng(7)
    first, pace = rng.integers(0, 400, customers), rng.gamma(1.2, 0.02, customers) + 1e-3
    life = rng.exponential(300, customers)
    rows = [
        (f"c{i}", start + after, spend)
        for i, start in enumerate(first)
        for after, spend in _purchases(rng, min(life[i], 730 - start), pace[i])
    ]
    frame = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    frame["day"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(frame["day"], unit="D")
    return frame


def _purchases(rng, last: float, pace: float):
    typical, at = rng.gamma(6.0, 10.0), 0.0
    while at <= last:
        yield int(at), round(rng.gamma(4.0, typical / 4), 2)
        at += rng.exponential(1 / pace)


def subscriptions(customers: int = 1_500) -> pd.DataFrame:
    """Subscriptions that start over two years and are left at a rate of their plan."""
    rng = np.random.default_rng(7)
    start = rng.integers(0, 720, customers)
    dear = rng.random(customers) < 0.4
    end = start + 1 + rng.exponential(np.where(dear, 400, 150)).astype(int)
    day = pd.Timestamp("2023-01-01")
    return pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(customers)],
            "start": day + pd.to_timedelta(start, unit="D"),
            "end": pd.Series(day + pd.to_timedelta(end, unit="D")).where(end <= 730),
            "plan": np.where(dear, "dear", "cheap"),
            "mrr": np.where(dear, 19.5, 9.9),
        }
    )


def responses(customers: int = 400) -> pd.DataFrame:
    """Two years of answers, some people's several: ratings of parts that make up three scores."""
    rng = np.random.default_rng(7)
    who = np.sort(rng.integers(0, customers, 600))
    n = len(who)
    mood = rng.normal(size=customers)[who]
    felt = np.column_stack([0.7 * mood + rng.normal(size=n) for _ in range(4)])
    whole = felt @ [0.4, 0.3, 0.2, 0.1] + 0.3 * rng.normal(size=n)
    rated = np.digitize(felt, [-1.5, -0.7, 0.2, 1.0]) + 1.0
    nps = np.digitize(whole, np.linspace(-1.8, 0.6, 10)).astype(float)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 730, n), unit="D")
    words = np.where(whole < -0.5, "late and rude", "fine")
    return pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "score": nps,
            "customer_id": [f"c{i}" for i in who],
            "timestamp": day + pd.Timedelta(hours=9),
            "question": pd.Series([None] * n, dtype="str"),
            "comment": pd.Series(words, dtype="str").where(rng.random(n) < 0.6),
            "weight": rng.choice([0.5, 1.0, 2.0], n),
            "day": day,
            "s0": nps,
            "s1": np.digitize(whole, [-1.5, -0.7, 0.0, 0.8]) + 1.0,
            "s2": np.digitize(whole + rng.normal(size=n), [-2, -1.2, -0.6, 0, 0.6, 1.2]) + 1.0,
            **{f"a{i}": rated[:, i] for i in range(4)},
            "a4": rng.choice(["web", "toko", "app"], n),
        }
    )


def tickets(customers: int = 300) -> pd.DataFrame:
    """Two years of tickets, some people's several: answered in hours, most of them solved in days."""
    rng = np.random.default_rng(7)
    n = 900
    opened = pd.Timestamp("2023-01-01") + pd.to_timedelta(
        np.sort(rng.integers(0, 730 * 1_440, n)), unit="min"
    )
    answer = pd.to_timedelta(rng.lognormal(1, 1, n).round(2), unit="h").round("s")
    solution = answer + pd.to_timedelta(rng.lognormal(3, 1, n).round(2), unit="h").round("s")
    end = pd.Timestamp("2025-01-01")
    responded, resolved = (pd.Series(opened + after) for after in (answer, solution))
    is_open = (resolved >= end).to_numpy()
    return pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "ticket_id": [f"t{i}" for i in range(n)],
            "timestamp": opened,
            "customer_id": [f"c{i}" for i in rng.integers(0, customers, n)],
            "activity": pd.Series([None] * n, dtype="str"),
            "first_response_at": responded.where(responded < end),
            "resolved_at": resolved.where(~is_open),
            "status": np.where(
                is_open, "open", rng.choice(["closed", "reopened"], n, p=[0.9, 0.1])
            ),
            "topic": rng.choice(["late", "broken", "bill"], n, p=[0.5, 0.3, 0.2]),
            "channel": rng.choice(["mail", "chat"], n),
            "group": rng.choice(["shop", "depot"], n),
            "csat": np.where(rng.random(n) < 0.4, rng.integers(1, 6, n), np.nan),
            "text": pd.Series([None] * n, dtype="str"),
            "day": opened.floor("D"),
        }
    )


def events(customers: int = 400) -> pd.DataFrame:
    """A year of visits of people who come at their own pace and stop, some of them."""
    rng = np.random.default_rng(7)
    first, pace = rng.integers(0, 300, customers), rng.gamma(1.5, 0.02, customers) + 1e-3
    rows = []
    for i, start in enumerate(first):
        at, life = float(start), rng.exponential(200)
        while at <= min(start + life, 365):
            steps = np.cumsum(rng.exponential(40, 1 + rng.poisson(1.5)))
            rows += [(f"c{i}", at * 86_400 + step, step == steps[-1]) for step in steps]
            at += rng.exponential(1 / pace[i])
    table = pd.DataFrame(rows, columns=["customer_id", "at", "last"])
    table["timestamp"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(
        table["at"], unit="s"
    ).dt.round("us")
    table["event"] = np.where(table.pop("last"), "buy", "view_item")
    table["channel"] = np.where(table["customer_id"].str.endswith("1"), "app", "web")
    return table.drop(columns="at").assign(day=table["timestamp"].dt.floor("D"))


def feedback(customers: int = 300) -> pd.DataFrame:
    """Two years of reviews in two languages, some people's several, with more complaints at the end."""
    rng = np.random.default_rng(7)
    said = (
        ("Barang bagus tapi kirimnya lama", 2), ("Fast delivery, friendly staff", 5),
        ("Harganya murah dan kualitas oke", 5), ("The app keeps crashing", 1), ("Biasa aja", 3),
    )  # fmt: skip
    n = 800
    of = rng.integers(0, len(said), n)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 731, n)), unit="D")
    return pd.DataFrame(
        {
            "line": np.arange(2, n + 2),
            "text": pd.Series([said[i][0] for i in of], dtype="str").where(rng.random(n) < 0.95),
            "customer_id": [f"c{i}" for i in rng.integers(0, customers, n)],
            "timestamp": day + pd.Timedelta(hours=9),
            "rating": [float(said[i][1]) for i in of],
            "channel": rng.choice(["web", "app"], n),
            "day": day,
        }
    )


NO_PAGE = {"cxlib.value.occasions": "the command line has it; no page asks by occasions yet"}

# An analysis of another package, or one that names its kind (`TABLE`), has its example here.
EXAMPLES = {
    "value": orders,
    "subscriptions": subscriptions,
    "responses": responses,
    "events": events,
    "tickets": tickets,
    "feedback": feedback,
}


@cache
def table_of(kind: str) -> pd.DataFrame:
    return EXAMPLES[kind]()


def example(module: ModuleType) -> pd.DataFrame:
    return table_of(getattr(module, "TABLE", module.__name__.split(".")[1])).copy(deep=True)


@pytest.fixture(scope="module")
def results() -> dict[str, object]:
    """The result of each analysis of its example, and the example as the analysis left it."""
    made = {}
    for name, module in ANALYSES.items():
        table = example(module)
        made[name] = (module.analyse(table, digests=("d1",)), table)
    return made


def test_analyses_are_found():
    assert {"cxlib.value.rfm", "cxlib.value.clusters", "cxlib.value.clv.lifetime"} <= set(ANALYSES)


@every_analysis
def test_result_is_a_frozen_value_with_a_receipt(module, results):
    result, _ = results[module.__name__]
    assert dataclasses.is_dataclass(result)
    assert type(result).__dataclass_params__.frozen
    receipt = result.receipt
    assert isinstance(receipt, Receipt)
    assert receipt.definition in {d.id for d in module.DEFINITIONS}
    assert receipt.version == definitions()[receipt.definition].version
    assert receipt.snapshots == ("d1",)
    assert receipt.library
    assert receipt.formula


@every_analysis
def test_receipt_counts_every_row(module, results):
    result, table = results[module.__name__]
    receipt = result.receipt
    assert receipt.rows_in == len(table)
    assert receipt.rows_in == receipt.rows_used + sum(receipt.excluded.values())


# Tables that are given beside the first one, and words for what is in it, are not parameters.
BESIDE = {
    "digests", "timezone", "lines", "customers", "attributes", "value", "names", "orders", "events",
    "tickets",
}  # fmt: skip


@every_analysis
def test_receipt_states_every_option(module, results):
    # Pages keep what is made of a result by its receipt: an option that is missing there would show
    # one question's chart for another's.
    options = set(inspect.signature(module.analyse).parameters) - BESIDE
    stated = results[module.__name__][0].receipt.parameters
    assert options - {"table"} <= set(stated)


@every_analysis
def test_input_is_not_changed(module, results):
    _, table = results[module.__name__]
    pd.testing.assert_frame_equal(table, example(module))


@every_analysis
@pytest.mark.parametrize("rows", [0, 1], ids=["empty", "one purchase"])
def test_too_little_is_said(module, rows):
    table = example(module).head(rows)
    # Either outcome is right, a typed answer or a typed refusal that says what would help.
    try:
        answer: object = module.analyse(table)
    except NotEnoughData as refused:
        answer = refused
    if isinstance(answer, NotEnoughData):
        assert answer.message in marked()
        assert answer.hint in marked()
    else:
        assert answer.receipt.rows_in == rows


@every_analysis
def test_definitions_say_everything(module):
    assert module.DEFINITIONS
    for definition in module.DEFINITIONS:
        needed = [f.name for f in dataclasses.fields(definition) if f.name != "pitfalls"]
        empty = [name for name in needed if not getattr(definition, name)]
        assert empty == []
        assert definition.id.startswith(module.__name__.split(".")[1] + ".")


@every_analysis
def test_there_is_a_command(module):
    name = COMMAND.get(module.__name__, module.__name__.split(".")[-1].replace("_", "-"))
    assert (name in commands()) != (module.__name__ in NO_COMMAND)


@every_analysis
def test_there_is_a_page_that_shows_it(module):
    if module.__name__ in NO_PAGE:
        return
    package, _, name = module.__name__.rpartition(".")
    slug = PAGE.get(module.__name__, name)
    page = next(p for p in _catalogue.pages() if p.slug == slug)
    source = (_catalogue.ROOT / page.path).read_text(encoding="utf-8")
    (line,) = [line for line in source.splitlines() if line.startswith("from pages import ")]
    parts = [_catalogue.ROOT / f"{part.strip(',')}.py" for part in line.split()[3:]]
    shown = [source, *(part.read_text(encoding="utf-8") for part in parts)]
    imported = [
        line
        for text in shown
        for line in text.splitlines()
        if line.startswith(f"from {package} import")
    ]
    assert any(name in line.replace(",", " ").split() for line in imported)
