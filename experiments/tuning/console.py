"""What `tune` prints: the parameters before and after, and what they gain."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.statistics import PairedDifference
from experiments.tuning.outcome import BEST, Tuned
from experiments.tuning.tune import Tuning


def print_tuning(tuning: Tuning, console: Console | None = None) -> None:
    """Print a table for each strategy, and where its parameters are."""
    console = console or terminal.console()
    console.print(text(f"objective: {tuning.objective}"))
    for one in tuning.tuned:
        show(_table(one), console)
        console.print(text(_gains(one)))
    console.print(text(f"parameters: {tuning.folder / BEST}"), soft_wrap=True)


def _table(one: Tuned) -> Table:
    pruned = sum(trial.state == "pruned" for trial in one.trials)
    refused = sum(trial.state == "refused" for trial in one.trials)
    counts = f"{len(one.trials)} trials, {pruned} pruned" + (
        f", {refused} refused" if refused else ""
    )
    table = Table(title=text(f"{one.name} ({counts})"), title_justify="left")
    table.add_column("parameter")
    for name in ("untuned", "tuned", "importance"):
        table.add_column(name, justify="right")
    for d in one.space:
        before, after = (d.of(params) for params in (one.start, one.best.params))
        share = one.importance.get(d.name)
        weight = "" if share is None else f"{share:.2f}"
        table.add_row(*map(text, (d.name, _show(before), _show(after), weight)))
    return table


def _gains(one: Tuned) -> str:
    if not one.changed:
        return "no trial did better than the untuned policy"
    text = f"gain on the tuning seed {_interval(one.seen)}, which flatters: it was chosen by"
    if "objective" in one.unseen:
        text = f"gain on unseen luck {_interval(one.unseen['objective'])}; {text}"
    return text


def _interval(found: PairedDifference) -> str:
    return f"{found.mean:+.4g} [{found.low:.4g}, {found.high:.4g}]"


def _show(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
