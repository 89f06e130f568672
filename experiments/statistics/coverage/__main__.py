"""The command: a table, or JSON."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.statistics.coverage import Row, cases, measure


def main(
    experiments: Annotated[int, typer.Option(min=1, help="Synthetic experiments a row.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all rows.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")] = False,
) -> None:
    """Measure how often reported 95% intervals cover and corrected claims are wrong."""
    terminal.prepare()
    rows = [measure(case, experiments, seed) for case in cases()]
    if as_json:
        report = {"experiments": experiments, "seed": seed, "rows": [asdict(row) for row in rows]}
        terminal.print_json(report)
        return
    show(_table(rows), terminal.console())


def _table(rows: list[Row]) -> Table:
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
    return table


if __name__ == "__main__":
    typer.run(main)
