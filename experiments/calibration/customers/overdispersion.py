"""How much the calls of a few days vary: within the hour, and across days at the same hour.

The model is that of `experiments.calibration.customers.arrivals`, Poisson with gamma factors of
days and hours; here with the corrections that a handful of days needs, and played by the
simulator's own demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.customers.arrivals import (
    DAY_GROUPS,
    hourly_from_calls,
    open_days,
    within_hour_variance_to_mean,
)
from sim.errors import InputError
from sim.population.demand import Demand
from sim.population.streams import stream_key
from sim.scenario import load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.compiled import Compiled
from sim.units import DAY_S, DAYS_PER_MONTH

BUSY = 5.0  # mean calls from which an hour counts
FEWEST_DAYS = 3
CUSTOMERS = 100  # any number: together they are a Poisson process
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DayDemand:
    """Calls of the 168 hours of a week (Monday 0:00 first), and the hours' gamma factor's CV.

    `day_variance`: squared CV of the calls of days of a kind, with `freedom` degrees of freedom, of
    which `poisson` is luck. `weekdays`: the ISO weekdays whose kind of day the log holds.
    """

    weekly: tuple[float, ...]
    day_variance: float
    poisson: float
    freedom: int
    hour_cv: float
    weekdays: frozenset[int]

    @property
    def day_cv(self) -> float:
        """CV of the days' gamma factor."""
        return float(np.sqrt(max(0.0, self.day_variance - self.poisson)))

    def drawn(self, rng: np.random.Generator) -> "DayDemand":
        """Return it with a variance of days that may as well be the true one.

        The posterior of a normal sample's variance without prior knowledge: a scaled inverse
        chi-square. Unchanged where no kind of day has two days.
        """
        if not self.freedom:
            return self
        factor = self.freedom / rng.chisquare(self.freedom)
        return replace(self, day_variance=self.day_variance * float(factor))


def _by_group(calls: pl.DataFrame) -> dict[tuple[int, ...], Floats]:
    """Calls per day and hour of each kind of day, shape (days, 24); closed days left out."""
    days, _ = open_days(hourly_from_calls(calls))
    found: dict[tuple[int, ...], Floats] = {}
    for members in DAY_GROUPS.values():
        rows = days.filter(pl.col("weekday").is_in(members))
        if rows.height:
            found[members] = np.array(rows["calls"].to_list(), dtype=np.float64)
    return found


def fit_day_demand(calls: pl.DataFrame) -> DayDemand:
    """Fit means and factors; kinds of day with one day tell nothing of the factors."""
    week = np.zeros((7, 24))
    groups = _by_group(calls)
    over_days = under_days = luck = over_hours = under_hours = 0.0
    freedom = 0
    for members, counts in groups.items():
        mean, days = counts.mean(axis=0), len(counts)
        week[[weekday - 1 for weekday in members]] = mean
        if days < 2:
            continue
        # Means estimated from the same days take up their share of the scatter.
        totals, busy = counts.sum(axis=1), mean >= 1
        over_days += days * float(totals.var(ddof=1))
        luck += float(totals.sum())
        freedom += days - 1
        under_days += days * float(totals.mean()) ** 2
        expected = np.outer(totals / totals.mean(), mean)[:, busy]
        if busy.sum() > 1:
            free = (days - 1) * (busy.sum() - 1) / expected.size
            over_hours += ((counts[:, busy] - expected) ** 2).sum() / free - expected.sum()
            under_hours += (expected**2).sum()
    return DayDemand(
        weekly=tuple(float(x) for x in week.ravel()),
        day_variance=over_days / under_days if under_days else 0.0,
        poisson=luck / under_days if under_days else 0.0,
        freedom=freedom,
        hour_cv=float(np.sqrt(max(0.0, over_hours / under_hours))) if under_hours else 0.0,
        weekdays=frozenset(weekday for members in groups for weekday in members),
    )


def across_days_variance_to_mean(calls: pl.DataFrame) -> float:
    """Variance over mean of an hour's calls across days of a kind, mean over busy hours.

    1 for Poisson calls whose days are alike. Raises `InputError` with fewer than `FEWEST_DAYS` days
    of every kind.
    """
    ratios: list[float] = []
    for counts in _by_group(calls).values():
        mean = counts.mean(axis=0)
        if len(counts) >= FEWEST_DAYS and (mean >= BUSY).any():
            ratios += (counts.var(axis=0, ddof=1)[mean >= BUSY] / mean[mean >= BUSY]).tolist()
    if not ratios:
        raise InputError(f"calls: {FEWEST_DAYS} days of a kind are needed to compare days")
    return float(np.mean(ratios))


def variation(calls: pl.DataFrame) -> dict[str, float]:
    """Both ratios of variance to mean, as far as the calls are enough to tell."""
    found: dict[str, float] = {}
    measures = (
        ("within_hour", within_hour_variance_to_mean),
        ("across_days", across_days_variance_to_mean),
    )
    for name, measure in measures:
        try:
            found[name] = measure(calls)
        except InputError:
            continue  # too few calls or days: nothing to say
    return found


@dataclass(frozen=True, slots=True)
class CallsOfDays:
    """Draws the calls of given days from a fit, with the simulator's demand."""

    days: Sequence[date]
    compiled: Compiled

    @classmethod
    def of(cls, days: Sequence[date], fit: DayDemand) -> "CallsOfDays":
        """Prepare for the days whose weekday the fit knows; raises `InputError` for none."""
        known = sorted(day for day in days if day.isoweekday() in fit.weekdays)
        if not known or sum(fit.weekly) <= 0:
            raise InputError("calls: no day to draw calls for")
        a_day = sum(fit.weekly) / 7
        scenario = load_scenario(
            {
                "name": "arrivals",
                "title": "Calls of days",
                "start_day": known[0].weekday(),
                "population": {"customers": CUSTOMERS},
                "segments": {"everyone": {"share": 1.0, "preference": {"phone": 1.0}}},
                "intents": {
                    "call": {
                        "needs_per_month": a_day * DAYS_PER_MONTH / CUSTOMERS,
                        "talk_s": {"kind": "constant", "mean_s": 0},
                        "resolution": {"phone": 1.0},
                    }
                },
                "demand": {
                    "weekly": list(fit.weekly),
                    "day_cv": fit.day_cv,
                    "hour_cv": fit.hour_cv,
                },
                "channels": {"phone": {"kind": "live"}},
                "teams": {"desk": {"channels": {"phone": 1}, "shifts": [{"agents": 1}]}},
            }
        )
        return cls(known, Compiled(scenario, Regime()))

    def once(self, replication: int, seed: int) -> pl.DataFrame:
        """Calls of one replication: day, start_s (of the day), outcome (all served)."""
        segment = np.zeros(CUSTOMERS, dtype=np.int64)
        demand = Demand(self.compiled, stream_key(seed, replication), segment)
        frames = [pl.DataFrame(schema={"start_s": pl.Float64, "day": pl.Date})]
        wanted = set(self.days)
        for number in range((self.days[-1] - self.days[0]).days + 1):
            needs = demand.day(number)
            day = date.fromordinal(self.days[0].toordinal() + number)
            if day in wanted:
                times = np.array(needs.time_s) - number * DAY_S
                frames.append(pl.DataFrame({"start_s": times}).with_columns(day=pl.lit(day)))
        joined = pl.concat(frames).with_columns(outcome=pl.lit("served"))
        return joined.with_columns(pl.col("start_s").cast(pl.Int64))
