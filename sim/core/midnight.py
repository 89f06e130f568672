"""Midnight: moods fade and churn clocks advance in one pass over all, the day is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazards_of_odds
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.given import DutyPeriod
    from sim.core.simulation import Simulation
    from sim.population.demand import Demand, Needs
    from sim.scenario import Scenario


def sweep(core: Simulation, scenario: Scenario, day: int) -> None:
    """Settle every churn clock, let customers fade and drift, and arm what falls on the day."""
    moods = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
    awake = mood_decay(1.0, scenario.retention.awake_half_life_days)
    churn, clock = scenario.mechanisms.churn, scenario.retention.clock
    if churn and clock == "hazard":
        _sweep_rates(core, moods, awake, day)
    elif day > 0 and churn and clock == "contractual":
        _sweep_renewals(core, moods, awake, day, scenario.retention.period_days)
    elif day > 0:
        core.fade_all(moods, awake, day)


def _sweep_rates(core: Simulation, moods: float, awake: float, day: int) -> None:
    """Settle the clocks, and arm those that run out on the day that begins."""
    rates = np.empty(core.number_of("customers"))  # shifts of log rates, and what they multiply by
    core.take_shifts(rates)
    np.exp(rates, out=rates)
    core.settle_and_fade(rates, moods, awake, day)
    np.exp(rates, out=rates)
    core.arm_due(rates)


def _sweep_renewals(
    core: Simulation, moods: float, awake: float, day: int, period_days: int
) -> None:
    """Renew the contracts that are due."""
    n = core.number_of("customers")
    who, odds = np.empty(n, dtype=np.int64), np.empty(n)
    n = core.fade_and_take_due(moods, awake, day, who, odds)
    core.renew_all(who[:n], hazards_of_odds(odds[:n]), period_days)


def expect(core: Simulation, needs: Needs) -> None:
    """Lay out needs."""
    small = {name: getattr(needs, name).astype(np.int32) for name in ("customer", "intent")}
    core.fill("needs", needs._asdict() | small)
    core.put_scalar("n_needs", len(needs.time_s))
    core.put_scalar("next_need", 0)
    core.expect_need()


def lay_out(core: Simulation, scenario: Scenario, demand: Demand | None) -> None:
    """Begin a day: moods fade, churn clocks advance, needs and shifts are laid out."""
    day = core.scalar("day")
    core.put_scalar("next_sweep", (day + 1) * DAY_S)
    sweep(core, scenario, day)
    if demand is not None:
        expect(core, demand.day(day))
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
