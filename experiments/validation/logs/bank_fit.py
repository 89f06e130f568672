"""Everything fitted to a training log of calls, once and again to resampled ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from experiments.calibration.bank import CallFit, fit_calls
from experiments.calibration.customers.overdispersion import CallsOfDays, DayDemand, fit_day_demand
from experiments.calibration.customers.redials import Redials, fit_redials
from experiments.calibration.replay.attention import ROUNDS, Attention, fit_attention
from experiments.calibration.replay.day_effects import DayEffects
from experiments.calibration.replay.replay import Offsets
from experiments.calibration.staff.queueing import outages
from experiments.validation.logs.study import Effort

FEW_REPLICATIONS = 20  # below them the prediction is rough, and so may be the attention's fit


def without_outage_days(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls of days without a system outage."""
    return calls.filter(~pl.col("day").is_in({outage.day for outage in outages(calls)}))


@dataclass(frozen=True)
class Fitted:
    """Everything fitted to one training log; `demand` None: arrivals cannot be drawn."""

    queue: CallFit
    redials: Redials
    demand: DayDemand | None
    attention: Attention
    effects: DayEffects

    @classmethod
    def to(cls, train: pl.DataFrame, effort: Effort) -> Fitted:
        """Fit to calls; how days differ is asked for the interval only. Raises `InputError`."""
        queue, redials, demand = _laws(train)
        rounds = 1 if effort.replications < FEW_REPLICATIONS else ROUNDS
        attention = fit_attention(train, queue, rounds=rounds, seed=effort.seed)
        queue = attention.of(queue)
        effects = DayEffects.to(train, queue) if effort.refits else DayEffects()
        return cls(queue, redials, demand, attention, effects)

    def again(self, resampled: pl.DataFrame, rng: np.random.Generator) -> Fitted:
        """Fit to a log resampled from this fit's. Raises `InputError`.

        Kept are skills and speed, which are known of every agent, what takes simulations to fit,
        and how much days differ, of which a day drawn twice knows nothing; that of the arrivals is
        drawn from what it may be.
        """
        queue, redials, demand = _laws(resampled)
        queue = replace(queue, skills=self.queue.skills, speed=self.queue.speed)
        if demand is not None and self.demand is not None:
            drawn = self.demand.drawn(rng)
            demand = replace(demand, day_variance=drawn.day_variance, poisson=drawn.poisson)
        return Fitted(
            self.attention.of(queue),
            replace(redials, by_day=self.redials.by_day),
            demand,
            self.attention,
            self.effects,
        )

    def calls_of(self, days: Sequence[date]) -> CallsOfDays | None:
        """Arrivals of the days whose kind is known; None: of none of them."""
        demand = self.demand
        if demand is None or sum(demand.weekly) <= 0:
            return None
        known = [day for day in days if day.isoweekday() in demand.weekdays]
        return CallsOfDays.of(known, demand) if known else None

    def offsets(self, rng: np.random.Generator, days: int) -> list[Offsets]:
        """What makes as many days differ."""
        speed, absence = (e.draw(rng, days) for e in (self.effects.speed, self.effects.absence))
        return [Offsets(float(s), float(a)) for s, a in zip(speed, absence, strict=True)]

    def notes(self) -> list[str]:
        """What was fitted of the agents' attention, of days and of weekends."""
        attention, effects, redials = self.attention, self.effects, self.redials
        notes = [
            "agents who leave with nobody waiting: pauses "
            f"{np.exp(attention.pauses):.2g} times those seen through others' calls; answer delay "
            f"of mean {attention.answer_delay_s:.0f} s",
            "standard deviation between days: log service time "
            f"{effects.speed.sd:.2g}, log absence {effects.absence.sd:.2g}, logit of a redial "
            f"{redials.by_day.sd:.2g}",
        ]
        if not np.isnan(redials.weekend_p):
            said = "" if redials.weekend else ", not used"
            notes.append(
                f"redials on Friday and Saturday: logit {redials.weekend:+.2f}; p = "
                f"{redials.weekend_p:.2g} (likelihood-ratio test on the training days{said})"
            )
        return notes


def _laws(calls: pl.DataFrame) -> tuple[CallFit, Redials, DayDemand | None]:
    alike = without_outage_days(calls)
    demand = None if alike.is_empty() else fit_day_demand(alike)
    return fit_calls(calls), fit_redials(calls), demand
