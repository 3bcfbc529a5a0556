import csv
import datetime as dt
import random
from decimal import Decimal

import pandas as pd
import pyarrow.parquet as pq
import pytest

from cxlib.errors import CxError
from cxlib.ingest import canonical, match, plan
from cxlib.ingest.convert import convert
from cxlib.ingest.plan import Plan

HEADER = "order_id,customer,date,product,quantity,price,status\n"


def counted(imported):
    return {issue.code: issue.count for issue in imported.issues}


def rejected(imported):
    with imported.rejects.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def balance(imported):
    return imported.rows_accepted + imported.rows_merged + imported.rows_rejected


def test_lines_are_summed_to_their_order(do_import, rows):
    imported = do_import(
        HEADER
        + "A1,7,2025-01-31 10:00,tea,2,1.50,done\n"
        + "A2,8,2025-01-31 11:00,tea,1,1.50,done\n"
        + "A1,7,2025-01-31 10:05,coffee,1,4.25,done\n"
    )
    orders = rows(imported.table)
    assert [(o["order_id"], o["amount"], o["lines"], o["line"]) for o in orders] == [
        ("A1", Decimal("7.2500"), 2, 2),
        ("A2", Decimal("1.5000"), 1, 3),
    ]
    assert orders[0]["timestamp"] == dt.datetime(2025, 1, 31, 10)
    assert orders[0]["quantity"] == 3
    assert (imported.rows_read, imported.rows_accepted, imported.rows_merged) == (3, 2, 1)
    assert [line["product"] for line in rows(imported.lines)] == ["tea", "tea", "coffee"]
    assert imported.revenue == "8.7500"
    assert (imported.first_day, imported.last_day) == ("2025-01-31", "2025-01-31")


def test_the_schema_is_the_one_of_the_architecture(do_import):
    path = do_import(HEADER + "A1,7,2025-01-31,tea,2,1.50,done\n").table
    schema = pq.read_schema(path)
    assert {f.name: str(f.type) for f in schema} == {
        "customer_id": "string", "order_id": "string", "timestamp": "timestamp[us]",
        "day": "date32[day]", "purchase_day": "date32[day]", "amount": "decimal128(18, 4)",
        "discount": "decimal128(18, 4)", "quantity": "decimal128(18, 4)", "channel": "string",
        "place": "string", "currency": "string", "status": "string", "lines": "int32",
        "line": "int64",
    }  # fmt: skip
    assert pq.read_metadata(path).metadata[b"cxlib.kind"] == b"transactions"


def test_the_schema_of_the_lines(do_import):
    schema = pq.read_schema(do_import(HEADER + "A1,7,2025-01-31,tea,2,1.50,batal\n").lines)
    assert {f.name: str(f.type) for f in schema} == {
        "customer_id": "string", "order_id": "string", "day": "date32[day]",
        "purchase_day": "date32[day]", "product": "string", "category": "string",
        "channel": "string", "place": "string", "quantity": "decimal128(18, 4)",
        "unit_price": "decimal128(18, 4)", "amount": "decimal128(18, 4)",
        "discount": "decimal128(18, 4)", "status": "string", "line": "int64",
    }  # fmt: skip


def test_without_an_order_id_each_row_is_a_record(do_import):
    imported = do_import("customer,date,amount\n7,2025-01-31,5\n7,2025-01-31,5\n")
    assert (imported.rows_accepted, imported.rows_merged) == (2, 0)
    assert counted(imported)["duplicate_rows"] == 1
    assert imported.lines is None


def test_an_order_number_of_two_customers_is_two_orders(do_import):
    imported = do_import(
        HEADER + "1,7,2025-01-31,tea,1,2,\n1,8,2025-01-31,tea,1,3,\n1,7,2025-02-01,tea,1,4,\n"
    )
    assert imported.rows_accepted == 3


