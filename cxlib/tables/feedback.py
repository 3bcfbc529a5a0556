"""Free text from customers: reviews, comments, complaints."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CONTACT, CUSTOMER, TIME, words

KIND = Kind(
    name="feedback",
    label=N_("Feedback"),
    fields=(
        Field(
            "text",
            "text",
            N_("Text"),
            words(
                "review, review text, comment, comments, feedback, body, content, message, "
                "sentence, ulasan, komentar, teks, isi, isi ulasan, keluhan, customer review"
            ),
            required=True,
        ),
        Field("customer_id", "id", N_("Customer"), CUSTOMER + CONTACT),
        Field(
            "timestamp",
            "timestamp",
            N_("Date"),
            TIME + words("review date, posted at, tanggal ulasan"),
        ),
        Field(
            "rating",
            "number",
            N_("Rating"),
            words("stars, star rating, score, customer rating, bintang, nilai, peringkat"),
        ),
        Field("channel", "category", N_("Channel"), words("source, platform, kanal, sumber, site")),
    ),
    attributes=True,
    hints=words("review, rating, text"),
    subject=words("review"),
)
