"""What commands print: Rich tables for people, plain values for `--json`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.cli.answers import print_answers
from experiments.cli.options import answer
from experiments.regression.check import PASSING, WEAK, BaselineCheck, MetricChange
from experiments.report.page import prepare
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.store.results import RunResults

SHOWN_ROWS = 30


def run_summary(results: RunResults) -> dict[str, Any]:
    """Return a run's verdict, estimates, differences and best sets as plain values."""
    from sim.metrics.metrics import METRICS

    view = prepare(results, METRICS)
    verdict, manifest = view.verdict, results.manifest
    return {
        **{key: manifest[key] for key in ("name", "scenario", "reference", "replications", "seed")},
        "verdict": verdict.headline,
        "detail": verdict.detail,
        "basis": view.basis,
        "estimates": results.estimates.to_dicts(),
        "differences": results.differences.to_dicts(),
        "best_sets": results.best_sets.to_dicts(),
        "digests": manifest["digests"],
        "answers": manifest.get("answers"),
    }


def print_results(results: RunResults, page: Path, console: Console | None = None) -> None:
    """Print retention, cost and net value by strategy, the verdict, and where the page is."""
    from sim.metrics.metrics import METRICS

    console = console or terminal.console()
    view = prepare(results, METRICS)
    replications = results.manifest["replications"]
    table = Table(title=text(f"{results.manifest['title']} ({replications} replications)"))
    table.add_column("strategy")
    for row in view.glance:
        unit = f"\n{row.unit}" if row.unit else ""
        table.add_column(text(f"{row.metric.label}{unit}"), justify="right")
    for place, name in enumerate(view.styles):
        cells = [row.cells[place] for row in view.glance]
        shown = (
            text(f"{cell.value}{' *' if cell.best else ''}\n{cell.interval}") for cell in cells
        )
        table.add_row(text(name), *shown)
    show(table, console)
    if any(cell.best for row in view.glance for cell in row.cells):
        console.print("* cannot be told from the best", style="dim")
    console.print(text(view.verdict.headline, style="bold"))
    if view.verdict.detail:
        console.print(text(view.verdict.detail))
    console.print(text(view.basis, style="dim"))
    print_answers(results, console)
    console.print(text(f"page: {page}"), soft_wrap=True)


def show_results(results: RunResults, folder: Path, page: Path, as_json: bool) -> None:
    """Write a run's page; print its results and where they are, as JSON or as a table."""
    from experiments.report import write_page

    write_page(results, page)
    places = {"folder": str(folder), "page": str(page)}
    answer(as_json, lambda: run_summary(results) | places, lambda: print_results(results, page))


def print_catalogue(found: dict[str, dict[str, str]], console: Console | None = None) -> None:
    """Print what ships, a table for each kind."""
    console = console or terminal.console()
    for kind, entries in found.items():
        table = Table(title=text(kind), title_justify="left", show_header=False, box=None)
        for name, line in entries.items():
            table.add_row(text(name), text(line))
        show(table, console)


def print_check(check: BaselineCheck, console: Console | None = None) -> None:
    """Print what moved since the baseline, and the answer."""
    console = console or terminal.console()
    moved = [row for row in check.rows if row.state != "identical"]
    moved.sort(key=lambda row: row.state in PASSING)  # what fails comes first
    if moved:
        show(_moved(moved[:SHOWN_ROWS]), console, keys=2)
        if len(moved) > SHOWN_ROWS:
            console.print(f"… and {len(moved) - SHOWN_ROWS} more (--json lists all)")
    for strategy, numbers in check.changed.items():
        if numbers:
            listed = ", ".join(map(str, numbers[:10])) + (" …" if len(numbers) > 10 else "")
            console.print(text(f"{strategy}: other registers in {len(numbers)}: {listed}"))
    if check.other_platform:
        console.print(text(f"other platform than the baseline's: {check.other_platform}"))
    if check.other_engine:
        console.print(text(f"other engine than the baseline's: {_engines(check)}"))
    console.print(text(_told(check)))
    console.print(text(_answer(check), style="green" if check.passed else "bold red"))


def _moved(rows: list[MetricChange]) -> Table:
    table = Table(title="not identical to the baseline", box=None)
    for name in ("strategy", "metric"):
        table.add_column(name)
    for name in ("baseline", "now", "change", "tolerance"):
        table.add_column(name, justify="right")
    table.add_column("state")
    for row in rows:
        numbers = (row.before, row.now, row.now - row.before, row.tolerance)
        state = text(row.state, style="green" if row.state in PASSING else "red")
        table.add_row(text(row.strategy), text(row.metric), *map(_number, numbers), state)
    return table


def _engines(check: BaselineCheck) -> str:
    if check.same or not check.exact:
        return check.other_engine
    return (
        f"{check.other_engine}; both must give the same bytes: run with the baseline's, by "
        "OPTICHANNEL_ENGINE, to tell whether behaviour has changed or the engines disagree"
    )


def _told(check: BaselineCheck) -> str:
    """Return what the statistical comparison can tell, changed or not."""
    power = check.power
    weak = f"; power below {WEAK:.0%}: {', '.join(power.weak)}" if power.weak else ""
    return (
        f"power: a change as large as its tolerance is noticed with {power.notices:.0%} or more; "
        f"luck alone would fail {power.luck_alone_fails:.1f} of {power.metrics} metrics{weak}"
    )


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"


def _answer(check: BaselineCheck) -> str:
    if check.same:
        return "unchanged: every register and metric is the recorded one"
    differ = "registers" if any(check.changed.values()) else "metrics"
    if check.passed:
        return f"passed: {differ} differ, every metric is shown to be within its tolerance"
    if check.equivalent:
        return f"changed: {differ} differ, though every metric is within its tolerance"
    return "changed: not every metric is shown to be within its tolerance"
