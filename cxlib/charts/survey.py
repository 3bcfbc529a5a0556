"""NPS, CSAT and CES: the answers by point, the score by month with verdicts, and group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from cxlib.charts.annotations import Note, annotated
from cxlib.charts.theme import (
    ACCENT,
    CATEGORIES,
    QUIET,
    WHOLE,
    Theme,
    compact_axis,
    dressed,
    legend_columns,
)
from cxlib.i18n import N_, Language

if TYPE_CHECKING:
    from cxlib.voice.survey import SurveyResult

POINTS = ("point", "answers", "answer_share", "role")
MONTHLY = (
    "month", "answers", "result", "result_low", "result_high", "mean_score", "change", "least",
    "verdict",
)  # fmt: skip
GROUPS = (
    "group", "answers", "result", "result_low", "result_high", "mean_score", "change", "verdict",
)  # fmt: skip
# Good, middling, bad; beside their names, for colour alone says nothing to some.
ROLES = ("#0072B2", QUIET, "#D55E00")
VERDICTS = {
    "up": N_("up"),
    "down": N_("down"),
    "none": N_("no detectable change"),
    "": N_("not compared"),
    "unknown": N_("not compared"),
}
AGAINST = {
    "up": N_("above the others"),
    "down": N_("below the others"),
    "none": N_("no detectable difference"),
    "unknown": N_("not compared"),
}
ROW = 30  # pixels of a group


def times(result: SurveyResult) -> int:
    """What a result is multiplied with to be read: shares are told in per cent."""
    return 1 if result.value.unit == "points" else 100


def points_table(result: SurveyResult, lang: Language) -> pd.DataFrame:
    """`POINTS`, a row a point that was given."""
    found = result.points
    return pd.DataFrame(
        {
            "point": found["point"],
            "answers": found["n"],
            "answer_share": found["w"] / found["w"].sum(),
            "role": [lang(r) for r in found["role"]],
        }
    )


def points(result: SurveyResult, lang: Language, look: Theme) -> Any:
    """A bar a point, coloured by what it counts as; clicking one selects its ``point``."""
    table = points_table(result, lang)
    table = table.assign(
        name=[f"{p:g}" for p in table["point"]],
        text=[lang.percent(share, 0) for share in table["answer_share"]],
    )
    roles = list(dict.fromkeys(table.sort_values("point", ascending=False)["role"]))
    if result.asked.scale.best == "low":
        roles.reverse()
    picked = alt.selection_point(name="point", fields=["point"])
    base = alt.Chart(table).encode(
        x=alt.X(
            "name:O",
            sort=None,
            title=lang(N_("Score")),
            axis=alt.Axis(grid=False, labelAngle=0, ticks=False),
        ),
        y=alt.Y("answers:Q", title=lang(N_("Answers")), axis=compact_axis(lang, tickCount=4)),
    )
    bars = base.mark_bar(cornerRadiusEnd=3, cursor="pointer").encode(
        color=alt.Color(
            "role:N",
            title=None,
            scale=alt.Scale(domain=roles, range=list(ROLES[: len(roles)])),
            legend=alt.Legend(orient="top"),
        ),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.3)),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Score"))),
            alt.Tooltip("role:N", title=" "),
            alt.Tooltip("answers:Q", title=lang(N_("Answers")), format=WHOLE),
            alt.Tooltip("text:N", title=lang(N_("Share of answers"))),
        ],
    )
    ends = base.mark_text(dy=-8, color=QUIET, fontSize=alt.ExprRef("width < 380 ? 9 : 11")).encode(
        text="text:N"
    )
    return dressed(bars.add_params(picked) + ends, lang, height=230)


def monthly_table(result: SurveyResult, lang: Language) -> pd.DataFrame:
    """`MONTHLY`, a row a month; what fewer than ten answered has no figures."""
    by, found = times(result), result.monthly
    return pd.DataFrame(
        {
            "month": found["month"],
            "answers": found["n"],
            "result": by * found["value"],
            "result_low": by * found["low"],
            "result_high": by * found["high"],
            "mean_score": found["average"],
            "change": by * found["change"],
            "least": by * found["smallest_detectable"],
            "verdict": [lang(VERDICTS[s]) for s in found["state"]],
        }
    )


def monthly(result: SurveyResult, notes: Sequence[Note], lang: Language, look: Theme) -> Any:
    """The score of each month with its interval; a change that the data show has an arrow. Clicking a
    month selects its ``day``. `notes` are the annotations of the workspace."""
    table = monthly_table(result, lang)
    table = table.assign(
        name=[lang.month(day) for day in table["month"]],
        day=table["month"].dt.strftime("%Y-%m-%d"),
        state=[lang(N_("complete") if c else N_("incomplete")) for c in result.monthly["complete"]],
        arrow=result.monthly["state"].map({"up": "▲", "down": "▼"}).fillna(""),
        interval=[
            "–" if pd.isna(low) else f"{lang.number(low, 1)} – {lang.number(high, 1)}"
            for low, high in zip(table["result_low"], table["result_high"], strict=True)
        ],
    ).drop(columns="month")
    faint = alt.Scale(domain=[lang(N_("complete")), lang(N_("incomplete"))], range=[1, 0.45])
    picked = alt.selection_point(name="month", fields=["day"])
    title = lang(_title(result))
    x = alt.X(
        "name:O",
        sort=None,
        title=None,
        axis=alt.Axis(grid=False, labelOverlap=True, labelAngle=0),
    )
    base = alt.Chart(table).encode(x=x)
    y = alt.Y("result:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    bars = base.mark_rule(strokeWidth=5, opacity=0.25, color=ACCENT, strokeCap="round").encode(
        y=alt.Y("result_low:Q", title=title), y2="result_high:Q"
    )
    line = base.mark_line(color=ACCENT, strokeWidth=1.5, opacity=0.6).encode(y=y)
    dots = base.mark_point(filled=True, size=70, color=ACCENT, cursor="pointer").encode(
        y=y,
        opacity=alt.condition(
            picked, alt.Opacity("state:N", scale=faint, legend=None), alt.value(0.25)
        ),
        tooltip=[
            alt.Tooltip("name:N", title=lang(N_("Month"))),
            alt.Tooltip("result:Q", title=title, format=",.1f"),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("answers:Q", title=lang(N_("Answers")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Verdict"))),
            alt.Tooltip(
                "least:Q", title=lang(N_("Smallest change that would show")), format=",.1f"
            ),
            alt.Tooltip("state:N", title=lang(N_("Month is"))),
        ],
    )
    arrows = base.mark_text(dy=-14, fontSize=13, fontWeight="bold").encode(
        y=alt.Y("result_high:Q", title=title),
        text="arrow:N",
        color=alt.condition("datum.arrow == '▼'", alt.value(ROLES[2]), alt.value(ROLES[0])),
    )
    drawing = bars + line + dots.add_params(picked) + arrows
    months = [day.date() for day in result.monthly["month"]]
    return dressed(annotated(drawing, x, months, notes, lang), lang, height=280)


def groups_table(result: SurveyResult, lang: Language) -> pd.DataFrame:
    """`GROUPS`, a row a value of the attribute, the most answered first."""
    by, found = times(result), result.groups
    return pd.DataFrame(
        {
            # Segments are words of ours; other values are the user's own and stay as they are.
            "group": [lang(g) for g in found["group"]]
            if result.by == "segment"
            else found["group"],
            "answers": found["n"],
            "result": by * found["value"],
            "result_low": by * found["low"],
            "result_high": by * found["high"],
            "mean_score": found["average"],
            "change": by * found["change"],
            "verdict": [
                lang(AGAINST[s]) if shown else lang(N_("too few answers to be shown"))
                for s, shown in zip(found["state"], found["shown"], strict=True)
            ],
        }
    )


def groups(result: SurveyResult, lang: Language, look: Theme) -> Any:
    """A dot and its interval a group; grey unless the data show it to differ from all others.
    Clicking one selects its ``group``."""
    table = groups_table(result, lang)[result.groups["shown"].to_numpy(bool)]
    names = [lang(AGAINST[s]) for s in ("up", "none", "down")]
    table = table.assign(
        shade=[v if v in names else names[1] for v in table["verdict"]],
        interval=[
            f"{lang.number(low, 1)} – {lang.number(high, 1)}"
            for low, high in zip(table["result_low"], table["result_high"], strict=True)
        ],
    )
    picked = alt.selection_point(name="group", fields=["group"])
    title = lang(_title(result))
    colour = alt.Color(
        "shade:N",
        title=None,
        scale=alt.Scale(domain=names, range=[ROLES[0], QUIET, ROLES[2]]),
        legend=alt.Legend(orient="top", symbolOpacity=1, columns=legend_columns(1))
        if table["shade"].nunique() > 1
        else None,
    )
    base = alt.Chart(table).encode(
        y=alt.Y(
            "group:N",
            sort=None,
            title=None,
            axis=alt.Axis(labelLimit=150, ticks=False, domain=False),
        ),
        color=colour,
    )
    x = alt.X("result_low:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=5))
    rules = base.mark_rule(strokeWidth=4, opacity=0.4, strokeCap="round").encode(
        x=x, x2="result_high:Q"
    )
    dots = base.mark_point(filled=True, size=80, cursor="pointer").encode(
        x=alt.X("result:Q", title=title),
        opacity=alt.condition(picked, alt.value(1), alt.value(0.3)),
        tooltip=[
            alt.Tooltip("group:N", title=" "),
            alt.Tooltip("result:Q", title=title, format=",.1f"),
            alt.Tooltip("interval:N", title=lang(N_("95 % interval"))),
            alt.Tooltip("answers:Q", title=lang(N_("Answers")), format=WHOLE),
            alt.Tooltip("verdict:N", title=lang(N_("Verdict"))),
        ],
    )
    whole = (
        alt.Chart(pd.DataFrame({"whole": [times(result) * result.value.value]}))
        .mark_rule(color=CATEGORIES[1], strokeDash=[4, 3])
        .encode(x="whole:Q")
    )
    return dressed(
        whole + rules + dots.add_params(picked), lang, height=max(120, ROW * len(table) + 50)
    )


def _title(result: SurveyResult) -> str:
    return {"nps": N_("NPS"), "csat": N_("CSAT, %"), "ces": N_("CES, %")}[result.metric]
