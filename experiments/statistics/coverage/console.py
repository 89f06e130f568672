"""What `validate coverage` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.statistics.coverage.measure import Coverage


def print_rows(rows: Sequence[Coverage]) -> None:
    """Print a row for each synthetic experiment."""
    table = Table("experiment", "counts", box=None)
    for name in ("share", "interval", "aim", "verdict", "mean size"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.name,
            row.counts,
            f"{row.share:.1%}",
            f"{row.low:.1%} to {row.high:.1%}",
            row.aim,
            row.verdict,
            f"{row.mean_size:.1f} ({row.size})",
        )
    show(table, terminal.console())
