"""Contracts: a row a subscription."""

from cxlib.i18n import N_
from cxlib.tables.kind import Field, Kind
from cxlib.tables.names import CONTACT, CUSTOMER, words

KIND = Kind(
    name="subscriptions",
    label=N_("Subscriptions"),
    fields=(
        Field(
            "customer_id",
            "id",
            N_("Customer"),
            CUSTOMER + CONTACT + words("subscriber id, subscriber, id pelanggan langganan"),
            required=True,
        ),
        Field(
            "start",
            "timestamp",
            N_("Start"),
            words(
                "start date, started at, contract start, subscription start, activation date, effective date, signup date, join date, subscribed at, tanggal mulai, mulai, "
                "created at"
            ),
        ),
        Field(
            "end",
            "timestamp",
            N_("End"),
            words(
                "end date, ended at, ended, cancelled at, canceled at, cancellation date, churn date, "
                "tanggal berakhir, tanggal berhenti, berakhir"
            ),
        ),
        Field(
            "plan",
            "category",
            N_("Plan"),
            words(
                "contract, subscription type, subscription plan, product, tier, paket, jenis paket"
            ),
        ),
        Field(
            "mrr",
            "money",
            N_("Monthly revenue"),
            words(
                "monthly charges, monthly price, monthly revenue, monthly recurring revenue, monthly fee, "
                "price, biaya bulanan, tagihan bulanan"
            ),
        ),
        Field(
            "tenure",
            "number",
            N_("Tenure"),
            words("tenure months, months, months active, lama berlangganan"),
        ),
        Field(
            "churned",
            "flag",
            N_("Churned"),
            words("churn, churn label, exited, cancelled, canceled, attrition, berhenti"),
        ),
    ),
    attributes=True,
    hints=words("subscription, plan, mrr, churn, tenure, renewal, trial, term, cancel, join"),
    subject=words("subscription, month"),
)
