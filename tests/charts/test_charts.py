"""What every chart promises: valid, drawable, small, safe with any name, and without side effects."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from cxlib.charts import (
    bridge,
    churn,
    clusters,
    clv,
    cohort_fits,
    covariates,
    customer,
    engagement,
    forecast,
    migration,
    recurring,
    renewals,
    retention,
    rfm,
    sales,
    visits,
)
from cxlib.charts.theme import DARK, LIGHT, Theme, painted
from cxlib.export.image import to_image
from cxlib.export.spec import whole
from cxlib.frames.history import history
from cxlib.i18n import language
from cxlib.value.clv.alive_path import alive_path
from cxlib.value.clv.explain import breakdown, frequency_recency_grid
from cxlib.value.clv.segments import by_group

MARKS = 5_000
SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
ANNOTATIONS = (
    (dt.date(2024, 3, 5), dt.date(2024, 3, 5), "Incident", "<img src=x onerror=alert(1)>"),
    (dt.date(2024, 5, 2), dt.date(2024, 8, 1), "Campaign", "datum.amount > 0"),
)
# name → (the result it draws, how it is called)
DRAWINGS: dict[str, tuple[str, Callable[..., Any]]] = {
    "rfm.grid": ("rfm_result", rfm.grid),
    "rfm.segments": ("rfm_result", rfm.segments),
    "migration.matrix": ("migration_result", migration.matrix),
    "migration.flows": ("migration_result", migration.flows),
    "migration.cohorts": ("migration_result", migration.cohorts),
    "sales.monthly": (
        "sales_result",
        lambda result, lang, look: sales.monthly(result, ANNOTATIONS, lang, look),
    ),
    "sales.breakdown": (
        "sales_result",
        lambda r, lang, look: sales.breakdown(r, "product", lang, look),
    ),
    "clusters.k_comparison": ("clusters_result", clusters.k_comparison),
    "clusters.scatter": (
        "clusters_result",
        lambda r, lang, look: clusters.scatter(r, "frequency", "monetary", lang, look),
    ),
    "clusters.profile": (
        "clusters_result",
        lambda r, lang, look: clusters.profile(r, "IDR", lang, look),
    ),
    "clv.distribution": ("clv_result", clv.distribution),
    "clv.value_map": ("clv_result", clv.value_map),
    "clv.calibration": ("clv_result", clv.calibration),
    "clv.surface": (
        "clv_result",
        lambda r, lang, look: clv.surface(
            frequency_recency_grid(r.fitted, 365), "p_alive", lang, look
        ),
    ),
    "forecast.by_recency": (
        "clv_result",
        lambda r, lang, look: forecast.by_recency(r.backtest, lang, look),
    ),
    "forecast.totals": (
        "clv_result",
        lambda r, lang, look: forecast.totals(
            by_group(r.fitted, r.terms, r.customers["customer_id"].str[:3]), lang, look
        ),
    ),
    "forecast.errors": ("comparison", forecast.errors),
    "cohort_fits.own_fits": ("groups_result", cohort_fits.own_fits),
    "covariates.effects": (
        "covariates_result",
        lambda r, lang, look: covariates.effects(r, "often", lang, look),
    ),
    "forecast.tracking": (
        "comparison",
        lambda r, lang, look: forecast.tracking(r.tracking, True, ANNOTATIONS, lang, look),
    ),
    "churn.silence": ("churn_result", churn.silence),
    "churn.risk_map": ("churn_result", churn.risk_map),
    "churn.calibration": (
        "churn_model_result",
        lambda r, lang, look: churn.calibration(r.model, lang, look),
    ),
    "churn.importance": (
        "churn_model_result",
        lambda r, lang, look: churn.importance(r.model, lang, look),
    ),
    "bridge.waterfall": (
        "bridge_result",
        lambda r, lang, look: bridge.waterfall(r, "returning", "lifetimely", lang, look),
    ),
    "recurring.waterfall": (
        "recurring_result",
        lambda r, lang, look: recurring.waterfall(r, r.month.name, lang, look),
    ),
    "recurring.retention": (
        "recurring_result",
        lambda r, lang, look: recurring.retention(r, ANNOTATIONS, lang, look),
    ),
    "recurring.survival": (
        "recurring_result",
        lambda r, lang, look: recurring.survival(r.plans, lang, look),
    ),
    "renewals.survivor": ("renewals_result", renewals.survivor),
    "renewals.proof": ("renewals_result", renewals.proof),
    "retention.triangle": (
        "retention_result",
        lambda r, lang, look: retention.triangle(r, "share", "exact", lang, look),
    ),
    "retention.curve": (
        "retention_result",
        lambda r, lang, look: retention.curve(r, "share", "exact", lang, look),
    ),
    "retention.next_order": ("retention_result", retention.next_order),
    "retention.gap_histogram": ("retention_result", retention.gap_histogram),
    "engagement.active": (
        "engagement_result",
        lambda r, lang, look: engagement.active(r, ANNOTATIONS, lang, look),
    ),
    "engagement.stickiness": (
        "engagement_result",
        lambda r, lang, look: engagement.stickiness(r, ANNOTATIONS, lang, look),
    ),
    "engagement.lifecycle": (
        "engagement_result",
        lambda r, lang, look: engagement.lifecycle(r, ANNOTATIONS, lang, look),
    ),
    "visits.monthly": (
        "engagement_result",
        lambda r, lang, look: visits.monthly(r, "engaged_share", ANNOTATIONS, lang, look),
    ),
    "visits.grouped": (
        "engagement_result",
        lambda r, lang, look: visits.grouped(r.groups, "mean_minutes", lang, look),
    ),
    "visits.ctr": (
        "engagement_result",
        lambda r, lang, look: visits.ctr(r.clicks, lang, look),
    ),
    "customer.timeline": (
        "orders",
        lambda orders, lang, look: customer.timeline(
            history(orders, orders["customer_id"].mode()[0]), "IDR", lang, look
        ),
    ),
    "customer.alive": (
        "clv_result",
        lambda r, lang, look: customer.alive(
            alive_path(
                r.fitted,
                pd.Series(pd.to_datetime(["2024-02-01", "2024-03-10", "2024-09-01"])),
                pd.Timestamp("2025-06-23").date(),
            ),
            lang,
            look,
        ),
    ),
    "customer.steps": (
        "clv_result",
        lambda r, lang, look: customer.steps(
            breakdown(r, r.customers["customer_id"].iloc[0]), "IDR", lang, look
        ),
    ),
}
SELECTIONS = {
    "rfm.grid": {"cell": ["r", "f"]},
    "rfm.segments": {"segment": ["segment"]},
    "migration.matrix": {"flow": ["before", "now"]},
    "migration.flows": {"flow": ["before", "now"]},
    "migration.cohorts": {"cohort": ["cohort", "segment"]},
    "sales.monthly": {"month": ["day"]},
    "sales.breakdown": {"value": ["raw", "role"]},
    "clusters.k_comparison": {"k": ["k"]},
    "clusters.scatter": {"brush": ["x", "y"]},
    "clusters.profile": {"cluster": ["cluster"]},
    "churn.silence": {"bar": ["low", "high"]},
    "churn.risk_map": {"cell": ["low", "high", "risk_low"]},
    "bridge.waterfall": {"step": ["place"]},
    "recurring.waterfall": {"movement": ["movement"]},
    "recurring.retention": {"month": ["day"]},
    "renewals.survivor": {"age": ["renewals"]},
    "retention.triangle": {"cell": ["cohort", "age"]},
    "retention.curve": {"age": ["age"]},
    "retention.next_order": {"wait": ["purchase", "days"]},
    "retention.gap_histogram": {"bar": ["low", "high"]},
    "engagement.active": {"active": ["series", "date"]},
    "engagement.stickiness": {"stickiness": ["date"]},
    "engagement.lifecycle": {"state": ["day", "state"]},
    "visits.monthly": {"month": ["day"]},
    "visits.grouped": {"group": ["role", "raw"]},
    "clv.distribution": {"bar": ["low", "high"]},
    "clv.value_map": {"cell": ["low", "high", "alive_low", "alive_high"]},
}
CHARTS = (
    bridge, churn, clusters, clv, cohort_fits, covariates, customer, forecast, migration, recurring, renewals, retention, rfm, sales, engagement, visits,
)  # fmt: skip
# Charts over calendar time: those that take the annotations.
TIMES = [
    f"{module.__name__.rpartition('.')[2]}.{name}"
    for module in CHARTS
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and "notes" in inspect.signature(function).parameters
]


@pytest.fixture(params=DRAWINGS)
def drawn(request):
    result, draw = DRAWINGS[request.param]
    return request.getfixturevalue(result), draw, request.param


@pytest.fixture(scope="module")
def charts():
    """What is drawn, by name, language and mode: drawn once, and only looked at."""
    return {}


@pytest.fixture
def chart(drawn, charts):
    result, draw, name = drawn

    def of(code: str, look: Theme) -> Any:
        key = name, code, look.paper
        if key not in charts:
            charts[key] = draw(result, language(code), look)
        return charts[key]

    return of


@pytest.fixture
def spec(chart):
    return chart("en", LIGHT).to_dict(validate=False)


def inside(spec: Any, key: str) -> Iterator[Any]:
    """Every value under `key`, at any depth, the data left out."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name == key:
                yield value
            if name != "datasets":
                yield from inside(value, key)
    elif isinstance(spec, list):
        for item in spec:
            yield from inside(item, key)


