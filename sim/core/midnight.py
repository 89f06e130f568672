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
    if day > 0:
        fade = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
    if churn and clock == "hazard":
        _sweep_hazards(core, scenario, fade if day > 0 else 1.0)
    elif day > 0:
        core.put_column("customers", "mood", core.column("customers", "mood") * fade)
        if churn and clock == "contractual":
            _sweep_renewals(core, scenario, day)


def _sweep_hazards(core: Simulation, scenario: Scenario, fade: float) -> None:
    effect, now = scenario.retention.mood_effect, core.now
    base, mood = core.column("customers", "base"), core.column("customers", "mood")
    hazard, at = core.column("customers", "hazard"), core.column("customers", "hazard_at")
    hazard += hazard_rates(base, effect, mood) * (now - at)
    if fade != 1.0:
        mood *= fade
        core.put_column("customers", "mood", mood)
    core.put_column("customers", "hazard", hazard)
    core.put_column("customers", "hazard_at", np.full(len(at), now))
    rate = hazard_rates(base, effect, mood)
    due = core.column("customers", "alive") == 1
    due &= hazard + rate * DAY_S >= core.column("customers", "threshold")
    core.arm_all(np.flatnonzero(due))


def _sweep_renewals(core: Simulation, scenario: Scenario, day: int) -> None:
    """Renew the contracts that are due: few, so the others' columns are not copied."""
    retention, due, hazards, first = scenario.retention, [], [], 0
    for rows in core.blocks("customers"):
        here = np.flatnonzero((rows["renewal_day"] == day) & (rows["alive"] == 1))
        base, mood = rows["base"][here], rows["mood"][here]
        hazards.append(renewal_hazards(base, retention.mood_effect, mood))
        due.append(here + first)
        first += len(rows)
    core.renew_all(np.concatenate(due), np.concatenate(hazards), retention.period_days)


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
