"""The customers behind the marks of the churn charts, and what the marks say."""

import numpy as np
import pandas as pd
import pytest

from cxlib.charts import churn, recurring
from cxlib.charts.theme import LIGHT
from cxlib.i18n import language
from cxlib.labels import LABELS

EN = language("en")


def marks(drawing) -> list[dict]:
    return max(drawing.to_dict(validate=False)["datasets"].values(), key=len)


def test_the_bars_of_silence_partition_the_customers(churn_result):
    table = churn.silence_table(churn_result, EN)
    # A click returns low and high alone; the rule is an edge, so a bar has one state.
    assert not table.duplicated(["low", "high"]).any()
    behind = [churn.silent(churn_result, bar) for bar in table.to_dict("records")]
    assert [len(people) for people in behind] == table["customers"].tolist()
    found = pd.concat(behind)["customer_id"]
    assert sorted(found) == sorted(churn_result.customers["customer_id"])
    gone = table["state"] == "silent too long"
    assert table.loc[gone, "low"].min() == churn_result.rule_days + 1
    assert table.loc[gone, "customers"].sum() == churn_result.customers["churned"].sum()


@pytest.mark.parametrize("of", ["churn_result", "churn_model_result"])
def test_the_cells_of_the_map_partition_those_who_can_be_saved(of, request):
    result = request.getfixturevalue(of)
    table = churn.risk_map_table(result, EN)
    behind = [churn.members(result, cell) for cell in table.to_dict("records")]
    assert [len(people) for people in behind] == table["customers"].tolist()
    np.testing.assert_allclose([p["at_stake"].sum() for p in behind], table["at_stake"])
    found = pd.concat(behind)["customer_id"]
    known = result.saves().dropna(subset="worth")
    assert sorted(found) == sorted(known["customer_id"])
    assert set(churn.SAVES[:5]) <= set(behind[0].columns)


def test_the_steps_of_a_month_lead_from_its_start_to_its_end(recurring_result):
    for month in recurring_result.monthly["name"]:
        table = recurring.waterfall_table(recurring_result, month, EN)
        amounts = table.set_index("movement")["amount"]
        assert amounts["start"] + amounts[1:-1].sum() == pytest.approx(amounts["end"])
        assert (amounts[["churn", "contraction"]] <= 0).all()
        steps = table.iloc[1:-1]
        np.testing.assert_allclose(steps["high"] - steps["low"], steps["amount"].abs())


def test_the_customers_behind_a_step_bring_its_amount(recurring_result):
    month = recurring_result.month.name
    table = recurring.waterfall_table(recurring_result, month, EN).set_index("movement")
    for step in recurring.MOVES:
        people = recurring.moved(recurring_result, month, step, EN)
        change = (people["after"] - people["before"]).sum()
        assert change == pytest.approx(table.loc[step, "amount"])
    everyone = recurring.moved(recurring_result, month, "start", EN)
    assert len(everyone) == len(recurring_result.members(recurring_result.month.first))


def test_rates_are_drawn_with_their_bands(recurring_result):
    drawn = pd.DataFrame(marks(recurring.retention(recurring_result, (), EN, LIGHT)))
    whole = recurring_result.monthly
    whole = whole[whole["complete"] & whole["grr"].notna()]
    assert len(drawn) == 2 * len(whole)
    assert (drawn["low"] <= drawn["value"]).all()
    assert (drawn["value"] <= drawn["high"]).all()


def test_curves_are_of_the_largest_plans_and_fall(recurring_result):
    table = recurring.curve_table(recurring_result.plans, EN)
    assert set(table["plan"]) == {p.plan for p in recurring_result.plans[1:]}
    for _, curve in table.groupby("plan"):
        assert curve["survival"].is_monotonic_decreasing
        assert curve["time"].is_monotonic_increasing
        assert len(curve) <= recurring.POINTS
    plans = recurring.plan_table(recurring_result.plans, EN)
    assert plans["plan"].iloc[0] == "All"
    assert plans["subscriptions"].iloc[0] == plans["subscriptions"].iloc[1:].sum()


def test_both_models_and_the_rules_are_compared(churn_result):
    table = churn.quality_table(churn_result.model, EN)
    assert len(table) == 4
    assert table["calibration_error"].notna().tolist() == [True, True, False, False]


def test_every_column_that_is_listed_has_a_label(recurring_result, churn_model_result):
    month = recurring_result.month.name
    shown = [
        recurring_result.monthly[list(recurring.MONTHLY)],
        recurring.moved(recurring_result, month, None, EN),
        recurring.waterfall_table(recurring_result, month, EN)[["name", "amount"]],
        recurring.curve_table(recurring_result.plans, EN),
        recurring.plan_table(recurring_result.plans, EN),
        churn_model_result.saves(),
    ]
    assert {c for frame in shown for c in frame.columns} - set(LABELS) == set()
    assert set(churn.SAVES) | set(churn.SILENT) <= set(LABELS)