def test_refunds_go_back_to_what_they_undo(do_import, rows):
    imported = do_import(
        HEADER
        + "A1,7,2025-01-01,tea,2,5,done\n"  # undone by its own id
        + "A2,7,2025-01-05,tea,3,5,done\n"  # undone by product and quantity: the latest earlier
        + "A3,7,2025-01-07,tea,3,5,done\n"
        + "900,8,2025-01-02,tea,1,5,done\n"  # undone by a credit note
        + "A1,7,2025-02-01,tea,-2,5,done\n"
        + "X9,7,2025-02-02,tea,-3,5,done\n"
        + "C900,8,2025-02-03,tea,-1,5,done\n"
        + "X8,9,2025-02-04,tea,-1,5,done\n"  # undoes nothing here
        + "A4,7,2025-03-01,tea,3,5,done\n"  # later than the refund
    )
    back = {
        o["order_id"]: o["purchase_day"] for o in rows(imported.table) if o["status"] == "refund"
    }
    assert back == {
        "A1": dt.date(2025, 1, 1),
        "X9": dt.date(2025, 1, 7),
        "C900": dt.date(2025, 1, 2),
        "X8": dt.date(2025, 2, 4),
    }
    assert counted(imported)["refund"] == 4
    assert counted(imported)["unmatched_refund"] == 1
    assert counted(imported)["cancellation"] == 1
    assert Decimal(imported.revenue) == 60 - 35


@pytest.mark.parametrize(
    "status", ["Cancelled", "batal", "Dibatalkan oleh pembeli", "VOID", "Gagal"]
)
def test_what_was_never_charged_contributes_nothing(do_import, rows, status):
    imported = do_import(
        HEADER + f"A1,7,2025-01-01,tea,2,5,{status}\nA2,7,2025-01-02,tea,1,5,Selesai\n"
    )
    assert [(o["status"], o["amount"]) for o in rows(imported.table)] == [
        ("cancellation", Decimal(0)),
        ("sale", Decimal(5)),
    ]
    assert counted(imported)["cancellation"] == 1


def test_a_row_that_says_refunded_leaves_nothing_unless_it_is_a_row_of_its_own(do_import, rows):
    imported = do_import(
        HEADER
        + "A1,7,2025-01-01,tea,2,5,Refunded\n"
        + "A2,7,2025-01-02,tea,2,5,paid\nA2,7,2025-01-09,tea,2,5,Dana dikembalikan\n"
    )
    assert [(o["order_id"], o["status"], o["amount"]) for o in rows(imported.table)] == [
        ("A1", "refund", Decimal(0)),
        ("A2", "sale", Decimal(10)),
        ("A2", "refund", Decimal(-10)),
    ]
    assert rows(imported.table)[2]["purchase_day"] == dt.date(2025, 1, 2)


def test_invoices_with_c_are_credit_notes_only_where_they_are_negative(do_import):
    negative = do_import(HEADER + "C1,7,2025-01-01,tea,-2,5,\n2,7,2025-01-01,tea,1,5,\n")
    assert counted(negative)["cancellation"] == 1
    positive = do_import(HEADER + "C1,7,2025-01-01,tea,2,5,\n2,7,2025-01-01,tea,1,5,\n")
    assert "cancellation" not in counted(positive)


def test_rejects_name_line_column_value_and_cure(do_import):
    imported = do_import(
        "customer,date,amount\n"
        '7,2025-01-31,5\n8,yesterday,5\n9,2025-02-30,5\n"mul\ntiline",,5\n7,2025-01-31,abc\n7,2025-01-31,\n'
        "7,2025-01-31\n",
        {"timestamp": "date", "amount": "amount"},
    )
    got = rejected(imported)
    assert [(r["line"], r["column"], r["value"], r["code"]) for r in got] == [
        ("9", "", "7,2025-01-31", "ragged_row"),
        ("3", "date", "yesterday", "unreadable_date"),
        ("4", "date", "2025-02-30", "unreadable_date"),
        ("5", "date", "", "missing_timestamp"),
        ("7", "amount", "abc", "unreadable_amount"),
        ("8", "amount", "", "missing_amount"),
    ]
    assert all(r["message"] and r["cure"] for r in got)
    assert (imported.rows_read, imported.rows_accepted, imported.rows_rejected) == (7, 1, 6)


def test_ids_stay_text(do_import, rows):
    imported = do_import(
        "customer,date,amount\n00123,2025-01-31,1\n12345678901234567890,2025-01-31,2\n"
        "NA,2025-01-31,3\nnull,2025-01-31,4\n,2025-01-31,5\n 7 ,2025-01-31,6\n"
    )
    assert [o["customer_id"] for o in rows(imported.table)] == [
        "00123", "12345678901234567890", "NA", "null", None, "7",
    ]  # fmt: skip
    assert counted(imported)["missing_customer"] == 1
    assert imported.customers == 5


