"""One error base: a stable code, a message in the reader's words, and what to do about it."""

from __future__ import annotations

from cxlib.results import Issue, Param


class CxError(Exception):
    """The user's input cannot be used as it is.

    Parameters
    ----------
    code : str
        Stable, for programs: ``needs_answer``, ``unknown_column``, ``not_enough_data``, …
    message, hint : str
        Message ids (marked with ``N_``) with ``{named}`` placeholders: what is wrong and where, and
        what cures it. They are translated at the edge, by `cxlib.i18n.Language.error`.
    issues : tuple of Issue
        All problems that were found, where there is more than one.
    **params
        The values of the placeholders.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        issues: tuple[Issue, ...] = (),
        **params: Param,
    ) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        self.issues = issues
        self.params = params
        super().__init__(f"{code}: {message.format(**params)}")


class NotEnoughData(CxError):
    """There is too little data for an honest answer; `hint` says where to go instead."""


class NotFound(CxError):
    """No such workspace, snapshot or customer, or it is not yours: the two are not told apart."""
