"""NPS: how many of your customers would recommend you, less those who would not."""

from cxlib.voice import nps
from pages import _parts, _state, _survey

PAGE = {"title": "NPS", "group": "voice", "icon": ":material/recommend:", "order": 10}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]), _("How many of your customers would recommend you, less those who would not.")
)
_survey.sections(nps.analyse, "nps")