def test_a_latin1_export_with_decimal_commas_needs_one_answer(stage, tmp_path):
    days = [f"{i % 12 + 1:02d}/{i % 11 + 1:02d}/2025" for i in range(60)]
    text = "Client N°;Prénom;Date;Montant;Quantité\r\n" + "".join(
        f"{i % 20:05d};Zoë;{day};1.2{i:02d},50 €;{i % 3 + 1}\r\n" for i, day in enumerate(days)
    )
    staged = stage(text.encode("latin-1", "replace").replace(b"?", b"\x80"))
    assert (staged.delimiter, staged.encoding) == (";", "cp1252")
    mapping = {"customer_id": "Client N°", "timestamp": "Date", "amount": "Montant"}
    proposal = match.propose(staged, "transactions", mapping)
    assert [q.code for q in proposal.questions] == ["date_order"]
    imported = convert(staged, plan.plan(proposal, {"date_order:timestamp": "dmy"}), tmp_path)
    assert Decimal(imported.revenue) == sum(Decimal(f"12{i:02d}.50") for i in range(60))
    assert imported.currency == "EUR"
    assert (imported.rows_read, imported.rows_rejected) == (60, 0)


def test_an_open_question_stops_the_plan(stage):
    proposal = match.propose(stage("customer,date,amount\n7,01/02/2025,5\n8,03/04/2025,6\n"))
    with pytest.raises(CxError) as caught:
        plan.plan(proposal)
    assert caught.value.code == "needs_answer"
    assert [issue.code for issue in caught.value.issues] == ["date_order"]
    assert plan.plan(proposal, date_format="DD/MM/YYYY").formats["timestamp"] == "dmy"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"date_format": "nonsense"}, "unknown_date_format"),
        ({"timezone": "Mars/Olympus"}, "unknown_timezone"),
    ],
)
def test_answers_that_mean_nothing_are_typed_errors(stage, answers, code):
    proposal = match.propose(stage("customer,date,amount\n7,2025-01-31,5\n"))
    with pytest.raises(CxError, match=code):
        plan.plan(proposal, **answers)


def test_only_the_chosen_currency_is_imported(do_import):
    text = (
        "customer,date,amount,currency\n7,2025-01-31,5,USD\n8,2025-01-31,6,Rp\n9,2025-01-31,7,idr\n"
    )
    imported = do_import(text, currency="IDR")
    assert (imported.revenue, imported.currency) == ("13.0000", "IDR")
    assert [(r["line"], r["code"], r["value"]) for r in rejected(imported)] == [
        ("2", "other_currency", "USD")
    ]


def test_repeated_order_lines_are_counted_once(do_import):
    text = (
        "line_id,order_id,customer,date,amount\n1,A,7,2025-01-31,5\n2,A,7,2025-01-31,5\n"
        "1,A,7,2025-01-31,5\n1,A,7,2025-01-31,9\n1,B,7,2025-01-31,5\n"
    )
    imported = do_import(text)
    assert Decimal(imported.revenue) == 5 + 5 + 9 + 5
    assert [(r["line"], r["code"]) for r in rejected(imported)] == [("4", "repeated_line")]


def test_duplicates_stay_unless_their_removal_is_chosen(do_import):
    text = "customer,date,amount\n7,2025-01-31,5\n7,2025-01-31,5\n7,2025-01-31,5\n8,2025-01-31,5\n"
    assert do_import(text).revenue == "20.0000"
    removed = do_import(text, remove_duplicates=True)
    assert removed.revenue == "10.0000"
    assert [r["line"] for r in rejected(removed)] == ["3", "4"]


def test_odd_days_are_noticed(do_import):
    text = "customer,date,amount\n7,1900-01-01,5\n7,2025-01-31,5\n7,2031-01-31,5\n"
    noticed = counted(do_import(text, today=dt.date(2025, 6, 1)))
    assert noticed["early_date"] == noticed["future_date"] == 1


def test_a_file_without_money_has_no_amounts(do_import, rows):
    imported = do_import("customer,date\n7,2025-01-31\n8,2025-02-01\n")
    assert imported.revenue is None
    assert [o["amount"] for o in rows(imported.table)] == [None, None]
    cancelled = do_import("customer,date,status\n7,2025-01-31,batal\n")
    assert [o["amount"] for o in rows(cancelled.table)] == [None]


