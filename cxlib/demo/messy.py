"""The messy variant: the promo file that somebody saved from a spreadsheet, its faults counted.

It holds the orders of the first twelve days of each month from July to December 2025, so that no
day exceeds 12 and `05/07/2025` could be the fifth of July or the seventh of May.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxlib.demo.stream import stream

LINKED_REFUNDS, UNLINKED_REFUNDS, CANCELLED_ORDERS = 36, 12, 40
GUEST_ORDERS, DUPLICATES, BLANK_LINES = 30, 25, 6
ADJUSTMENT = "Penyesuaian Saldo"
STATUS = {"sale": "Selesai", "refund": "Retur", "cancellation": "Dibatalkan"}


@dataclass(frozen=True, slots=True)
class MessyTruth:
    """What is in the messy file. Every count is of rows unless it says otherwise.

    `rows` are the records below the header, the two ragged ones included and the blank lines not.
    A guest is a row without a customer. A cancelled order keeps its positive amount and says so in
    its status; refunds are negative, the linked ones with the number of their order. The duplicates
    are exact copies, each of one sale. Money is in rupiah over the rows that can be read, duplicates
    included and cancelled ones not.
    """

    rows: int
    blank_lines: int
    ragged_lines: tuple[int, ...]
    sales: int
    linked_refunds: int
    unlinked_refunds: int
    cancellations: int
    guests: int
    duplicates: int
    sales_amount: int
    refund_amount: int
    duplicate_amount: int
    first_day: str
    last_day: str
    date_order: str = "dmy"


@dataclass(frozen=True, slots=True)
class Messy:
    """The file and the truth about it."""

    data: bytes
    truth: MessyTruth


def messy(transactions: pd.DataFrame, seed: int) -> Messy:
    """The promo file: `;`, Indonesian headers, `Rp 1.250.000,00`, dd/mm/yyyy, Excel's CRLF and BOM.

    Parameters
    ----------
    transactions : DataFrame
        The clean order lines; they are not changed.
    """
    rng = stream(seed, "messy")
    sales = _promo(transactions)
    orders = rng.permutation(sales["order_id"].unique())
    takes = np.cumsum([LINKED_REFUNDS, CANCELLED_ORDERS, GUEST_ORDERS, DUPLICATES, 2])
    refunded, cancelled, guests, doubled, torn, _ = np.split(orders, takes)

    sales.loc[sales["order_id"].isin(cancelled), "status"] = "cancellation"
    sales.loc[sales["order_id"].isin(guests), "customer_id"] = ""
    first_line = sales.drop_duplicates("order_id").set_index("order_id", drop=False)
    linked = _refunds(first_line.loc[refunded], rng)
    unlinked = _adjustments(sales, rng)
    copies = first_line.loc[doubled]
    table = pd.concat([sales, copies, linked, unlinked], ignore_index=True)
    table = table.sort_values(["day", "order_id"], kind="stable", ignore_index=True)

    is_torn = table["order_id"].isin(torn) & ~table["order_id"].duplicated()
    lines = _written(table)
    halves = list(np.flatnonzero(is_torn))
    lines[halves[0]] = ";".join(lines[halves[0]].split(";")[:6])
    lines[halves[1]] = lines[halves[1]].replace(";Selesai", ";Selesai;lunas; ")
    whole = table[~is_torn]
    blank_before = np.sort(rng.choice(len(lines), BLANK_LINES, replace=False))
    text = [";".join(HEADERS.values()), *np.insert(np.array(lines, dtype=object), blank_before, "")]
    is_sale, is_refund = whole["status"] == "sale", whole["status"] == "refund"
    truth = MessyTruth(
        rows=len(table),
        blank_lines=BLANK_LINES,
        ragged_lines=tuple(int(2 + i + (blank_before <= i).sum()) for i in halves),
        sales=int(is_sale.sum()),
        linked_refunds=len(linked),
        unlinked_refunds=len(unlinked),
        cancellations=int((whole["status"] == "cancellation").sum()),
        guests=int((whole["customer_id"] == "").sum()),
        duplicates=len(copies),
        sales_amount=int(whole.loc[is_sale, "amount"].sum()),
        refund_amount=int(whole.loc[is_refund, "amount"].sum()),
        duplicate_amount=int(copies["amount"].sum()),
        first_day=str(whole["day"].min().date()),
        last_day=str(whole["day"].max().date()),
    )
    return Messy(("\ufeff" + "\r\n".join(text) + "\r\n").encode(), truth)


HEADERS = {
    "order_id": "No. Pesanan",
    "day": "Tanggal",
    "customer_id": "ID Pelanggan",
    "product": "Produk",
    "category": "Kategori",
    "quantity": "Jumlah",
    "unit_price": "Harga Satuan",
    "discount": "Diskon",
    "amount": "Total",
    "channel": "Kanal",
    "place": "Kota",
    "status": "Status",
}


def _promo(transactions: pd.DataFrame) -> pd.DataFrame:
    """The lines of the promo days, without line numbers and so without natural duplicates."""
    day = transactions["timestamp"].dt.normalize()
    chosen = (day.dt.day <= 12) & (day >= pd.Timestamp(2025, 7, 1))
    # Orders never run past midnight, so each is wholly in or out.
    lines: pd.DataFrame = transactions[chosen].assign(day=day[chosen], status="sale")
    return lines.filter(list(HEADERS)).drop_duplicates(ignore_index=True)


def _refunds(lines: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One line of each order taken back, up to five days later but within the promo days."""
    later = (
        np.minimum(lines["day"].dt.day + rng.integers(0, 6, len(lines)), 12) - lines["day"].dt.day
    )
    return lines.assign(
        day=lines["day"] + pd.to_timedelta(later, unit="D"),
        quantity=-lines["quantity"],
        discount=-lines["discount"],
        amount=-lines["amount"],
        status="refund",
    )


def _adjustments(sales: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Money back that names no order and no product sold."""
    known = sales[sales["customer_id"] != ""]
    lines = known.iloc[rng.choice(len(known), UNLINKED_REFUNDS, replace=False)]
    back = rng.integers(100, 500, UNLINKED_REFUNDS) * 100
    return lines.assign(
        order_id="",
        product=ADJUSTMENT,
        category="Lainnya",
        quantity=-1,
        unit_price=back,
        discount=0,
        amount=-back,
        status="refund",
    )


def _written(table: pd.DataFrame) -> list[str]:
    """The records as the spreadsheet saved them."""
    text = table.assign(
        day=table["day"].dt.strftime("%d/%m/%Y"),
        quantity=table["quantity"].astype(str),
        unit_price=table["unit_price"].map(_rupiah),
        discount=table["discount"].map(_rupiah),
        amount=["-Rp " + _rupiah(-a) if a < 0 else "Rp " + _rupiah(a) for a in table["amount"]],
        status=table["status"].map(STATUS),
    )
    return [";".join(record) for record in text[list(HEADERS)].itertuples(index=False)]


def _rupiah(amount: int) -> str:
    """1.250.000,00"""
    return f"{amount:,}".replace(",", ".") + ",00"
