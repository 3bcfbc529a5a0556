"""What a status says of a ticket, in the words of help desks in English and Indonesian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pandas as pd

from cxlib.tables.headers import normal

State = Literal["open", "pending", "reopened", "closed"]

WORDS: Mapping[State, str] = {
    "open": (
        "open, opened, new, active, assigned, in progress, in process, processing, unresolved, "
        "not resolved, buka, terbuka, dibuka, baru, aktif, diproses, sedang diproses, dalam proses, "
        "proses, ditangani, belum selesai, belum ditangani"
    ),
    "pending": (
        "pending, on hold, hold, waiting, waiting for customer, waiting on customer, "
        "pending customer response, awaiting reply, escalated, tertunda, ditunda, menunggu, "
        "menunggu pelanggan, menunggu balasan, menunggu respons, tunggu"
    ),
    "reopened": "reopened, reopen, re opened, re open, dibuka kembali, dibuka lagi, buka kembali",
    "closed": (
        "closed, close, solved, resolved, done, completed, complete, finished, fixed, tutup, "
        "ditutup, tertutup, selesai, sudah selesai, terselesaikan, diselesaikan, beres, teratasi"
    ),
}
STATES: Mapping[str, State] = {
    word.strip(): state for state, words in WORDS.items() for word in words.split(",")
}


def states(status: pd.Series[Any]) -> pd.Series[Any]:
    """The state of each status, missing where it has none or one that is not known."""
    known = {word: STATES.get(normal(str(word))) for word in status.dropna().unique()}
    return status.map(known)


def unknown(status: pd.Series[Any]) -> dict[str, int]:
    """Statuses that are not known, the most frequent first, and how many tickets have each."""
    strange = status[status.notna() & states(status).isna()]
    return {str(word): int(n) for word, n in strange.value_counts().items()}
