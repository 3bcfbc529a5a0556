import csv
import datetime as dt
import json
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from cxlib.errors import CxError
from cxlib.ingest import canonical
from cxlib.ingest.convert import convert
from cxlib.ingest.plain import from_plain, to_plain
from cxlib.ingest.plan import Attribute, Plan, Score
from cxlib.ingest.repair import Repair
from cxlib.tables.kind import kinds

NPS = Score("nps", "nps", 0, 10)


@pytest.fixture
def imports(stage, tmp_path):
    """Convert text by a plan whose fields are the columns of their names."""

    def run(text: str, kind: str, formats: dict[str, str] | None = None, **about: object):
        staged = stage(text)
        fields = {f.name: f.name for f in kinds()[kind].fields if f.name in staged.columns}
        types = {"number": ".", "money": ".", "timestamp": "ymd"}
        found = {n: types[kinds()[kind].field(n).type] for n in fields
                 if kinds()[kind].field(n).type in types}  # fmt: skip
        mapping = about.pop("mapping", fields)
        plan = Plan(kind, mapping, found | (formats or {}), **about)
        imported = convert(staged, plan, tmp_path)
        parts = imported.rows_accepted + imported.rows_merged + imported.rows_rejected
        assert imported.rows_read == parts
        assert pq.read_metadata(imported.table).num_rows == imported.rows_accepted
        return imported

    return run


def issues(imported):
    return {(issue.code, issue.column): issue.count for issue in imported.issues}


def rejected(imported):
    with imported.rejects.open(encoding="utf-8", newline="") as handle:
        return [(int(r["line"]), r["column"], r["code"]) for r in csv.DictReader(handle)]


SMALL = {
    "transactions": "customer_id,timestamp\n007,2025-01-31\n",
    "responses": "score\n9\n",
    "feedback": "text\nbagus\n",
    "events": "customer_id,timestamp,event\n007,2025-01-31 10:00,view\n",
    "tickets": "ticket_id,timestamp\n7,2025-01-31\n",
    "subscriptions": "customer_id,start,end,mrr,churned\n7,2025-01-31,,10.5,ya\n",
    "campaigns": "timestamp,cost\n2025-01-31,10.5\n",
    "experiments": "variant,n,successes\na,100,10\nb,100,12\n",
    "customers": "customer_id,consent\n7,yes\n",
}
TYPES = {
    "id": "string", "text": "string", "category": "string", "number": "double",
    "money": "decimal128(18, 4)", "timestamp": "timestamp[us]", "flag": "bool",
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"transactions"}))
def test_every_kind_has_the_layout_of_its_fields(imports, kind):
    imported = imports(SMALL[kind], kind)
    schema = {f.name: str(f.type) for f in pq.read_schema(imported.table)}
    fields = {f.name: TYPES[f.type] for f in kinds()[kind].fields}
    day = {"day": "date32[day]"} if "timestamp" in fields else {}
    assert list(schema.items()) == list(({"line": "int64"} | fields | day).items())
    assert imported.table.name == f"{kind}.parquet"
    again = canonical.reopen(imported.table, kind)
    assert (again.digest, again.rows_read) == (imported.digest, imported.rows_read)
    assert again.table == imported.table


