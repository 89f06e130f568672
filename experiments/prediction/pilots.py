"""Pilots: worlds from which scores are learned, and what a firm notes down of them.

Labels are what a firm sees: that a customer has left, what was coded and whether the customer came
back, what leavers have stated. Hidden state is looked at for one thing: a bound (`truth`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.prediction.attempts import attempts_of, leavers_of
from experiments.prediction.leaving import looks_of
from experiments.prediction.seen import columns_of
from policies.base import Policy
from sim import World
from sim.decisions.view import View
from sim.register import codes
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.units import DAY_S, DAYS_PER_MONTH

Array = npt.NDArray[Any]


class Pilot(Policy):
    """Customers' choices, or any legal entry for a share of contacts; notes what it sees."""

    reads = frozenset({"belief"})

    def prepare(self, scenario: Scenario) -> None:
        """Begin with no notes."""
        self.randomised = 0.0
        self.notes: list[tuple[float, ...]] = []

    def entry(self, view: View) -> int:
        """Note what is believed, and choose."""
        customer, belief = view.customer, view.belief
        assert customer is not None and belief is not None
        told = customer.intent, customer.accuracy, customer.attempt, belief.failures
        parts = belief.ability_mean, belief.need_mean, *(fit.mean for fit in belief.fits)
        doubts = belief.ability_variance, belief.need_variance
        self.notes.append((*told, *parts, *doubts, *(fit.variance for fit in belief.fits)))
        if view.uniform >= self.randomised:
            return view.default
        # Below the share it is uniform again.
        return view.actions[int(view.uniform / self.randomised * len(view.actions))]


@dataclass
class Samples:
    """Cases for each score, of one or several pilots.

    `churn`: features by what is looked at, rows of customers at the start of a period; `left`:
    whether they left in it. `resolution`, `resolved`: attempts; `errors`: how often a failure, and
    a success, is labelled a success; `chances`: of resolving them, by the figures that the firm
    states and as believed. `told`: intent guessed rightly,
    and the accuracy claimed. `hints` (concerns + 1), `notes` (concerns) and `stated`: leavers.
    """

    churn: dict[str, Array]
    left: Array
    resolution: Array
    resolved: Array
    errors: Array
    chances: Array
    told: Array
    hints: Array
    notes: Array
    stated: Array

    @classmethod
    def joined(cls, parts: list[Samples]) -> Samples:
        """Return several pilots' cases as one."""
        looks = {name: np.concatenate([p.churn[name] for p in parts]) for name in parts[0].churn}
        rest = [f.name for f in fields(cls)][1:]
        return cls(looks, *(np.concatenate([getattr(p, name) for p in parts]) for name in rest))


def period_days(scenario: Scenario) -> float:
    """Return over what customers are predicted to leave: a contract's period, or a month."""
    retention = scenario.retention
    return retention.period_days if retention.clock == "contractual" else DAYS_PER_MONTH


def run_pilot(
    scenario: Scenario,
    regime: Regime,
    *,
    seed: int,
    replication: int,
    warm_up_days: float,
    periods: int,
    randomised: float,
    repeat_days: float,
) -> Samples:
    """Run one world under a regime, which may steer here, and return its cases."""
    pilot = Pilot(scenario)
    pilot.randomised = randomised
    world = World(
        scenario,
        regime=regime.model_copy(update={"steering": True}),
        policy=pilot,
        decides=("entry",),
        seed=seed,
        replication=replication,
    )
    lasts_s = period_days(scenario) * DAY_S
    looked: list[tuple[Array, dict[str, Array]]] = []
    starts = [warm_up_days * DAY_S + i * lasts_s for i in range(periods)]
    for start_s in starts:
        world.advance(start_s)
        there = np.flatnonzero(world.core.column("customers", "alive") == 1)
        looked.append((there, {k: x[there] for k, x in looks_of(world).items()}))
    world.advance(starts[-1] + lasts_s)
    churn = columns_of(world, "churn")
    gone = churn["how"] != codes.DEPARTS_NOT
    left_s = np.full(world.core.scalar("n_customers"), np.inf)
    left_s[churn["customer"][gone]] = churn["time_s"][gone]
    left = [left_s[who] <= s + lasts_s for s, (who, _) in zip(starts, looked, strict=True)]
    return Samples(
        {k: np.concatenate([x[k] for _, x in looked]) for k in looked[0][1]},
        np.concatenate(left).astype(float),
        *attempts_of(world, pilot.notes, repeat_days),
        *leavers_of(world, churn, gone),
    )
