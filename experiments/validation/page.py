"""The validation page: one table, one drawing a plot, everything inside one file, no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from experiments.run.manifest import revision
from experiments.validation.checks import LEVEL, Check, Plot, Result, Row
from sim.inputs.files import write_atomically

WIDTH, HEIGHT, MARGIN = 420.0, 230.0, 44.0
COLOURS = ("#0b6e8a", "#b5491f")


@dataclass(frozen=True)
class Mark:
    """A point with its interval, in drawing units."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Drawing:
    """A plot in drawing units; ticks are (place, label)."""

    plot: Plot
    lines: tuple[tuple[str, str, str], ...]
    marks: tuple[Mark, ...]
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]


def write_page(found: Sequence[tuple[Check, Result]], path: Path) -> None:
    """Write the page; it appears whole or not at all. Raises InputError."""
    write_atomically(path, render(found).encode())


def render(found: Sequence[tuple[Check, Result]]) -> str:
    """Return the page as HTML; every text of it is escaped."""
    environment = Environment(
        loader=PackageLoader("experiments.validation"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(number=number, interval=interval)
    rows = [row for _, result in found for row in result.rows]
    return environment.get_template("validation.html.j2").render(
        found=found,
        drawings={r.name: [draw(p) for p in r.plots] for _, r in found},
        agreed=sum(row.verdict == "agrees" for row in rows),
        total=len(rows),
        level=f"{LEVEL:.1%}",
        revision=revision(),
        size=(WIDTH, HEIGHT, MARGIN),
    )


def number(value: float) -> str:
    """Return a figure with four significant digits."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def interval(row: Row) -> str:
    """Return a row's interval, or nothing where the value is computed."""
    return "" if row.low == row.high else f"{number(row.low)} to {number(row.high)}"


def draw(plot: Plot) -> Drawing:
    """Return a plot in drawing units."""
    xs = [x for line in plot.lines.values() for x in line[0]] + [x for x, _ in plot.points]
    ys = [y for line in plot.lines.values() for y in line[1]]
    ys += [y for _, point in plot.points for y in (point.low, point.high)]
    x_low, x_high = _range(xs)
    y_low, y_high = _range([*ys, 0.0])

    def x_at(x: float) -> float:
        return MARGIN + (x - x_low) / (x_high - x_low) * (WIDTH - MARGIN - 12)

    def y_at(y: float) -> float:
        return HEIGHT - MARGIN - (y - y_low) / (y_high - y_low) * (HEIGHT - MARGIN - 14)

    lines = tuple(
        (name, " ".join(f"{x_at(x):.1f},{y_at(y):.1f}" for x, y in zip(*line, strict=True)), colour)
        for (name, line), colour in zip(plot.lines.items(), COLOURS, strict=False)
    )
    marks = tuple(
        Mark(x_at(x), y_at(point.mean), y_at(point.low), y_at(point.high))
        for x, point in plot.points
    )
    x_ticks = tuple((x_at(x), number(x)) for x in (x_low, (x_low + x_high) / 2, x_high))
    y_ticks = tuple((y_at(y), number(y)) for y in (y_low, (y_low + y_high) / 2, y_high))
    return Drawing(plot, lines, marks, x_ticks, y_ticks)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1.0, high + 1.0)
