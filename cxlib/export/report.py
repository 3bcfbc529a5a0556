"""A receipt with its numbers, as a file that can be verified: what was asked of which data.

The receipt states every option of its analysis, so it is asked again by what is in it. An option that
a receipt states by its digest, such as what a model was adapted by, is in the report whole. A report
holds no row of a customer, and no key to a workspace: the data are known by their digests.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from cxlib import engine
from cxlib.definitions import modules
from cxlib.errors import CxError
from cxlib.frames.filters import Conditions, where
from cxlib.i18n import N_
from cxlib.results import KPI, Param, Receipt
from cxlib.store.snapshots import Snapshot
from cxlib.store.workspaces import Workspace
from cxlib.tables.kind import kinds

TYPES: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": (int | float),
    "bool": bool,
    "date": dt.date,
    "Sequence": tuple,
    "tuple": tuple,
}
BY_ROW = frozenset({"customer_id", "line"})
MOST = 5_000
"""Rows of a table and items of a list that a report holds; longer ones are left out."""


def report(
    proof: Receipt,
    conditions: Conditions,
    data: Sequence[Snapshot],
    whole: Mapping[str, Param] | None = None,
) -> dict[str, Any]:
    """The receipt and, computed from it, the numbers.

    Parameters
    ----------
    proof : Receipt
        Of the numbers that were shown.
    conditions : tuple of (column, values)
        What rows were looked at; the receipt has them as text.
    data : sequence of Snapshot
        The data of `proof.snapshots`, in their order.
    whole : mapping, optional
        The options that the receipt states by their digests.

    Returns
    -------
    dict
        ``analysis, parameters, filters, snapshots, receipt, numbers``.

    Raises
    ------
    CxError
        `cannot_verify` where the receipt alone does not lead to itself again: the analysis was
        given more than it states.
    """
    receipt = dataclasses.asdict(proof)
    made = again(receipt, conditions, data, whole)
    if made["receipt"] != proof:
        raise _unknown(proof.definition)
    return made | {"receipt": receipt}


def again(
    receipt: Mapping[str, Any],
    conditions: Conditions,
    data: Sequence[Snapshot],
    whole: Mapping[str, Param] | None = None,
) -> dict[str, Any]:
    """What `report` gives now for a receipt that was saved: its `receipt` is the one of today.

    Raises CxError `cannot_verify` where there is no such analysis, or it takes other data.
    """
    module, function = _analysis(receipt["definition"])
    parameters = {**receipt["parameters"], **(whole or {})}
    result = _answer(function, {**receipt, "parameters": parameters}, conditions, data)
    filters = {column: ", ".join(allowed) for column, allowed in conditions}
    return {
        "analysis": module,
        "parameters": parameters,
        "filters": {column: list(allowed) for column, allowed in conditions},
        "snapshots": list(receipt["snapshots"]),
        "receipt": dataclasses.replace(result.receipt, filters=filters),
        "numbers": numbers(result),
    }


def _answer(
    function: Callable[..., Any],
    receipt: Mapping[str, Any],
    conditions: Conditions,
    data: Sequence[Snapshot],
) -> Any:
    """The result of an analysis of the data, under the parameters of a receipt."""
    if not data:
        raise _unknown(receipt["definition"])
    offered = inspect.signature(function).parameters
    options = {
        name: _read(value, str(offered[name].annotation))
        for name, value in receipt["parameters"].items()
        if name in offered
    }
    if "timezone" in offered:
        options["timezone"] = receipt["timezone"]
    if "names" in offered:
        found = data[0].report.get("attributes")
        attributes = found if isinstance(found, list) else []
        options["names"] = {f"a{i}": a["column"] for i, a in enumerate(attributes)}
    with engine.connect(*(one.folder for one in data)) as connection:
        table = engine.scan(connection, [data[0].table])
        columns = {*table.collect_schema().names()}
        for other in data[1:]:
            argument = "orders" if other.kind == "transactions" else other.kind
            if argument not in offered:
                raise _unknown(receipt["definition"])
            options[argument] = engine.scan(connection, [other.table])
        if not columns.issuperset(column for column, _ in conditions):
            raise _unknown(receipt["definition"])
        if "lines" in offered and data[0].lines:
            options["lines"] = where(engine.scan(connection, [data[0].lines]), conditions)
        table = where(table, conditions)
        return function(table, digests=tuple(one.digest for one in data), **options)


def verifiable(proof: Receipt) -> bool:
    """Whether its numbers follow from data and options alone: what people said in a workspace, such
    as labels and cases, is in neither."""
    try:
        _analysis(proof.definition)
    except CxError:
        return False
    return True


def numbers(result: Any) -> dict[str, Any]:
    """The numbers of a result as plain values: all but its receipt, and what is by customer."""
    fields = dataclasses.fields(result)
    return {
        name: value
        for name, value in ((f.name, _plain(getattr(result, f.name))) for f in fields)
        if value is not None and name != "receipt"
    }


def held(workspaces: Iterable[Workspace], digests: Sequence[str]) -> list[Snapshot]:
    """The data of these digests, in their order, from whichever workspace has them.

    Raises CxError `other_data` where none has.
    """
    kept = {
        one.digest: one
        for workspace in workspaces
        for kind in kinds()
        for one in workspace.snapshots(kind)
        if one.digest in digests
    }
    missing = [digest for digest in digests if digest not in kept]
    if missing:
        raise CxError(
            "other_data",
            N_("The data of the report are not here: no version has the digest {digest}."),
            N_("They may have been replaced, deleted or erased since."),
            digest=missing[0][:12],
        )
    return [kept[digest] for digest in digests]


def _analysis(definition: str) -> tuple[str, Callable[..., Any]]:
    """The module that declares a definition, and its function: `analyse`, or the definition's own."""
    for module in modules():
        if any(known.id == definition for known in getattr(module, "DEFINITIONS", ())):
            kind = definition.partition(".")[2].removeprefix(module.__name__.rpartition(".")[2])
            function = getattr(module, f"analyse{kind}", None) or getattr(module, "analyse", None)
            if function is not None:
                return module.__name__, function
    raise _unknown(definition)


