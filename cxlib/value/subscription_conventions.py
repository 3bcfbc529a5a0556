"""Churn of subscriptions, of customers and of revenue, as vendors document it."""

from __future__ import annotations

from cxlib.i18n import N_
from cxlib.value.conventions import OURS, Change, Convention, Measure

CHARTMOGUL = "https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate"
LAST_30 = N_("The last 30 days, not the calendar month")
EVERY_FALL = N_("Every fall counts, also one that is made good within the month")

CUSTOMERS = Measure(
    "customer_churn",
    N_("How many customers leave?"),
    "count",
    Change("", ("lost",), "customers_start"),
    (
        Convention(
            *OURS,
            N_("Customer churn a month"),
            N_(
                "Customers who pay at the start of the month and not at its end / customers who pay"
                " at its start."
            ),
            "value.recurring",
            (),
        ),
        Convention(
            "chartmogul",
            "ChartMogul",
            N_("Customer churn rate (B2B)"),
            N_(
                "Customers of the start of the month who churned in it / customers at the start of"
                " the month. Who joined in the month does not count."
            ),
            "https://help.chartmogul.com/hc/en-us/articles/203359321-Metric-Customer-Churn-rate",
            (
                Change(
                    N_("Who left counts, even if back by the end of the month"),
                    ("fell_start",),
                    "customers_start",
                ),
            ),
        ),
        Convention(
            "stripe",
            "Stripe",
            N_("Subscriber churn rate"),
            N_(
                "Times that what a subscriber pays fell to nothing in the last 30 days / subscribers"
                " of 30 days ago and new ones since."
            ),
            "https://support.stripe.com/questions/calculating-subscriber-churn-rate-in-billing",
            (
                Change(
                    N_("New subscribers of the month join the denominator"),
                    ("lost",),
                    "start_and_new",
                ),
                Change(
                    N_("Every fall to nothing counts, also of who came within the month"),
                    ("falls",),
                    "start_and_new",
                ),
                Change(LAST_30, ("falls",), "start_and_new", "days"),
            ),
        ),
        Convention(
            "baremetrics",
            "Baremetrics",
            N_("User churn"),
            N_(
                "Customers who cancelled in the last 30 days, those who signed up in them too /"
                " customers of 30 days ago."
            ),
            "https://help.baremetrics.com/en/articles/5380347-user-and-revenue-churn;"
            " https://changelog.baremetrics.com",
            (
                Change(
                    N_("Everybody who left counts, also who came within the month"),
                    ("leavers",),
                    "customers_start",
                ),
                Change(LAST_30, ("leavers",), "customers_start", "days"),
            ),
        ),
        Convention(
            "recurly",
            "Recurly",
            N_("Churn per customer-day, for a month"),
            N_("Customers who left in the month / mean number of customers over its days."),
            "https://recurly.com/blog/better-way-to-calculate-your-churn-rate/",
            (
                Change(
                    N_("Divided by the mean over the days of the month, not by its start"),
                    ("lost",),
                    "customers_mean",
                ),
                Change(
                    N_("Everybody who left counts, also who came within the month"),
                    ("leavers",),
                    "customers_mean",
                ),
            ),
        ),
    ),
)

REVENUE = Measure(
    "mrr_churn",
    N_("How much revenue leaves?"),
    "money",
    Change("", ("less",), "mrr_start"),
    (
        Convention(
            *OURS,
            N_("Gross MRR churn"),
            N_(
                "What customers of the start of the month pay less at its end / what they paid at its"
                " start. Nothing is set against it."
            ),
            "value.recurring",
            (),
        ),
        Convention(
            "chartmogul_gross",
            "ChartMogul",
            N_("Gross MRR churn rate"),
            N_("Churn and contraction of the month / MRR at its start."),
            CHARTMOGUL,
            (Change(EVERY_FALL, ("cuts",), "mrr_start"),),
        ),
        Convention(
            "chartmogul_net",
            "ChartMogul",
            N_("Net MRR churn rate"),
            N_(
                "Churn and contraction of the month, less expansion and reactivation / MRR at its"
                " start."
            ),
            CHARTMOGUL,
            (
                Change(EVERY_FALL, ("cuts",), "mrr_start"),
                Change(
                    N_("What customers pay more is set against it"),
                    ("cuts", "-raises"),
                    "mrr_start",
                ),
                Change(
                    N_("So is what those pay who came back"),
                    ("cuts", "-raises", "-returns"),
                    "mrr_start",
                ),
            ),
        ),
        Convention(
            "baremetrics_gross",
            "Baremetrics",
            N_("Revenue churn"),
            N_("MRR lost to downgrades and cancellations in the last 30 days / MRR 30 days ago."),
            "https://help.baremetrics.com/en/articles/5380347-user-and-revenue-churn;"
            " https://changelog.baremetrics.com",
            (Change(LAST_30, ("less",), "mrr_start", "days"),),
        ),
        Convention(
            "baremetrics_net",
            "Baremetrics",
            N_("Net revenue churn"),
            N_(
                "MRR lost to downgrades and cancellations in the last 30 days, less expansion / MRR"
                " 30 days ago."
            ),
            "https://updates.baremetrics.com/",
            (
                Change(
                    N_("What customers pay more is set against it"), ("less", "-more"), "mrr_start"
                ),
                Change(LAST_30, ("less", "-more"), "mrr_start", "days"),
            ),
        ),
        Convention(
            "paddle",
            "Paddle (ProfitWell)",
            N_("MRR churn rate"),
            N_("MRR of the accounts that were cancelled in the month / MRR at its start."),
            "https://www.paddle.com/resources/mrr-churn",
            (Change(N_("Downgrades do not count"), ("churned",), "mrr_start"),),
        ),
    ),
)

SUBSCRIPTIONS = (CUSTOMERS, REVENUE)
