import pytest

from cxlib.tables.headers import fingerprint, language_of, meanings, normal, terms


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("Bestellnummer", ["order", "id"]),
        ("Data do pedido", ["date", "order"]),
        ("Fecha de pedido", ["date", "order"]),
        ("Date de commande", ["date", "order"]),
        ("Tanggal Pesanan", ["date", "order"]),
        ("customerid", ["customer", "id"]),
        ("Kundennummer", ["customer", "id"]),
        ("Mata Uang", ["currency"]),
        ("Chiffre d'affaires", ["revenue"]),
        ("Orders", ["order"]),
    ],
)
def test_words_mean_the_same_in_six_languages(header, meant):
    found = terms(header)
    assert len(found) == len(meant)
    assert all(word in senses for word, senses in zip(meant, found, strict=True))


def test_a_word_that_no_dictionary_has_stands_for_itself():
    assert terms("zzyx") == (frozenset({"zzyx"}),)


def test_words_are_written_as_headers_are_compared():
    assert [word for word in meanings() if normal(word) != word] == []


def test_a_shape_is_known_again_in_any_order_and_spelling():
    assert fingerprint(["Order ID", "Tanggal"]) == fingerprint([" tanggal", "order_id"])
    assert fingerprint(["Order ID", "Tanggal"]) != fingerprint(["Order ID", "Tanggal", "Total"])
    assert fingerprint(["a b"]) != fingerprint(["a", "b"])
    assert fingerprint(["№", "a"]) != fingerprint(["#", "a"])


@pytest.mark.parametrize(
    ("headers", "language"),
    [
        (["Tanggal", "Nama Pelanggan", "Jumlah", "Total"], "id"),
        (["Fecha", "Cliente", "Importe", "Total"], "es"),
        (["Data", "Cliente", "Valor", "Total"], "pt"),
        (["Datum", "Kunde", "Menge", "Betrag"], "de"),
        (["Date", "Client", "Quantité", "Montant"], "fr"),
        (["order_date", "customer_id", "quantity", "amount"], "en"),
        (["zzyx", "qqrx"], ""),
        ([], ""),
    ],
)
def test_the_language_of_headers_is_that_of_most_of_their_words(headers, language):
    assert language_of(headers) == language


def test_a_word_of_two_languages_means_what_it_means_in_that_of_the_file():
    assert terms("nombre", "fr", "en") == (frozenset({"quantity"}),)
    assert "name" in terms("nombre", "es", "en")[0]
    assert {"quantity", "name"} <= terms("nombre")[0]
