"""What `calibrate` prints: fragments of scenarios, comparisons, and notes on what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import yaml
from rich.table import Table

from experiments.calibration.held_out import described
from experiments.calibration.logs.tables import Exclusions
from experiments.calibration.staff.queueing import outages
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from sim.inputs.files import write_atomically


def note_exclusions(exclusions: Iterable[Exclusions]) -> None:
    """Print what each file lost to the error stream."""
    for left_out in exclusions:
        _note(left_out)


def note_outages(calls: pl.DataFrame) -> None:
    """Print when nobody was served to the error stream."""
    for outage in outages(calls):
        _note(
            f"outage on {outage.day} from {outage.from_s / 3600:.2f} to"
            f" {outage.to_s / 3600:.2f} h: {outage.calls} calls left in the IVR"
        )


def _note(message: object) -> None:
    terminal.console(error=True).print(text(message), soft_wrap=True)


def emit(fragment: dict[str, Any], out: Path | None) -> None:
    """Write a fragment as YAML to `out`, or print it."""
    write(yaml.safe_dump(fragment, sort_keys=False, width=100, allow_unicode=True), out)


def write(content: str, out: Path | None) -> None:
    """Write text to `out`, whole or not at all, or print it."""
    if out is None:
        print(content, end="")
        return
    write_atomically(out, content.encode())


def print_comparison(rows: pl.DataFrame, train: pl.DataFrame) -> None:
    """Print a comparison as a table; its title says which days the fit knew."""
    days = sorted(train["day"].unique().to_list())
    table = Table(title=text(f"Fitted on {described(days)}"))
    for name in ("group", "measure", "calls", "observed", "predicted", "95% of runs", "error"):
        table.add_column(name, justify="left" if name in ("group", "measure") else "right")
    for row in rows.iter_rows(named=True):
        error = row["relative_error"]
        table.add_row(
            text(row["group"]),
            row["measure"],
            str(row["calls"]),
            f"{row['observed']:.3f}",
            f"{row['predicted']:.3f}",
            f"{row['low']:.3f} to {row['high']:.3f}",
            "" if error is None else f"{error:+.1%}",
        )
    show(table, terminal.console(), keys=2)
