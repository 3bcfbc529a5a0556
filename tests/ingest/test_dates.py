import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.ingest.columns import Column
from cxlib.ingest.dates import (
    NOTATIONS,
    DateEvidence,
    order_of,
    parse_dates,
    read_dates,
    swapped_dates,
)

JAKARTA = "Asia/Jakarta"


def told(*values: str) -> DateEvidence:
    evidence = DateEvidence()
    evidence.add(pa.array(values))
    return evidence


def read(order: str, *values: str, zone: str = JAKARTA) -> list[dt.datetime | None]:
    return parse_dates(pa.array(values), order, zone).to_pylist()


@pytest.mark.parametrize(
    ("order", "text", "moment"),
    [
        ("ymd", "2025-08-31", "2025-08-31"),
        ("ymd", "2025/8/1 7:05", "2025-08-01T07:05"),
        ("ymd", "20250831", "2025-08-31"),
        ("ymd", "20250831T140506", "2025-08-31T14:05:06"),
        ("ymd", "2025-08-31T14:05:06.123456", "2025-08-31T14:05:06.123456"),
        ("dmy", "31/08/2025 14:05", "2025-08-31T14:05"),
        ("dmy", "31-08-25", "2025-08-31"),
        ("dmy", "31.08.2025 09.30", "2025-08-31T09:30"),
        ("dmy", "1/2/2025", "2025-02-01"),
        ("mdy", "1/2/2025", "2025-01-02"),
        ("mdy", "8/31/25 2:05 PM", "2025-08-31T14:05"),
        ("mdy", "1/2/25 12:00 am", "2025-01-02"),
        ("ydm", "2025-31-08", "2025-08-31"),
        ("dmy", "2025-08-31", "2025-08-31"),
        ("dmy", "31 Agustus 2025", "2025-08-31"),
        ("dmy", "17 Agt 25", "2025-08-17"),
        ("dmy", "1 Mei 2025", "2025-05-01"),
        ("dmy", "3 de janeiro de 2025 08:15 hs.", "2025-01-03T08:15"),
        ("dmy", "31.08.2025 14:05 Uhr", "2025-08-31T14:05"),
        ("unix_us", "1735873200123456", "2025-01-03T10:00:00.123456"),
        ("dmy", "Minggu, 31 Agustus 2025 pukul 09.30", "2025-08-31T09:30"),
        ("mdy", "Aug 31, 2025", "2025-08-31"),
        ("mdy", "August 1st, 2025 10:00", "2025-08-01T10:00"),
        ("dmy", "10-Jan-24", "2024-01-10"),
        ("ymd", "2024-Jan-10", "2024-01-10"),
        ("dmy", "17 Agt 2025 09:30 WIB", "2025-08-17T09:30"),
        ("dmy", "17 Agt 2025 09:30 WITA", "2025-08-17T08:30"),
        ("dmy", "17 Agt 2025 09:30 WIT", "2025-08-17T07:30"),
        ("ymd", "2025-08-17T20:00:00Z", "2025-08-18T03:00"),
        ("ymd", "2025-08-17 09:30:00+09:00", "2025-08-17T07:30"),
        ("ymd", "2025-08-17 09:30 -0500", "2025-08-17T21:30"),
        ("serial", "45900", "2025-08-31"),
        ("serial", "45900.5", "2025-08-31T12:00"),
        ("serial1904", "44438", "2025-08-31"),
        ("unix", "1700000000", "2023-11-15T05:13:20"),
        ("unix_ms", "1700000000000", "2023-11-15T05:13:20"),
        ("dmy", "01/01/68", "2068-01-01"),
        ("dmy", "01/01/69", "1969-01-01"),
        ("dmy", "29/02/2024", "2024-02-29"),
        ("ymd", "2025.08.31", "2025-08-31"),
        ("dmy", "31 de agosto de 2025", "2025-08-31"),
        ("dmy", "quarta-feira, 3 de setembro de 2025", "2025-09-03"),
        ("dmy", "1º de março de 2025", "2025-03-01"),
        ("dmy", "1er août 2025 14h05", "2025-08-01T14:05"),
        ("dmy", "dimanche 7 décembre 2025", "2025-12-07"),
        ("dmy", "3. März 2025 um 10:00", "2025-03-03T10:00"),
        ("dmy", "Mittwoch, 31. Dezember 2025", "2025-12-31"),
        ("dmy", "5-ene-2025", "2025-01-05"),
        ("dmy", "miércoles 10 de septiembre de 2025", "2025-09-10"),
        ("dmy", "5/2/2025 2:05 p. m.", "2025-02-05T14:05"),
        ("ymd", "2025-08-17 09:30 GMT+9", "2025-08-17T07:30"),
        ("ymd", "2025-08-17 09:30 UTC-05:30", "2025-08-17T22:00"),
        ("mdy", "Sun Aug 31, 2025 14:05:00 GMT+0700 (Western Indonesia Time)", "2025-08-31T14:05"),
        ("ymd", "2025-08-17 09:30 EST", "2025-08-17T21:30"),
        ("dmy", "Januari 2025", "2025-01-01"),
        ("dmy", "Aug 2025", "2025-08-01"),
        ("ymd", "2025-03", "2025-03-01"),
        ("mdy", "03/2025", "2025-03-01"),
        ("ymd", "2025-W05", "2025-01-27"),
        ("ymd", "Q3 2025", "2025-07-01"),
        ("dmy", "45900.5", "2025-08-31T12:00"),
    ],
)
def test_days_and_times_as_people_write_them(order, text, moment):
    assert read(order, text) == [dt.datetime.fromisoformat(moment)]


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("dmy", "29/02/2023"),
        ("dmy", "31/04/2025"),
        ("dmy", "02/13/2025"),
        ("mdy", "13/02/2025"),
        ("dmy", "00/01/2025"),
        ("dmy", "1/1/202"),
        ("dmy", "31 Foo 2025"),
        ("ymd", "2025-08-31 25:00"),
        ("ymd", "2025-08-31 10:61"),
        ("ymd", "0000-00-00"),
        ("ymd", "20251301"),
        ("ymd", "yesterday"),
        ("mdy", "1/2/2025 13:00 PM"),
        ("serial", "abc"),
        ("ymd", ""),
        ("dmy", "12345"),
        ("dmy", "99999"),
        ("ymd", "2025-W53"),
        ("ymd", "2025-13"),
        ("dmy", "Jan-25"),
        ("ymd", "2025.01"),
        ("ymd", "2025"),
        ("ymd", "Foo 2025"),
    ],
)
def test_what_is_no_day_stays_none(order, text):
    assert read(order, text) == [None]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (("31/08/2025", "01/02/2025"), "dmy"),
        (("08/31/2025", "01/02/2025"), "mdy"),
        (("01/02/2025", "12/11/2025"), None),
        (("01/02/2025", "2025-08-31"), None),
        (("13/02/2025", "02/13/2025"), None),
        (("2025-08-31", "20250831"), "ymd"),
        (("31 Agt 2025", "Aug 1, 2025"), "ymd"),
        (("2025-31-08", "2025-01-02"), None),
        (("2025-31-08",), "ydm"),
        (("99/12/31", "25/01/02"), "ymd"),
        (("45900", "45901.25"), "serial"),
        (("1700000000",), "unix"),
        (("31/08/2025", "45900", "45901"), "dmy"),
        (("Januari 2025", "Februari 2025"), "ymd"),
    ],
)
def test_the_order_is_told_by_the_column_or_not_at_all(values, order):
    assert told(*values).order == order


