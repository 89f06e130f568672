"""`python -m experiments.calibration`: fits, the bank's scenario, held-out predictions."""

import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
import yaml
from rich.table import Table

from experiments.calibration.bank import bank_fragment, fit_calls
from experiments.calibration.cases.service_desk import desk_fragment
from experiments.calibration.customers.arrivals import read_hourly
from experiments.calibration.logs.call_log import read_call_files
from experiments.calibration.logs.journey_log import read_journeys
from experiments.calibration.logs.tables import Exclusions
from experiments.calibration.replay.predict import comparison, predict, test_days
from experiments.calibration.replay.replay import replay
from experiments.calibration.scenario import bank_scenario, scenario_text
from experiments.calibration.sources import read_logs
from experiments.calibration.staff.queueing import outages
from experiments.runtime import terminal
from experiments.runtime.table_layout import show as show_table
from experiments.runtime.terminal import text
from sim.errors import InputError
from sim.inputs.files import write_atomically

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
notes = terminal.console(error=True)
Calls = Annotated[list[Path], typer.Option("--calls", help="Call log (may be repeated).")]
Days = Annotated[
    str | None, typer.Option(help="Days of the month to fit on, e.g. 1,5,9 (default: all).")
]
Out = Annotated[Path | None, typer.Option(help="Write here instead of to the screen.")]
Replications = Annotated[int, typer.Option(min=2, help="Simulated copies of every day.")]
Seed = Annotated[int, typer.Option(min=0)]
HALVES = 2


def chosen_days(calls: pl.DataFrame, days: str | None, key: str = "--days") -> list[date]:
    """Dates of `calls` whose day of the month is listed; all when `days` is None.

    Raises `InputError` for a day that is no number or not in the log.
    """
    present = sorted(calls["day"].unique().to_list())
    if days is None:
        return present
    numbers = {day.day for day in present}
    wanted: set[int] = set()
    for word in days.split(","):
        if not word.strip().isdigit() or int(word) not in numbers:
            near = min(numbers, key=lambda n: abs(n - int(word)) if word.strip().isdigit() else n)
            raise InputError(f"{key}: '{word.strip()}' is not a day of the log; nearest is {near}")
        wanted.add(int(word))
    return [day for day in present if day.day in wanted]


def report(exclusions: list[Exclusions]) -> None:
    """Print what each file lost to the error stream."""
    for left_out in exclusions:
        notes.print(text(left_out))


def emit(fragment: dict[str, Any], out: Path | None) -> None:
    """Write a fragment as YAML to `out`, or print it."""
    write(yaml.safe_dump(fragment, sort_keys=False, width=100, allow_unicode=True), out)


def write(text: str, out: Path | None) -> None:
    """Write text to `out`, whole or not at all, or print it."""
    if out is None:
        print(text, end="")
        return
    write_atomically(out, text.encode())


def describe(days: list[date]) -> str:
    """Short text for the provenance: month and days."""
    months: dict[str, list[int]] = {}
    for day in days:
        months.setdefault(day.strftime("%B %Y"), []).append(day.day)
    return "; ".join(f"{m}, days {', '.join(map(str, d))}" for m, d in months.items())


@app.command()
def bank(
    calls: Calls,
    hourly: Annotated[Path | None, typer.Option(help="Calls per hour over a year (CSV).")] = None,
    days: Days = None,
    out: Out = None,
) -> None:
    """Fit the bank's parameters and print them as a YAML fragment with provenance."""
    frame, exclusions = read_call_files(calls)
    counts = None
    if hourly is not None:
        counts, left_out = read_hourly(hourly)
        exclusions.append(left_out)
    report(exclusions)
    chosen = chosen_days(frame, days)
    used = frame.filter(pl.col("day").is_in(chosen))
    source = f"bank call log of {describe(chosen)} (Mandelbaum, Sakov & Zeltyn 2000)"
    year = "" if counts is None else str(counts["date"].to_list()[0].year)
    emit(bank_fragment(used, counts, source=source, hourly_source=f"hourly counts of {year}"), out)


def divided(paths: list[Path], train: str | None, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls of the days to fit on (default: every other day) and of the others, to be predicted."""
    frame, exclusions = read_call_files(paths)
    report(exclusions)
    days = chosen_days(frame, train, key)
    days = days[::HALVES] if train is None else days
    fitted = pl.col("day").is_in(days)
    tested = frame.filter(~fitted)
    if tested.is_empty():
        raise InputError(f"{key}: no day is left to predict")
    for outage in outages(tested):
        notes.print(
            f"outage on {outage.day} from {outage.from_s / 3600:.2f} to"
            f" {outage.to_s / 3600:.2f} h: {outage.calls} calls left in the IVR"
        )
    return frame.filter(fitted), tested


def title(train: pl.DataFrame) -> str:
    """Heading of a comparison: the days of the fit."""
    return f"Fitted on {describe(sorted(train['day'].unique().to_list()))}"


@app.command("predict")
def predict_command(
    calls: Calls, days: Days = None, replications: Replications = 20, seed: Seed = 1
) -> None:
    """Fit on some days, predict the rest with the reference model, print both side by side."""
    train, tested = divided(calls, days, "--days")
    fit = fit_calls(train)
    simulated = predict(test_days(tested), fit, replications=replications, seed=seed)
    show(comparison(tested, simulated), title(train))


@app.command("replay")
def replay_command(
    calls: Calls, train: Days = None, replications: Replications = 20, seed: Seed = 1
) -> None:
    """Fit on some days, replay the rest in the simulator, print both side by side.

    Given of the days predicted are the offers (time, type) and the agents' duty periods.
    """
    fitted, tested = divided(calls, train, "--train")
    simulated = replay(test_days(tested), fit_calls(fitted), replications=replications, seed=seed)
    show(comparison(tested, simulated), title(fitted))


@app.command()
def scenario(
    calls: Calls,
    hourly: Annotated[Path, typer.Option(help="Calls per hour over a year (CSV).")],
    desk: Annotated[Path, typer.Option(help="Two-channel journey log (CSV).")],
    days: Days = None,
    out: Out = None,
) -> None:
    """Write the bank's scenario: fitted figures laid over `bank_base.yaml`, with provenance."""
    frame, exclusions = read_call_files(calls)
    counts, of_hourly = read_hourly(hourly)
    events, of_desk = read_journeys(desk)
    report([*exclusions, of_hourly, of_desk])
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


def show(rows: pl.DataFrame, title: str) -> None:
    """Print a comparison as a table."""
    table = Table(title=text(title))
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
    show_table(table, terminal.console(), keys=2)


@app.command()
def desk(
    journeys: Annotated[Path, typer.Option(help="Two-channel journey log (CSV).")],
    out: Out = None,
) -> None:
    """Fit the service desk's e-mail response, repeats and channel transitions."""
    events, left_out = read_journeys(journeys)
    report([left_out])
    emit(desk_fragment(events, source="two-channel service desk log of 2010"), out)


def main() -> None:
    """Run the command; bad input ends with one message and exit code 2."""
    terminal.prepare()
    try:
        app()
    except InputError as error:
        notes.print(text(f"error: {error}"))
        sys.exit(2)


if __name__ == "__main__":
    main()
