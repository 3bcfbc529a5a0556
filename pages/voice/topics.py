"""Topics: what customers praise and blame, since when, and what it weighs in the score."""

import streamlit as st

from cxlib.charts import topics as charts
from cxlib.voice import topics
from pages import _adapted, _charts, _feedback, _parts, _report, _state, _topic_words, _topics

PAGE = {"title": "Topics", "group": "voice", "icon": ":material/forum:", "order": 70}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("What customers speak of, in which mood, and what it weighs."))
with st.container(horizontal=True, vertical_alignment="bottom"):
    comments = _feedback.source()
    part = _feedback.filters(comments)
own = {"lexicon": _topic_words.current(), "adaptation": _adapted.current()}
result = _parts.analysed(topics.analyse, comments, **own, **part)
_adapted.told()
_parts.tiles(result.headline, None, result.receipt)

st.subheader(_("What do they praise, and what do they blame?"), anchor=False)
bar = _charts.chart(
    charts.moods,
    result,
    "topic_moods",
    _("Comments by topic: complaints to the left, praise to the right"),
    charts.topic_table,
    charts.COLUMNS,
    args=(result.labels,),
    select=True,
)
if picked := bar.get("topic"):
    _topics.quotes(result, picked[0]["key"], comments, part)
else:
    st.caption(_("Click a bar to read what was written about the topic."))

st.subheader(_("Which complaints grow?"), anchor=False)
_parts.meaning(result.meaning)
_topics.grown(result, comments, part)
_topics.new(result)
if result.metric is not None:
    _topics.weight(result, comments, part)
_topics.money(result, part)
_topics.discovered(comments, {**own, **part})
_topic_words.editor(comments)
_report.receipt(result.receipt)
