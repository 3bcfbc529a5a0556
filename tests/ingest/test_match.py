import pytest

from cxlib.errors import CxError
from cxlib.ingest import match
from cxlib.ingest.naming import CERTAIN

SHOP = (
    "No. Pesanan;Tanggal Pesanan;Nama Pembeli;ID Pelanggan;Nama Produk;Jumlah;Total Harga\n"
    + "INV/1;31/08/2025;Budi;00017;Teh;2;Rp 75.500\nINV/2;01/09/2025;Siti;00018;Kopi;1;Rp 1.250.000\n"
    * 5
)


def test_an_indonesian_shop_export_needs_no_answer(stage):
    proposal = match.propose(stage(SHOP))
    assert proposal.kind == "transactions"
    assert dict(proposal.mapping) == {
        "order_id": "No. Pesanan",
        "timestamp": "Tanggal Pesanan",
        "customer_id": "ID Pelanggan",
        "product": "Nama Produk",
        "quantity": "Jumlah",
        "amount": "Total Harga",
    }
    assert proposal.formats["timestamp"] == "dmy"
    assert proposal.formats["amount"] == ","
    assert proposal.currency == "IDR"
    assert proposal.questions == ()


def test_what_the_user_says_is_certain(stage):
    proposal = match.propose(
        stage(SHOP), "transactions", {"customer_id": "Nama Pembeli", "product": ""}
    )
    assert proposal.mapping["customer_id"] == "Nama Pembeli"
    assert proposal.confidence["customer_id"] == 1.0
    assert "product" not in proposal.mapping


def test_a_required_field_without_a_name_is_asked_for(stage):
    staged = stage("7,20250101,5.5\n8,20250102,6.5\n7,20250103,7.5\n")
    proposal = match.propose(staged, "transactions")
    assert {q.id for q in proposal.questions} == {"which_column:customer_id"}
    assert proposal.confidence["customer_id"] < CERTAIN
    (asked,) = proposal.questions
    assert asked.choices[0].value == "column 1"  # the guess stands first
    assert proposal.mapping["timestamp"] == "column 2"  # the only days of a file without names
    assert proposal.mapping["amount"] == "column 3"


def test_an_ambiguous_day_is_asked_with_examples_for_each_order(stage):
    rows = "".join(f"{i},{i % 12 + 1:02d}/0{i % 9 + 1}/2025,5\n" for i in range(40))
    proposal = match.propose(stage("customer,date,amount\n" + rows))
    (question,) = proposal.questions
    assert question.id == "date_order:timestamp"
    read = {choice.value: choice.examples for choice in question.choices}
    assert set(read) == {"dmy", "mdy"}
    assert len(read["dmy"]) == 3
    assert read["dmy"][0] == ("02/03/2025", "2025-03-02") or read["dmy"][0][1] != read["mdy"][0][1]
    for raw, day in read["dmy"]:
        assert (day[8:10], day[5:7]) == (raw[:2], raw[3:5])


def test_one_late_value_settles_the_order(stage):
    rows = "".join(f"{i},{i % 12 + 1:02d}/01/2025,5\n" for i in range(70_000))
    proposal = match.propose(stage("customer,date,amount\n" + rows + "9,31/01/2025,5\n"))
    assert proposal.questions == ()
    assert proposal.formats["timestamp"] == "dmy"


def test_an_ambiguous_number_is_asked_with_examples(stage):
    staged = stage(
        "customer;date;amount\n" + "".join(f"{i};2025-01-{i:02d};{i}.250\n" for i in range(1, 29))
    )
    (question,) = match.propose(staged).questions
    assert question.id == "decimal_mark:amount"
    assert {c.value: c.examples[0] for c in question.choices} == {
        ",": ("1.250", "1250"),
        ".": ("1.250", "1.25"),
    }


def test_mixed_currencies_are_asked_about(stage):
    staged = stage("customer;date;amount\n1;2025-01-31;Rp 5.000\n2;2025-01-31;USD 5\n")
    assert "mixed_currencies:currency" in {q.id for q in match.propose(staged).questions}


def test_a_price_without_a_quantity_is_the_amount(stage):
    mapping = match.propose(stage("customer,date,price\n1,2025-01-31,5\n2,2025-01-31,6\n")).mapping
    assert mapping["amount"] == "price"


def test_jumlah_with_money_in_it_is_the_amount(stage):
    mapping = match.propose(
        stage("pelanggan;tgl;jumlah\n1;2025-01-31;Rp 5.000\n2;2025-01-31;Rp 75.000\n")
    ).mapping
    assert mapping["amount"] == "jumlah"
    assert "quantity" not in mapping


