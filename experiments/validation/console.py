"""What `validate` prints: the figures of every check beside their references."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from experiments.report.formatting import number
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.validation.checks import Check, Result
from experiments.validation.page import interval_of

NUMERIC = frozenset(("reference", "ours", "interval"))


def print_checks(results: Sequence[tuple[Check, Result]], page: Path) -> None:
    """Print a table for each check, how many figures agree, and where the page is."""
    console = terminal.console()
    for check, result in results:
        show(_table(check, result), console)
    rows = [row for _, result in results for row in result.rows]
    agreed = sum(row.verdict == "agrees" for row in rows)
    console.print(f"{agreed} of {len(rows)} figures agree; intervals hold with 99.9% each")
    console.print(text(f"page: {page}"), soft_wrap=True)


def _table(check: Check, result: Result) -> Table:
    table = Table(title=text(check.title), title_justify="left", box=None)
    for name in ("figure", "reference", "source", "ours", "interval", "verdict"):
        table.add_column(name, justify="right" if name in NUMERIC else "left")
    for row in result.rows:
        unit = f" ({row.unit})" if row.unit else ""
        style = "green" if row.verdict == "agrees" else "bold red"
        cells = (f"{row.figure}{unit}", number(row.reference), row.source, number(row.ours))
        texts = [text(cell) for cell in (*cells, interval_of(row))]
        table.add_row(*texts, text(row.verdict, style=style))
    return table
