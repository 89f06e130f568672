"""The commands ``erlang``, ``journeys``, ``replications`` and ``env``: tables, or JSON."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from experiments.benchmarks import erlang as erlang_queue
from experiments.benchmarks import journeys as shipped
from experiments.benchmarks import replications as savings
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from sim.errors import InputError
from sim.scenario import scenario_names

Json = Annotated[bool, typer.Option("--json", help="Print JSON, not a table.")]
app = typer.Typer(add_completion=False, help="Speed, memory and precision, measured here and now.")


@app.command()
def erlang(
    callers: Annotated[int, typer.Option(min=100, help="Callers a round.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 3,
    engines: Annotated[str, typer.Option(help="Names, comma between; default: installed.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first round.")] = 1,
    as_json: Json = False,
) -> None:
    """Simulate M/M/20+M beside other libraries: CPU time, abandonment and wait."""
    chosen = [name.strip() for name in engines.split(",")] if engines else None
    rows = erlang_queue.measure(callers, rounds, chosen or erlang_queue.default_engines(), seed)
    abandon, wait = erlang_queue.exact()
    if as_json:
        terminal.print_json(
            {
                "callers": callers,
                "rounds": rounds,
                "exact": {"p_abandon": abandon, "mean_wait": wait},
                "rows": [asdict(row) for row in rows],
            }
        )
        return
    table = _table("engine", "CPU s", "µs a caller", "× SimPy", "abandon", "wait, min", "exact?")
    for row in rows:
        speed, agrees = row.speed_vs_idiomatic, row.agrees
        table.add_row(
            row.engine,
            f"{row.cpu_s:.2f}",
            f"{row.us_per_caller:.1f}",
            "–" if speed is None else f"{speed:.2f}",
            f"{row.p_abandon:.5f}",
            f"{row.mean_wait:.5f}",
            "–" if agrees is None else "yes" if agrees else "no",
        )
    table.add_section()
    table.add_row("exact", "", "", "", f"{abandon:.5f}", f"{wait:.5f}", "")
    show(table, terminal.console())


@app.command()
def journeys(
    scenarios: Annotated[str, typer.Option(help="Names, comma between.")] = "",
    sizes: Annotated[str, typer.Option(help="Numbers of customers.")] = "2000,20000,200000",
    days: Annotated[float, typer.Option(min=0.1, help="Days to simulate.")] = shipped.DAYS,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all rows.")] = 1,
    as_json: Json = False,
) -> None:
    """Simulate shipped scenarios at several sizes: contacts a second, memory, growth."""
    names = [name.strip() for name in scenarios.split(",")] if scenarios else _shipped()
    rows = shipped.measure(names, _sizes(sizes), days, seed)
    if as_json:
        terminal.print_json({"rows": [asdict(row) for row in rows]})
        return
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
            "–" if row.growth is None else f"{row.growth:.2f}",
        )
    show(table, terminal.console())


@app.command()
def replications(
    config: Annotated[str, typer.Option(help="A shipped config, or a file.")] = "quickstart",
    number: Annotated[int, typer.Option(min=2, help="Replications a strategy.")] = 16,
    workers: Annotated[int, typer.Option(min=2, help="Processes to compare with one.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 1,
    as_json: Json = False,
) -> None:
    """Run an experiment with one and several workers: speed-up, and common random numbers."""
    report = savings.measure(savings.prepared(config, number), workers, rounds)
    if as_json:
        terminal.print_json(asdict(report))
        return
    console = terminal.console()
    for count, seconds in report.seconds.items():
        console.print(f"{count} worker(s): {seconds:.1f} s")
    console.print(f"speed-up: {report.speed_up:.2f}")
    table = _table("strategy", "neighbour", "metric", "variance ratio")
    for row in report.ratios:
        table.add_row(row.strategy, row.neighbour, row.metric, f"{row.variance_ratio:.1f}")
    show(table, console)


@app.command()
def env(
    scenarios: Annotated[str, typer.Option(help="Names, comma between.")] = "helpdesk,telco",
    steps: Annotated[int, typer.Option(min=100, help="Steps a round.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="Interleaved rounds.")] = 3,
    ceiling: Annotated[bool, typer.Option(help="SB3 on CartPole beside it.")] = True,
    as_json: Json = False,
) -> None:
    """Step the Gymnasium environment: decisions a second beside bare SimPy and SB3's CartPole."""
    from experiments.benchmarks import env as environment  # imports Gymnasium

    names = [name.strip() for name in scenarios.split(",")]
    rows = environment.measure(names, steps, rounds, ceiling)
    if as_json:
        terminal.print_json({"rounds": rounds, "rows": [asdict(row) for row in rows]})
        return
    table = _table("loop", "what", "steps/s", "µs a step", "of SimPy", "goal")
    for row in rows:
        table.add_row(
            row.name,
            row.what,
            f"{row.per_s:,.0f}",
            f"{1e6 / row.per_s:.1f}",
            f"{row.of_simpy:.3f}",
            "–" if row.goal is None else f"{row.goal:,.0f}",
        )
    show(table, terminal.console())


def _shipped() -> list[str]:
    return [name for name in shipped.SCENARIOS if name in scenario_names()]


def _sizes(text: str) -> list[int]:
    try:
        sizes = [int(part) for part in text.replace("_", "").split(",")]
    except ValueError:
        raise InputError(f"sizes: whole numbers with commas between; got '{text}'") from None
    if min(sizes) < 1 or sorted(set(sizes)) != sizes:
        raise InputError(f"sizes: must be at least 1 and ascend; got '{text}'")
    return sizes


def _table(*heads: str) -> Table:
    table = Table(box=None)
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left")
    return table


def main() -> None:
    """Run the command; bad input gives one message and exit code 2."""
    terminal.prepare()
    try:
        app()
    except InputError as error:
        terminal.print_line(f"error: {error}", error=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
