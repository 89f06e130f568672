"""Drawings that need no script: series over x as SVG, for pages that do without Plotly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.report.formatting import number
from experiments.report.palette import COLOURS

WIDTH, HEIGHT = 420.0, 246.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 20.0, 40.0

Line = tuple[Sequence[float], Sequence[float]]
"""The xs of a line and its ys."""
Estimate = tuple[float, float, float, float]
"""x, mean, low and high."""
Tick = tuple[float, str]
"""Place in drawing units and label."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A plot in drawing units, y downwards; a line is its name, its points and its colour."""

    lines: tuple[tuple[str, str, str], ...]
    marks: tuple[Estimate, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def draw(lines: Mapping[str, Line], estimates: Sequence[Estimate] = ()) -> Drawing:
    """Return lines and estimates with their intervals as a drawing; the y axis has its 0."""
    xs = [x for line in lines.values() for x in line[0]] + [e[0] for e in estimates]
    ys = [y for line in lines.values() for y in line[1]] + [y for e in estimates for y in e[1:]]
    (x_low, x_high), (y_low, y_high) = _range(xs), _range([*ys, 0.0])

    def x_at(x: float) -> float:
        return LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def y_at(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y_low) / (y_high - y_low) * (HEIGHT - BOTTOM - TOP)

    return Drawing(
        tuple(
            (name, " ".join(f"{x_at(x):.1f},{y_at(y):.1f}" for x, y in zip(*line, strict=True)), c)
            for (name, line), c in zip(lines.items(), COLOURS, strict=False)
        ),
        tuple((x_at(x), y_at(mean), y_at(low), y_at(high)) for x, mean, low, high in estimates),
        tuple((x_at(x), number(x)) for x in ticks(x_low, x_high)),
        tuple((y_at(y), number(y)) for y in ticks(y_low, y_high)),
    )


def ticks(low: float, high: float) -> list[float]:
    """Return the multiples of 1, 2 or 5 × 10ⁿ in a range, at most seven of them."""
    step = 10 ** math.floor(math.log10((high - low) / 6))
    step *= next(m for m in (1, 2, 5, 10) if (high - low) / (m * step) <= 6 + 1e-9)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1.0, high + 1.0)
