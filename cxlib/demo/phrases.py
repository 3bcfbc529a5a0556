"""What customers of Toko Nusantara write, in English and in the Indonesian of Jakarta chats."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxlib.demo.stream import Integers

Tone = Literal["positive", "neutral", "negative"]

TOPICS = ("delivery", "product", "service", "price", "payment", "app", "returns")

# A comment is an opener, a core on its topic and a closer; an empty part is left out.
OPENERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "positive"): ("", "Love it!", "Honestly,", "Third order already."),
    ("en", "negative"): ("", "Very disappointed.", "Sorry but", "Not again."),
    ("id", "positive"): ("", "Mantap!", "Jujur,", "Udah order ketiga kali nih."),
    ("id", "negative"): ("", "Kecewa banget.", "Maaf ya,", "Duh, lagi-lagi."),
}
CLOSERS: dict[tuple[str, str], tuple[str, ...]] = {
    ("en", "positive"): ("", "Will buy again.", "Thank you!", "Keep it up 👍"),
    ("en", "negative"): ("", "Please fix this.", "Won't order again.", "Still no answer."),
    ("id", "positive"): ("", "Pasti beli lagi.", "Makasih min!", "Recommended bgt 👍"),
    ("id", "negative"): (
        "",
        "Tolong diperbaiki.",
        "Ga bakal order lagi deh.",
        "Sampai sekarang blm ada kabar.",
    ),
}
CORES: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("en", "positive", "delivery"): (
        "the parcel came a day early and well packed",
        "delivery was fast, ordered Monday and here on Tuesday",
        "the courier was friendly and right on time",
    ),
    ("en", "negative", "delivery"): (
        "my parcel is nine days late and tracking has not moved",
        "the package arrived crushed and far too late",
        "delivery took two weeks, the gift missed the birthday",
    ),
    ("id", "positive", "delivery"): (
        "paketnya sampai sehari lebih cepat, packing rapi",
        "pengirimannya kilat, pesan Senin Selasa udah sampai",
        "kurirnya ramah dan tepat waktu",
    ),
    ("id", "negative", "delivery"): (
        "paket telat sembilan hari, resi ga gerak sama sekali",
        "barang sampai penyok dan telatnya kebangetan",
        "pengiriman lama banget, dua minggu baru nyampe",
    ),
    ("en", "positive", "product"): (
        "the coffee smells wonderful and tastes fresh",
        "the batik is even prettier than in the photos",
        "great quality, solid and neatly finished",
    ),
    ("en", "negative", "product"): (
        "the ceramic had a crack on the rim",
        "the colour is nothing like the picture",
        "the beans were stale, poor quality",
    ),
    ("id", "positive", "product"): (
        "kopinya wangi banget dan fresh",
        "batiknya lebih cakep dari fotonya",
        "kualitas oke punya, jahitannya rapi",
    ),
    ("id", "negative", "product"): (
        "keramiknya retak di pinggir",
        "warnanya beda jauh sama di foto",
        "bijinya apek, kualitas jelek",
    ),
    ("en", "positive", "service"): (
        "customer service answered within minutes",
        "the team was kind and solved it at once",
    ),
    ("en", "negative", "service"): (
        "support keeps sending the same canned reply",
        "nobody picks up the phone and chat is ignored",
    ),
    ("id", "positive", "service"): (
        "CS-nya fast response, ramah pula",
        "adminnya sabar dan langsung kasih solusi",
    ),
    ("id", "negative", "service"): (
        "CS jawabnya template terus, ga bantu",
        "chat dicuekin, telepon ga diangkat",
    ),
    ("en", "positive", "price"): (
        "fair price for handmade work",
        "good value, and the voucher worked",
    ),
    ("en", "negative", "price"): (
        "too expensive for what you get",
        "the price went up right after I paid",
    ),
    ("id", "positive", "price"): ("harganya ramah di kantong", "worth it banget buat harga segini"),
    ("id", "negative", "price"): (
        "kemahalan buat barang kayak gini",
        "voucher ga bisa dipakai, harganya malah naik",
    ),
    ("en", "positive", "payment"): (
        "paying with QRIS was quick",
        "the payment went through at once",
    ),
    ("en", "negative", "payment"): (
        "I was charged twice for one order",
        "payment failed but my balance is gone",
    ),
    ("id", "positive", "payment"): ("bayar pakai QRIS gampang", "pembayarannya langsung masuk"),
    ("id", "negative", "payment"): (
        "saldo kepotong dua kali",
        "pembayaran gagal tapi uangnya ilang",
    ),
    ("en", "positive", "app"): ("the app is clear and easy to use", "checkout takes a few taps"),
    ("en", "negative", "app"): ("the app crashes at checkout", "the site hangs on my phone"),
    ("id", "positive", "app"): ("aplikasinya enak dipakai", "checkout-nya gampang, tinggal klik"),
    ("id", "negative", "app"): ("aplikasi error terus pas checkout", "webnya lemot banget di hp"),
    ("en", "positive", "returns"): ("my return was refunded without fuss",),
    ("en", "negative", "returns"): ("still waiting for my refund after three weeks",),
    ("id", "positive", "returns"): ("retur gampang, uang cepat balik",),
    ("id", "negative", "returns"): ("refund udah tiga minggu belum cair",),
}
NEUTRAL: dict[str, tuple[str, ...]] = {
    "en": (
        "It's okay.",
        "As expected, nothing special.",
        "Average, does the job.",
        "Parcel received.",
    ),
    "id": ("Biasa aja.", "Sesuai pesanan, lumayan lah.", "Standar sih.", "Paket sudah diterima."),
}


@cache
def comments(language: str, tone: Tone, topic: str) -> tuple[str, ...]:
    """Every comment that can be made in a language and tone on a topic."""
    if tone == "neutral":
        return NEUTRAL[language]
    openers, closers = OPENERS[language, tone], CLOSERS[language, tone]
    found = []
    for opener, core, closer in product(openers, CORES[language, tone, topic], closers):
        starts = not opener or opener[-1] in ".!"
        body = core[0].upper() + core[1:] if starts else core
        found.append(" ".join(part for part in (opener, f"{body}.", closer) if part))
    return tuple(found)


def write(
    rng: np.random.Generator,
    language: NDArray[np.object_],
    tone: NDArray[np.object_],
    topic: Integers,
) -> list[str]:
    """A comment for each row; `topic` indexes `TOPICS`."""
    chance = rng.random(len(topic))
    written = []
    for spoken, mood, about, u in zip(language, tone, topic, chance, strict=True):
        choices = comments(spoken, mood, TOPICS[about])
        written.append(choices[int(u * len(choices))])
    return written