@pytest.mark.parametrize(
    ("kind", "mapping", "code"),
    [
        ("orders", {}, "unknown_kind"),
        ("transactions", {"price": "a"}, "unknown_field"),
        ("transactions", {"amount": "zzz"}, "unknown_column"),
        ("transactions", {"amount": "9"}, "unknown_column"),
    ],
)
def test_what_does_not_exist_is_a_typed_error(stage, kind, mapping, code):
    with pytest.raises(CxError) as caught:
        match.propose(stage("a,b\n1,2\n"), kind, mapping)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("file", "kind", "shape", "mapping"),
    [
        ("transactions/cdnow_master.txt", "transactions", "rows",
         {"customer_id": "customer_id", "timestamp": "date", "amount": "dollar_value"}),
        ("transactions/cdnow_sample.txt", "transactions", "rows",
         {"customer_id": "column 1", "timestamp": "column 3", "amount": "column 5"}),
        ("transactions/online_retail_ii_2009_2010.parquet", "transactions", "rows",
         {"customer_id": "Customer ID", "timestamp": "InvoiceDate", "order_id": "Invoice"}),
        ("subscriptions/Telco-Customer-Churn.csv", "subscriptions", "snapshot",
         {"customer_id": "customerID", "tenure": "tenure", "churned": "Churn"}),
        ("campaigns/facebook_ads.csv", "campaigns", "rows",
         {"timestamp": "Date", "cost": "Spent", "impressions": "Impressions"}),
        ("events/retentioneering_ecom_synthetic.csv.gz", "events", "rows",
         {"customer_id": "user_id", "timestamp": "timestamp", "event": "event"}),
        ("tickets/helpdesk_events.csv", "tickets", "log",
         {"ticket_id": "case_id", "activity": "activity", "timestamp": "timestamp"}),
        ("experiments/cookie_cats.csv", "experiments", "rows",
         {"variant": "version", "unit_id": "userid", "outcome": "retention_1"}),
        ("surveys/fr_retail_nps.csv", "responses", "wide",
         {"score": "nps", "comment": "explication"}),
        ("feedback/nhs_text.csv", "feedback", "rows", {"text": "feedback"}),
        ("sentiment/prdect_train.csv", "feedback", "rows", {"text": "text", "rating": "rating"}),
        ("sentiment/smsa_valid.tsv", "feedback", "rows", {"text": "text"}),
        ("sentiment/nusax_indonesian_valid.csv", "feedback", "rows", {"text": "text"}),
        ("sentiment/pros_cons_en.csv", "feedback", "rows", {"text": "text"}),
        ("customers/marketing_campaign.csv", "customers", "rows", {"customer_id": "ID"}),
    ],
)  # fmt: skip
def test_real_files_are_recognised(stage, shared, file, kind, shape, mapping):
    proposal = match.propose(stage(shared(f"data/{file}")))
    assert (proposal.kind, proposal.shape) == (kind, shape)
    assert {field: proposal.mapping.get(field) for field in mapping} == mapping
    assert len(proposal.questions) <= 1


TINY = "a,9,bagus\nb,3,lama sekali\nc,10,mantap\n"


@pytest.mark.parametrize(
    ("header", "kind", "field"),
    [
        ("customer_id,nps_score,comment", "responses", "score"),
        ("id pelanggan,kepuasan,alasan", "responses", "score"),
        ("kunde,weiterempfehlung,kommentar", "responses", "score"),
        ("customer_id,rating,review", "feedback", "rating"),
        ("pembeli,bintang,ulasan", "feedback", "rating"),
    ],
)
def test_a_survey_and_a_review_are_told_apart_by_a_word(stage, header, kind, field):
    proposal = match.propose(stage(f"{header}\n{TINY}"))
    assert proposal.kind == kind
    assert proposal.mapping[field] == header.split(",")[1]
    assert proposal.questions == ()


def test_customers_come_once_in_their_list_and_again_in_their_orders(stage):
    head = "id,email,created,total spend,status\n"
    rows = [f"{i},p{i}@example.com,2025-01-{1 + i % 28:02d},{i}.50,ok\n" for i in range(40)]
    assert match.propose(stage(head + "".join(rows))).kind == "customers"
    again = [row.replace(f"p{i}@", f"p{i % 9}@") for i, row in enumerate(rows)]
    assert match.propose(stage(head + "".join(again))).kind == "transactions"


def test_a_kind_that_is_hardly_likelier_than_another_is_not_certain():
    sure = {"text": ("a", 1.0), "customer_id": ("b", 0.9)}
    found = match.doubted(sure, [{"customer_id": ("b", 0.5), "text": ("c", 1.0)}])
    assert found == {"text": ("a", match.LIKELY), "customer_id": ("b", 0.9)}


def test_what_the_amounts_of_an_export_leave_out_is_said(stage):
    head = "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price,Total\n"
    staged = stage(head + "#1,a@x.id,paid,2025-01-31 10:00:00 +0700,2,Teh,5.50,12.00\n" * 3)
    assert "line_amounts" in {issue.code for issue in match.propose(staged).issues}
    chosen = match.propose(staged, None, {"amount": "Total"})
    assert "line_amounts" not in {issue.code for issue in chosen.issues}


def test_a_table_of_no_kind_is_not_forced_into_one(shared, stage):
    proposal = match.propose(stage(shared("data/transactions/cdnow_summary.csv")))
    assert proposal.questions
    assert all(share < CERTAIN for share in proposal.confidence.values())


def test_the_id_of_guests_is_no_customer(stage):
    """WooCommerce gives every guest the customer id 0."""
    header = "order_id,order_number,customer_id,billing_email,order_date,order_total\n"

    def customer(ids):
        rows = (
            f"{i},{i},{one},p{i % 7}@example.com,2025-01-{i % 28 + 1:02},5.00\n" for i, one in ids
        )
        return match.propose(stage(header + "".join(rows))).mapping["customer_id"]

    assert customer((i, i % 7 + 1) for i in range(40)) == "customer_id"
    assert customer((i, i % 2 and i % 7 + 1) for i in range(40)) == "billing_email"


def test_names_are_no_ids_where_an_email_tells_who_it_is(stage):
    people = ("Budi Santoso", "Siti Aminah", "Budi Santoso", "Ayu Lestari")
    rows = "".join(
        f"INV{i},2025-01-{i % 28 + 1:02},{people[i % 4]},p{i % 9}@example.com,5000\n"
        for i in range(40)
    )
    with_email = match.propose(stage("Invoice,Date,Customer,Email,Total\n" + rows))
    assert with_email.mapping["customer_id"] == "Email"
    alone = match.propose(stage("Invoice,Date,Customer,Note,Total\n" + rows.replace("@", " ")))
    assert alone.mapping["customer_id"] == "Customer"
