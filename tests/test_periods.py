import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.periods import Period, calendar_effects, months, occasions, occasions_in, weeks

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2040, 12, 31))


def month(year, number):
    (found,) = months(dt.date(year, number, 1), dt.date(year, number, 1))
    return found


def test_months_are_complete_only_where_observed_whole():
    found = months(dt.date(2024, 1, 2), dt.date(2024, 4, 29))
    assert [(p.name, p.complete) for p in found] == [
        ("2024-01", False),
        ("2024-02", True),
        ("2024-03", True),
        ("2024-04", False),
    ]
    assert found[1].last == dt.date(2024, 2, 29)
    assert months(dt.date(2024, 1, 1), dt.date(2024, 1, 31))[0].complete


def test_weeks_begin_on_monday_and_carry_their_iso_name():
    found = weeks(dt.date(2024, 12, 30), dt.date(2025, 1, 8))
    assert [(p.name, p.first.weekday(), p.complete) for p in found] == [
        ("2025-W01", 0, True),
        ("2025-W02", 0, False),
    ]


@pytest.mark.parametrize("cut", [months, weeks])
@given(first=DAYS, length=st.integers(0, 800))
def test_periods_tile_the_observation(cut, first, length):
    last = first + dt.timedelta(days=length)
    found = cut(first, last)
    assert found[0].first <= first <= found[0].last
    assert found[-1].first <= last <= found[-1].last
    for before, after in pairwise(found):
        assert after.first == before.last + dt.timedelta(days=1)
        assert (after.previous().first, after.previous().last) == (before.first, before.last)
    assert all(p.complete for p in found[1:-1])
    assert [p.name for p in found] == sorted({p.name for p in found})


def test_last_year_is_the_same_month_or_the_same_weekdays():
    assert month(2024, 2).last_year().last == dt.date(2023, 2, 28)
    (week,) = weeks(dt.date(2025, 3, 31), dt.date(2025, 4, 6))
    assert week.last_year().first == dt.date(2024, 4, 1)
    assert week.last_year().first.weekday() == 0


# The government's announcements (joint decree of three ministers on public holidays).
@pytest.mark.parametrize(
    ("year", "first"), [(2022, (5, 2)), (2023, (4, 22)), (2024, (4, 10)), (2025, (3, 31))]
)
def test_lebaran_is_when_indonesia_kept_it(year, first):
    (found,) = [o for o in occasions(year) if o.name == "Lebaran"]
    assert found.first == dt.date(year, *first)
    assert (found.last - found.first).days == 1


def test_a_year_with_two_lebarans_has_both():
    assert [o.first.month for o in occasions(2000) if o.name == "Lebaran"] == [1, 12]


def test_a_month_names_its_feasts_and_sale_days():
    assert [o.name for o in occasions_in(month(2025, 3))] == ["Ramadan", "Lebaran"]
    assert [o.name for o in occasions_in(month(2025, 11))] == ["11.11"]
    assert [o.name for o in occasions_in(month(2025, 5))] == []


def test_ramadan_may_begin_in_the_year_before_its_lebaran():
    assert "Ramadan" in [o.name for o in occasions_in(month(1999, 12))]


def test_lebaran_moved_from_april_to_march():
    march = month(2025, 3)
    effects = {e.name: e for e in calendar_effects(march, march.last_year())}
    lebaran = effects["Lebaran"]
    assert (lebaran.days_after, lebaran.days_before) == (1, 0)
    assert lebaran.first_after == dt.date(2025, 3, 31)
    assert lebaran.first_before == dt.date(2024, 4, 10)


def test_sale_days_set_months_apart_but_not_years():
    december = month(2025, 12)
    effects = {
        e.name: (e.days_after, e.days_before) for e in calendar_effects(december, month(2025, 11))
    }
    assert effects == {"12.12": (1, 0), "11.11": (0, 1)}
    assert calendar_effects(december, december.last_year()) == ()


def test_a_period_has_nothing_to_tell_against_itself():
    for number in range(1, 13):
        assert calendar_effects(month(2025, number), month(2025, number)) == ()


def test_years_outside_the_calendar_have_sale_days_only():
    assert {o.name for o in occasions(1900)} == {"9.9", "10.10", "11.11", "12.12"}
    assert calendar_effects(month(1946, 8), month(1945, 8)) is not None
    assert isinstance(month(1900, 1), Period)
