import itertools

import pytest

from cxlib.ingest.encoding import examine, guess

# Own sentences, as customers write them; names and places as tables have them.
TEXTS = {
    "german": "Größe passt, die Lieferung war pünktlich; Grüße aus Köln und Düsseldorf. Müller, Schäfer, Weiß. Ärger gab es nur über die Öffnungszeiten. Schön verpackt, für Übergrößen geeignet.",
    "french": "La crème est arrivée très vite, déçu par l'étui abîmé. Hélène Lefèvre, Orléans. Où est la garantie ? Ça marche à merveille, même après l'été. Un cadeau reçu à Noël, bientôt épuisé.",
    "spanish": "El envío llegó rápido y mañana pediré más. Señora Muñoz, Málaga. ¿Cuánto cuesta la devolución? El niño está contento. Teléfono roto, atención pésima en España, ¡qué lástima!",
    "portuguese": "Não recebi a encomenda, a atenção é péssima. João Gonçalves, São Paulo. Opções de preço são ótimas; você já está à espera? Três peças em promoção, avô feliz, limões frescos.",
    "swedish": "Bra kvalitet på tröjan men för dyr frakt. Åsa Björk, Malmö och Göteborg. Jag är nöjd, köper gärna igen. Påsen gick sönder efter två dagar, tråkigt.",
    "icelandic": "Sendingin barst í gær og ég er mjög ánægð með vöruna. Þórður, Ísafjörður. Það er gott að versla hérna, verðið er líka gott og þjónustan frábær. Takk fyrir mig, sjáumst aftur í sumar.",
    "polish": "Przesyłka dotarła szybko, jakość świetna, będę zamawiać częściej. Łukasz Wiśniewski, Łódź. Źle zapakowane, żadnej odpowiedzi od obsługi. Dziękuję za miłą rozmowę, książka jest piękna.",
    "czech": "Zboží přišlo rychle, kvalita je výborná, děkuji. Jiří Dvořák, Plzeň. Můžete prosím poslat ještě jeden kus? Štěstí, že účet sedí; žádné potíže, příště zase. Ťuk na dveře, kurýr byl milý.",
    "hungarian": "Gyorsan megérkezett, nagyon jó minőségű, köszönöm szépen. Szőke Ágnes, Győr. Az ügyfélszolgálat sajnos nem válaszolt időben. Később újra fogok rendelni, a fűszer és a bőr táska is jó.",
    "romanian": "Comanda a ajuns repede şi sunt foarte mulţumită de calitate. Ştefan Ţepuş, Braşov. Când veniţi în oraş? Preţul e bun, dar ambalajul a fost stricat în două locuri, păcat.",
    "turkish": "Sipariş çok hızlı geldi, kargo ücretsizdi, teşekkür ederim. Ayşe Yıldız, İstanbul ve İzmir. Ürün güzel ama kutu kırıktı. Bir daha alışveriş yapacağım, öğrenciler için uygun.",
    "russian": "Доставка была быстрой, качество хорошее, спасибо большое. Дарья Иванова, Нижний Новгород. Упаковка повреждена, вернуть деньги не удалось. Объём подходит, ещё закажу обязательно.",
    "ukrainian": "Доставка була швидкою, якість дуже добра, щиро дякую. Їжачок і ґанок, Київ та Львів. Упаковка пошкоджена, гроші ще не повернули. Замовлю ще раз, якщо знижка буде більшою.",
    "bulgarian": "Доставката беше бърза и качеството е много добро, благодаря. Георги Щерев, Пловдив. Опаковката беше повредена, но ми върнаха парите. Ще поръчам отново, ако има отстъпка.",
    "greek": "Η παράδοση ήταν γρήγορη και η ποιότητα πολύ καλή, ευχαριστώ. Άννα Παπαδοπούλου, Θεσσαλονίκη. Το κουτί ήταν χαλασμένο. Θα αγοράσω ξανά, αν υπάρχει έκπτωση. Ώρα καλή.",
    "hebrew": "המשלוח הגיע מהר והאיכות טובה מאוד, תודה רבה. דנה כהן, תל אביב. האריזה הייתה פגומה ולא קיבלתי תשובה מהשירות. אקנה שוב אם תהיה הנחה על מוצרים נוספים.",
    "arabic": "وصل الطلب بسرعة والجودة ممتازة، شكرا جزيلا. أحمد محمود، القاهرة. كانت العلبة مكسورة ولم يصلني رد من خدمة العملاء. سأشتري مرة أخرى إذا كان هناك خصم.",
    "thai": "สินค้ามาถึงเร็วมาก คุณภาพดี ขอบคุณค่ะ สมชาย กรุงเทพ กล่องเสียหายและไม่มีใครตอบกลับ จะสั่งซื้ออีกครั้งถ้ามีส่วนลด พนักงานบริการดี",
    "lithuanian": "Prekė atkeliavo greitai, kokybė puiki, ačiū labai. Žydrūnas Šimkus, Šiauliai. Dėžutė buvo sulūžusi, niekas neatsakė į laišką. Pirksiu dar kartą, jeigu bus nuolaidų visą rugpjūčio mėnesį.",
    "japanese": "商品はとても良かったです。配送も早くて助かりました。山田太郎、東京都。箱が壊れていましたが、すぐに交換してもらえました。またお願いします。",
    "chinese": "商品质量很好，物流也很快，谢谢。王小明，上海市。包装有一点破损，客服没有及时回复。下次有优惠的时候我还会再买，推荐给朋友。",
    "taiwanese": "商品品質很好，物流也很快，謝謝。陳小美，臺北市。包裝有一點破損，客服沒有及時回覆。下次有優惠的時候我還會再買，推薦給朋友。",
    "korean": "상품 품질이 아주 좋고 배송도 빨랐습니다. 김민준, 서울특별시. 포장이 조금 찢어졌는데 고객센터에서 바로 교환해 주었어요. 다음에 할인하면 또 살게요.",
}
WRITTEN = {
    "german": ("cp1252", "mac_roman", "cp850"),
    "french": ("cp1252", "mac_roman", "cp850"),
    "spanish": ("cp1252", "mac_roman", "cp850"),
    "portuguese": ("cp1252", "mac_roman", "cp850"),
    "swedish": ("cp1252", "mac_roman", "cp850"),
    "icelandic": ("cp1252",),
    "polish": ("cp1250", "iso8859_2", "cp852", "mac_latin2"),
    "czech": ("cp1250", "iso8859_2", "cp852", "mac_latin2"),
    "hungarian": ("cp1250", "iso8859_2", "cp852"),
    "romanian": ("cp1250", "iso8859_2"),
    "turkish": ("cp1254", "iso8859_9", "cp857", "mac_turkish"),
    "russian": ("cp1251", "koi8_r", "iso8859_5", "cp866", "mac_cyrillic"),
    "ukrainian": ("cp1251", "koi8_u"),
    "bulgarian": ("cp1251", "iso8859_5"),
    "greek": ("cp1253", "iso8859_7", "cp737"),
    "hebrew": ("cp1255", "iso8859_8", "cp862"),
    "arabic": ("cp1256", "iso8859_6"),
    "thai": ("cp874",),
    "lithuanian": ("cp1257",),
    "japanese": ("cp932", "euc_jp"),
    "chinese": ("gb18030",),
    "taiwanese": ("big5",),
    "korean": ("euc_kr",),
}
PAIRS = [(language, encoding) for language, found in WRITTEN.items() for encoding in found]