def test_scores_and_attributes_are_typed_and_counted_by_value(imports, rows):
    imported = imports(
        "nps,puas,age,city,since,vip\n9,sangat puas,34,Bandung,2025-01-31,ya\n"
        "Blank,Biasa,35,,2025-02-01,tidak\n11,5,n/a,Solo,,mungkin\n,buruk,abc,Solo,2025-02-03,\n",
        "responses",
        mapping={"score": "nps"},
        scores=(
            Score("nps", "nps", 0, 10),
            Score("puas", "csat", 1, 5, words={"sangat puas": 5.0, "biasa": 3.0}),
        ),
        attributes=(
            Attribute("age", "number", "."),
            Attribute("city", "text"),
            Attribute("since", "timestamp", "ymd"),
            Attribute("vip", "flag"),
        ),
    )
    table = rows(imported.table)
    assert [r["score"] for r in table] == [r["s0"] for r in table] == [9.0, None, 11.0, None]
    assert [r["s1"] for r in table] == [5.0, 3.0, 5.0, None]
    assert [r["a0"] for r in table] == [34.0, 35.0, None, None]
    assert [r["a1"] for r in table] == ["Bandung", None, "Solo", "Solo"]
    assert table[0]["a2"] == dt.datetime(2025, 1, 31)
    assert [r["a3"] for r in table] == [True, False, None, None]
    noticed = issues(imported)
    assert noticed[("out_of_scale", "nps")] == 1
    assert noticed[("unscored", "nps")] == 2
    assert noticed[("unscored", "puas")] == 1
    assert noticed[("empty_cells", "age")] == 1
    said = next(i for i in imported.issues if i.code == "unscored" and i.column == "nps")
    assert said.params["values"] == "“Blank” (1), “” (1)"
    problems = {(p.code, p.column): (p.count, p.values, p.blocking) for p in imported.problems}
    assert problems == {
        ("unreadable_score", "puas"): (1, (("buruk", 1),), False),
        ("unreadable_number", "age"): (1, (("abc", 1),), False),
        ("unreadable_flag", "vip"): (1, (("mungkin", 1),), False),
    }


@pytest.mark.parametrize(
    ("answer", "points"),
    [("4,5", 4.5), ("4.5", 4.5), ("85%", 85.0), ("1,000", 1.0), ("-1", -1.0), ("4/5", None)],
)
def test_points_have_a_decimal_mark_and_no_thousands(imports, rows, answer, points):
    imported = imports(
        f'nps,why\n"{answer}",good\n', "responses", mapping={"score": "nps"}, scores=(NPS,)
    )
    assert rows(imported.table)[0]["s0"] == points


def test_a_row_without_what_its_kind_needs_is_rejected_with_the_reason(imports):
    imported = imports(
        "customer_id,timestamp,event\n7,2025-01-31,view\n,2025-01-31,view\n7,,view\n"
        "7,soon,view\n7,2025-01-31,\n",
        "events",
    )
    assert rejected(imported) == [
        (3, "customer_id", "missing_id"),
        (4, "timestamp", "missing_timestamp"),
        (5, "timestamp", "unreadable_date"),
        (6, "event", "missing_text"),
    ]
    assert {(p.code, p.blocking, p.rows) for p in imported.problems} == {
        ("missing_id", True, (3,)),
        ("missing_timestamp", True, (4,)),
        ("unreadable_date", True, (5,)),
        ("missing_text", True, (6,)),
    }


def test_the_shape_of_the_file_says_which_numbers_are_needed(imports):
    imported = imports("variant,n,successes\na,100,10\nb,many,12\nc,50,\n", "experiments")
    assert rejected(imported) == [(3, "n", "unreadable_number"), (4, "successes", "missing_number")]
    single = imports("variant,outcome,n\na,1,\nb,0,x\n", "experiments")
    assert single.rows_accepted == 2


def test_optional_cells_that_cannot_be_read_are_emptied_and_counted(imports, rows):
    imported = imports(
        "customer_id,start,end,mrr,churned\n1,2025-01-31,soon,10 %,ya\n2,,2025-02-30,12.5,entah\n",
        "subscriptions",
    )
    table = rows(imported.table)
    assert [(r["start"], r["end"], r["mrr"], r["churned"]) for r in table] == [
        (dt.datetime(2025, 1, 31), None, None, True),
        (None, None, Decimal("12.5"), None),
    ]
    assert issues(imported) == {
        ("empty_cells", "start"): 1,
        ("unread_date", "end"): 2,
        ("unread_number", "mrr"): 1,
        ("unread_flag", "churned"): 1,
    }
    assert (imported.first_day, imported.last_day) == ("2025-01-31", "2025-01-31")
    assert (imported.customers, imported.order_count, imported.revenue) == (2, 0, None)


