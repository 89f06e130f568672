"""Call logs: fitted on some days, the others predicted in the simulator.

Given of a test day are its offered calls (time, type) and the times its agents were on the phones;
service, patience, priority, skills, speed, time between calls and redials come from the fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from experiments.fit.attention import Attention, fit_attention
from experiments.fit.bank import CallFit, fit_calls
from experiments.fit.call_log import offered, read_call_files
from experiments.fit.day_effects import DayEffects
from experiments.fit.overdispersion import CallsOfDays, DayDemand, fit_day_demand, variation
from experiments.fit.predict import ACCEPTABLE_WAIT_S, TestDay, near_outage, test_days
from experiments.fit.queueing import outages
from experiments.fit.random_effects import NONE
from experiments.fit.redials import Redials, draw_redials, fit_redials, with_redials
from experiments.fit.replay import Offsets, Replay
from experiments.progress import Report, silent
from experiments.validation.log_rows import Measure, figures, single
from experiments.validation.log_study import Effort, Job, LogResult, result
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
Windows = Mapping[date, list[tuple[float, float]]]


@dataclass(frozen=True)
class Fitted:
    """Everything fitted to one training log; `demand` None: arrivals cannot be drawn."""

    queue: CallFit
    redials: Redials
    demand: DayDemand | None
    attention: Attention
    effects: DayEffects

    @classmethod
    def to(cls, train: pl.DataFrame, first: Fitted | None = None) -> Fitted:
        """Fit to calls. Raises `InputError`.

        `first`, a fit to the log from which `train` was resampled: what takes simulations to fit,
        and how much days differ, of which a day drawn twice knows nothing, are taken from it. So is
        what is known of every agent, skills and speed: only the laws are in doubt.
        """
        steady = without_outage_days(train)
        demand = None if steady.is_empty() else fit_day_demand(steady)
        queue, redials = fit_calls(train), fit_redials(train)
        if first is not None:
            known = first.queue
            queue = replace(queue, skills=known.skills, speed=known.speed)
            redials = replace(redials, by_day=first.redials.by_day)
            queue = first.attention.of(queue)
            return cls(queue, redials, demand, first.attention, first.effects)
        usual = train if steady.is_empty() else steady
        attention = fit_attention(usual, queue)
        queue = attention.of(queue)
        return cls(queue, redials, demand, attention, DayEffects.to(usual, queue))

    def calls_of(
        self, days: Sequence[date], first: Fitted, rng: np.random.Generator | None
    ) -> CallsOfDays | None:
        """Arrivals of the days whose kind is known; None: of none of them.

        With `rng` days vary as much as they may, judged by `first`.
        """
        demand = self.demand
        if demand is None or first.demand is None:
            return None
        if rng is not None:
            drawn = first.demand.drawn(rng)
            demand = replace(demand, day_variance=drawn.day_variance, poisson=drawn.poisson)
        known = [day for day in days if day.isoweekday() in demand.weekdays]
        return CallsOfDays.of(known, demand) if known and sum(demand.weekly) > 0 else None

    def offsets(self, rng: np.random.Generator, days: int) -> list[Offsets]:
        """What makes as many days differ."""
        speed, absence = (e.draw(rng, days) for e in (self.effects.speed, self.effects.absence))
        return [Offsets(float(s), float(a)) for s, a in zip(speed, absence, strict=True)]


@dataclass(frozen=True)
class BankStudy:
    """The test days and both logs, ready to be simulated; `days` are those without an outage."""

    train: pl.DataFrame
    tests: Sequence[TestDay]
    windows: Windows
    days: Sequence[date]
    fit: Fitted
    seed: int

    def once(self, job: Job) -> pl.DataFrame | None:
        """Simulate the test days once; see `log_study.Study`.

        Refits play days that differ. The others play them alike, as the fit takes them.
        """
        fit, offsets = self.fit, None
        rng = np.random.default_rng((self.seed, job.number))
        redials = replace(fit.redials, by_day=NONE)
        if job.refit:
            try:
                fit = Fitted.to(resampled(self.train, rng), self.fit)
            except InputError:
                return None
            offsets, redials = fit.offsets(rng, len(self.tests)), fit.redials
        calls = Replay.of(self.tests, fit.queue, offsets).once(job.number, job.of, self.seed)
        calls = calls.with_columns(again=draw_redials(calls, redials, rng))
        found = figures(measured(calls, self.windows), MEASURES, GROUPS)
        arrivals = fit.calls_of(self.days, self.fit, rng if job.refit else None)
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


def without_outage_days(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls of days without a system outage."""
    return calls.filter(~pl.col("day").is_in({outage.day for outage in outages(calls)}))


