"""Midnight: moods fade and churn clocks advance in one pass over all, the day is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazards_of_odds
from sim.population.draws import ATTEMPTS
from sim.population.streams import lucks
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.given import DutyPeriod
    from sim.core.simulation import Simulation
    from sim.population.demand import Demand, Needs
    from sim.scenario import Scenario


def sweep(core: Simulation, scenario: Scenario, day: int) -> None:
    """Settle every churn clock, let customers fade and drift, and arm what falls on the day."""
    churn, clock = scenario.mechanisms.churn, scenario.retention.clock
    by_rate = churn and clock == "hazard"
    if by_rate:
        core.settle_hazards(_factors(core))
    if day > 0:
        moods = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
        awake = mood_decay(1.0, scenario.retention.awake_half_life_days)
        core.fade_and_drift(moods, awake, day)
    if by_rate:
        core.arm_due(_factors(core))
    elif churn and clock == "contractual" and day > 0:
        _sweep_renewals(core, scenario, day)


def _factors(core: Simulation) -> npt.NDArray[np.float64]:
    """Return what multiplies the customers' base rates, shape (customers,)."""
    shifts = np.empty(core.number_of("customers"))
    core.take_shifts(shifts)
    return np.exp(shifts)


def _sweep_renewals(core: Simulation, scenario: Scenario, day: int) -> None:
    """Renew the contracts that are due."""
    n = core.number_of("customers")
    who, odds = np.empty(n, dtype=np.int64), np.empty(n)
    n = core.take_due(day, who, odds)
    core.renew_all(who[:n], hazards_of_odds(odds[:n]), scenario.retention.period_days)


def expect(core: Simulation, key: int, needs: Needs) -> None:
    """Lay out needs, with the luck of their first attempts: another key does not change it."""
    luck = lucks(key, needs.customer, needs.number * ATTEMPTS)
    core.fill("needs", {**needs._asdict(), "luck": luck})
    core.put_scalar("n_needs", len(needs.time_s))
    core.put_scalar("next_need", 0)
    core.expect_need()


def lay_out(core: Simulation, scenario: Scenario, key: int, demand: Demand | None) -> None:
    """Begin a day: moods fade, churn clocks advance, needs and shifts are laid out."""
    day = core.scalar("day")
    core.put_scalar("next_sweep", (day + 1) * DAY_S)
    sweep(core, scenario, day)
    if demand is not None:
        expect(core, key, demand.day(day))
    core.begin_day()


def staff(core: Simulation, roster: list[DutyPeriod] | None) -> None:
    """Let agents come by a roster, or (None) by the scenario's shifts, from the first day on."""
    rules, duties = core.rules, roster or ()
    last = rules.column("shifts", "first_number") + rules.column("shifts", "agents") - 1
    numbers = [duty.agent for duty in duties] + last.tolist()
    core.put_scalar("next_number", max(numbers, default=-1) + 1)
    core.put_scalar("by_shifts", roster is None)
    for duty in duties:
        core.put_on_roster(*duty)
    core.schedule_day(0.0, 0)
