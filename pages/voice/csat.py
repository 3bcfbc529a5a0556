"""CSAT: how many answers say that they are satisfied."""

from cxlib.voice import csat
from pages import _parts, _state, _survey

PAGE = {"title": "CSAT", "group": "voice", "icon": ":material/sentiment_satisfied:", "order": 20}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("How many answers say that they are satisfied."))
_survey.sections(csat.analyse, "csat")
