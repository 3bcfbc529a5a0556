"""Comments made by rules: what negation, contrast and single words mean, which corpora seldom show.

Each is put together from frames and the opinion lexicons of `cxlib/voice/lexicon`, all written for
this project. They teach the sentiment model; nothing is measured on them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

Comment = tuple[str, str, str]  # text, language, label

THINGS = {
    "en": "the product|the app|delivery|the food|the staff|the price|the quality|customer service|"
    "the packaging|the room|the battery|the screen|the new update|the coffee|the seller|checkout|"
    "the taste|my order|the website|the driver|it|this|the portion|the connection|the size",
    "id": "barangnya|aplikasinya|pengirimannya|makanannya|pelayanannya|harganya|kualitasnya|"
    "adminnya|packingnya|kamarnya|baterainya|layarnya|update terbaru|kopinya|penjualnya|"
    "checkout-nya|rasanya|pesanan saya|websitenya|kurirnya|ini|porsinya|sinyalnya|ukurannya|tempatnya",
}
# {t} a thing, {g} and {b} a good and a bad word about it, {G} and {B} further ones.
FRAMES: dict[str, dict[str, str]] = {
    "en": {
        "negative": "not {g}|{t} is not {g}|{t} isn't {g} at all|not really {g}|never {g}|{t} was hardly {g}|"
        "far from {g}|nothing {g} about {t}|i don't find {t} {g}|can't say {t} is {g}|{t} could be more {g}|"
        "neither {g} nor {G}|{t} is too {b}|so {b}|{b} and {B}|{t} is {b}|{t} was {b}, {B} too|really {b}|"
        "{t} used to be {g}, now it is {b}|{t} looks {g} but it is {b}|{g}, but {t} is {b}|"
        "{t} is {g}, however it is {b}|although {t} is {g}, it is {b} overall|{b} despite being {g}|"
        "expected {g}, got {b}|no longer {g}|wouldn't call it {g}|i wish {t} were {g}|{t} is {g} but way too {b}",
        "positive": "not {b}|{t} is not {b}|not {b} at all|{t} isn't {b}|never {b}|{t} is hardly {b}|"
        "nothing {b} about {t}|can't say anything {b} about {t}|no complaints, {t} is {g}|far from {b}|"
        "{t} is {g}|so {g}|{g} and {G}|{t} was {g}, {G} too|really {g}|{t} is very {g}|"
        "{t} used to be {b}, now it is {g}|{t} looks {b} but it is {g}|a bit {b}, but {t} is {g}|"
        "{t} is {b}, however still {g}|although {t} is {b}, it is {g} overall|{g} despite being a bit {b}|"
        "expected {b}, got {g}|no longer {b}|{t} is {g} even if a bit {b}|without any problem, {t} is {g}",
    },
    "id": {
        "negative": "tidak {g}|{t} tidak {g}|{t} nggak {g} sama sekali|kurang {g}|{t} kurang {g}|ga {g}|"
        "belum {g}|{t} jauh dari {g}|tidak ada yang {g}|{t} nggak terlalu {g}|{t} {b} banget|terlalu {b}|"
        "{b} dan {B}|{t} {b}|{t} {b}, {B} juga|dulu {g}, sekarang {b}|kelihatannya {g} tapi {b}|"
        "{g} sih, tapi {t} {b}|{t} {g}, sayangnya {b}|meskipun {g}, {t} tetap {b}|padahal {g}, kok {b}|"
        "kirain {g} ternyata {b}|sudah tidak {g} lagi|mana {g}nya|gak ada {g}nya|katanya {g}, ternyata {b}|"
        "{g} tp {b}|harusnya bisa lebih {g}|bukan {g}, malah {b}|{t} kurang {g} dan {b}",
        "positive": "tidak {b}|{t} tidak {b}|{t} nggak {b} sama sekali|ga {b}|{t} tidak pernah {b}|"
        "jauh dari {b}|gak ada yang {b}|tanpa {b}|{t} {g} banget|{g} dan {G}|{t} {g}|{t} {g}, {G} juga|"
        "dulu {b}, sekarang {g}|kelihatannya {b} tapi {g}|agak {b} sih, tapi {t} {g}|"
        "{t} {b}, tapi tetap {g}|meskipun {b}, {t} tetap {g}|walaupun {b} tapi {g}|kirain {b} ternyata {g}|"
        "sudah tidak {b} lagi|{b} tp {g}|bukan {b}, malah {g}|{t} sangat {g}|nggak {b}, {g} kok|lumayan {g}",
    },
}
NEUTRAL = {
    "en": "when will {t} arrive|how do i return {t}|what time do you open|is {t} available in blue|"
    "how much is {t}|do you ship to {p}|where can i find {t}|can i pay with {m}|i ordered {t} on {d}|"
    "{t} costs {n} dollars|i bought {t} for {n} at {p}|my order number is {n}|i paid with {m}|"
    "{t} arrives on {d}|please send the invoice for {t}|the store is open until {n}|"
    "i live in {p}|i received {t} on {d}|we were {n} people|it comes in {n} colours|ok|okay|average|"
    "so so|nothing special|it is what it is|neither good nor bad|just ordinary|{t} is ordinary|standard|"
    "{t} is so so|could be better, could be worse|haven't tried it yet|will update later|not used yet|"
    "can you tell me the size of {t}|does it support {m}|is there a branch in {p}|i switched to {m}|"
    "the new version is {n}|there are {n} items in the box|delivery by {m}|waiting for {t}|"
    "i have a question about {t}|could you check {t}|just arrived, not opened yet",
    "id": "kapan {t} sampai|bagaimana cara retur|jam berapa buka|{t} ada warna biru|berapa harga {t}|"
    "bisa kirim ke {p}|di mana bisa beli {t}|bisa bayar pakai {m}|saya pesan tanggal {d}|"
    "harganya {n} ribu|beli di {p} harga {n} ribu|nomor pesanan saya {n}|saya bayar pakai {m}|"
    "sampai tanggal {d}|mohon kirim invoice|toko buka sampai jam {n}|saya tinggal di {p}|"
    "barang diterima tanggal {d}|kami datang {n} orang|ada {n} pilihan warna|biasa saja|standar|b aja|"
    "lumayan lah biasa|tidak ada yang spesial|so so|{t} standar saja|{t} biasa aja|sesuai harga lah|"
    "belum dicoba|nanti diupdate|belum dipakai|ukuran {t} berapa ya kak|apakah support {m}|"
    "ada cabang di {p}|saya pindah ke {m}|versi terbaru {n}|isi {n} pcs|dikirim pakai {m}|menunggu {t}|"
    "mau tanya soal {t}|tolong dicek|baru sampai, belum dibuka|ready kak|stoknya masih ada|minta nomor resi dong|"
    "min cara daftarnya gimana|promo ini sampai kapan|cod bisa gak",
}
PLACES = {
    "en": "Jakarta|London|Bandung|Singapore|the mall|Bali|Surabaya|the airport",
    "id": "Jakarta|Bandung|Surabaya|Medan|Bekasi|Bali|Makassar|luar Jawa",
}
MEANS = {
    "en": "a credit card|GoPay|paypal|the app|wifi|express|bank transfer|cash",
    "id": "GoPay|OVO|kartu kredit|transfer BCA|QRIS|JNE|J&T|aplikasi|COD",
}
ENDS = ("", "", "", ".", "!", "...")
EMOJI = 1.5  # the least valence of emoji that stand for a comment


def comments(
    opinions: Mapping[str, Mapping[str, float]], emoji: Mapping[str, float], each: int, seed: int
) -> list[Comment]:
    """About `each` comments a language and label, and every clear opinion word and emoji alone.

    Parameters
    ----------
    opinions : mapping of mappings
        By language ("en", "id"): word or phrase to valence.
    emoji : mapping
        Emoji to valence.
    """
    rng = random.Random(seed)
    out: list[Comment] = []
    moods = {
        "negative": sorted(e for e, v in emoji.items() if v <= -EMOJI),
        "neutral": sorted(e for e, v in emoji.items() if abs(v) < 0.6),
        "positive": sorted(e for e, v in emoji.items() if v >= EMOJI),
    }
    for language, words in opinions.items():
        clear = sorted((w, v) for w, v in words.items() if w[0].isalpha())
        good = [w for w, v in clear if v >= 1.5]
        bad = [w for w, v in clear if v <= -1.5]
        out += [(w, language, "positive") for w in good] + [(w, language, "negative") for w in bad]
        pick = {
            "t": THINGS[language].split("|"),
            "p": PLACES[language].split("|"),
            "m": MEANS[language].split("|"),
            "g": [w for w in good if " " not in w],
            "b": [w for w in bad if " " not in w],
        }
        for label, faces in moods.items():
            if label == "neutral":
                chosen = NEUTRAL[language].split("|")
            else:
                chosen = FRAMES[language][label].split("|")
            for at in range(each):
                parts = {k: rng.choice(v) for k, v in pick.items()}
                parts |= {"G": rng.choice(pick["g"]), "B": rng.choice(pick["b"])}
                parts |= {
                    "n": str(rng.randint(1, 900)),
                    "d": f"{rng.randint(1, 28)}/{rng.randint(1, 12)}",
                }
                asked = label == "neutral" and rng.random() < 0.4
                out.append(
                    (
                        rng.choice(chosen).format(**parts) + ("?" if asked else rng.choice(ENDS)),
                        language,
                        label,
                    )
                )
                if at % 4 == 0:
                    said = "".join(rng.choices(faces, k=rng.randint(1, 3)))
                    out.append((said, language, label))
    return out
