"""Masking: what is personal goes, what a shop needs to read stays, and no text is too hostile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlib.privacy.masking import SIGNS, masked, masked_all, masked_span

BLNS = Path(__file__).resolve().parents[2].parent / "shared" / "corpora" / "blns" / "blns.json"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("email saya budi.santoso+x@mail.example.co.id ya", "email saya •••@••• ya"),
        ("budi (at) gmail.com", "•••@•••"),
        ("budi at gmail dot com!", "•••@•••!"),
        ("hub 0812-3456-7890 segera", "hub ☎••• segera"),
        ("WA:+62 812 3456 789.", "WA:☎•••."),
        ("wa081234567890", "wa☎•••"),
        ("no.081234567890", "no.☎•••"),
        ("(0812) 3456789", "☎•••"),
        ("62812345678901", "☎•••"),
        ("telepon (021) 555-1234 atau 021-5551234", "telepon ☎••• atau ☎•••"),
        ("call +44 20 7946 0958 now", "call ☎••• now"),
        ("call 555-123-4567", "call ☎•••"),
        ("WA ke 8123456789", "WA ke ☎•••"),
        ("kartu 4111 1111 1111 1111 ditolak", "kartu #••• ditolak"),
        ("kartu 4111111111111111", "kartu #•••"),
        ("amex 378282246310005", "amex #•••"),
        ("NIK 3174015708950003 dipakai", "NIK #••• dipakai"),
        ("nik saya 3174011708950003", "nik saya #•••"),
        ("transfer ke BCA 1234567890 ya", "transfer ke BCA #••• ya"),
        ("norek: 123-45-67890", "norek: #•••"),
        ("tolong @budi_s cek", "tolong @••• cek"),
        ("lihat https://shop.example/o/123?token=ab dong", "lihat ://••• dong"),
        ("wa.me/628123456789", "://•••"),
        ("Jl. Kebon Jeruk Raya No. 27 RT 03/RW 05 rusak", "⌂••• rusak"),
        ("alamat jalan mawar blok C5 sudah benar", "alamat ⌂••• sudah benar"),
        ("I live at 12 Park Avenue, thanks", "I live at ⌂•••, thanks"),
    ],
)  # fmt: skip
def test_personal_data_is_covered(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Rp 150.000 kok jadi Rp1.250.000,00?",
        "harga 150.000.000 atau 2,500,000.00 USD",
        "dikirim 12/08/2025, 2025-08-01 10:30, tgl 08-12-2025 jam 08.15",
        "ukuran 40 x 60 cm, size 38-39-40, 2 pcs @50.000 = 100rb",
        "2pcs@50.000 dan 3 @Rp25.000",
        "pesanan TN-000123, INV/20250801/MPL/1234567890, order 240801ABCD1234",
        "resi JP1234567890 dan TKP-081234567890, 576812345678901234",
        "sudah 14 hari, 3 minggu, 2 kali, 100%",
        "order 1234567890123456 belum sampai",
        "aplikasi jalan normal, tidak ada masalah",
        "www.toko.example bagus",
        "0812 2 pcs",
        "tahun 2023 2024 2025",
        "☎ 👍👍 @ 5",
    ],
)  # fmt: skip
def test_what_is_not_personal_survives(text):
    assert masked(text) == text


def test_none_stays_none():
    assert masked_all(["@budi ok", None, "bagus"]) == ["@••• ok", None, "bagus"]


@pytest.mark.parametrize("part", ["paket telat", "0812-3456-7890", "kirim", "santoso@mail.example"])
def test_the_range_moves_with_the_text(part):
    text = "a@b.example 0812-3456-7890: paket telat kirim, budi.santoso@mail.example 08123456789"
    start = text.index(part)
    shown, first, last = masked_span(text, start, start + len(part))
    assert shown == masked(text)
    assert shown[first:last] == {"0812-3456-7890": "☎•••", "santoso@mail.example": "•••@•••"}.get(
        part, part
    )


@given(st.text(alphabet="08126@.-/+ ()jl.notaw:•", max_size=60))
def test_masked_once_is_masked(text):
    once = masked(text)
    assert masked(once) == once


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_a_range_stays_one(text, a, b):
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    shown, first, last = masked_span(text, start, end)
    assert 0 <= first <= last <= len(shown)


@pytest.mark.parametrize(
    "part",
    ["a", "a@", "@", "0", "08", "1 ", "08 ", "+1", "(021) ", "jl a ", "jl ", " ", "wa ", "://", "a.", "http://",
     "rt 1 ", "1-", "4111 ", "bca ", "1 Aa ", "at ", "•", "\x00"],
)  # fmt: skip
def test_a_long_text_is_no_harm(part):
    # In quadratic time this would not come back within an hour.
    text = part * (1_000_000 // len(part)) + "x"
    assert len(masked(text)) <= 2 * len(text)


def test_naughty_strings_are_no_harm():
    if not BLNS.exists():
        pytest.skip("shared/corpora/blns is not here")
    for text in json.loads(BLNS.read_text("utf-8")):
        shown = masked(text)
        assert masked(shown) == shown
        assert len(shown) <= len(text) + 8 * len(SIGNS)
