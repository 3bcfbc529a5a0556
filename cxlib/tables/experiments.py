"""A/B tests: a row a unit, or a row a variant."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import TIME, words

KIND = Kind(
    name="experiments",
    label=N_("Experiments"),
    fields=(
        Field(
            "variant",
            "category",
            N_("Variant"),
            words(
                "group, version, test group, arm, treatment, bucket, experiment group, varian, "
                "kelompok, grup"
            ),
            required=True,
        ),
        Field(
            "outcome",
            "number",
            N_("Outcome"),
            words("converted, conversion, result, retention, revenue, clicked, purchased, hasil"),
        ),
        Field(
            "unit_id",
            "id",
            N_("Unit"),
            words("user id, userid, user, customer id, customer, visitor id, id pengguna"),
        ),
        Field("timestamp", "timestamp", N_("Date"), TIME + words("exposed at, assigned at")),
        Field(
            "n",
            "number",
            N_("Units"),
            words(
                "users, visitors, recipients, participants, sample size, sessions, customers, sent, "
                "delivered, impressions, exposures, population, count, total, jumlah pengunjung, "
                "pengunjung, n users, n visitors, n customers, n participants, n units, n subjects"
            ),
        ),
        Field(
            "successes",
            "number",
            N_("Successes"),
            words("conversions, converted users, clicks, purchases, konversi"),
        ),
        Field("mean", "number", N_("Mean"), words("average, avg, rata rata")),
        Field(
            "sd",
            "number",
            N_("Standard deviation"),
            words("std, stdev, standard deviation, simpangan baku"),
        ),
    ),
    requires=(("outcome",), ("n", "successes"), ("n", "mean", "sd")),
    attributes=True,
    hints=words("variant, experiment, lift, control, improvement, probability, uplift"),
    subject=words("experiment, expose"),
)
