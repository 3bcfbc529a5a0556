"""Frozen dataclasses to JSON values and back, by their type hints: what crosses to the child."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def to_plain(value: Any) -> Any:
    """A value made of dataclasses, tuples, mappings, paths, days and decimals as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, (Path, Decimal)):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def from_plain(hint: Any, value: Any) -> Any:
    """The value that `to_plain` made plain, rebuilt as its type hint says."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        chosen = [a for a in arguments if a is not type(None)]
        if value is None:
            return None
        return from_plain(chosen[0], value) if len(chosen) == 1 else value
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is ...:
            return tuple(from_plain(arguments[0], item) for item in value)
        return tuple(from_plain(a, item) for a, item in zip(arguments, value, strict=True))
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return {key: from_plain(arguments[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{key: from_plain(hints[key], item) for key, item in value.items()})
    if hint in (Path, Decimal):
        return hint(value)
    return dt.date.fromisoformat(value) if hint is dt.date else value