def test_an_unread_discount_is_emptied_and_counted(do_import, rows):
    imported = do_import(
        "customer,date,amount,discount\n7,2025-01-31,5,1.5\n8,2025-01-31,6,abc\n9,2025-02-01,6,\n",
        {"discount": "discount"},
    )
    assert [o["discount"] for o in rows(imported.table)] == [Decimal("1.5"), None, None]
    assert counted(imported)["unread_number"] == 1


def test_times_with_a_zone_are_days_of_the_business(do_import, rows):
    text = "customer,date,amount\n7,2025-01-31T20:00:00Z,5\n"
    assert rows(do_import(text).table)[0]["day"] == dt.date(2025, 2, 1)
    assert rows(do_import(text, timezone="Europe/London").table)[0]["day"] == dt.date(2025, 1, 31)


def test_the_same_content_has_the_same_digest(do_import):
    text = HEADER + "".join(
        f"{i % 9},{i % 5},2025-01-{i % 28 + 1:02d},tea,1,{i},\n" for i in range(500)
    )
    first = do_import(text)
    assert do_import(text).digest == first.digest
    assert do_import(text.replace(",499,", ",498,")).digest != first.digest


def test_a_written_file_is_read_back_with_its_report(do_import, tmp_path):
    imported = do_import(HEADER + "A1,7,2025-01-31,tea,2,1.50,done\n")
    again = canonical.reopen(imported.table, "transactions")
    assert again.digest == imported.digest
    assert again.issues == imported.issues
    assert again.table == imported.table
    with pytest.raises(CxError, match="wrong_kind"):
        canonical.reopen(imported.table, "events")
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    assert canonical.reopen(tmp_path / "other.parquet", "transactions") is None


def test_no_scratch_files_stay(do_import, tmp_path):
    do_import(HEADER + "A1,7,2025-01-31,tea,2,1.50,done\n")
    assert {p.name for p in tmp_path.iterdir()} == {
        "file.csv", "text.parquet", "read_rejects.csv", "orders.parquet", "lines.parquet", "rejects.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "mapping", "code"),
    [("events", {}, "missing_field"), ("transactions", {"timestamp": "date"}, "missing_field")],
)
def test_plans_that_cannot_work_are_typed_errors(stage, tmp_path, kind, mapping, code):
    staged = stage("customer,date\n7,2025-01-31\n")
    with pytest.raises(CxError, match=code):
        convert(staged, Plan(kind, mapping, {"timestamp": "ymd"}), tmp_path)


def test_a_file_without_a_readable_row_is_a_typed_error(do_import):
    with pytest.raises(CxError, match="no_rows"):
        do_import("customer,date,amount\n7,soon,5\n", {"timestamp": "date"})


def test_rows_always_balance_and_agree_with_pandas(do_import, tmp_path):
    draw = random.Random(7)
    for _ in range(3):
        n = draw.randrange(1, 400)
        table = pd.DataFrame(
            {
                "order_id": [draw.choice(["", *range(40)]) for _ in range(n)],
                "customer": [draw.choice(["", *range(9)]) for _ in range(n)],
                "date": [
                    draw.choice(["", "x", *(f"2025-01-{d:02d}" for d in range(1, 29))])
                    for _ in range(n)
                ],
                "product": [draw.choice("abc") for _ in range(n)],
                "quantity": [draw.choice([-2, -1, 1, 2, 3]) for _ in range(n)],
                "price": [draw.choice([0, 1.5, 2.25, "abc"]) for _ in range(n)],
            }
        ).astype(str)
        imported = do_import(
            table.to_csv(index=False),
            {"unit_price": "price", "timestamp": "date"},
            decimal=".",
        )
        good = table[table["date"].str.startswith("2025") & (table["price"] != "abc")]
        money = sum(
            Decimal(q) * Decimal(p) for q, p in zip(good["quantity"], good["price"], strict=True)
        )
        assert imported.rows_read == n == balance(imported)
        assert imported.rows_rejected == n - len(good)
        assert Decimal(imported.revenue) == money


def test_the_guess_of_a_column_can_be_confirmed_but_not_exchanged(stage):
    staged = stage("7,20250101,5.5\n8,20250102,6.5\n7,20250103,7.5\n")
    proposal = match.propose(staged, "transactions")
    right = {"which_column:customer_id": "column 1"}
    assert plan.plan(proposal, right).mapping["customer_id"] == "column 1"
    with pytest.raises(CxError, match="needs_answer"):
        plan.plan(proposal, {"which_column:customer_id": "column 3"})