def test_blocks_of_one_shape_agree_with_cells_read_one_by_one():
    days = [dt.date(1999, 1, 1) + dt.timedelta(149 * i) for i in range(100)]
    for order, pattern in (
        ("dmy", "%d/%m/%Y"), ("mdy", "%m-%d-%Y %H:%M:%S"), ("dmy", "%d.%m.%y"), ("ymd", "%Y/%m/%d"),
        ("ymd", "%y-%m-%d"), ("ydm", "%Y-%d-%m"), ("ymd", "%Y%m%d"),
    ):  # fmt: skip
        texts = [day.strftime(pattern) for day in days] + ["31/02/2025", "99/99/9999", "20251301"]
        one_by_one = [read(order, text)[0] for text in texts]
        assert read(order, *texts) == one_by_one
        assert [moment.date() for moment in one_by_one[:100]] == days


def test_how_dates_are_written_is_told():
    texts = [
        "2025-08-31",
        "31/08/25",
        "31 Agt 2025",
        "Aug 31, 2025",
        "20250831",
        "2025-08",
        "45900",
    ]
    dates = read_dates(pa.array([*texts, "x"]), "dmy", JAKARTA)
    assert [NOTATIONS[way] for way in dates.notations] == [
        "year first", "year last", "named", "month first", "compact", "period", "serial", "none",
    ]  # fmt: skip
    assert dates.short.tolist() == [False, True, *[False] * 6]


