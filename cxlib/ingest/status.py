"""What the status of an order says: sold, refunded, or cancelled before it was charged."""

from __future__ import annotations

import re
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Status = Literal["sale", "refund", "cancellation"]

# Beginnings of words, English and Indonesian. A refund is looked for first: "batal, dana
# dikembalikan" was charged.
REFUND = (
    "refund",
    "return",
    "chargeback",
    "charged back",
    "credit note",
    "reversal",
    "reversed",
    "dikembalikan",
    "pengembalian",
    "retur",
)
CANCELLATION = (
    "cancel", "void", "batal", "dibatalkan", "pembatalan", "expired", "kedaluwarsa", "kadaluarsa",
    "failed", "gagal", "declined", "ditolak", "rejected", "unpaid", "not paid", "belum bayar", "belum dibayar",
    "abandoned",
)  # fmt: skip


def status_of(text: str) -> Status:
    """The meaning of one status; a word that is not known is a sale."""
    words = " ".join(re.findall(r"[^\W_]+", text.casefold()))
    for meaning, beginnings in (("refund", REFUND), ("cancellation", CANCELLATION)):
        if any(f" {words}".find(f" {start}") >= 0 for start in beginnings):
            return meaning  # type: ignore[return-value]
    return "sale"


def statuses_of(text: pa.Array) -> pa.Array:
    """`status_of` for a column."""
    encoded = text.dictionary_encode()
    meanings = pa.array([status_of(v or "") for v in encoded.dictionary.to_pylist()], pa.string())
    return pc.fill_null(pc.take(meanings, encoded.indices), "sale")