def _read(value: Param, annotation: str) -> Any:
    """A parameter as the analysis takes it: receipts have days and lists as text.

    Raises CxError `bad_option` for a value of another type, which no receipt of ours holds.
    """
    kind = next((TYPES[word] for word in re.findall(r"\w+", annotation) if word in TYPES), None)
    if value is None or kind is None:
        return value
    try:
        if kind is tuple:
            return tuple(filter(None, str(value).split(", ")))
        if kind is dt.date:
            return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise _no_option(value) from error
    if not isinstance(value, kind):
        raise _no_option(value)
    return value


def _plain(value: Any) -> Any:
    """A value as JSON has them, None for what is no number, too long, or by customer."""
    if isinstance(value, pd.DataFrame):
        held = BY_ROW.isdisjoint(value.columns) and len(value) <= MOST
        return [_plain(row) for row in value.to_dict("records")] if held else None
    if isinstance(value, KPI):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {name: item for name, item in fields.items() if name != "label"}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return (
            {str(key): _plain(item) for key, item in value.items()} if len(value) <= MOST else None
        )
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value] if len(value) <= MOST else None
    if hasattr(value, "tolist"):  # numpy scalars and arrays
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if isinstance(value, (str, int)) else None


def _no_option(value: Param) -> CxError:
    return CxError(
        "bad_option", N_("The report has an option “{value}”, which is none."), value=value
    )


def _unknown(definition: str) -> CxError:
    return CxError(
        "cannot_verify",
        N_("“{definition}” cannot be computed from its receipt alone."),
        definition=definition,
    )
