"""Marks of what happened: in their month, together, beside the data and never on them."""

import datetime as dt
import re
import xml.etree.ElementTree as ET

import altair as alt
import pandas as pd
import pytest
import vl_convert

from cxlib.charts.annotations import STRIP, annotated, every
from cxlib.charts.theme import dressed
from cxlib.export import spec
from cxlib.i18n import language

EN = language("en")
MONTHS = [dt.date(2025 + n // 12, n % 12 + 1, 1) for n in range(24)]
PHONE, DESK = 300, 900


def day(month: int, number: int = 1, year: int = 2025) -> dt.date:
    return dt.date(year, month, number)


def note(first: dt.date, last: dt.date | None = None, text: str = "what happened"):
    return (first, last or first, "Incident", text)


def ordinal(notes, lang=EN):
    x = alt.X("name:O", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    table = pd.DataFrame({"name": [lang.month(m) for m in MONTHS], "amount": range(100, 124)})
    bars = alt.Chart(table).mark_bar().encode(x=x, y=alt.Y("amount:Q"))
    return annotated(bars, x, MONTHS, notes, lang)


def temporal(notes, lang=EN):
    x = alt.X("month:T", timeUnit="yearmonth", title=None)
    table = pd.DataFrame({"month": pd.to_datetime(MONTHS), "amount": range(100, 124)})
    base = alt.Chart(table).encode(x=x, y=alt.Y("amount:Q", scale=alt.Scale(zero=False)))
    lines = base.mark_line() + base.mark_point(filled=True)
    return annotated(lines, x, MONTHS, notes, lang)


def by_unit(notes, lang=EN):
    """Bars from the first day of a month to its last, marks in their middle."""
    x = alt.X("month:T", timeUnit="yearmonth", title=None)
    table = pd.DataFrame({"month": pd.to_datetime(MONTHS), "amount": range(100, 124)})
    bars = alt.Chart(table).mark_bar().encode(x=x, y=alt.Y("amount:Q"))
    middle = alt.X("month:T", timeUnit="yearmonth", bandPosition=0.5)
    return annotated(bars, middle, every(table["month"], "MS"), notes, lang)


DAYS = pd.Series(pd.date_range("2025-02-10", "2025-05-21"))


def by_day(notes, lang=EN):
    x = alt.X("date:T", title=None)
    table = pd.DataFrame({"date": DAYS.dt.strftime("%Y-%m-%dT00:00:00"), "amount": range(101)})
    line = alt.Chart(table).mark_line().encode(x=x, y=alt.Y("amount:Q"))
    return annotated(line, x, every(DAYS, "D"), notes, lang)


def marks(drawing) -> pd.DataFrame:
    """The marks of a chart, a row a month."""
    tables = [pd.DataFrame(t) for t in spec.whole(drawing)["datasets"].values()]
    return next((t for t in tables if "label" in t), pd.DataFrame())


def drawn(drawing, width: int) -> ET.Element:
    """The chart as a browser of that width draws it."""
    told = spec.whole(dressed(drawing, EN, height=200)) | {"width": width}
    return ET.fromstring(vl_convert.vegalite_to_svg(told))


def groups(picture: ET.Element, name: str) -> list[ET.Element]:
    return [g for g in picture.iter() if name in g.get("class", "").split()]


def texts(picture: ET.Element, name: str) -> list[str]:
    return [t.text for g in groups(picture, name) for t in g.iter() if t.text and t.text.strip()]


def heights(path: str) -> list[float]:
    """The vertical places of a path's corners, in pixels from the top."""
    at, found = 0.0, []
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        values = [float(v) for v in re.findall(r"-?[\d.]+(?:e-?\d+)?", numbers)]
        steps = {"M": values[1::2], "L": values[1::2], "V": values, "v": values, "H": [], "h": []}
        for value in steps.get(command.replace("l", "L"), []):
            at = at + value if command in "vl" else value
            found.append(at)
    return found


@pytest.mark.parametrize("draw", [ordinal, temporal])
@pytest.mark.parametrize(
    "notes", [(), (note(day(12, 31, 2024)),), (note(day(1, 1, 2027), day(9, 9, 2027)),)]
)
def test_without_a_note_in_its_months_a_chart_stays_as_it_was(draw, notes):
    assert draw(notes).to_dict() == draw(()).to_dict()
    assert marks(draw(notes)).empty


def test_notes_of_a_month_share_its_mark_with_their_numbers():
    notes = (note(day(3, 1)), note(day(3, 31)), note(day(5, 9)), note(day(7, 1), None, "x" * 500))
    found = marks(ordinal(notes))
    assert found["name"].tolist() == ["Mar 2025", "May 2025", "Jul 2025"]
    assert found["label"].tolist() == ["1–2", "3", "4"]
    assert found["notes"].tolist()[0].split("\n") == [
        "1. 1 Mar 2025 · Incident: what happened",
        "2. 31 Mar 2025 · Incident: what happened",
    ]
    assert len(found["notes"].tolist()[2]) < 200


def test_numbers_that_are_not_in_a_row_are_all_there():
    notes = (note(day(1, 9, 2024), day(2, 1)), note(day(12, 9, 2024)), note(day(1, 5)))
    assert marks(ordinal(notes))["label"].tolist() == ["1, 3"]


def test_what_lasts_reaches_to_its_last_month_on_the_chart():
    begun_before = note(day(11, 1, 2024), day(2, 2))
    goes_on = note(day(11, 5, 2026), day(4, 4, 2027))
    ends_on_a_first = note(day(5, 31), day(7, 1))
    found = marks(ordinal((begun_before, ends_on_a_first, goes_on)))
    assert found["name"].tolist() == ["Jan 2025", "May 2025", "Nov 2026"]
    assert found["until"].tolist() == ["Feb 2025", "Jul 2025", "Dec 2026"]
    assert found["notes"].tolist()[0] == "1. 1 Nov 2024 – 2 Feb 2025 · Incident: what happened"
    same = marks(temporal((begun_before, ends_on_a_first, goes_on)))
    assert [d[:7] for d in same["month"].astype(str)] == ["2025-01", "2025-05", "2026-11"]
    assert [d[:7] for d in same["until"].astype(str)] == ["2025-02", "2025-07", "2026-12"]


def test_by_day_a_mark_stands_where_the_first_note_of_its_month_begins():
    found = marks(
        by_day(
            (
                note(day(1, 1), day(2, 12)),
                note(day(2, 9)),
                note(day(3, 20)),
                note(day(3, 25), day(4, 2)),
                note(day(5, 20), day(6, 1)),
                note(day(5, 22)),
            )
        )
    )
    assert [d[:10] for d in found["date"].astype(str)] == ["2025-02-10", "2025-03-20", "2025-05-20"]
    assert [d[:10] for d in found["until"].astype(str)] == [
        "2025-02-12",
        "2025-04-02",
        "2025-05-21",
    ]
    assert found["label"].tolist() == ["1", "3–4", "5"]


def pins(picture: ET.Element) -> list[float]:
    """Where the triangles stand, in pixels from the left."""
    (group,) = [
        g
        for g in groups(picture, "mark-symbol")
        if any(p.get("transform", "").endswith(f",{STRIP - 6})") for p in g.iter())
    ]
    shifts = [p.get("transform") for p in group.iter() if p.get("transform")]
    return [float(re.findall(r"-?[\d.]+", shift)[0]) for shift in shifts]


def spans(picture: ET.Element) -> list[tuple[float, float]]:
    """From where to where the bars of what lasts reach, in pixels from the left."""
    lines = [g for rule in groups(picture, "mark-rule") for g in rule.iter() if g.get("x2")]
    found = []
    for line in lines:
        at = re.findall(r"-?[\d.]+", line.get("transform", "translate(0,0)"))
        if float(at[1]) == STRIP - 6:
            found.append((float(at[0]), float(at[0]) + float(line.get("x2"))))
    return [span for span in found if span[0] != span[1]]


def test_by_day_marks_are_drawn_on_their_days():
    picture = drawn(by_day((note(day(3, 22)), note(day(4, 21), day(5, 11)))), DESK)
    assert pins(picture) == pytest.approx([DESK * 0.4, DESK * 0.7])
    assert spans(picture) == [pytest.approx((DESK * 0.7, DESK * 0.9))]


def test_marks_of_bars_by_month_are_drawn_in_their_middle():
    picture = drawn(by_unit((note(day(3, 30)), note(day(7, 2), day(9, 2)))), DESK)
    middle = [DESK * days / 730 for days in (59 + 15.5, 181 + 15.5, 243 + 15)]
    assert pins(picture) == pytest.approx(middle[:2], abs=1)
    assert spans(picture) == [pytest.approx((middle[1], middle[2]), abs=1)]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_months_stay_in_order_whichever_has_a_mark(width):
    bare = texts(drawn(ordinal(()), width), "role-axis-label")
    assert bare[0] == "Jan 2025" or width == PHONE
    marked = texts(drawn(ordinal((note(day(9)), note(day(2)))), width), "role-axis-label")
    assert [t for t in marked if "20" in t] == [t for t in bare if "20" in t]


@pytest.mark.parametrize("draw", [ordinal, temporal])
def test_data_are_below_the_strip_and_before_the_lines_to_it(draw):
    picture = drawn(draw((note(day(3)), note(day(10, 1, 2026)))), DESK)
    shapes = "mark-rect" if draw is ordinal else "mark-line"
    places = [groups(picture, shapes)[-1]]
    data = [h for g in places for p in g.iter() for h in heights(p.get("d", ""))]
    assert min(data) >= STRIP - 0.01
    assert max(data) > STRIP
    order = [g.get("class", "") for g in picture.iter() if "role-mark" in g.get("class", "")]
    lead = next(i for i, c in enumerate(order) if "mark-rule" in c)
    assert lead < next(i for i, c in enumerate(order) if shapes in c)


@pytest.mark.parametrize(
    ("notes", "width", "shown"),
    [
        ((note(day(3)), note(day(4))), DESK, True),
        ((note(day(3)), note(day(4))), PHONE, False),
        ((note(day(3)), note(day(9))), PHONE, True),
        ((note(day(3)),), PHONE, True),
    ],
)
def test_numbers_are_shown_where_they_have_room(notes, width, shown):
    picture = drawn(ordinal(notes), width)
    numbers = [g for g in groups(picture, "mark-text") if "role-mark" in g.get("class", "")]
    opacities = {t.get("opacity", "1") for g in numbers for t in g.iter() if t.tag.endswith("text")}
    assert opacities == ({"1"} if shown else {"0"})


@pytest.mark.parametrize("code", ["en", "id"])
def test_marks_speak_the_language(code):
    lang = language(code)
    found = marks(ordinal((note(day(8, 17)),), lang))
    assert found["name"].tolist() == [lang.month(day(8))]
    assert f"{lang.date(day(8, 17))} · {lang('Incident')}: " in found["notes"][0]


def test_a_mark_has_a_place_to_touch_that_says_what_happened():
    told = ordinal((note(day(3)),)).to_dict()
    touch = [part for part in told["layer"] if "tooltip" in part.get("encoding", {})]
    assert [tip["field"] for tip in touch[-1]["encoding"]["tooltip"]] == ["label", "notes"]
    assert touch[-1]["mark"]["size"] >= 24**2
