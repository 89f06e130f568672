"""Call logs: fitted on some days, the others predicted in the simulator.

Given of a test day are its offered calls (time, type) and the times its agents were on the phones;
service, patience, priority, skills, speed, time between calls and redials come from the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from experiments.calibration.customers.overdispersion import variation
from experiments.calibration.customers.redials import draw_redials, with_redials
from experiments.calibration.logs.call_log import offered, read_call_files
from experiments.calibration.random_effects import NONE
from experiments.calibration.replay.predict import (
    ACCEPTABLE_WAIT_S,
    TestDay,
    Windows,
    near_outage,
    observed,
    test_days,
    within,
)
from experiments.calibration.replay.replay import Replay
from experiments.calibration.staff.queueing import outages
from experiments.runtime.progress import Report, silent
from experiments.validation.logs.bank_fit import Fitted, without_outage_days
from experiments.validation.logs.rows import Measure, figures, single
from experiments.validation.logs.study import Effort, LogReplication, LogResult, result
from sim.errors import InputError

MEASURES = (
    Measure("wait_s", "mean wait", "s", acceptance=0.15),
    Measure("abandoned", "abandonment"),
    Measure("in_time", "service level at 20 s"),
    Measure("again", "redial within the hour"),
    Measure("again_abandoned", "redial after abandoning"),
    Measure("again_served", "redial after service"),
    Measure("within_hour", "variance ÷ mean within the hour"),
    Measure("across_days", "variance ÷ mean across days", aim=None, acceptance=None),
)
GROUPS = ("without outages", "by type", "by day")
GIVEN = (
    "Given: offered calls (time, type) and agents' time on the phones. Waits are of all offered "
    "calls; abandonment is abandoned ÷ offered; service level is served within 20 s ÷ (offered "
    "− abandoned within 20 s); redials are of identified callers, drawn after each simulated "
    "outcome and not fed back, for the given calls hold them. Speed and absence of agents and the "
    "chance of a redial differ from day to day, as on the training days: drawn for every interval. "
    "Arrivals are drawn, not given: calls "
    "entering, in 5 minutes around their hour's mean, and in an hour across days of a kind."
)


@dataclass(frozen=True)
class BankStudy:
    """The test days and both logs, ready to be simulated; `days` are those without an outage."""

    train: pl.DataFrame
    tests: Sequence[TestDay]
    windows: Windows
    days: Sequence[date]
    fit: Fitted
    seed: int

    def once(self, job: LogReplication) -> pl.DataFrame | None:
        """Simulate the test days once; see `log_study.Study`.

        Refits play days that differ. The others play them alike, as the fit takes them.
        """
        fit, offsets = self.fit, None
        rng = np.random.default_rng((self.seed, job.number))
        redials = replace(fit.redials, by_day=NONE)
        if job.refit:
            try:
                fit = self.fit.again(resampled(self.train, rng), rng)
            except InputError:
                return None
            offsets, redials = fit.offsets(rng, len(self.tests)), fit.redials
        calls = Replay.of(self.tests, fit.queue, offsets).once(job.number, job.of, self.seed)
        calls = calls.with_columns(again=draw_redials(calls, redials, rng))
        found = figures(measured(calls, self.windows), MEASURES, GROUPS)
        arrivals = fit.calls_of(self.days)
        if arrivals is None:
            return found
        drawn = arrivals.once(job.number, self.seed)
        return pl.concat([found, single("arrivals", variation(drawn), drawn.height)])


def resampled(calls: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """As many days as `calls` has, drawn with replacement within their weekday's kind.

    A day drawn twice becomes another day, whole weeks later.
    """
    days = calls["day"].unique().sort().to_list()
    last = (days[-1] - days[0]).days // 7 + 1
    frames = []
    for number, index in enumerate(rng.integers(0, len(days), len(days))):
        drawn = days[int(index)]
        moved = drawn + timedelta(weeks=last * number)
        frames.append(calls.filter(pl.col("day") == drawn).with_columns(day=pl.lit(moved)))
    return pl.concat(frames).sort("day", "offered_s", "start_s", maintain_order=True)


def measured(calls: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Columns of `MEASURES` and `GROUPS` from type, day, time_s, wait_s, abandoned, again."""
    quick, left = pl.col("wait_s") <= ACCEPTABLE_WAIT_S, pl.col("abandoned")
    apart = pl.lit(bool(windows)) & ~within(windows)  # no group of its own without an outage
    return calls.with_columns(
        pl.when(~(quick & left)).then(quick & ~left).alias("in_time"),
        pl.when(left).then("again").alias("again_abandoned"),
        pl.when(~left).then("again").alias("again_served"),
        pl.when(apart).then(pl.lit("all")).alias("without outages"),
        pl.col("type").alias("by type"),
        pl.col("day").cast(pl.String).alias("by day"),
    )


def validate_bank_log(
    train: Sequence[Path], test: Sequence[Path], effort: Effort, report: Report = silent
) -> LogResult:
    """Fit on the days of `train`, predict those of `test`. Raises `InputError`."""
    fitted, of_train = read_call_files(train)
    tested, of_test = read_call_files(test)
    notes = [str(left_out) for left_out in (*of_train, *of_test)]
    shared = sorted(set(fitted["day"].unique()) & set(tested["day"].unique()))
    if shared:
        raise InputError(f"--test: {shared[0]} is in --train too; days to predict must be others")
    if offered(tested).is_empty():
        raise InputError("--test: no call of the log was offered to an agent")
    steady = without_outage_days(tested)
    days = sorted(steady["day"].unique().to_list())
    fit = Fitted.to(fitted, effort)
    arrivals = fit.calls_of(days)
    windows = near_outage(tested)
    notes += _notes(tested, fit)
    if arrivals is None:
        notes.append("arrivals are not compared: no training day is of the kind of a test day")
    seen = figures(measured(observed(with_redials(tested), "again"), windows), MEASURES, GROUPS)
    if arrivals is not None:
        alike = steady.filter(pl.col("day").is_in(arrivals.days))
        seen = pl.concat([seen, single("arrivals", variation(alike), alike.height)])
    study = BankStudy(fitted, test_days(tested), windows, days, fit, effort.seed)
    names = (f"fitted on {_days(fitted)}", f"predicted {_days(tested)}")
    title = f"Call log: {names[0]}; {names[1]}"
    return result("bank-log", title, GIVEN, study, seen, MEASURES, effort, notes, report)


def _days(calls: pl.DataFrame) -> str:
    days = sorted(calls["day"].unique().to_list())
    return f"{len(days)} days from {days[0]} to {days[-1]}" if len(days) > 1 else f"{days[0]}"


def _notes(tested: pl.DataFrame, fit: Fitted) -> list[str]:
    """What the test log holds that the fit does not know, and its outages."""
    notes = [
        f"outage on {o.day} from {o.from_s / 3600:.2f} to {o.to_s / 3600:.2f} h: {o.calls} calls "
        "left in the IVR; its hours are left out of 'without outages', its day of the arrivals"
        for o in outages(tested)
    ]
    notes += fit.notes()
    counts = offered(tested).group_by("type").len().sort("type")
    notes += [
        f"type {kind}: {n} calls to predict, none to fit; served like {fit.queue.commonest}"
        for kind, n in counts.iter_rows()
        if kind not in fit.queue.service
    ]
    return notes
