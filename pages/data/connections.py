"""Connections: do the tables speak of the same customers?"""

from pages import _links, _parts, _state

PAGE = {"title": "Connections", "group": "data", "icon": ":material/hub:", "order": 40}

_ = _state.session().lang

_parts.header(
    _(PAGE["title"]),
    _("Which rows of one table find their customer in another, and who is who across them."),
)
workspace = _links.workspace()
found = _links.identities(workspace)
_links.tiles(found)
_links.joins(workspace)
_links.candidates(workspace, found)
