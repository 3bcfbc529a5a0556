"""Charts with their table, downloads and alt text; lists of customers behind a mark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cxlib.export import spec
from cxlib.export.csv import to_csv
from cxlib.export.image import to_image
from cxlib.export.table import Table, table
from cxlib.export.xlsx import to_xlsx
from cxlib.i18n import N_
from cxlib.results import Receipt
from pages import _cache, _state

_ = _state.say

SHOWN = 1_000  # rows of a list on screen; downloads hold them all


def chart(
    draw: Callable[..., Any],
    of: Any,
    key: str,
    alt: str,
    data: Any,
    columns: tuple[str, ...] | None = None,
    *,
    args: tuple[Any, ...] = (),
    select: bool = False,
    receipt: Receipt | None = None,
) -> dict[str, Any]:
    """A chart with its table and downloads behind one button; returns what was clicked, by selection.

    `draw` is called with `of`, `args`, language and look. `data` is its table, or a function of the
    same but for the look. Of what has a `receipt`, both are made once and kept: a click on the page
    does not draw its charts again.
    """
    lang, look = _state.session().lang, _state.session().look

    def drawing() -> Any:
        return draw(of, *args, lang, look)

    def made() -> tuple[dict[str, Any], Any]:
        return spec.apart(drawing()), data(of, *args, lang) if callable(data) else None

    known = receipt or getattr(of, "receipt", None)
    drawn, own = _cache.kept(made, known, key, *args, lang.code, repr(look)) if known else made()
    event = st.vega_lite_chart(
        spec=drawn, key=key, alt=alt, on_select="rerun" if select else "ignore", width="stretch"
    )
    shown = table(data if own is None else own, lang, columns)
    with st.popover(_("Table and image"), icon=":material/table_chart:", type="tertiary"):
        frame(shown, f"{key}_table", alt)
        with st.container(horizontal=True):
            downloads(shown, key)
            for kind, mime in (("png", "image/png"), ("svg", "image/svg+xml")):
                st.download_button(
                    kind.upper(),
                    lambda kind=kind: to_image(drawing(), kind, look),
                    file_name=f"{key}.{kind}",
                    mime=mime,
                    icon=":material/image:",
                    on_click="ignore",
                    key=f"{key}_{kind}",
                )
    return dict(event.selection) if select else {}


def frame(shown: Table, key: str, alt: str, **options: Any) -> Any:
    """A table on screen: numbers grouped, shares as percentages, text as text."""
    rows = shown.frame.head(SHOWN)
    numbers = zip(rows.columns, shown.readings, strict=True)
    return st.dataframe(
        rows.round({column: _decimals(rows[column]) for column, r in numbers if r == "number"}),
        hide_index=True,
        key=key,
        alt=alt,
        placeholder="–",
        column_config={
            column: _column(name, reading)
            for column, name, reading in zip(
                shown.frame.columns, shown.headers, shown.readings, strict=True
            )
        },
        **options,
    )


def listed(data: Any, key: str, alt: str, columns: tuple[str, ...] | None = None) -> None:
    """A small table, with its downloads."""
    shown = table(data, _state.session().lang, columns)
    frame(shown, key, alt)
    with st.container(horizontal=True):
        downloads(shown, key)


def downloads(shown: Table, name: str) -> None:
    """The whole list as CSV and as XLSX."""
    for kind, make, mime in (
        ("csv", to_csv, "text/csv"),
        ("xlsx", to_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        st.download_button(
            kind.upper(),
            lambda make=make: make(shown.frame, shown.headers),
            file_name=f"{name}.{kind}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"{name}_{kind}",
        )


def customers(people: Any, key: str, columns: tuple[str, ...] | None = None) -> None:
    """The customers behind a mark: a list to look through, to download, and to open one by one."""
    lang = _state.session().lang
    shown = table(people, lang, columns)
    count = lang.plural(N_("{n} customer"), N_("{n} customers"), len(shown.frame))
    st.subheader(count, anchor=False)
    if len(shown.frame) > SHOWN:
        st.caption(_("The first {n} are shown; downloads hold them all.", n=lang.number(SHOWN)))
    event = frame(shown, key, count, on_select="rerun", selection_mode="single-row")
    with st.container(horizontal=True):
        chosen = event.selection.rows
        if st.button(
            _("Open customer"),
            icon=":material/person:",
            type="primary",
            disabled=not chosen,
            help=None if chosen else _("Tick a row first."),
            key=f"{key}_open",
        ):
            one = str(shown.frame["customer_id"].iloc[chosen[0]])
            st.switch_page("value/customer.py", query_params={"customer": one})
        downloads(shown, key)


def _decimals(numbers: Any) -> int:
    """Three digits or so: 1,594 is read as a thousand where a comma is decimal."""
    if numbers.dtype.kind != "f":
        return 0
    middle = numbers.abs().median()
    return 1 if middle >= 10 else 2 if middle >= 1 else 3


def _column(name: str, reading: str) -> Any:
    if reading == "share":
        return st.column_config.NumberColumn(name, format="percent")
    if reading in ("money", "number", "count", "days"):
        return st.column_config.NumberColumn(name, format="localized")
    if reading == "day":
        return st.column_config.DateColumn(name, format="localized")
    return st.column_config.TextColumn(name)
