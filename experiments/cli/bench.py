"""`optichannel bench`: speed, memory and precision, measured here and now."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from experiments.cli.exits import FAILED
from experiments.cli.options import AsJson, answer

app = typer.Typer(no_args_is_help=True, help="Measure speed, memory and precision, here and now.")

Rounds = Annotated[int, typer.Option(min=1, help="Interleaved rounds.")]
Scenarios = Annotated[str, typer.Option(help="Names, comma between.")]


@app.command()
def erlang(
    callers: Annotated[int, typer.Option(min=100, help="Callers a round.")] = 200_000,
    rounds: Rounds = 3,
    engines: Annotated[str, typer.Option(help="Names, comma between; default: installed.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the first round.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate M/M/20+M beside other libraries: CPU time, abandonment and wait."""
    from experiments.benchmarks import console, erlang

    names = _names(engines) if engines else erlang.default_engines()
    rows = erlang.measure(callers, rounds, names, seed)
    abandon, wait = erlang.exact()
    exact = {"p_abandon": abandon, "mean_wait": wait}
    left_out = {} if engines else erlang.left_out()
    known = {"callers": callers, "rounds": rounds, "exact": exact, "left_out": left_out}
    show = partial(console.print_erlang, rows, abandon, wait, left_out)
    answer(as_json, lambda: known | _plain(rows), show)


@app.command()
def core(
    figures: Annotated[str, typer.Option(help="Names, comma between; default: all.")] = "",
    rounds: Rounds = 3,
    as_json: AsJson = False,
) -> None:
    """Measure what the core is held to, beside what is asked: speed, memory, forks, build."""
    from experiments.benchmarks import console, core
    from experiments.running.manifest import engine_name

    found = core.measure(_names(figures) if figures else core.names(), rounds)
    rows = [asdict(figure) | {"met": figure.met} for figure in found]
    known = {"engine": engine_name(), "rounds": rounds, "figures": rows}
    answer(as_json, lambda: known, lambda: console.print_core(found, engine_name()))


@app.command()
def profile(
    scenario: Annotated[str, typer.Option(help="A shipped name.")] = "telco",
    customers: Annotated[int, typer.Option(min=100, help="Customers.")] = 20_000,
    as_json: AsJson = False,
) -> None:
    """Tell where the time of three days goes, in each engine: by phase and inside the core."""
    from experiments.benchmarks import console, profile

    found = profile.measure(scenario, customers)
    answer(
        as_json,
        lambda: {"engines": [asdict(o) for o in found]},
        lambda: console.print_profile(found),
    )


@app.command()
def journeys(
    scenarios: Scenarios = "bank,telco",
    sizes: Annotated[str, typer.Option(help="Numbers of customers.")] = "2000,20000,200000",
    days: Annotated[float, typer.Option(min=0.1, help="Days to simulate.")] = 7.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all rows.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Simulate shipped scenarios at several sizes: contacts a second, memory, growth."""
    from experiments.benchmarks import console, journeys

    rows = journeys.measure(_names(scenarios), _sizes(sizes), days, seed)
    answer(as_json, lambda: _plain(rows), lambda: console.print_journeys(rows))


@app.command()
def replications(
    config: Annotated[str, typer.Option(help="A shipped config, or a file.")] = "quickstart",
    number: Annotated[int, typer.Option(min=2, help="Replications a strategy.")] = 16,
    workers: Annotated[int, typer.Option(min=2, help="Processes to compare with one.")] = 2,
    rounds: Rounds = 1,
    as_json: AsJson = False,
) -> None:
    """Run an experiment with one and several workers: speed-up, and common random numbers."""
    from experiments.benchmarks import console, replications

    report = replications.measure(replications.prepared(config, number), workers, rounds)
    answer(as_json, lambda: asdict(report), lambda: console.print_replications(report))


@app.command()
def env(
    scenarios: Scenarios = "helpdesk,telco",
    steps: Annotated[int, typer.Option(min=100, help="Steps a round.")] = 20_000,
    rounds: Rounds = 3,
    ceiling: Annotated[bool, typer.Option(help="SB3 on CartPole beside it.")] = True,
    as_json: AsJson = False,
) -> None:
    """Step the Gymnasium environment: decisions a second beside bare SimPy and SB3's CartPole."""
    from experiments.benchmarks import console, env

    rows = env.measure(_names(scenarios), steps, rounds, ceiling)
    answer(as_json, lambda: {"rounds": rounds} | _plain(rows), lambda: console.print_env(rows))


@app.command()
def soak(
    episodes: Annotated[int, typer.Option(min=1, help="Episodes in all.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all scenarios.")] = 1,
) -> None:
    """Play random episodes of all scenarios and regimes; exit code 1 at the first fault."""
    from experiments.benchmarks.soak import soak
    from experiments.runtime.terminal import print_line
    from sim.scenario import scenario_names

    each = -(-episodes // len(scenario_names()))
    try:
        for played in soak(each, seed=seed):
            print_line(
                f"{played.scenario}: {played.episodes:,} episodes ended, "
                f"{played.decisions:,} decisions, {played.illegal:,} illegal actions replaced"
            )
    except AssertionError as fault:
        traceback.print_exception(fault)
        raise typer.Exit(FAILED) from None


def _plain(rows: Iterable[Any]) -> dict[str, Any]:
    return {"rows": [asdict(row) for row in rows]}


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",")]


def _sizes(listed: str) -> list[int]:
    from sim.errors import InputError

    try:
        sizes = [int(part) for part in listed.replace("_", "").split(",")]
    except ValueError:
        raise InputError(f"sizes: whole numbers with commas between; got '{listed}'") from None
    if min(sizes) < 1 or sorted(set(sizes)) != sizes:
        raise InputError(f"sizes: must be at least 1 and ascend; got '{listed}'")
    return sizes