def test_amounts_of_another_currency_are_not_summed_with_the_chosen_one(imports):
    imported = imports(
        "timestamp,cost\n2025-01-31,Rp 10000\n2025-01-31,$5\n2025-01-31,7000\n",
        "campaigns",
        currency="IDR",
    )
    assert rejected(imported) == [(3, "cost", "other_currency")]


REPAIRABLE = (
    "customer_id,timestamp,event\n7,2025-01-31,view\n8,kemarin,view\n9,kemarin,klik\n"
    ",2025-02-01,view\n7,besok,view\n7,,view\n"
)


def test_repairs_map_fill_and_leave_out(imports, rows):
    before = imports(REPAIRABLE, "events")
    problem = next(p for p in before.problems if p.code == "unreadable_date")
    assert (problem.count, problem.distinct, problem.blocking) == (3, 2, True)
    assert problem.values == (("kemarin", 2), ("besok", 1))
    after = imports(
        REPAIRABLE,
        "events",
        repairs=(
            Repair("map", "timestamp", "kemarin", "2025-02-02"),
            Repair("fill", "customer_id", to="guest"),
            Repair("fill", "timestamp", to="2025-03-03"),
            Repair("drop", "event", "klik"),
            Repair("drop", "timestamp", code="unreadable_date"),
            Repair("map", "event", "never", "x"),
        ),
    )
    assert [(r["line"], r["customer_id"], r["day"]) for r in rows(after.table)] == [
        (2, "7", dt.date(2025, 1, 31)),
        (3, "8", dt.date(2025, 2, 2)),
        (5, "guest", dt.date(2025, 2, 1)),
        (7, "7", dt.date(2025, 3, 3)),
    ]
    assert rejected(after) == [(4, "event", "left_out"), (6, "timestamp", "left_out")]
    assert after.problems == ()
    told = [(i.code, i.column, i.count) for i in after.issues if "repair" in i.code]
    assert told == [
        ("repaired", "timestamp", 2),
        ("repaired", "customer_id", 1),
        ("repaired", "timestamp", 1),
        ("unused_repair", "event", 0),
    ]


def test_a_second_thought_about_the_same_value_counts(imports, rows):
    twice = (Repair("map", "event", "view", "see"), Repair("map", "event", "view", "look"))
    text = "customer_id,timestamp,event\n7,2025-01-31, view \n"
    assert rows(imports(text, "events", repairs=twice).table)[0]["event"] == "look"


def test_a_repair_of_a_column_that_the_file_has_not_is_unused(imports):
    imported = imports(SMALL["events"], "events", repairs=(Repair("fill", "gone", to="x"),))
    assert ("unused_repair", "gone") in issues(imported)


def test_transactions_are_repaired_the_same_way(do_import, stage, tmp_path):
    text = "customer,date,amount\n7,2025-01-31,5\n8,soon,6\n9,2025-02-01,free\n"
    plan = Plan(
        "transactions",
        {"customer_id": "customer", "timestamp": "date", "amount": "amount"},
        {"timestamp": "ymd", "amount": "."},
        repairs=(Repair("map", "amount", "free", "0"), Repair("map", "date", "soon", "2025-03-01")),
    )
    imported = convert(stage(text), plan, tmp_path)
    assert (imported.rows_accepted, imported.revenue, imported.problems) == (3, "11.0000", ())


def test_plans_survive_json():
    plan = Plan(
        "responses",
        {"score": "nps"},
        {"score": "."},
        today=dt.date(2025, 1, 31),
        scores=(Score("puas", "csat", 1.0, 5.0, "low", {"puas": 4.0}),),
        attributes=(Attribute("age", "number", ","),),
        repairs=(Repair("drop", "age", code="unreadable_number"),),
    )
    assert from_plain(Plan, json.loads(json.dumps(to_plain(plan)))) == plan


