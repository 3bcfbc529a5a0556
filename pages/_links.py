"""What connects the tables of a workspace: joins, aliases, and pairs for the user to decide."""

from __future__ import annotations

import streamlit as st

from cxlib.i18n import N_
from cxlib.store import identity
from cxlib.store import joins as joined
from cxlib.store.identity import Candidate, Identities
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds
from pages import _cache, _parts, _state

_ = _state.say

SHOWN = 10  # open pairs at once
REASONS = {"email": N_("the same e-mail address"), "phone": N_("the same phone number")}


def workspace() -> Workspace:
    """The workspace, where at least two tables name customers; else what to do, and the page ends."""
    opened = _state.session().workspace
    here = [name for name in kinds() if _state.snapshot(name)]
    if opened is not None and len(here) > 1:
        return opened
    _parts.teach(
        _("This page needs two tables"),
        _(
            "Upload a second file about the same customers: survey answers, tickets, visits or"
            " a customer list beside your orders. Then you see how well they fit together."
        ),
    )


def identities(of: Workspace) -> Identities:
    """Who is who, computed anew when a table or a decision changes."""
    return _cache.computed(identity.identities, of, *_version(of))


def tiles(found: Identities) -> None:
    """How many ids, people and masked buyers there are."""
    lang = _state.session().lang
    with st.grid(4, min_column_width=150):
        for name, n, meaning in (
            (N_("Ids"), found.ids, N_("Different customer ids in all tables together.")),
            (
                N_("People"),
                found.people,
                N_("Ids that are the same person by id, e-mail or phone count once."),
            ),
            (
                N_("Masked buyers"),
                found.masked,
                N_("Ids such as b***i stand for many people; they join nobody."),
            ),
            (
                N_("Open pairs"),
                found.questions,
                N_("Customers who share an e-mail or a phone; you decide."),
            ),
        ):
            st.metric(_(name), lang.number(n), border=True, help=_(meaning))


def joins(of: Workspace) -> None:
    """Each pair of tables: the share of rows that find their customer, and those that do not."""
    names = {name: _(kind.label) for name, kind in kinds().items()}
    pairs = _cache.computed(joined.health, of, *_version(of))
    st.dataframe(
        {
            "right": [names[p.right] for p in pairs],
            "left": [names[p.left] for p in pairs],
            "share": [round(p.share, 2) for p in pairs],
            "rows": [p.rows for p in pairs],
            "orphans": [p.orphans for p in pairs],
            "people": [p.people for p in pairs],
            "only_left": [p.only_left for p in pairs],
        },
        hide_index=True,
        alt=_("How many rows of each table find their customer in each other table"),
        column_config={
            "right": st.column_config.TextColumn(_("Rows of")),
            "left": st.column_config.TextColumn(_("look for their customer in")),
            "share": st.column_config.ProgressColumn(_("Found"), format="percent"),
            "rows": st.column_config.NumberColumn(_("Rows"), format="localized"),
            "orphans": st.column_config.NumberColumn(_("Not found"), format="localized"),
            "people": st.column_config.NumberColumn(_("Customers in both"), format="localized"),
            "only_left": st.column_config.NumberColumn(
                _("Customers without such a row"), format="localized"
            ),
        },
    )


def candidates(of: Workspace, found: Identities) -> None:
    """Pairs that only the user can decide."""
    if not found.candidates:
        return
    st.subheader(_("Is this the same person?"), anchor=False)
    st.caption(_("They are counted apart until you say so; a family may share an address."))
    for pair in found.candidates[:SHOWN]:
        _pair(of, pair)
    if found.questions > SHOWN:
        left = _state.session().lang.number(found.questions - SHOWN)
        st.caption(_("{n} more pairs", n=left))


def _pair(of: Workspace, pair: Candidate) -> None:
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        left, right = _parts.plain(pair.left), _parts.plain(pair.right)
        st.markdown(f"**{left}** · **{right}** – {_(REASONS[pair.reason])}")
        for same, name in ((True, N_("Same person")), (False, N_("Different people"))):
            if st.button(_(name), key=f"pair_{pair.left}_{pair.right}_{same}", type="tertiary"):
                identity.decide(of, pair.left, pair.right, same)
                st.rerun()


def _version(of: Workspace) -> tuple[str, ...]:
    """What the answer depends on: the tables in use and the decisions."""
    digests = [data.digest for name in kinds() if (data := _state.snapshot(name))]
    decided = sorted(f"{k}={v}" for k, v in of.settings().items() if k.startswith("pair:"))
    return (of.id, *digests, *decided)
