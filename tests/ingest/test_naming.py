import pytest

from cxlib.ingest.naming import CERTAIN, elsewhere, foreign, name_score
from cxlib.tables.headers import normal
from cxlib.tables.kind import kind

FIELD = kind("transactions").field


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("InvoiceDate", "invoice date"),
        ("invoice_date", "invoice date"),
        ("No. Pesanan", "no pesanan"),
        ("  Customer ID ", "customer id"),
        ("customerID", "customer id"),
        ("SKUCode", "sku code"),
        ("Prénom", "prenom"),
    ],
)
def test_headers_as_words(header, words):
    assert normal(header) == words


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("No. Pesanan", "order_id"), ("Tanggal Pesanan", "timestamp"), ("Nama Pembeli", "customer_id"),
        ("ID Pelanggan", "customer_id"), ("Total Harga", "amount"), ("Jumlah", "quantity"),
        ("Harga", "unit_price"), ("StockCode", "product"), ("Nama Produk", "product"),
        ("Kota", "place"), ("Status Pesanan", "status"), ("Diskon", "discount"),
        ("number_of_cds", "quantity"), ("dollar_value", "amount"), ("Kategori", "category"),
    ],
)  # fmt: skip
def test_names_point_to_their_field(header, field):
    fields = kind("transactions").fields
    best = max(fields, key=lambda f: name_score(header, f))
    assert best.name == field
    assert name_score(header, best) > 0.9


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Estimated delivery date", "timestamp"), ("Order date confirmed", "timestamp"),
        ("Order total discount", "amount"), ("Refunded amount", "amount"),
        ("Customer birth date", "timestamp"), ("Parent order id", "order_id"),
        ("Customers", "customer_id"), ("Orders", "order_id"), ("Seller name", "customer_id"),
    ],
)  # fmt: skip
def test_a_word_too_many_is_never_certain(header, field):
    assert name_score(header, FIELD(field)) < CERTAIN


@pytest.mark.parametrize(
    ("header", "language", "kind_name", "field"),
    [
        ("Nombre de visiteurs", "fr", "experiments", "n"),
        ("Nombre", "es", "customers", "name"),
        ("Belegdatum", "de", "transactions", "timestamp"),
        ("Vlr. Total", "pt", "transactions", "amount"),
        ("kd_pelanggan", "id", "transactions", "customer_id"),
        ("Fecha de alta", "es", "subscriptions", "start"),
        ("N° de ticket", "fr", "tickets", "ticket_id"),
    ],
)
def test_a_word_means_what_it_means_in_the_language_of_its_file(header, language, kind_name, field):
    rival = kind(kind_name)
    best = max(rival.fields, key=lambda f: name_score(header, f, rival.subject, language))
    assert best.name == field
    assert name_score(header, best, rival.subject, language) >= CERTAIN


@pytest.mark.parametrize(
    ("header", "other"),
    [("Customer city", True), ("Customer zzyx", False), ("Kode Pelanggan", False)],
)
def test_a_word_that_no_dictionary_has_makes_no_other_column(header, other):
    assert foreign(header, FIELD("customer_id")) == other


@pytest.mark.parametrize(
    ("header", "kind_name", "other"),
    [
        ("Tanggal lahir", "transactions", True), ("Delivery date", "transactions", True),
        ("Closed on", "transactions", False), ("Closed on", "tickets", True),
        ("Doc date", "transactions", False), ("Kunde seit Datum", "events", True),
    ],
)  # fmt: skip
def test_times_of_something_else_are_told_by_their_words(header, kind_name, other):
    assert elsewhere(header, kind_name) == other