ODD = {
    "negative_duration": ("tickets", "ticket_id,timestamp,resolved_at\n1,2025-02-01,2025-01-31\n"),
    "repeated_ticket": ("tickets", "ticket_id,timestamp\n1,2025-02-01\n1,2025-02-02\n"),
    "repeated_customer": ("customers", "customer_id\n7\n7\n8\n"),
    "unit_in_two_variants": ("experiments", "variant,outcome,unit_id\na,1,7\nb,1,7\nb,0,8\n"),
    "impossible_rate": ("campaigns", "timestamp,clicks,impressions\n2025-01-31,10,5\n"),
    "early_date": ("feedback", "text,timestamp\nok,1900-01-01\n"),
    "future_date": ("feedback", "text,timestamp\nok,2031-01-01\n"),
    "missing_customer": ("feedback", "text,customer_id\nok,\n"),
    "duplicate_rows": ("feedback", "text,customer_id\nok,7\nok,7\n"),
}


@pytest.mark.parametrize("code", ODD)
def test_what_is_odd_is_counted(imports, code):
    kind, text = ODD[code]
    found = {i.code for i in imports(text, kind, today=dt.date(2025, 6, 1)).issues}
    assert code in found
    fine = {i.code for i in imports(SMALL[kind], kind, today=dt.date(2025, 6, 1)).issues}
    assert code not in fine


def test_copies_are_removed_only_if_that_is_chosen(imports):
    text = "text,customer_id\nok,7\nok,7\n"
    assert imports(text, "feedback").rows_accepted == 2
    removed = imports(text, "feedback", remove_duplicates=True)
    assert rejected(removed) == [(3, "", "duplicate_row")]


def test_outliers_rare_words_and_row_numbers_are_shown(imports):
    lines = [
        f"{i},c{i},{1960 + i % 30},{30_000 + 500 * (i % 100)},{'AB'[i % 2]},{i % 7}"
        for i in range(400)
    ]
    lines[7] = "7,c7,1893,666666,YOLO,-o"
    imported = imports(
        "no,customer_id,born,income,status,rank\n" + "\n".join(lines) + "\n",
        "customers",
        mapping={"customer_id": "customer_id"},
        attributes=(
            Attribute("no", "number", "."),
            Attribute("born", "number", "."),
            Attribute("income", "number", "."),
            Attribute("status", "text"),
            Attribute("rank", "text"),
        ),
    )
    shown = {(i.code, i.column): i.params.get("values") for i in imported.issues}
    assert shown == {
        ("row_numbers", "no"): None,
        ("outlier", "income"): "666666",
        ("rare_values", "status"): "“YOLO” (1)",
        ("rare_values", "rank"): "“-o” (1)",
        ("nearly_numbers", "rank"): "“-o” (1)",
        ("outlier", "born"): "1893",
    }


def test_yes_and_no_are_outcomes(imports, rows):
    imported = imports("variant,outcome\na,TRUE\nb,FALSE\nb,2.5\nb,maybe\n", "experiments")
    assert [r["outcome"] for r in rows(imported.table)] == [1.0, 0.0, 2.5]
    assert issues(imported)[("answers_counted", "outcome")] == 2
    assert rejected(imported) == [(5, "outcome", "unreadable_number")]


def test_a_few_negative_values_are_told(imports):
    text = "timestamp,clicks\n" + "".join(
        f"2025-01-31,{-5 if i == 7 else i % 9}\n" for i in range(99)
    )
    assert issues(imports(text, "campaigns"))[("negative_values", "clicks")] == 1


def test_a_kind_without_a_needed_column_is_refused(stage, tmp_path):
    with pytest.raises(CxError, match="missing_field"):
        convert(
            stage("customer_id\n7\n"), Plan("events", {"customer_id": "customer_id"}, {}), tmp_path
        )
