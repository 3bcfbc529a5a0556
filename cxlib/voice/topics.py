"""Topics of comments: what customers speak of, in which mood, since when, and what it is worth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxlib.definitions import Definition
from cxlib.errors import NotEnoughData
from cxlib.frames.comments import comments
from cxlib.i18n import N_
from cxlib.periods import Period, months
from cxlib.privacy.masking import masked
from cxlib.privacy.small_groups import SMALLEST
from cxlib.results import KPI, Estimate, Receipt, Sentence
from cxlib.value.clv.lifetime import ClvResult
from cxlib.voice import nps
from cxlib.voice.adapted import adapted, stated
from cxlib.voice.aspects import Lexicon, shipped
from cxlib.voice.classifier import Classifier
from cxlib.voice.discovered import discovered
from cxlib.voice.evidence import LONGEST, evidence
from cxlib.voice.language import language_of
from cxlib.voice.new_words import new_words
from cxlib.voice.polarities import aspect_polarities, by_model
from cxlib.voice.ticket_shares import YES, share
from cxlib.voice.tokens import tokens
from cxlib.voice.topic_changes import of_text
from cxlib.voice.topic_figures import by_comment, impacts, of_detractors, topic_table
from cxlib.voice.topic_headline import headline, meaning
from cxlib.voice.topic_money import topic_money
from cxlib.voice.topic_trends import topic_trends

TABLE = "feedback"
DATE_BASIS = N_("day of the comment")
Metric = Literal["nps", "stars"]

DEFINITIONS = (
    Definition(
        id="voice.topics",
        version=1,
        name=N_("Topics"),
        formula=N_(
            "A topic is spoken of where a clause of a comment has one of its words. Its mood is that of"
            " the opinions that belong to it, clause by clause; praised and blamed in one comment is"
            " neutral. Shares: Wilson, the comments of one customer being one. Months: against the usual"
            " changes of the topic and against chance, one family at 5 %."
        ),
        good_for=N_("Seeing what customers complain of, whether it grows, and since when."),
        not_good_for=N_(
            "Speaking of customers who wrote nothing. Sarcasm, and topics that the lexicon does not name."
        ),
        source="Wilson (1927); Przyborowski & Wilenski (1940); Benjamini & Hochberg (1995)",
        pitfalls=N_(
            "Taking the topic that is spoken of most for the one that hurts most: look at its mood and"
            " its impact."
        ),
    ),
    Definition(
        id="voice.topic_impact",
        version=1,
        name=N_("Impact of a topic"),
        formula=N_(
            "The score of all who answered, less the score without those who speak of the topic. The"
            " interval is linearised over customers."
        ),
        good_for=N_("Comparing how much topics weigh in the score of today."),
        not_good_for=N_(
            "Foretelling the score after a problem is solved: who complains of one thing may be unhappy"
            " with another. It is an association."
        ),
        source="Cochran (1977), section 6.4",
        pitfalls=N_("A topic that is praised has a positive impact: it holds the score up."),
    ),
    Definition(
        id="voice.topic_money",
        version=1,
        name=N_("Value of complaining customers"),
        formula=N_(
            "The sum of the expected lifetime value of the customers who speak badly of the topic, with"
            " the interval of the expectation from the CLV model."
        ),
        good_for=N_("Seeing which complaints come from customers who are worth much."),
        not_good_for=N_(
            "Money that is lost, or would be won: these customers are expected to bring it with their"
            " complaint. Topics overlap and do not add up."
        ),
        source="Fader, Hardie & Lee (2005a, 2005b)",
    ),
)


@dataclass(frozen=True, slots=True)
class Topics:
    """What a table of comments speaks of.

    `topics` has a row a topic, the most spoken of first: ``topic, n, customers``, the shares
    ``positive, neutral, negative`` with ``_low`` and ``_high``, ``sentiment`` (positive less negative
    share), ``impact`` on the score of `metric` with its ends, and of surveys the share of detractors
    who speak of it (``detractors``); what rests on fewer than ten is NaN. `said` has a row a comment
    and topic (``text, topic, mood, start, end, line, customer_id, day``), `monthly` a row a topic and
    month (``comments, negative``), `trends` the complaints by topic and month with verdicts
    (`cxlib.voice.topic_trends`; ``negative`` counts them), `new` what is new in the newest complete
    month, `money` what complaining customers are expected to bring (None without orders), `quotes`
    the evidence, `discovered` the topics
    found without the lexicon (``label, n, share, example``; None unless asked for), `labels` what the
    topics are called (a message id, or the user's own words). `spoken` comments speak of a topic.
    """

    topics: pd.DataFrame
    said: pd.DataFrame
    monthly: pd.DataFrame
    trends: pd.DataFrame
    new: pd.DataFrame
    money: pd.DataFrame | None
    quotes: pd.DataFrame
    discovered: pd.DataFrame | None
    labels: dict[str, str]
    metric: Metric | None
    comments: int
    spoken: int
    negative: Estimate | None
    first_day: dt.date | None
    last_day: dt.date | None
    headline: tuple[KPI, ...]
    meaning: Sentence
    receipt: Receipt

    def worst(self, month: str) -> str | None:
        """The topic with the most complaints in a month, such as 2025-08."""
        rows = self.monthly[(self.monthly["name"] == month) & (self.monthly["negative"] > 0)]
        first = rows.sort_values(["negative", "topic"], ascending=[False, True])["topic"].head(1)
        return None if first.empty else str(first.iloc[0])


def analyse(
    table: Any,
    *,
    as_of: dt.date | None = None,
    digests: tuple[str, ...] = (),
    score: str | None = None,
    metric: Metric | None = None,
    lexicon: Lexicon | str | None = None,
    read: bool = True,
    adaptation: str | None = None,
    value: ClvResult | None = None,
    discover: bool = False,
    seed: int = 0,
    timezone: str = "Asia/Jakarta",
) -> Topics:
    """Find topics and moods in comments: in all, by month with verdicts, and what they weigh.

    Parameters
    ----------
    table : feedback, or survey answers with comments, of any engine
        With a column ``text`` or ``comment``; reads ``line, customer_id, day`` and a score.
    as_of : date, optional
        Later rows are ignored.
    score : str, optional
        The column of points: ``rating``, ``score`` or ``s0``, the first that there is, unless given.
    metric : {"nps", "stars"}, optional
        What the score is: NPS of points from 0 to 10, or a mean of stars. Unless given it is NPS for
        answers to a survey that go above 5.
    lexicon : Lexicon or str, optional
        The shipped one unless given; a text is of changes to it, as a workspace keeps them
        (`cxlib.store.topic_words.TopicWords.written`). The receipt has the text.
    read : bool
        Whether the sentiment model labels the clauses that have no opinion of the lexicon, neutral where
        it is not sure; without it all of these are neutral.
    adaptation : str, optional
        What the model of a workspace has of its own (`cxlib.voice.adapted`).
    value : ClvResult, optional
        Of the orders of the same customers.
    discover : bool
        Whether to look for topics that the lexicon does not name (`cxlib.voice.discovered`), with `seed`.

    Raises
    ------
    NotEnoughData
        Fewer than ten rows have a comment.
    """
    found = comments(table, as_of, score)
    held = found.table
    held["text"] = held["text"].where(held["text"].str.strip().ne(""), None).astype(object)
    silent = int(held["text"].isna().sum())
    wrote = len(held) - silent
    if wrote < SMALLEST:
        raise NotEnoughData(
            "not_enough_data",
            N_("Topics need {least} comments; there are {n}."),
            N_("Check that the right column is taken for the text."),
            least=SMALLEST,
            n=wrote,
        )
    used = of_text(lexicon) if isinstance(lexicon, str) else lexicon or shipped()
    model = adapted(adaptation)
    texts = [text if isinstance(text, str) else None for text in held["text"]]
    known = [text if text and _known(text, model) else None for text in texts]
    rows = by_comment(aspect_polarities(known, used, by_model(model) if read else None))
    rows = rows.join(held[["line", "customer_id", "day"]], on="text")
    kind = metric or _metric(held["score"], found.survey)
    topics = topic_table(rows)
    topics["sentiment"] = topics["positive"] - topics["negative"]
    topics = topics.assign(**impacts(held, rows, topics["topic"], _value(held["score"], kind)))
    if kind == "nps":
        topics = topics.assign(**of_detractors(held, rows, topics["topic"], nps.scale()))
    days = held.loc[held["text"].notna(), "day"].dropna()
    first, last = (days.min().date(), days.max().date()) if len(days) else (None, None)
    periods = months(first, as_of or last) if first and last else ()
    complaints = rows[rows["mood"] == "negative"]
    trends = topic_trends(complaints[complaints["day"].notna()], periods)
    trends = trends.rename(columns={"tickets": "negative"})
    flagged = rows.assign(flag=rows["mood"].eq("negative").astype("float64"))
    blamed = share(_once(flagged), "flag", YES)
    spoken = int(rows["text"].nunique())
    return Topics(
        topics=topics,
        said=rows,
        monthly=_monthly(rows, periods),
        trends=trends,
        new=new_words(held, complaints, periods),
        money=None if value is None else topic_money(rows, value),
        quotes=evidence(held, rows),
        discovered=_discovered(texts, seed) if discover else None,
        labels=used.labels,
        metric=kind,
        comments=wrote,
        spoken=spoken,
        negative=blamed,
        first_day=first,
        last_day=last,
        headline=headline(wrote, spoken, blamed),
        meaning=meaning(topics, trends, periods, used.labels),
        receipt=DEFINITIONS[0].receipt(
            snapshots=digests,
            rows_in=found.rows,
            excluded={
                N_("after the end of observation"): found.later,
                N_("without a comment"): silent,
            },
            parameters={
                "as_of": as_of.isoformat() if as_of else None,
                "score": score,
                "metric": kind,
                "lexicon": used.digest if isinstance(lexicon, Lexicon) else lexicon,
                "lexicon_digest": used.digest,
                "discover": discover,
                "seed": seed,
                "read": read,
                "model_version": model.version if read else None,
                **stated(adaptation),
            },
            timezone=timezone,
            date_basis=DATE_BASIS,
        ),
    )


def _discovered(texts: list[str | None], seed: int) -> pd.DataFrame:
    found = discovered(texts, seed=seed)
    shown = [masked((texts[of[0]] or "")[:LONGEST]) if of else "" for of in found.examples]
    table = found.topics[["label", "n", "share"]].assign(example=shown)
    return table[table["n"] >= SMALLEST].reset_index(drop=True)


def _metric(score: pd.Series[float], survey: bool) -> Metric | None:
    if score.notna().sum() < SMALLEST:
        return None
    return "nps" if survey and score.max() > 5 else "stars"


def _value(score: pd.Series[float], metric: Metric | None) -> NDArray[np.float64]:
    """What each row adds to the mean: 100, 0 or -100 of NPS, or its stars."""
    points = np.asarray(score, dtype=np.float64)
    if metric != "nps":
        return points if metric else np.full(len(points), np.nan)
    scale = nps.scale()
    net = np.zeros_like(points)
    net[points >= scale.positive] = 100.0
    net[points <= scale.negative] = -100.0
    net[~((points >= scale.low) & (points <= scale.high))] = np.nan
    return net


def _once(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a comment that speaks of something: 1 where it blames any topic."""
    return rows.groupby("text", as_index=False).agg(
        flag=("flag", "max"), customer_id=("customer_id", "first")
    )


def _known(text: str, model: Classifier) -> bool:
    """Whether a comment is of a language that the words of topics are of: others share some by chance."""
    return language_of(text, tokens(text, model.spelling)) != "other"


def _monthly(rows: pd.DataFrame, periods: tuple[Period, ...]) -> pd.DataFrame:
    """A row a topic and month, months without a comment included."""
    names = [p.name for p in periods]
    month = rows["day"].dt.strftime("%Y-%m")
    keys = [rows["topic"], month.rename("name")]
    index = pd.MultiIndex.from_product(
        [sorted(rows["topic"].unique()), names], names=["topic", "name"]
    )
    counts = pd.DataFrame(
        {
            "comments": rows.groupby(keys).size(),
            "negative": rows["mood"].eq("negative").groupby(keys).sum(),
        }
    )
    table = counts.reindex(index, fill_value=0).fillna(0).astype("int64").reset_index()
    complete = {p.name: p.complete for p in periods}
    return table.assign(complete=table["name"].map(complete).astype("bool"))