def frames(value: Any) -> list[pd.DataFrame]:
    """The frames of a result, those of its parts included."""
    if isinstance(value, pd.DataFrame):
        return [value]
    if isinstance(value, dict):
        return [frame for item in value.values() for frame in frames(item)]
    if hasattr(value, "__dataclass_fields__"):
        return [f for name in value.__dataclass_fields__ for f in frames(getattr(value, name))]
    return []


def png_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def test_no_chart_is_forgotten():
    public = {
        f"{module.__name__.rpartition('.')[2]}.{name}"
        for module in CHARTS
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and "look" in inspect.signature(function).parameters
    }
    assert public == set(DRAWINGS)


def test_is_valid_and_themed_in_every_language_and_mode(chart, lang, look):
    spec = chart(lang.code, look).to_dict(validate=True)
    # On screen the app paints axes itself, in the mode of the moment; a picture has its own colours.
    assert "labelColor" not in spec["config"]["axis"]
    assert painted(spec["config"], look)["axis"]["labelColor"] == look.muted
    assert spec["config"]["locale"]["number"]["decimal"] == {"en": ".", "id": ","}[lang.code]


def test_draws_as_png(chart):
    image = to_image(chart("en", LIGHT), "png", LIGHT)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = png_size(image)
    assert width >= 1_600
    assert height >= 200
    assert len(image) > 5_000


