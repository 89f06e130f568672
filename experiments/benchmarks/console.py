"""What `bench` prints: a table for each benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show

if TYPE_CHECKING:
    from experiments.benchmarks import core, env, erlang, journeys, profile, replications

ABSENT = "–"


def print_erlang(
    rows: Sequence[erlang.EngineSpeed], abandon: float, wait: float, left_out: Mapping[str, str]
) -> None:
    """Print the engines' times and answers, the exact answer last; then what is left out."""
    table = _table("engine", "CPU s", "µs a caller", "× SimPy", "abandon", "wait, min", "exact?")
    for row in rows:
        speed, agrees = row.speed_vs_idiomatic, row.agrees
        table.add_row(
            row.engine,
            f"{row.cpu_s:.2f}",
            f"{row.us_per_caller:.1f}",
            ABSENT if speed is None else f"{speed:.2f}",
            f"{row.p_abandon:.5f}",
            f"{row.mean_wait:.5f}",
            ABSENT if agrees is None else "yes" if agrees else "no",
        )
    table.add_section()
    table.add_row("exact", "", "", "", f"{abandon:.5f}", f"{wait:.5f}", "")
    console = terminal.console()
    show(table, console)
    for name, reason in left_out.items():
        console.print(f"{name}: left out: {reason}")


def print_core(figures: Sequence[core.Figure], engine: str) -> None:
    """Print the core's figures beside what is asked of them."""
    table = _table("figure", "what", "value", "unit", "must", "aim", "met")
    for row in figures:
        sign = "≤" if row.most else "≥"
        value = f"left out: {row.why}" if row.value is None else _figure(row.value)
        must, aim = (
            ABSENT if asked is None else f"{sign} {_figure(asked)}" for asked in (row.must, row.aim)
        )
        met = ABSENT if row.met is None else "yes" if row.met else "no"
        table.add_row(row.name, row.what, value, row.unit, must, aim, met)
    console = terminal.console()
    console.print(f"engine: {engine}")
    show(table, console)


def print_profile(profiles: Sequence[profile.Profile]) -> None:
    """Print the shares of the phases and of what is inside the core, an engine after the other."""
    console = terminal.console()
    for of in profiles:
        console.print(f"engine: {of.engine}, {of.seconds:.2f} s under the profiler")
        for head, shares in (("phase", of.phases), ("inside the core", of.inside)):
            table = _table(head, "share")
            for name, share in shares.items():
                table.add_row(name, f"{share:.1%}")
            if shares:
                show(table, console)
        if of.why:
            console.print(f"inside the core: left out: {of.why}")


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def print_journeys(rows: Sequence[journeys.FirmSpeed]) -> None:
    """Print throughput and memory by scenario and size."""
    table = _table(
        "scenario", "customers", "contacts", "CPU s", "contacts/s", "bytes a customer", "growth"
    )
    for row in rows:
        table.add_row(
            row.scenario,
            f"{row.customers:,}",
            f"{row.contacts:,}",
            f"{row.cpu_s:.2f}",
            f"{row.contacts_per_s:,.0f}",
            f"{row.bytes_per_customer:,.0f}",
            ABSENT if row.growth is None else f"{row.growth:.2f}",
        )
    show(table, terminal.console())


def print_replications(report: replications.Report) -> None:
    """Print the seconds by workers, the speed-up and the variance ratios."""
    console = terminal.console()
    for count, seconds in report.seconds.items():
        console.print(f"{count} worker(s): {seconds:.1f} s")
    console.print(f"speed-up: {report.speed_up:.2f}")
    table = _table("strategy", "neighbour", "metric", "variance ratio")
    for row in report.ratios:
        table.add_row(row.strategy, row.neighbour, row.metric, f"{row.variance_ratio:.1f}")
    show(table, console)


def print_env(rows: Sequence[env.LoopSpeed]) -> None:
    """Print the steps a second of each loop."""
    table = _table("loop", "what", "steps/s", "µs a step", "of SimPy", "goal")
    for row in rows:
        table.add_row(
            row.name,
            row.what,
            f"{row.per_s:,.0f}",
            f"{1e6 / row.per_s:.1f}",
            f"{row.of_simpy:.3f}",
            ABSENT if row.goal is None else f"{row.goal:,.0f}",
        )
    show(table, terminal.console())


def _table(*heads: str) -> Table:
    table = Table(box=None)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left")
    return table
