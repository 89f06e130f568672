"""How days differ beyond luck: how fast agents are, and how long they stay away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.bank import CallFit
from experiments.calibration.random_effects import FEWEST_DAYS, NONE, DayEffect, between_days
from experiments.calibration.replay.attention import moments
from experiments.calibration.replay.predict import near_outage, observed, test_days, without
from experiments.calibration.replay.replay import Offsets, replay
from experiments.calibration.staff.agents import served_by_agents
from experiments.calibration.staff.service import SHORT_S

FEWEST_CALLS = 30  # of a day that tells anything
COPIES = 10  # of each day, for the luck within it
STEP = 0.7  # log factor of the absences, by which their effect on waits is measured
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DayEffects:
    """Of the log service time, and of the log of pauses and answer delays."""

    speed: DayEffect = NONE
    absence: DayEffect = NONE

    @classmethod
    def to(cls, calls: pl.DataFrame, fit: CallFit) -> Self:
        """Estimate on the days of `calls`."""
        return cls(speed_effect(calls, fit), absence_effect(calls, fit))


def speed_effect(calls: pl.DataFrame, fit: CallFit) -> DayEffect:
    """Of the log service time by day, around what type and agent lead to expect.

    The shortest services are calls that ended, not work: they are left out.
    """
    served = served_by_agents(calls).filter(pl.col("service_s") >= SHORT_S)
    expected = [
        fit.service[kind].log_mean + float(np.log(fit.speed[agent]))
        for kind, agent in served.select("type", "server").iter_rows()
    ]
    rows = (
        served.with_columns(rest=pl.col("service_s").cast(pl.Float64).log() - pl.Series(expected))
        .group_by("day", maintain_order=True)
        .agg(pl.len(), pl.col("rest").mean(), spread=pl.col("rest").var())
        .filter(pl.col("len") >= FEWEST_CALLS)
    )
    return between_days(rows["rest"].to_numpy(), (rows["spread"] / rows["len"]).to_numpy())


def _by_day(waits: pl.DataFrame) -> Mapping[date, Floats]:
    """`moments` of each copy of each day, shape (copies, 2)."""
    found: dict[date, list[Floats]] = {}
    for (day, _), rows in waits.group_by("day", "replication", maintain_order=True):
        if isinstance(day, date):
            found.setdefault(day, []).append(moments(rows))
    return {day: np.array(values) for day, values in found.items()}


def absence_effect(calls: pl.DataFrame, fit: CallFit, *, seed: int = 2) -> DayEffect:
    """Of the log absences by day, seen through the day's service level and mean wait.

    Replays of the same days tell luck (covariance of the copies) and slope (absences shorter and
    longer by `STEP`, the mean over days). A day's estimate is generalised least squares. Calls
    around an outage are left out.
    """
    days = [day for day in test_days(calls) if len(day.offers) >= FEWEST_CALLS]
    if len(days) < FEWEST_DAYS:
        return NONE
    windows = near_outage(calls)
    here = _by_day(without(replay(days, fit, replications=COPIES, seed=seed), windows))
    ends = []
    for step in (-STEP, STEP):
        other = Offsets(absence=step).absent(fit)
        waits = replay(days, other, replications=COPIES // 2, seed=seed)
        ends.append(_by_day(without(waits, windows)))
    shorter, longer = (np.mean([x.mean(axis=0) for x in end.values()], axis=0) for end in ends)
    slope = (longer - shorter) / (2 * STEP)
    seen = _by_day(without(observed(calls), windows))
    estimates, variances = [], []
    for day, copies in here.items():
        # The copies' mean is an estimate too; the ridge keeps a day of no waits invertible.
        luck = np.cov(copies.T) * (1 + 1 / COPIES) + 1e-6 * np.eye(2)
        weight = np.linalg.solve(luck, slope)
        information = float(weight @ slope)
        estimates.append(float(weight @ (seen[day][0] - copies.mean(axis=0))) / information)
        variances.append(1 / information)
    return between_days(np.array(estimates), np.array(variances))
