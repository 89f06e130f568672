"""`optichannel calibrate`: fits to logs, the bank's scenario, held-out predictions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from experiments.cli.options import Seed

app = typer.Typer(
    no_args_is_help=True, help="Fit scenarios to logs, and predict days that were held out."
)
Calls = Annotated[list[Path], typer.Option("--calls", help="Call log (may be repeated).")]
Hourly = typer.Option(help="Calls per hour over a year (CSV).")
Journeys = typer.Option(help="Two-channel journey log (CSV).")
Days = Annotated[
    str | None, typer.Option(help="Days of the month to fit on, e.g. 1,5,9 (default: all).")
]
Out = Annotated[Path | None, typer.Option(help="Write here instead of to the screen.")]
Replications = Annotated[int, typer.Option(min=2, help="Simulated copies of every day.")]


@app.command()
def bank(
    calls: Calls,
    hourly: Annotated[Path | None, Hourly] = None,
    days: Days = None,
    out: Out = None,
) -> None:
    """Fit the bank's parameters and print them as a YAML fragment with provenance."""
    import polars as pl

    from experiments.calibration.bank import bank_fragment
    from experiments.calibration.console import emit, note_exclusions
    from experiments.calibration.customers.arrivals import read_hourly
    from experiments.calibration.held_out import chosen_days, described
    from experiments.calibration.logs.call_log import read_call_files

    frame, exclusions = read_call_files(calls)
    counts = None
    if hourly is not None:
        counts, left_out = read_hourly(hourly)
        exclusions.append(left_out)
    note_exclusions(exclusions)
    chosen = chosen_days(frame, days)
    used = frame.filter(pl.col("day").is_in(chosen))
    source = f"bank call log of {described(chosen)} (Mandelbaum, Sakov & Zeltyn 2000)"
    year = "" if counts is None else str(counts["date"].to_list()[0].year)
    emit(bank_fragment(used, counts, source=source, hourly_source=f"hourly counts of {year}"), out)


@app.command()
def desk(journeys: Annotated[Path, Journeys], out: Out = None) -> None:
    """Fit the service desk's e-mail response, repeats and channel transitions."""
    from experiments.calibration.cases.service_desk import desk_fragment
    from experiments.calibration.console import emit, note_exclusions
    from experiments.calibration.logs.journey_log import read_journeys

    events, left_out = read_journeys(journeys)
    note_exclusions([left_out])
    emit(desk_fragment(events, source="two-channel service desk log of 2010"), out)


@app.command()
def scenario(
    calls: Calls,
    hourly: Annotated[Path, Hourly],
    desk: Annotated[Path, Journeys],
    days: Days = None,
    out: Out = None,
) -> None:
    """Write the bank's scenario: fitted figures laid over `bank_base.yaml`, with provenance."""
    import polars as pl

    from experiments.calibration.console import note_exclusions, write
    from experiments.calibration.customers.arrivals import read_hourly
    from experiments.calibration.held_out import chosen_days
    from experiments.calibration.logs.call_log import read_call_files
    from experiments.calibration.logs.journey_log import read_journeys
    from experiments.calibration.scenario import bank_scenario, scenario_text
    from experiments.calibration.sources import read_logs

    frame, exclusions = read_call_files(calls)
    counts, of_hourly = read_hourly(hourly)
    events, of_desk = read_journeys(desk)
    note_exclusions([*exclusions, of_hourly, of_desk])
    chosen = chosen_days(frame, days)
    logs = read_logs(
        frame.filter(pl.col("day").is_in(chosen)),
        counts,
        events,
        source=f"Bank call log, {chosen[0]:%B %Y}, {len(chosen)} days (Mandelbaum et al. 2000)",
        hourly_source=f"The same bank's hourly counts of {counts['date'].to_list()[0].year}",
        desk_source=f"Two-channel service desk log of {events['start'].to_list()[0].year}",
    )
    write(scenario_text(bank_scenario(logs)), out)


@app.command("replay")
def replay_command(
    calls: Calls, train: Days = None, replications: Replications = 20, seed: Seed = 1
) -> None:
    """Fit on some days, replay the rest in the simulator, print both side by side.

    Given of the days predicted are the offers (time, type) and the agents' duty periods.
    """
    from experiments.calibration.replay.replay import replay

    _compare(calls, train, "--train", partial(replay, replications=replications, seed=seed))


@app.command("predict")
def predict_command(
    calls: Calls, days: Days = None, replications: Replications = 20, seed: Seed = 1
) -> None:
    """Fit on some days, predict the rest with the reference model, print both side by side."""
    from experiments.calibration.replay.predict import predict

    _compare(calls, days, "--days", partial(predict, replications=replications, seed=seed))


def _compare(paths: list[Path], train: str | None, key: str, simulate: Callable[..., Any]) -> None:
    """Fit on some days of call logs, simulate the rest, print both; note what was left out."""
    from experiments.calibration.console import note_exclusions, note_outages, print_comparison
    from experiments.calibration.held_out import divided
    from experiments.calibration.logs.call_log import read_call_files
    from experiments.calibration.replay.attention import attentive_fit
    from experiments.calibration.replay.predict import comparison, test_days

    calls, exclusions = read_call_files(paths)
    note_exclusions(exclusions)
    fitted, tested = divided(calls, train, key)
    note_outages(tested)
    simulated = simulate(test_days(tested), attentive_fit(fitted))
    print_comparison(comparison(tested, simulated), fitted)
