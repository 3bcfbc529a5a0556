"""Changes that people make beside a chart: done before the page is drawn again, refusals said after.

A change belongs to the version that its reader saw. It is therefore made in the callback of its
button, whose arguments are those of the page as it was shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from cxlib.errors import CxError
from pages import _state

log = logging.getLogger("cxlib")


def tried(change: Callable[[], object], key: str) -> bool:
    """Whether a change was made; what refused it is kept, for `told` to say."""
    try:
        change()
    except CxError as error:
        log.warning("refused: %s %s", error, error.params)
        _state.put(f"{key}_refused", _state.session().lang.error(error))
        return False
    return True


def told(key: str) -> None:
    """Say once what refused the last change."""
    refused = _state.get(f"{key}_refused")
    if refused is not None:
        message, hint = refused
        st.error(hint or message, title=message if hint else None)
        _state.put(f"{key}_refused", None)