def measured(calls: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Columns of `MEASURES` and `GROUPS` from type, day, time_s, wait_s, abandoned, again."""
    quick = pl.col("wait_s") <= ACCEPTABLE_WAIT_S
    near = pl.lit(False)
    for day, spans in windows.items():
        for begin, end in spans:
            near = near | ((pl.col("day") == day) & pl.col("time_s").is_between(begin, end))
    left = pl.col("abandoned")
    grouped = calls.with_columns(
        pl.when(~(quick & left)).then(quick & ~left).alias("in_time"),
        pl.when(left).then("again").alias("again_abandoned"),
        pl.when(~left).then("again").alias("again_served"),
        pl.when(~near).then(pl.lit("all")).alias("without outages"),
        pl.col("type").alias("by type"),
        pl.col("day").cast(pl.String).alias("by day"),
    )
    return (
        grouped
        if windows
        else grouped.drop("without outages").with_columns(
            pl.lit(None, dtype=pl.String).alias("without outages")
        )
    )


def observed_calls(calls: pl.DataFrame) -> pl.DataFrame:
    """The log's offered calls in the columns of the simulated ones."""
    return offered(with_redials(calls)).select(
        "type",
        "day",
        "again",
        pl.col("offered_s").cast(pl.Float64).alias("time_s"),
        pl.col("queue_s").cast(pl.Float64).alias("wait_s"),
        (pl.col("outcome") == "abandoned").alias("abandoned"),
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
    fit = Fitted.to(fitted)
    arrivals = fit.calls_of(days, fit, None)
    windows = near_outage(tested)
    notes += _notes(tested, fit)
    if arrivals is None:
        notes.append("arrivals are not compared: no training day is of the kind of a test day")
    seen = figures(measured(observed_calls(tested), windows), MEASURES, GROUPS)
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


def _fitted_notes(fit: Fitted) -> list[str]:
    """What was fitted of the agents' attention, of days and of weekends."""
    attention, effects, redials = fit.attention, fit.effects, fit.redials
    notes = [
        f"agents who leave with nobody waiting: pauses {np.exp(attention.pauses):.2g} times those "
        f"seen through others' calls; answer delay of mean {attention.answer_delay_s:.0f} s",
        f"standard deviation between days: log service time {effects.speed.sd:.2g}, log absence "
        f"{effects.absence.sd:.2g}, logit of a redial {redials.by_day.sd:.2g}",
    ]
    if not np.isnan(redials.weekend_p):
        said = "" if redials.weekend else ", not used"
        notes.append(
            f"redials on Friday and Saturday: logit {redials.weekend:+.2f}; p = "
            f"{redials.weekend_p:.2g} (likelihood-ratio test on the training days{said})"
        )
    return notes


def _notes(tested: pl.DataFrame, fit: Fitted) -> list[str]:
    """What the test log holds that the fit does not know, and its outages."""
    notes = [
        f"outage on {o.day} from {o.from_s / 3600:.2f} to {o.to_s / 3600:.2f} h: {o.calls} calls "
        "left in the IVR; its hours are left out of 'without outages', its day of the arrivals"
        for o in outages(tested)
    ]
    notes += _fitted_notes(fit)
    counts = offered(tested).group_by("type").len().sort("type")
    usual = max(fit.queue.service, key=lambda kind: fit.queue.service[kind].calls)
    notes += [
        f"type {kind}: {n} calls to predict, none to fit; served like {usual}"
        for kind, n in counts.iter_rows()
        if kind not in fit.queue.service
    ]
    return notes