def as_table(text):
    """A table of sentences and words, as an export of reviews."""
    words = text.split(" ")
    rows = ["id,date,name,comment"]
    for i, few in enumerate(itertools.zip_longest(*[iter(words)] * 3, fillvalue="")):
        rows.append(f'{i:04d},2025-01-{i % 28 + 1:02d},{few[0].strip(",.")},"{" ".join(few)}"')
    return "\r\n".join(rows)


@pytest.mark.parametrize(("language", "encoding"), PAIRS)
def test_text_is_read_in_the_encoding_that_it_was_written_in(language, encoding):
    content = as_table(TEXTS[language])
    raw = content.encode(encoding)
    assert raw.decode(guess(raw)) == content


WESTERN = [
    w for at in ("german", "french", "spanish", "portuguese", "swedish") for w in TEXTS[at].split()
]


def test_a_single_word_of_western_europe_outweighs_rarer_encodings():
    words = {word: f"id,name\n1,{word}\n2,{word}\n".encode("cp1252") for word in WESTERN}
    assert {w: guess(raw) for w, raw in words.items() if not w.isascii()} == {
        w: "cp1252" for w in words if not w.isascii()
    }


@pytest.mark.parametrize(
    "sign", ["5 ± 2", "“so so”", "12,50 €", "½ price", "30 °C", "a – b", "100\u00a0000", "7 m³"]
)
def test_signs_alone_are_western(sign):
    assert guess(f"id,text\n1,{sign}\n".encode("cp1252")) == "cp1252"


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("japanese", "iso2022_jp"),
        ("korean", "iso2022_kr"),
        ("greek", "utf-8-sig"),
        ("thai", "utf-16"),
    ],
)
def test_marks_and_escapes_are_certain(language, encoding, tmp_path, stage, cells):
    content = as_table(TEXTS[language])
    (tmp_path / "told.csv").write_bytes(content.encode(encoding))
    encoded = examine(tmp_path / "told.csv")
    assert (encoded.encoding, encoded.certain, encoded.undecodable) == (encoding, True, 0)
    assert cells(stage(content.encode(encoding))) == cells(stage(content))


def test_a_guess_is_told(stage):
    staged = stage(as_table(TEXTS["polish"]).encode("cp1250"))
    assert [i.code for i in staged.issues] == ["encoding_guessed"]
    assert not stage(as_table(TEXTS["polish"])).issues
