"""The messy file, counted with nothing but the standard library."""

import re
from collections import Counter

import pytest

from cxlib.demo.messy import ADJUSTMENT, messy

MONEY = re.compile(r"(-?)(?:Rp )?([\d.]+),00")


@pytest.fixture(scope="module")
def promo(shop):
    return messy(shop.transactions, 0)


@pytest.fixture(scope="module")
def lines(promo) -> list[str]:
    return promo.data.decode("utf-8-sig").removesuffix("\r\n").split("\r\n")


@pytest.fixture(scope="module")
def rows(lines) -> list[list[str]]:
    fields = len(lines[0].split(";"))
    return [line.split(";") for line in lines[1:] if line.count(";") == fields - 1]


def rupiah(text: str) -> int:
    sign, digits = MONEY.fullmatch(text).groups()
    return int(sign + digits.replace(".", ""))


def test_bytes_are_of_excel_and_the_same_for_the_same_seed(shop, promo):
    assert promo.data.startswith(b"\xef\xbb\xbf")
    assert promo.data.count(b"\n") == promo.data.count(b"\r\n")
    assert messy(shop.transactions, 0).data == promo.data
    assert messy(shop.transactions, 1).data != promo.data


def test_rows_blank_lines_and_torn_lines(promo, lines, rows):
    truth = promo.truth
    torn = [
        i + 1 for i, line in enumerate(lines) if line and line.count(";") != lines[0].count(";")
    ]
    assert tuple(torn) == truth.ragged_lines
    assert lines.count("") == truth.blank_lines
    assert len(rows) + len(torn) == truth.rows == len(lines) - 1 - truth.blank_lines


def test_statuses_refunds_guests_and_duplicates(promo, rows):
    truth = promo.truth
    status = Counter(row[11] for row in rows)
    refunds = [row for row in rows if row[11] == "Retur"]
    assert status["Selesai"] == truth.sales
    assert status["Dibatalkan"] == truth.cancellations
    assert sum(row[0] != "" for row in refunds) == truth.linked_refunds
    assert sum(row[0] == "" for row in refunds) == truth.unlinked_refunds
    assert {row[3] for row in refunds if not row[0]} == {ADJUSTMENT}
    assert sum(row[2] == "" for row in rows) == truth.guests
    copies = sum(n - 1 for n in Counter(map(tuple, rows)).values())
    assert copies == truth.duplicates
    assert min(truth.guests, truth.cancellations, truth.linked_refunds, copies) > 20


def test_money(promo, rows):
    truth = promo.truth
    sales = sum(rupiah(row[8]) for row in rows if row[11] == "Selesai")
    refunds = sum(rupiah(row[8]) for row in rows if row[11] == "Retur")
    assert (sales, refunds) == (truth.sales_amount, truth.refund_amount)
    assert refunds < 0 < truth.duplicate_amount < sales
    for row in rows:
        assert int(row[5]) * rupiah(row[6]) - rupiah(row[7]) == rupiah(row[8])


def test_every_date_can_be_read_two_ways(promo, rows):
    parts = [tuple(map(int, row[1].split("/"))) for row in rows]
    assert max(day for day, _, _ in parts) == 12
    assert max(month for _, month, _ in parts) == 12
    days = sorted(f"{year}-{month:02}-{day:02}" for day, month, year in parts)
    assert (days[0], days[-1]) == (promo.truth.first_day, promo.truth.last_day)
    assert promo.truth.date_order == "dmy"


def test_linked_refunds_undo_a_sale_of_their_order_on_or_after_its_day(rows):
    sold = {
        (row[0], row[3], int(row[5]), rupiah(row[8])): row[1].split("/")[::-1]
        for row in rows
        if row[11] == "Selesai"
    }
    for row in rows:
        if row[11] == "Retur" and row[0]:
            day = sold[row[0], row[3], -int(row[5]), -rupiah(row[8])]
            assert row[1].split("/")[::-1] >= day


def test_the_clean_table_is_not_changed(shop):
    before = shop.transactions.copy()
    messy(shop.transactions, 3)
    assert before.equals(shop.transactions)
