"""Words that a team new to customer analytics meets, each with an example from a shop.

What the numbers mean is in the definitions; these are the words around them.
"""

from __future__ import annotations

from dataclasses import dataclass

from cxlib.i18n import N_


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the field.

    `id` is stable, for links. `name`, `meaning` and `example` are message ids; `see` are ids of
    terms and definitions that belong to it.
    """

    id: str
    name: str
    meaning: str
    example: str
    see: tuple[str, ...] = ()


TERMS = (
    Term(
        "experience",
        N_("Customer experience"),
        N_(
            "All that people live through with you, from the first advertisement to the last"
            " complaint, and what they make of it. You can shape its parts; the whole is theirs."
        ),
        N_(
            "The coffee from your shop in Tebet is excellent and the parcel comes three days late:"
            " the customer remembers the wait."
        ),
        ("journey", "touchpoint", "satisfaction"),
    ),
    Term(
        "engagement",
        N_("Engagement"),
        N_(
            "What people do with you without paying: visits, clicks, opened messages, time spent. It"
            " comes before a purchase, and need not lead to one."
        ),
        N_(
            "4,000 people watch your roasting video from Cikini, and the same 200 as ever place an"
            " order: engagement rose, sales did not."
        ),
        ("loyalty", "association"),
    ),
    Term(
        "satisfaction",
        N_("Satisfaction"),
        N_(
            "How far one experience met what was expected, mostly asked right after it. It is about"
            " an event, not about the whole relation."
        ),
        N_(
            "After the delivery to Kemang, 82 of 100 answer 4 or 5 on a scale of 1 to 5: a CSAT of"
            " 82 %."
        ),
        ("experience", "loyalty", "confidence_interval"),
    ),
    Term(
        "loyalty",
        N_("Loyalty"),
        N_(
            "Staying although others are available: buying again, recommending, forgiving a mistake."
            " What people say (NPS) and what they do (retention) are two measures of it, and they"
            " can disagree."
        ),
        N_(
            "Ibu Sari answers 10 and has not ordered for a year; Pak Budi answers 7 and orders every"
            " second week. For your revenue the second is the loyal one."
        ),
        ("promoter", "retention"),
    ),
    Term(
        "service",
        N_("Customer service"),
        N_(
            "The help that customers get before, during and after a purchase: answers, exchanges,"
            " repairs. It is one part of the experience, and the one that is needed when another"
            " part has failed."
        ),
        N_(
            "A grinder arrives broken in Depok. An answer on WhatsApp within the hour and a new one"
            " the next day is service; that it broke was packaging."
        ),
        ("experience", "closed_loop"),
    ),
    Term(
        "journey",
        N_("Customer journey"),
        N_(
            "The stages that a customer goes through, from hearing of you to buying again or leaving,"
            " in the order in which they do, which is seldom the order in which you planned it."
        ),
        N_(
            "Instagram, a look at the price on Tokopedia, a question in the chat, the first order at"
            " the counter in Blok M, the second one in the app."
        ),
        ("touchpoint", "experience"),
    ),
    Term(
        "touchpoint",
        N_("Touchpoint"),
        N_(
            "A place or moment where customer and shop meet: the counter, the app, a parcel, an"
            " invoice, a reply. The journey runs from one to the next."
        ),
        N_(
            "The courier who rings in Menteng is a touchpoint of yours, though he works for somebody"
            " else."
        ),
        ("journey",),
    ),
    Term(
        "closed_loop",
        N_("Closed loop"),
        N_(
            "Whoever complains gets an answer, and what caused it is mended. The inner loop is the"
            " call to that customer; the outer one changes the process for all."
        ),
        N_(
            "A customer gives a 2 for a cold latte. The manager calls on the same day (inner loop);"
            " after nine such answers the shop changes the cups for delivery (outer loop)."
        ),
        ("promoter", "voice_of_customer"),
    ),
    Term(
        "voice_of_customer",
        N_("Voice of the customer"),
        N_(
            "What customers say of you, gathered from everywhere they say it and read together:"
            " surveys, reviews, chats, tickets, calls."
        ),
        N_(
            "The survey asks about taste and gets praise. Reviews and chats speak of parking at the"
            " shop in Kelapa Gading: nobody had asked about it."
        ),
        ("closed_loop", "survivorship"),
    ),
    Term(
        "promoter",
        N_("Promoters, passives and detractors"),
        N_(
            "The three groups of answers to “How likely are you to recommend us?” from 0 to 10:"
            " promoters 9 and 10, passives 7 and 8, detractors 0 to 6. NPS is the percentage of the"
            " first minus that of the last."
        ),
        N_(
            "Of 200 answers at the shop in Senayan 110 are promoters, 60 passives, 30 detractors:"
            " NPS = 55 - 15 = 40."
        ),
        ("loyalty", "closed_loop"),
    ),
    Term(
        "churn",
        N_("Churn"),
        N_(
            "Customers who leave, or the share of them in a time. With a contract there is a day on"
            " which it ends; without one there is only silence, and a rule that says which silence is"
            " too long."
        ),
        N_(
            "A subscriber of your monthly beans who cancels has left. Somebody who bought beans in"
            " March may be back for Lebaran."
        ),
        ("retention", "value.churn", "value.recurring", "censoring"),
    ),
    Term(
        "retention",
        N_("Retention"),
        N_(
            "The share of customers who are still there, or back, after a time. Which customers,"
            " which time and what counts as back have to be said with the number."
        ),
        N_(
            "Of 300 people who bought first in January, 75 bought again in March: 25 % in the second"
            " month after the first purchase."
        ),
        ("cohort", "churn", "value.retention"),
    ),
    Term(
        "cohort",
        N_("Cohort"),
        N_(
            "Customers who began in the same time, looked at together as they grow older. Comparing"
            " cohorts at one age shows whether newer customers are better."
        ),
        N_(
            "Everybody whose first order came in the 12.12 sale is one cohort. They came for the"
            " price; look at their fourth month before you repeat the discount."
        ),
        ("retention", "value.retention"),
    ),
    Term(
        "rfm",
        "RFM",
        N_(
            "Recency, frequency, money: how long ago, how often and for how much somebody bought,"
            " each scored from 1 to 5 against your other customers."
        ),
        N_(
            "Last order four days ago, 15 orders, Rp 6 million: 5, 5, 5, a Champion. Thank her"
            " before you send her a discount that she does not need."
        ),
        ("value.rfm", "value.migration"),
    ),
    Term(
        "clv",
        N_("Customer lifetime value"),
        N_(
            "What a customer is expected to bring from today on, later money counted for less. It is"
            " a forecast of an average, not what was paid so far."
        ),
        N_(
            "Two customers have paid Rp 2 million each. One bought last week, the other two years"
            " ago: their past is equal, their lifetime value is not."
        ),
        ("p_alive", "cac", "value.clv"),
    ),
    Term(
        "cac",
        N_("Customer acquisition cost"),
        N_(
            "What was spent to win a new customer: all spending on winning them, divided by the new"
            " customers of the same time. It is to be held against the margin that they bring, not"
            " against their revenue."
        ),
        N_(
            "Rp 30 million for advertisements in June, 400 new customers: Rp 75,000 each. At a"
            " margin of Rp 25,000 an order, it takes three orders to earn that back."
        ),
        ("clv",),
    ),
    Term(
        "p_alive",
        N_("P(alive)"),
        N_(
            "The probability that somebody is still a customer, judged by their own rhythm. Silence"
            " weighs more for those who used to come often."
        ),
        N_(
            "Thirty days of silence are nothing for a customer who comes every quarter, and a bad"
            " sign for one who came every Saturday."
        ),
        ("churn", "value.p_alive"),
    ),
    Term(
        "confidence_interval",
        N_("Confidence interval"),
        N_(
            "The range of values that fit what was measured. You have asked some and mean all; of"
            " many intervals made at 95 %, about 95 in 100 hold the true value."
        ),
        N_(
            "40 of 50 guests in Bintaro were satisfied: 80 %, interval 67 % to 89 %. A branch at 72 %"
            " out of 50 is not shown to be worse."
        ),
        ("smallest_detectable", "verdict"),
    ),
    Term(
        "verdict",
        N_("Change or noise"),
        N_(
            "Figures move each month even if nothing happens. A verdict says up or down only where"
            " the movement is more than chance would bring; else it says that no change can be"
            " detected, which is not the same as no change."
        ),
        N_(
            "NPS goes from 41 to 37 with 90 answers a month: no detectable change. Do not look for"
            " somebody to blame, and do not celebrate when it is 42 in the next."
        ),
        ("smallest_detectable", "false_discovery"),
    ),
    Term(
        "smallest_detectable",
        N_("Smallest detectable change"),
        N_(
            "The smallest change that this many answers would show in four cases of five. Below it,"
            " silence of the data means nothing. Four times the answers halve it."
        ),
        N_(
            "With 90 answers a month your NPS has to move by about 30 points to be seen, with 1,500"
            " by about 7.5. Ask by quarter if you cannot ask more."
        ),
        ("verdict", "confidence_interval"),
    ),
    Term(
        "weighting",
        N_("Weighting and effective n"),
        N_(
            "Where some groups answer more than others, each answer is given the weight that its"
            " group has among all customers. The result is fairer and less certain: the effective n"
            " says how many equal answers it is worth."
        ),
        N_(
            "Regulars are 20 % of your customers and 60 % of those who answer. After weighting, 500"
            " answers may be worth 300."
        ),
        ("confidence_interval", "survivorship"),
    ),
    Term(
        "association",
        N_("Association and cause"),
        N_(
            "Two things that go together need not bring each other about: a third may bring both, or"
            " it may be the other way round. Only an experiment, in which chance decides who gets"
            " what, shows a cause."
        ),
        N_(
            "Members of your programme buy twice as often. Perhaps it works; perhaps those who buy"
            " often are the ones who join."
        ),
        ("sample_ratio", "verdict"),
    ),
    Term(
        "false_discovery",
        N_("p-value and false discovery"),
        N_(
            "A p-value says how often chance alone would bring a difference as large as this one. Who"
            " compares many groups finds some by chance; controlling false discoveries keeps their"
            " share among what is reported small."
        ),
        N_(
            "Twenty branches, all alike: at p < 0.05 one of them will look special. Compared as one"
            " family, it does not."
        ),
        ("verdict", "association"),
    ),
    Term(
        "censoring",
        N_("Censoring"),
        N_(
            "Something has not happened yet when you look: you know that it takes at least so long,"
            " not how long. Leaving such cases out makes everything look quicker than it is."
        ),
        N_(
            "Of 100 tickets 70 were solved within a day and 30 are still open. “Solved in a day on"
            " average” forgets the 30."
        ),
        ("value.retention", "survivorship"),
    ),
    Term(
        "survivorship",
        N_("Survivorship bias"),
        N_(
            "You see those who stayed and take them for all. Whoever left cannot answer your survey,"
            " and what drove them away is missing from it."
        ),
        N_(
            "You ask the guests in your shop in Kuningan whether it is too loud. Those for whom it"
            " is are in the café across the street."
        ),
        ("weighting", "censoring"),
    ),
    Term(
        "sample_ratio",
        N_("Sample ratio"),
        N_(
            "How many people each variant of an experiment got, against how many it should have got."
            " If they do not match, something sorted people, and the result cannot be read."
        ),
        N_(
            "Half of the visitors should see the new menu: 5,000 and 5,000. It was 5,000 and 4,600:"
            " on old phones the new page did not load."
        ),
        ("association",),
    ),
)
