"""Charts as pictures, drawn offline."""

from __future__ import annotations

from typing import Any, Literal

import vl_convert

from cxlib.charts.theme import Theme, painted
from cxlib.export.spec import whole

WIDTH = 900


def to_image(chart: Any, kind: Literal["png", "svg"], look: Theme) -> bytes:
    """An Altair chart as PNG (at twice the size, for slides) or SVG, in the colours of `look`."""
    spec = whole(chart)
    spec["config"] = painted(spec.get("config", {}), look)
    for part in (spec, *spec.get("layer", ()), *spec.get("vconcat", ())):
        part.pop("width", None)
    for part in spec.get("vconcat", [spec]):
        part["width"] = WIDTH
    if kind == "svg":
        return bytes(vl_convert.vegalite_to_svg(spec), "utf-8")
    return bytes(vl_convert.vegalite_to_png(spec, scale=2))
