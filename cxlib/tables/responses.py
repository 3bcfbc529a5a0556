"""Survey answers: a row a respondent, or a row an answer."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CONTACT, CUSTOMER, TIME, words

KIND = Kind(
    name="responses",
    label=N_("Survey responses"),
    fields=(
        Field(
            "score",
            "number",
            N_("Score"),
            words(
                "nps, nps score, csat, csat score, ces, ces score, rating, satisfaction, "
                "likelihood to recommend, recommendation, skor, nilai, kepuasan, penilaian, "
                "rekomendasi"
            ),
            required=True,
            several=True,
        ),
        Field(
            "customer_id",
            "id",
            N_("Customer"),
            CUSTOMER + CONTACT + words("respondent id, respondent, id responden, responden"),
        ),
        Field(
            "timestamp",
            "timestamp",
            N_("Date"),
            TIME
            + words(
                "response date, responded at, survey date, submit date, end date, recorded date, completed "
                "at, tanggal survei, tanggal respon"
            ),
        ),
        Field(
            "question",
            "category",
            N_("Question"),
            words("question text, survey item, metric, pertanyaan, soal"),
        ),
        Field(
            "comment",
            "text",
            N_("Comment"),
            words(
                "comments, feedback, verbatim, reason, open text, answer text, komentar, "
                "alasan, masukan, saran"
            ),
        ),
        Field("weight", "number", N_("Weight"), words("weights, survey weight, bobot")),
    ),
    attributes=True,
    hints=words("survey, nps, satisfaction, question, answer, recommend, effort, rating"),
    subject=words("survey, answer"),
)