def test_draws_as_svg(chart):
    vector = to_image(chart("id", DARK), "svg", DARK)
    marks = [g for g in ET.fromstring(vector).iter() if "mark-" in g.get("class", "")]
    assert sum(len(list(group)) for group in marks) > 2
    assert DARK.paper in vector.decode()


def test_has_few_marks_and_safe_fields(spec):
    rows = list(spec["datasets"].values())
    assert 0 < sum(map(len, rows)) <= MARKS
    assert all(SAFE.fullmatch(name) for table in rows for row in table[:1] for name in row)
    columns = {name for table in rows for row in table[:1] for name in row}
    fields = [f for f in inside(spec, "field") if isinstance(f, str)]
    assert fields
    assert {f for f in fields if f not in columns} == set()


def test_text_of_the_file_is_data_only(spec, names):
    written = str({key: value for key, value in spec.items() if key != "datasets"})
    assert [name for name in names if len(name) > 3 and name in written] == []


@pytest.mark.parametrize("name", TIMES)
def test_what_was_noted_is_on_every_chart_over_time(name, request):
    result, draw = DRAWINGS[name]
    told = whole(draw(request.getfixturevalue(result), language("en"), LIGHT))
    (marks,) = [rows for rows in told["datasets"].values() if rows and "notes" in rows[0]]
    assert [mark["label"] for mark in marks] == ["1", "2"]
    assert marks[0]["notes"].startswith("1. 5 Mar 2024 · Incident: ")


def test_leaves_the_result_as_it_was(drawn):
    result, draw, _ = drawn
    before = [frame.copy(deep=True) for frame in frames(result)]
    draw(result, language("id"), DARK).to_dict(validate=False)
    for was, now in zip(before, frames(result), strict=True):
        pd.testing.assert_frame_equal(was, now)


def test_selections_are_those_that_pages_read(drawn, spec):
    *_, name = drawn
    found = {
        param["name"]: param["select"].get("fields") or param["select"].get("encodings")
        for params in inside(spec, "params")
        for param in params
        if "select" in param
    }
    assert found == SELECTIONS.get(name, {})
