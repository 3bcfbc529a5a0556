"""What labelled comments come to: shares in all, by month, by group, by language, and beside the stars."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from cxlib.definitions import Definition
from cxlib.frames.answers import Asked, answer_sums
from cxlib.i18n import N_
from cxlib.periods import Period
from cxlib.privacy.small_groups import SMALLEST, suppressed
from cxlib.results import Estimate, Fact, Verdict
from cxlib.statistics import FALSE_DISCOVERY, benjamini_hochberg, smallest_detectable
from cxlib.voice.classifier import EMOTIONS
from cxlib.voice.scores import Metric, against_others, monthly_scores
from cxlib.voice.ticket_shares import YES, share, shares

SURE = ("positive", "neutral", "negative")
NAMES = {
    "positive": N_("The share of positive comments"),
    "neutral": N_("The share of neutral comments"),
    "negative": N_("The share of negative comments"),
}
MOST = 20  # groups of a column
TOPS = (5.0, 10.0, 100.0)
"""Where scales of stars or points end: what is given is read on the first that holds all of it."""

GROUP = (
    "by", "group", "n", "negative", "negative_low", "negative_high", "positive", "positive_low",
    "positive_high", "change", "p_adjusted", "state", "shown",
)  # fmt: skip


def metric(label: str, definition: Definition) -> Metric:
    """The share of a label as the scores of surveys are reckoned."""
    roles = (N_("Positive"), N_("Neutral"), N_("Negative"))
    return Metric(label, NAMES[label], "share", False, roles, definition)


def flagged(rows: pd.DataFrame) -> pd.DataFrame:
    """The comments that have a label, with 1 or 0 in a column for each of `SURE`."""
    sure = rows[rows["label"].isin(SURE)]
    return sure.assign(**{s: sure["label"].eq(s).astype("float64") for s in SURE})


def in_all(sure: pd.DataFrame) -> dict[str, Estimate]:
    """The share of each label: Wilson, with the effective n of comments of the same customers."""
    found = {name: share(sure, name) for name in SURE}
    return {name: value for name, value in found.items() if value is not None}


def by_month(
    sure: pd.DataFrame, periods: Sequence[Period], definition: Definition
) -> tuple[pd.DataFrame, dict[str, tuple[Verdict, ...]]]:
    """A row a calendar month, months without a comment included, and the verdicts of each label.

    Returns
    -------
    pandas.DataFrame
        ``month, name, complete, n, shown``, and of each label its share with ``_low, _high, _error``
        and ``_state, _change, _least`` (smallest detectable change) against the month before.
    dict
        Of each label its verdicts: one family a label.
    """
    made, verdicts = pd.DataFrame(), {}
    for name in SURE:
        asked = Asked(name, YES)
        found, verdicts[name] = monthly_scores(sure, asked, metric(name, definition), None, periods)
        if made.empty:
            made = found[["month", "name", "complete", "n", "shown"]].copy()
        ends = {"value": "", "low": "_low", "high": "_high", "error": "_error"}
        judged = {"state": "_state", "change": "_change", "smallest_detectable": "_least"}
        for column, end in {**ends, **judged}.items():
            made[f"{name}{end}"] = found[column]
    return made, verdicts


def by_group(sure: pd.DataFrame, columns: Sequence[str], definition: Definition) -> pd.DataFrame:
    """The values of all columns, each against all other comments: one false-discovery rate.

    Returns
    -------
    pandas.DataFrame
        `GROUP`: ``change`` of the negative share against the others, in shares. Groups of fewer than
        ten, and what would give them away, have no figures.
    """
    tables = []
    for column in columns:
        sums = answer_sums(sure, Asked("negative", YES), by=column)
        if not len(sums):
            continue
        found = against_others(sums, metric("negative", definition))
        praised = shares(sure, "positive", YES, sure[column]).reindex(found["group"])
        hidden = ~found["shown"].to_numpy(bool)
        ends = {
            f"positive{end}": np.where(hidden, math.nan, praised[of].to_numpy())
            for of, end in (("value", ""), ("low", "_low"), ("high", "_high"))
        }
        found = found.drop(columns=["positive", "negative", "positives", "negatives"])
        named = {"value": "negative", "low": "negative_low", "high": "negative_high"}
        tables.append(found.rename(columns=named).assign(by=column, **ends))
    if not tables:
        return pd.DataFrame(columns=list(GROUP))
    table = pd.concat(tables, ignore_index=True)
    # Each column was judged by itself; whoever looks at all of them sees more by chance.
    spread = table["smallest_detectable"] / smallest_detectable(1.0)
    raw = np.where(
        table["change"].isna(), math.nan, 2 * stats.norm.sf(np.abs(table["change"]) / spread)
    )
    table["p_adjusted"] = benjamini_hochberg(raw)
    differs = table["p_adjusted"] <= FALSE_DISCOVERY
    rises = table["change"] > 0
    table["state"] = np.select(
        [table["p_adjusted"].isna(), differs & rises, differs & ~rises],
        ["unknown", "up", "down"],
        "none",
    )
    return table.groupby("by", sort=False).head(MOST)[list(GROUP)].reset_index(drop=True)


def by_language(rows: pd.DataFrame) -> pd.DataFrame:
    """A row a language: ``language, n, share`` (of all comments), ``unsure`` (of them), and the shares
    of `SURE` among the labelled ones, NaN where fewer than ten are."""
    n = rows.groupby("language").size()
    unsure = rows["label"].eq("unsure").groupby(rows["language"]).sum()
    table = pd.DataFrame({"n": n, "share": n / len(rows), "unsure": unsure}).reset_index()
    sure = flagged(rows)
    for name in SURE:
        found = shares(sure, name, YES, sure["language"], hide=True).reindex(table["language"])
        for column, end in (("value", ""), ("low", "_low"), ("high", "_high")):
            table[f"{name}{end}"] = found[column].to_numpy(np.float64)
    return table.sort_values(["n", "language"], ascending=[False, True], ignore_index=True)


def ends_of_scale(rating: pd.Series[float]) -> tuple[float, float] | None:
    """Up to where points are bad and from where they are good: 2 and 4 of 5, 4 and 8 of 10, 40 and 80
    of 100. None where nothing was given, or more than 100."""
    top = next((t for t in TOPS if rating.max() <= t), None)
    return None if top is None else (0.4 * top, 0.8 * top)


def contradicts(rows: pd.DataFrame) -> pd.Series[bool]:
    """Which comments say the opposite of their stars: bad points and praise, good points and blame."""
    ends = ends_of_scale(rows["rating"])
    if ends is None:
        return pd.Series(False, index=rows.index)
    bad, good = ends
    praise = rows["rating"].le(bad) & rows["label"].eq("positive")
    return praise | (rows["rating"].ge(good) & rows["label"].eq("negative"))


def contradiction(rows: pd.DataFrame) -> Estimate | None:
    """The share of contradictions among labelled comments with good or bad points; None of few."""
    ends = ends_of_scale(rows["rating"])
    if ends is None:
        return None
    rated = rows["rating"].le(ends[0]) | rows["rating"].ge(ends[1])
    held = rows[rated & rows["label"].isin(SURE)]
    if len(held) < SMALLEST:
        return None
    return share(held.assign(flag=contradicts(rows)[held.index].astype("float64")), "flag")


def by_rating(sure: pd.DataFrame) -> pd.DataFrame:
    """A row a point that was given: ``rating, n, shown`` and the share of each label; few: NaN.

    Points that are not whole are rounded up, as 4.5 stars are shown as nearly five.
    """
    rated = sure.dropna(subset="rating")
    grouped = rated.groupby(np.ceil(rated["rating"]))
    table = grouped[list(SURE)].mean().rename_axis("rating").reset_index()
    table.insert(1, "n", grouped.size().to_numpy())
    hidden = suppressed(table["n"])
    table.loc[hidden, list(SURE)] = math.nan
    return table.assign(shown=~hidden)


def by_emotion(rows: pd.DataFrame) -> tuple[pd.DataFrame, Fact | None]:
    """What Indonesian comments feel, where the model is sure enough to name it.

    Returns
    -------
    pandas.DataFrame
        A row an emotion, the most frequent first: ``emotion, n, share, low, high``, of the comments
        whose emotion is named; Wilson, with the effective n of comments of the same customers. Empty
        where these are fewer than ten.
    Fact or None
        The share of them among the Indonesian comments; None without any.
    """
    told = rows[rows["emotion"].ne("unlabelled")]
    named = told[told["emotion"].isin(EMOTIONS)]
    felt = Fact(len(named) / len(told), "share", len(told)) if len(told) else None
    table = pd.DataFrame(
        {"emotion": EMOTIONS, "n": [named["emotion"].eq(e).sum() for e in EMOTIONS]}
    )
    found = [
        share(named.assign(flag=named["emotion"].eq(e).astype("float64")), "flag") for e in EMOTIONS
    ]
    if len(named) < SMALLEST:
        table, found = table.head(0), []
    for column, end in (("share", "value"), ("low", "low"), ("high", "high")):
        table[column] = np.array([getattr(one, end) for one in found], np.float64)
    return table.sort_values(["n", "emotion"], ascending=[False, True], ignore_index=True), felt
