"""Returning customers and churn of orders, as vendors document them."""

from __future__ import annotations

from cxlib.i18n import N_
from cxlib.value.conventions import OURS, Change, Convention, Measure

SHOPIFY = (
    "https://help.shopify.com/en/manual/reports-and-analytics/shopify-reports/report-types/"
    "customers-reports; https://community.shopify.com/t/"
    "how-is-the-returning-customer-rate-calculated-in-analytics/217973;"
    " https://support.daasity.com/knowledge/new-vs.-returning-customer-counts"
)
MIXPANEL = (
    "https://help.mixpanel.com/hc/en-us/articles/360045484191-Advanced-Retention-Functionality"
)
ONLY_OLD = N_("Only customers first seen at least 120 days ago")
ONLY_MONTH_3 = N_("Only customers whose third month after the first is over")

RETURNING = Measure(
    "returning",
    N_("Who comes back?"),
    "count",
    Change("", ("again",), "bought"),
    (
        Convention(
            *OURS,
            N_("Repeat rate"),
            N_(
                "Customers with two or more purchases / customers with a purchase. Orders of one day"
                " are one purchase, and one that a refund undid is none."
            ),
            "value.sales",
            (),
        ),
        Convention(
            "shopify",
            "Shopify",
            N_("Returning customer rate"),
            N_(
                "Customers with an order in the month that is not their first / customers with an"
                " order in the month. Each order counts, cancelled ones too."
            ),
            SHOPIFY,
            (
                Change(
                    N_("Each order counts, also a second one of a day and a refunded one"),
                    ("ordered_again",),
                    "ordered",
                ),
                Change(
                    N_("Only customers with an order in the month"),
                    ("ordered_again",),
                    "ordered_in_month",
                ),
                Change(
                    N_("Back by the end of that month, not by today"),
                    ("ordered_again_by_month",),
                    "ordered_in_month",
                ),
            ),
        ),
        Convention(
            "by_the_numbers",
            "By the Numbers",
            N_("Cohort repurchase rate, 90 days"),
            N_(
                "Customers who bought again within 90 days of their first purchase, not on the same"
                " day / customers whose first purchase is at least 90 days old."
            ),
            "https://help.bythenumbersapp.com/article/31-cohort-repurchase-rate",
            (
                Change(
                    N_("Only customers whose first purchase is at least 90 days old"),
                    ("again",),
                    "old_90",
                ),
                Change(N_("Back within 90 days, not at any time"), ("again_90",), "old_90"),
            ),
        ),
        Convention(
            "lifetimely",
            "Lifetimely",
            N_("Retention, month 3"),
            N_(
                "Customers who bought in the third calendar month after that of their first purchase"
                " / customers for whom that month is over."
            ),
            "https://help.useamp.com/article/1288-understanding-retention-vs-repeat-purchasing"
            "-in-lifetimely",
            (
                Change(ONLY_MONTH_3, ("again",), "old_month_3"),
                Change(
                    N_("Back in the third month or later, not at any time"),
                    ("from_month_3",),
                    "old_month_3",
                ),
                Change(N_("In exactly that month, not also later"), ("in_month_3",), "old_month_3"),
            ),
        ),
        Convention(
            "peel",
            "Peel",
            N_("Customer retention rate, month 3"),
            N_(
                "Customers who bought in the third calendar month after that of their first purchase,"
                " or later / customers for whom that month is over."
            ),
            "https://help.peelinsights.com/docs/retention-rate-vs-repurchase-rate",
            (
                Change(ONLY_MONTH_3, ("again",), "old_month_3"),
                Change(
                    N_("Back in the third month or later, not at any time"),
                    ("from_month_3",),
                    "old_month_3",
                ),
            ),
        ),
        Convention(
            "mixpanel",
            "Mixpanel",
            N_("“On or after” retention, month 3"),
            N_(
                "Customers who bought 90 days or more after their first purchase / customers first"
                " seen at least 120 days ago. A month is 30 days from the first purchase on."
            ),
            MIXPANEL,
            (
                Change(ONLY_OLD, ("again",), "old_120"),
                Change(N_("Back after 90 days or more, not at any time"), ("from_90",), "old_120"),
            ),
        ),
        Convention(
            "klaviyo",
            "Klaviyo",
            N_("Retention rate"),
            N_(
                "Customers who also bought in the last 182 days / customers who bought 365 to 730"
                " days ago."
            ),
            "https://help.klaviyo.com/hc/en-us/articles/360042176831-How-to-Calculate-Retention-Rate",
            (
                Change(N_("Only customers who bought 365 to 730 days ago"), ("again",), "year_ago"),
                Change(N_("Back in the last 182 days, not at any time"), ("recent",), "year_ago"),
            ),
        ),
    ),
)

SILENCE = Measure(
    "silence",
    N_("Who is lost?"),
    "count",
    Change("", ("silent_longer_90th",), "bought"),
    (
        Convention(
            *OURS,
            N_("Silent too long"),
            N_(
                "Customers silent for longer than nine in ten of the gaps between purchases are /"
                " customers with a purchase."
            ),
            "value.churn",
            (),
        ),
        Convention(
            "statlas",
            "Statlas",
            N_("Churned customers"),
            N_(
                "Customers silent for as long as eight in ten of the gaps between purchases are, or"
                " longer / customers with a purchase."
            ),
            "https://statlas-docs.web.app/docs/settings/customer-churn",
            (
                Change(
                    N_("Longer than eight in ten gaps, not nine"), ("silent_longer_80th",), "bought"
                ),
                Change(N_("As long is enough"), ("silent_80th",), "bought"),
            ),
        ),
        Convention(
            "tresl",
            "Segments by Tresl",
            N_("Churned customers"),
            N_(
                "Customers silent for longer than the average gap between purchases / customers with"
                " a purchase."
            ),
            "https://tresl.co/segments-faq/how-many-customers-have-churned",
            (
                Change(
                    N_("Longer than the average gap, not than nine in ten"),
                    ("silent_longer_mean",),
                    "bought",
                ),
            ),
        ),
        Convention(
            "affinsy",
            "Affinsy",
            N_("Churn rate, 90 days"),
            N_(
                "Customers whose silence reached 90 days by the end of the month / customers with a"
                " purchase in the 90 days before it."
            ),
            "https://www.affinsy.com/glossary/churn-rate",
            (
                Change(
                    N_("Only those not silent for 90 days yet at the start of the month"),
                    ("silent_longer_90th",),
                    "active_at_start",
                ),
                Change(
                    N_("Silent for 90 days, whatever the gaps are"),
                    ("silent_90_days",),
                    "active_at_start",
                ),
                Change(
                    N_("By the end of the month, not by today"),
                    ("silent_by_month",),
                    "active_at_start",
                ),
            ),
        ),
        Convention(
            "mixpanel",
            "Mixpanel",
            N_("The opposite of “on or after” retention, month 3"),
            N_(
                "Customers with no purchase 90 days or more after their first / customers first seen"
                " at least 120 days ago."
            ),
            MIXPANEL,
            (
                Change(ONLY_OLD, ("silent_longer_90th",), "old_120"),
                Change(
                    N_("No purchase 90 days or more after the first"), ("not_from_90",), "old_120"
                ),
            ),
        ),
    ),
)

ORDERS = (RETURNING, SILENCE)
