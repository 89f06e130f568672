"""A figure as plain Plotly JSON, and the layout that all figures share.

Plain dictionaries keep Plotly's Python classes out of the run; the tests validate every figure
against those classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.report.formatting import safe

INK = "#222222"
GRID = "#e4e6e8"


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing: Plotly traces and layout.

    `alt` says what it shows to those who cannot see it.
    """

    id: str
    data: list[dict[str, Any]]
    layout: dict[str, Any]
    alt: str
    title: str = ""

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.layout["height"])


@dataclass(frozen=True, slots=True)
class Section:
    """Figures under one heading, and a sentence on what is missing or left out."""

    figures: list[Figure] = field(default_factory=list)
    missing: str = ""


def axis(name: str, **more: Any) -> dict[str, Any]:
    """An axis with its title (axes without one are not drawn on this page)."""
    return {
        "title": {"text": safe(name), "standoff": 8},
        "automargin": True,
        "gridcolor": GRID,
        "zerolinecolor": "#9aa0a6",
        "linecolor": "#9aa0a6",
        "ticks": "outside",
        "tickcolor": "#c4c8cc",
        "fixedrange": True,
        **more,
    }


def allowed(limits: tuple[float, float], factor: float) -> dict[str, float]:
    """What keeps an axis between the least and greatest value that its metric can have."""
    ends = zip(("minallowed", "maxallowed"), limits, strict=True)
    return {name: end * factor for name, end in ends if math.isfinite(end)}


def errors(
    rows: Sequence[Mapping[str, Any]],
    factor: float,
    colour: str,
    *,
    thickness: float = 1.6,
    width: float = 5,
) -> dict[str, Any]:
    """The arms of intervals (`mean`, `low` and `high` × `factor`); none where one is missing."""
    ends = [row[end] for row in rows for end in ("low", "high")]
    if None in ends or not all(map(math.isfinite, ends)):
        return {"visible": False}
    return {
        "type": "data",
        "symmetric": False,
        "array": rounded([(row["high"] - row["mean"]) * factor for row in rows]),
        "arrayminus": rounded([(row["mean"] - row["low"]) * factor for row in rows]),
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def layout(height: int, **more: Any) -> dict[str, Any]:
    """The common layout; zooming is off so that a finger can scroll over a figure."""
    return {
        "height": height,
        "margin": {"l": 12, "r": 14, "t": 10, "b": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, sans-serif", "size": 13, "color": INK},
        "showlegend": False,
        "hoverlabel": {"align": "left"},
        "dragmode": False,
        **more,
    }


def rounded(values: Iterable[float | None], digits: int = 5) -> list[float | None]:
    """Values with `digits` significant digits, to keep the page small."""
    return [None if v is None else float(f"{v:.{digits}g}") for v in values]
