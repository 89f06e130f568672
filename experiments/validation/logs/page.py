"""The page, the table on the screen, CSV and plain values of a log check."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import polars as pl

from experiments.report import html
from experiments.report.formatting import PERCENT, interval, number
from experiments.running.manifest import revision
from experiments.validation.logs.rows import LEVEL, LogRow, deciding, passed
from experiments.validation.logs.study import Effort, LogResult
from sim.inputs.files import write_atomically

SPAN = 0.6  # relative error at the edge of the drawing
WIDTH = 110.0
DIGITS = 3  # significant ones
INTERVAL_ONLY = "interval"


def write_files(
    result: LogResult, effort: Effort, folder: Path, *, strict: bool = False
) -> tuple[Path, Path]:
    """Write the page and the rows as CSV into a folder; each appears whole. Raises InputError."""
    page, table = folder / f"{result.name}.html", folder / f"{result.name}.csv"
    buffer = io.BytesIO()
    as_frame(result.rows).write_csv(buffer)
    write_atomically(table, buffer.getvalue())
    html.write(page, render(result, effort, strict=strict))
    return page, table


def as_frame(rows: Sequence[LogRow]) -> pl.DataFrame:
    """The rows as a frame, a column for each field."""
    names = [field.name for field in fields(LogRow)]
    return pl.DataFrame([[getattr(row, n) for n in names] for row in rows], names, orient="row")


def log_summary(result: LogResult, *, strict: bool) -> dict[str, Any]:
    """Return the result as plain values for JSON."""
    return {
        "name": result.name,
        "title": result.title,
        "passed": passed(result.rows, strict=strict),
        "verdict": verdict(result.rows, strict=strict),
        "level": LEVEL,
        "notes": list(result.notes),
        "rows": [asdict(row) for row in result.rows],
    }


def verdict(rows: Sequence[LogRow], *, strict: bool = False) -> str:
    """Return a sentence that says whether the check passed and, if not, which rows fail."""
    which = "" if strict else "overall "
    judged = deciding(rows, strict=strict)
    failed = [row for row in judged if row.verdict == "failed"]
    if not failed:
        return f"passed: all {len(judged)} {which}figures agree"
    names = [
        f"{row.measure} ({row.label}), observed {number(row.observed, DIGITS)}, predicted "
        f"{number(row.predicted, DIGITS)}, {inside(row)} its interval"
        for row in failed
    ]
    return f"failed: {len(failed)} of {len(judged)} {which}figures: {'; '.join(names)}"


def inside(row: LogRow) -> str:
    """Return whether the observed value lies in the row's interval, as text."""
    return "inside" if row.in_interval else "outside"


def counts(rows: Sequence[LogRow]) -> str:
    """Return how many rows agree, meet the aim and lie in their intervals."""
    agreed = sum(row.verdict == "agreed" for row in rows)
    met, held = (sum(getattr(row, name) for row in rows) for name in ("aim_met", "in_interval"))
    return (
        f"{agreed} of {len(rows)} agree, {met} within the aim, "
        f"{held} inside their {LEVEL:.0%} intervals"
    )


def render(result: LogResult, effort: Effort, *, strict: bool = False) -> str:
    """Return the page as HTML; every text of it is escaped."""
    return html.render(
        "log.html.j2",
        "experiments.validation",
        title=result.title,
        result=result,
        groups=by_group(result.rows),
        counts=counts,
        verdict=verdict(result.rows, strict=strict),
        strict=strict,
        level=f"{LEVEL:.0%}",
        effort=effort,
        error=error,
        inside=inside,
        limits=limits,
        bar=bar,
        digits=DIGITS,
        span=f"{SPAN:.0%}",
        width=WIDTH,
        revision=revision(),
    )


def by_group(rows: Sequence[LogRow]) -> dict[str, list[LogRow]]:
    """The rows by their group, in the groups' order."""
    groups: dict[str, list[LogRow]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return groups


def error(row: LogRow) -> str:
    """Return the relative error as text; nothing where the observed value is 0."""
    return "" if row.error is None else PERCENT.show(row.error, 0, signed=True)


def limits(row: LogRow) -> str:
    """Return aim and acceptance as text."""
    if row.acceptance is None:
        return INTERVAL_ONLY
    return f"{row.aim:.0%} / {row.acceptance:.0%}" if row.aim else f"{row.acceptance:.0%}"


def bar(row: LogRow) -> tuple[float, float, float] | None:
    """Places of low, predicted and high on a line whose middle is the observed value."""
    if row.observed <= 0:
        return None

    def place(value: float) -> float:
        relative = max(-SPAN, min(SPAN, value / row.observed - 1))
        return WIDTH / 2 * (1 + relative / SPAN)

    return place(row.low), place(row.predicted), place(row.high)


def show(result: LogResult, page: Path, table: Path, *, strict: bool = False) -> None:
    """Print the rows, the notes and the verdict."""
    from rich.table import Table

    from experiments.runtime import terminal
    from experiments.runtime.table_layout import show as show_table
    from experiments.runtime.terminal import text

    console = terminal.console()
    screen = Table(title=text(result.title), title_justify="left", box=None)
    left = ("group", "figure", "interval", "verdict")
    names = ("group", "figure", "n", "observed", "predicted", f"{LEVEL:.0%}", "error")
    for name in (*names, "interval", "aim", "verdict"):
        screen.add_column(name, justify="left" if name in left else "right")
    for row in result.rows:
        unit = f" ({row.unit})" if row.unit else ""
        where = row.label if row.label != "all" else row.group
        cells = [where, f"{row.measure}{unit}", f"{row.n:,}"]
        cells += [number(value, DIGITS) for value in (row.observed, row.predicted)]
        cells += [interval(row.low, row.high, DIGITS), error(row), inside(row), limits(row)]
        style = "green" if row.verdict == "agreed" else "bold red"
        screen.add_row(*(text(cell) for cell in cells), text(row.verdict, style=style))
    show_table(screen, console, keys=2)
    for note in result.notes:
        console.print(text(note), soft_wrap=True)
    for group, rows in by_group(result.rows).items():
        console.print(text(f"{group}: {counts(rows)}"), soft_wrap=True)
    console.print(text(verdict(result.rows, strict=strict), style="bold"), soft_wrap=True)
    console.print(text(f"page: {page}\ntable: {table}"), soft_wrap=True)