def test_what_is_a_date_the_other_way_round_is_told():
    texts = pa.array(["13/02/2025", "02/13/2025", "32/13/2025", "x"])
    dates = read_dates(texts, "dmy", JAKARTA)
    assert swapped_dates(dates, texts, "dmy", JAKARTA).to_pylist() == [False, True, False, False]


def test_the_examples_of_an_ambiguous_column_differ_by_order():
    assert told("01/02/2025", "03/03/2025", "04/05/2025").examples == ["01/02/2025", "04/05/2025"]


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("dmy", "dmy"), ("DD/MM/YYYY", "dmy"), ("%d-%m-%y", "dmy"), ("iso", "ymd"),
        ("%Y%m%d", "ymd"), ("MM/DD/YYYY HH:MM", "mdy"), ("%Y-%m-%d %H:%M:%S", "ymd"),
        ("dd MMM yyyy", "dmy"), ("serial", "serial"), ("nonsense", None), ("yy", None),
    ],
)  # fmt: skip
def test_formats_as_people_write_them(asked, order):
    assert order_of(asked) == order


MOMENTS = st.datetimes(dt.datetime(1971, 1, 1), dt.datetime(2068, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


@given(
    st.lists(MOMENTS, min_size=1, max_size=5),
    st.sampled_from(
        [
            ("ymd", "%Y-%m-%d %H:%M:%S"), ("ymd", "%Y-%m-%dT%H:%M:%S"), ("ymd", "%Y%m%d%H%M%S"),
            ("dmy", "%d/%m/%Y %H:%M:%S"), ("dmy", "%d.%m.%y %H.%M.%S"), ("mdy", "%m/%d/%Y %I:%M:%S %p"),
            ("mdy", "%B %d, %Y %H:%M:%S"), ("dmy", "%d %b %Y %H:%M:%S"),
        ]
    ),
)  # fmt: skip
def test_any_moment_survives_any_notation(moments, notation):
    order, pattern = notation
    assert read(order, *(m.strftime(pattern) for m in moments)) == moments


@given(MOMENTS, st.sampled_from(["Asia/Jakarta", "Europe/London", "America/New_York"]))
def test_zones_agree_with_zoneinfo(moment, zone):
    from zoneinfo import ZoneInfo

    local = moment.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert read("ymd", f"{moment.isoformat()}Z", zone=zone) == [local]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"])
def test_a_column_of_iso_dates_is_read_at_once_as_one_by_one(form):
    moments = [dt.datetime(2025, 1, 31, 9, 5, 7) + dt.timedelta(hours=17 * i) for i in range(50)]
    texts = [moment.strftime(form) for moment in moments]
    alone = read_dates(pa.array([*texts, "31/12/2025"]), "dmy", JAKARTA)
    whole = read_dates(pa.array(texts), "dmy", JAKARTA)
    assert whole.moments.equals(alone.moments.slice(0, 50))
    assert whole.notations.tolist() == alone.notations.tolist()[:50]
    assert told(*texts).order == "ymd"
    assert told(*texts).share == 1


def test_one_day_that_is_none_leaves_the_others():
    assert read("ymd", "2025-02-28", "2025-02-30", "2025-03-01") == [
        dt.datetime(2025, 2, 28),
        None,
        dt.datetime(2025, 3, 1),
    ]
    assert read("ymd", "0999-01-01", "2025-01-01") == [None, dt.datetime(2025, 1, 1)]


@given(
    st.lists(
        st.one_of(
            st.integers(-(10**9), 10**16).map(str),
            st.integers(0, 99_999).map(str),
            st.sampled_from(
                ["20250131", "20251399", "45688", "45688.5", "1735689600", "31.12", "7"]
            ),
            st.decimals(-(10**6), 10**6, places=2).map(str),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_numbers_tell_as_many_days_as_they_do_pattern_by_pattern(values):
    quickly, slowly = Column("a", "text"), Column("a", "text")
    quickly.add(pa.array(values, pa.string()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cxlib.ingest.columns.machine_numbers", lambda text: None)
        slowly.add(pa.array(values, pa.string()))
    assert quickly.dates == slowly.dates
