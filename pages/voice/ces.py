"""CES: how many answers say that it was easy."""

from cxlib.voice import ces
from pages import _parts, _state, _survey

PAGE = {"title": "CES", "group": "voice", "icon": ":material/touch_app:", "order": 30}

_ = _state.session().lang

_parts.header(_(PAGE["title"]), _("How many answers say that it was easy."))
_survey.sections(ces.analyse, "ces")
