"""A progress bar that appears only when the work takes long enough to want one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE_S = 2.0
Report = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


@contextmanager
def bar(clock: Callable[[], float] = time.monotonic, console: Any = None) -> Iterator[Report]:
    """Give a `Report` that draws on stderr once the work has taken two seconds.

    Args:
        clock: seconds, for tests.
        console: a Rich console; by default stderr, where nothing is drawn unless it is a terminal.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    from experiments.runtime import terminal

    console = console or terminal.console(error=True)
    label = TextColumn("{task.description}", markup=False)
    columns = (label, BarColumn(), MofNCompleteColumn(), Remaining())
    progress = Progress(*columns, console=console, transient=True)
    task = progress.add_task("", total=None)
    begun = clock()
    started = False

    def report(what: str, done: int, total: int) -> None:
        nonlocal started
        if not started and console.is_terminal and clock() - begun > PATIENCE_S:
            progress.start()
            started = True
        progress.update(task, description=terminal.visible(what), completed=done, total=total)

    try:
        yield report
    finally:
        if started:
            progress.stop()
