"""The validation page: a table and drawings for each check, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.report import html
from experiments.report.drawing import Drawing, draw
from experiments.report.formatting import interval
from experiments.running.manifest import revision
from experiments.validation.checks import LEVEL, Check, ComparedFigure, Plot, Result


def write_page(checks: Sequence[tuple[Check, Result]], path: Path) -> None:
    """Write the page; it appears whole or not at all. Raises InputError."""
    html.write(path, render(checks))


def render(checks: Sequence[tuple[Check, Result]]) -> str:
    """Return the page as HTML; every text of it is escaped."""
    rows = [row for _, result in checks for row in result.rows]
    return html.render(
        "validation.html.j2",
        "experiments.validation",
        title="Validation of optichannel",
        checks=checks,
        agreed=sum(row.verdict == "agrees" for row in rows),
        total=len(rows),
        level=f"{LEVEL:.1%}",
        revision=revision(),
        interval_of=interval_of,
        drawing_of=drawing_of,
    )


def interval_of(row: ComparedFigure) -> str:
    """Return a row's interval, or nothing where the value is computed."""
    return "" if row.low == row.high else interval(row.low, row.high)


def drawing_of(plot: Plot) -> Drawing:
    """Return a plot as a drawing."""
    return draw(plot.lines, [(x, y.mean, y.low, y.high) for x, y in plot.points])
