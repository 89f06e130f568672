"""Tables on a terminal or in a file: every column is there, whatever the width.

Rich squeezes a table that is too wide until columns are illegible or gone. Here numbers are never
broken; columns that do not fit beside each other follow in a further table with the same rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table

UNBOUND = 10_000
"""Columns of a line that nothing limits."""


def terminal() -> Console:
    """Return standard output's console; what goes to a file or a pipe has no width to keep to.

    COLUMNS, where it is set, is the width that was asked for.
    """
    console = Console()
    known = console.is_terminal or os.environ.get("COLUMNS", "").isdigit()
    return console if known else Console(width=UNBOUND)


def show(table: Table, console: Console, keys: int = 1) -> None:
    """Print a table, in parts of some columns each where the console is too narrow.

    The first `keys` columns name the rows and are repeated in every part. Words may be broken
    into lines anywhere, right-aligned cells only where they hold line breaks.
    """
    for part in parts(table, console, keys):
        console.print(part)


def parts(table: Table, console: Console, keys: int = 1) -> list[Table]:
    """Return the tables that `show` prints, each of which fits into the console's width."""
    for column in table.columns:
        if column.justify == "right":
            column.min_width = max((_widest(cell, console) for cell in column.cells), default=0)
    named = table.columns[:keys]
    for column in named:
        column.overflow, column.max_width = "fold", max(8, console.width // (2 * keys))
    groups = list(_groups(table, console, named))
    return [_part(table, [*named, *group], first=not i) for i, group in enumerate(groups)]


def _groups(table: Table, console: Console, named: Sequence[Column]) -> Iterator[list[Column]]:
    group: list[Column] = []
    for column in table.columns[len(named) :]:
        wider = _part(table, [*named, *group, column])
        if group and _least(wider, console) > console.width:
            yield group
            group = []
        group.append(column)
    yield group


def _part(table: Table, columns: Sequence[Column], *, first: bool = True) -> Table:
    part = copy(table)
    part.columns = [replace(column, _index=i) for i, column in enumerate(columns)]
    if not first:
        part.title = None
    return part


def _least(table: Table, console: Console) -> int:
    return Measurement.get(console, console.options.update(width=UNBOUND), table).minimum


def _widest(cell: object, console: Console) -> int:
    options = console.options.update(width=UNBOUND)
    return Measurement.get(console, options, cell).maximum  # type: ignore[arg-type]
