"""Midnight: moods fade and churn clocks advance in one pass over all, the day is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazard_rates, renewal_hazards
from sim.population.draws import ATTEMPTS
from sim.population.streams import lucks
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.given import DutyPeriod
    from sim.core.simulation import Simulation
    from sim.population.demand import Demand, Needs
    from sim.scenario import Scenario


def sweep(core: Simulation, scenario: Scenario, day: int) -> None:
    """Let moods fade, settle every churn clock, and arm what falls on the day."""
    churn, clock = scenario.mechanisms.churn, scenario.retention.clock
    fade = mood_decay(1.0, scenario.satisfaction.mood_half_life_days) if day > 0 else 1.0
    if churn and clock == "hazard":
        _sweep_hazards(core, scenario, fade)
    elif day > 0:
        core.fade_moods(fade)
        if churn and clock == "contractual":
            _sweep_renewals(core, scenario, day)


def _sweep_hazards(core: Simulation, scenario: Scenario, fade: float) -> None:
    moods = np.empty(core.number_of("customers"))
    moods = moods[: core.take_moods(moods)]
    effect = scenario.retention.mood_effect
    before, after = hazard_rates(1.0, effect, moods), hazard_rates(1.0, effect, moods * fade)
    core.settle_hazards(before, after, fade)


def _sweep_renewals(core: Simulation, scenario: Scenario, day: int) -> None:
    """Renew the contracts that are due: few, so the others' columns are not copied."""
    n, retention = core.number_of("customers"), scenario.retention
    who, bases, moods = np.empty(n, dtype=np.int64), np.empty(n), np.empty(n)
    n = core.take_due(day, who, bases, moods)
    hazards = renewal_hazards(bases[:n], retention.mood_effect, moods[:n])
    core.renew_all(who[:n], hazards, retention.period_days)


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
