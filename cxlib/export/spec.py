"""An Altair chart as a Vega-Lite specification, with its data beside it or within."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import altair as alt

# Altair's theme and its way with data are global to the process: one chart is written at a time.
_writing = threading.Lock()


def apart(chart: Any) -> dict[str, Any]:
    """The specification without data, and under ``datasets`` the frames that it names, types kept."""
    frames: dict[str, Any] = {}

    def kept(data: Any) -> dict[str, str]:
        same = [name for name, frame in frames.items() if frame is data]
        name = same[0] if same else f"data{len(frames)}"
        frames[name] = data
        return {"name": name}

    with _plain():
        alt.data_transformers.register("apart", kept)
        with alt.data_transformers.enable("apart"):
            spec: dict[str, Any] = chart.to_dict()
    return {**spec, "datasets": frames}


def whole(chart: Any) -> dict[str, Any]:
    """The specification with its data as values, for a program that draws it elsewhere."""
    with _plain(), alt.data_transformers.enable("default", max_rows=None):
        spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


@contextmanager
def _plain() -> Iterator[None]:
    with _writing, alt.theme.enable("none"):
        yield
