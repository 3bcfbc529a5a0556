"""The accuracy check in parts: one comment at a time, the result, all labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from cxlib.charts import accuracy as charts
from cxlib.export.table import table
from cxlib.i18n import N_
from cxlib.privacy.masking import masked
from cxlib.store import labels
from cxlib.store.labels import ANSWERS, Given
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.voice import accuracy, adaptation, labelling
from cxlib.voice.labelling import Asked
from pages import _case, _changing, _charts, _parts, _state

_ = _state.say

KEY = "accuracy"
LISTS = {
    "sample": N_("Random sample"),
    "disagreement": N_("Stars and text disagree"),
}
ICONS = {
    "positive": ":material/sentiment_satisfied:",
    "neutral": ":material/sentiment_neutral:",
    "negative": ":material/sentiment_dissatisfied:",
    "skip": ":material/help:",
}
READ = 3_000  # characters of a comment on screen


@dataclass(frozen=True, slots=True)
class Check:
    """What may be asked in a workspace, and the labels that it has."""

    of: Workspace
    data: Snapshot
    asked: Asked
    keys: dict[str, list[str]]
    given: dict[str, Given]

    def rows(self, drawn: str) -> Any:
        return self.asked.sample if drawn == "sample" else self.asked.disagreements

    @property
    def answers(self) -> dict[str, str]:
        return {key: one.answer for key, one in self.given.items()}

    @property
    def labelled(self) -> Any:
        """The sample as far as it has answers."""
        return labelling.answered(self.asked.sample, self.keys["sample"], self.answers)


def check(of: Workspace, data: Snapshot) -> Check:
    """The comments to ask about, and the labels of the workspace."""
    asked = _parts.analysed(labelling.asked, data)
    keys = {
        "sample": labels.keys(of, asked.sample["text"]),
        "disagreement": labels.keys(of, asked.disagreements["text"]),
    }
    return Check(of, data, asked, keys, labels.listed(of))


def asking(now: Check) -> None:
    """One comment, four buttons; what the model said is shown after the answer."""
    offered = [name for name in LISTS if len(now.rows(name))]
    drawn = _parts.choice(_("Label from"), {name: LISTS[name] for name in offered}, "from")
    _changing.told(KEY)
    _progress(now, drawn)
    again = _state.get(f"{KEY}_again")
    keys = now.keys[drawn]
    place = next((i for i, key in enumerate(keys) if key == again), None)
    if place is None:
        place = next((i for i, key in enumerate(keys) if key not in now.given), None)
    if place is None:
        st.success(_("All of these have a label."), icon=":material/done_all:")
        return
    row, key = now.rows(drawn).iloc[place], keys[place]
    with st.container(border=True, key=f"{KEY}_card"):
        st.caption(_("What does the writer say here?"))
        text = " ".join(masked(row["text"]).split())
        st.markdown(f"**{_parts.plain(text, READ)}**")
        with st.container(horizontal=True, gap="small"):
            for number, (answer, name) in enumerate(ANSWERS.items(), start=1):
                st.button(
                    _(name),
                    icon=ICONS[answer],
                    key=f"{KEY}_{answer}",
                    shortcut=str(number),
                    on_click=_answer,
                    args=(now.of, key, answer, drawn, now.given.get(key)),
                )
    _last(now)


def _progress(now: Check, drawn: str) -> None:
    """How far the sample is: to the first result, to 50 for the threshold, to 200 for the model."""
    lang = _state.session().lang
    if drawn != "sample":
        done = sum(key in now.given for key in now.keys[drawn])
        st.caption(
            _(
                "{done} of {all} have a label. They teach the model, and do not count for its"
                " accuracy: they were not drawn at random.",
                done=lang.number(done),
                all=lang.number(len(now.keys[drawn])),
            )
        )
        return
    n = len(now.labelled)
    goal = next((g for g in (labelling.WANTED, adaptation.REFITTED) if n < g), None)
    goal = min(goal or len(now.keys["sample"]), len(now.keys["sample"]))
    told = _("{n} of {goal}", n=lang.number(n), goal=lang.number(goal))
    st.progress(min(n / goal, 1.0) if goal else 1.0, text=told)


def _last(now: Check) -> None:
    """What the model had said of the comment that was labelled last, and a way back to it."""
    key = _state.get(f"{KEY}_last")
    if key not in now.given:
        return
    found = [
        (name, now.rows(name).iloc[now.keys[name].index(key)])
        for name in LISTS
        if key in now.keys[name]
    ]
    if not found:
        return
    drawn, row = found[0]
    yours, said = ANSWERS[now.given[key].answer], ANSWERS[row["said"]]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            _(
                "The last one: you said “{yours}”, the model “{said}” with {confidence}.",
                yours=_(yours),
                said=_(said),
                confidence=_state.session().lang.percent(row["confidence"], 0),
            )
        )
        st.button(
            _("Change it"),
            type="tertiary",
            icon=":material/undo:",
            key=f"{KEY}_change",
            on_click=_again,
            args=(key, drawn),
        )


def _again(key: str, drawn: str) -> None:
    _state.put(f"{KEY}_again", key)
    _state.put("from", drawn)


def _answer(of: Workspace, key: str, answer: Any, drawn: Any, seen: Given | None) -> None:
    me = _state.get(_case.ME, "")
    if _changing.tried(lambda: labels.put(of, key, answer, drawn, me, seen=seen), KEY):
        _state.put(f"{KEY}_last", key)
    _state.put(f"{KEY}_again", None)


def result(now: Check) -> Any:
    """How often the model is right, and what it takes for what; None before there are labels enough."""
    lang = _state.session().lang
    told = int(now.labelled["truth"].ne("skip").sum())
    if len(now.asked.sample) < accuracy.LEAST:
        st.info(
            _(
                "The model reads {n} of your comments; to judge it takes {least}.",
                n=lang.number(len(now.asked.sample)),
                least=lang.number(accuracy.LEAST),
            )
        )
        return None
    if told < accuracy.LEAST:
        left = lang.number(accuracy.LEAST - told)
        st.info(
            _(
                "Label {left} more comments of the random sample, and how often the model is right"
                " stands here.",
                left=left,
            )
        )
        return None
    found = accuracy.assess(now.labelled, receipt=now.asked.receipt)
    _parts.meaning(found.meaning)
    _parts.tiles(found.headline, None, found.receipt, columns=3)
    if found.skipped:
        skipped = lang.number(found.skipped)
        st.caption(_("“Can't tell” was the answer to {n}; they are left out.", n=skipped))
    st.subheader(_("What does it take for what?"), anchor=False)
    _charts.chart(
        charts.confusion,
        found,
        "accuracy_confusion",
        _("What you say of comments by what the model says"),
        charts.pair_table,
        charts.PAIRS,
    )
    shown = charts.label_table(found, lang)
    _charts.listed(shown, "accuracy_labels", _("Accuracy by label"), charts.BY_LABEL)
    return found


def given(now: Check) -> None:
    """All labels: to look through, to correct, to take along."""
    box = _parts.details(_("Your labels"), "labels", icon=":material/label:")
    if box is None:
        return
    lang = _state.session().lang
    keys = now.keys["sample"] + now.keys["disagreement"]
    rows = labelling.given_table(now.asked.comments, keys, now.given)
    with box:
        if not len(rows):
            st.caption(_("There are none yet."))
            return
        shown = table(rows, lang, labelling.GIVEN)
        event = _charts.frame(
            shown, f"{KEY}_given", _("Your labels"), on_select="rerun", selection_mode="single-row"
        )
        with st.container(horizontal=True):
            picked = event.selection.rows
            key = rows["key"].iloc[picked[0]] if picked else ""
            drawn = "sample" if key in now.keys["sample"] else "disagreement"
            st.button(
                _("Change this label"),
                icon=":material/edit:",
                disabled=not picked,
                help=None if picked else _("Tick a row first."),
                key=f"{KEY}_correct",
                on_click=_again,
                args=(key, drawn),
            )
            _charts.downloads(shown, "accuracy_given")
        st.text_input(_("Your name, for the history"), key=_case.ME)
