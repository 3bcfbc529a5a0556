"""The only user of st.cache_data. Keys are (workspace, digest, parameters), never a frame.

Streamlit hashes large frames from a sample: two users' frames could share a key, and one would be
given the other's answer. Frames and functions are therefore passed with a leading underscore, which
keeps them out of the key. Nothing is cached when a function raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import streamlit as st

from cxlib import engine
from cxlib.frames.filters import values, where
from cxlib.results import Receipt
from cxlib.store.snapshots import Snapshot

R = TypeVar("R")
Key = tuple[tuple[str, Any], ...]


def analysed(
    function: Callable[..., R],
    data: Snapshot,
    beside: Mapping[str, Snapshot] | None = None,
    **parameters: Any,
) -> R:
    """The result of an analysis of a snapshot's table, computed once for its parameters.

    `beside` are other data of the workspace that it takes as tables, by the name of its argument.
    """
    others = dict(beside or {})
    digests = (data.digest, *(other.digest for other in others.values()))
    key = tuple(sorted(parameters.items()))
    result: R = _analysed(
        data.workspace, digests, tuple(others), _name(function), key, function, data, others
    )
    return result


def computed(function: Callable[..., R], of: Any, *key: Any, **parameters: Any) -> R:
    """The value of `function(of, **parameters)`; `key` says what `of` is (workspace, digest, …)."""
    options = tuple(sorted(parameters.items()))
    result: R = _computed(key, _name(function), options, function, of)
    return result


@st.cache_data(ttl="6h", max_entries=200, max_size="1GB", show_spinner=False)
def _analysed(
    workspace: str,
    digests: tuple[str, ...],
    names: tuple[str, ...],
    name: str,
    parameters: Key,
    _function: Callable[..., Any],
    _data: Snapshot,
    _beside: Mapping[str, Snapshot],
) -> Any:
    options = dict(parameters)
    conditions = options.pop("where", ())
    folders = {_data.folder, *(other.folder for other in _beside.values())}
    with engine.connect(*folders) as connection:
        table = where(engine.scan(connection, [_data.table]), conditions)
        if options.pop("lines", False) and _data.lines:
            options["lines"] = where(engine.scan(connection, [_data.lines]), conditions)
        for argument, other in _beside.items():
            options[argument] = engine.scan(connection, [other.table])
        result = _function(table, digests=digests, **options)
    filters = {column: ", ".join(allowed) for column, allowed in conditions}
    return replace(result, receipt=replace(result.receipt, filters=filters))


@st.cache_data(ttl="6h", max_entries=400, max_size="500MB", show_spinner=False)
def _computed(
    key: tuple[Any, ...],
    name: str,
    parameters: Key,
    _function: Callable[..., Any],
    _of: Any,
) -> Any:
    return _function(_of, **dict(parameters))


def kept(make: Callable[[], R], receipt: Receipt, *key: Any) -> R:
    """What is small and made of a result, such as a chart: once for what its receipt states."""
    found: R = _kept(repr(receipt), key, make)
    return found


@st.cache_data(ttl="6h", max_entries=2_000, max_size="250MB", show_spinner=False)
def _kept(receipt: str, key: tuple[Any, ...], _make: Callable[[], Any]) -> Any:
    return _make()


@st.cache_data(ttl="6h", max_entries=100, show_spinner=False)
def choices(workspace: str, digest: str, column: str, _data: Snapshot) -> tuple[str, ...]:
    """The values of an attribute that pages can be filtered by."""
    with engine.connect(_data.folder) as connection:
        return values(engine.scan(connection, [_data.table]), column)


def rows(function: Callable[..., R], data: Snapshot, table: str = "orders", **parameters: Any) -> R:
    """What a snapshot's orders or lines say of one thing, such as the customers behind a mark."""
    key = tuple(sorted(parameters.items()))
    found: R = _rows(data.workspace, data.digest, table, _name(function), key, function, data)
    return found


@st.cache_data(ttl="6h", max_entries=100, max_size="250MB", show_spinner=False)
def _rows(
    workspace: str,
    digest: str,
    table: str,
    name: str,
    parameters: Key,
    _function: Callable[..., Any],
    _data: Snapshot,
) -> Any:
    return read(_function, _data, table, **dict(parameters))


def read(function: Callable[..., R], data: Snapshot, table: str = "orders", **parameters: Any) -> R:
    """The same, read each time: for what takes a table besides, which can be no key."""
    with engine.connect(data.folder) as connection:
        return function(engine.scan(connection, [data.file(table)]), **parameters)


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"
