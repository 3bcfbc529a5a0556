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
# What went wrong or right, said without a word of opinion.
FACTS: dict[str, dict[str, str]] = {
    "en": {
        "negative": "the app crashes {w}|{t} stopped working {w}|can't log in {w}|i cannot log in to my account|"
        "it keeps logging me out|it freezes {w}|stuck on the loading screen|the screen goes black {w}|"
        "waiting for a refund for {n} days|still no refund|i have been waiting for {t} since {d}|"
        "my money was deducted but the order is missing|i was charged twice|charged {n} for nothing|"
        "nobody answers my emails|customer service never replies|no reply from the seller|no response from support|"
        "my parcel never arrived|{t} arrived broken|the box was open|one item was missing|received the wrong colour|"
        "i ordered two and got one|ordered black, got blue|{t} broke after {n} days|the zipper broke on the first day|"
        "the button does not work|the code never comes|otp never arrives|they cancelled my order without telling me|"
        "too many ads|full of ads|ads every {n} seconds|it drains my battery|uses all my data|i had to reinstall it {n} times|"
        "i uninstalled it|deleted the app|moved to another bank|i want my money back|asked for a refund and got nothing|"
        "had to wait {n} minutes for a table|we waited an hour for the food|the food was cold|there was a hair in my soup|"
        "the room smelled of smoke|no hot water|wifi does not work|the driver cancelled again|price went up again|"
        "hidden fees everywhere|they changed the price at checkout|the voucher cannot be used|promo code does not work|"
        "my points disappeared|it asks me to pay for everything now|i will not buy here again|never again|"
        "after the update nothing works|can't open it {w}|it won't load|the link is dead|the size is too small|it shrank after one wash",
        "positive": "works perfectly|it just works|arrived {n} days early|arrived the next day|i use it every day|use it daily|"
        "i will order again|will buy again|my third order here|bought another one for my mother|my kids love it|"
        "five stars|10/10|saved me a lot of time|it saves me hours|the problem was solved in {n} minutes|"
        "they replaced it at once|got my refund the same day|the seller answered within minutes|exactly as in the photo|"
        "fits like a glove|looks like in the picture|everything was in the box|still works after {n} months|"
        "the staff went out of their way to help|we will come back|told all my friends|can't live without it|"
        "no ads at all|never had a problem with it|runs without a hitch|worth every penny|cheaper than in the shop|"
        "setup took five minutes|thanks for the quick answer|the update fixed everything|finally it works again",
    },
    "id": {
        "negative": "aplikasi keluar sendiri {w}|force close terus|tidak bisa login {w}|gabisa masuk akun|loading terus dari tadi|"
        "otp tidak masuk masuk|kode verifikasi gak dikirim|saldo terpotong tapi pesanan tidak ada|uang belum kembali|"
        "refund belum masuk sudah {n} hari|sudah {n} hari belum sampai|paket tidak sampai sampai|resi tidak bergerak|"
        "pesanan dibatalkan sepihak|barang datang pecah|barang sampai dalam keadaan penyok|isinya kurang satu|"
        "yang dikirim salah warna|pesan hitam datang biru|pesan dua datang satu|baru {n} hari sudah mati|"
        "baru dipakai sekali langsung putus|chat tidak dibalas|cs tidak menjawab|admin cuma read doang|"
        "telepon tidak diangkat|iklan terus|iklannya kebanyakan|setiap {n} detik muncul iklan|bikin baterai habis|"
        "boros kuota|habis update malah tidak bisa dibuka|sudah saya uninstall|pindah ke aplikasi sebelah|"
        "minta uang saya kembali|nunggu {n} menit makanan belum datang|makanannya dingin|ada rambut di makanan|"
        "kamar bau rokok|air panas tidak nyala|wifi tidak jalan|driver cancel lagi|ongkir naik lagi|biaya admin naik terus|"
        "voucher tidak bisa dipakai|poin saya hilang|harga berubah waktu checkout|gak akan belanja di sini lagi|"
        "cukup sekali saja|kapok|ukurannya kekecilan|luntur setelah dicuci|beda jauh sama di foto|garansi ditolak",
        "positive": "lancar terus|sampai lebih cepat {n} hari|besoknya langsung sampai|pakai tiap hari|pasti order lagi|"
        "bakal langganan|sudah order ke {n} kali|beli lagi buat mama|anak saya suka|bintang lima|10/10|"
        "hemat waktu banget|masalah selesai dalam {n} menit|langsung diganti baru|refund masuk hari itu juga|"
        "chat langsung dibalas|persis seperti di foto|sesuai gambar|pas di badan|isi lengkap|sudah {n} bulan masih awet|"
        "pasti balik lagi|saya rekomendasikan ke teman|tanpa iklan|belum pernah ada masalah|lebih murah dari toko sebelah|"
        "gampang dipasang|terima kasih responnya|setelah update jadi lancar|barang mendarat dengan selamat|"
        "semoga laris terus|sukses terus min|jos gandos|top deh|ditunggu orderan selanjutnya",
    },
}
WHENS = {
    "en": "every time|since the update|again|all the time|since yesterday|after two days|on my phone",
    "id": "terus|sejak update|lagi|dari kemarin|tiap dibuka|di hp saya|sejak semalam",
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
            "w": WHENS[language].split("|"),
            "g": [w for w in good if " " not in w],
            "b": [w for w in bad if " " not in w],
        }
        for label, faces in moods.items():
            if label == "neutral":
                chosen = NEUTRAL[language].split("|")
            else:
                chosen = FRAMES[language][label].split("|")
                chosen += 2 * FACTS[language][label].split("|")
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
