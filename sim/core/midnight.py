"""Midnight: moods fade and churn clocks advance in one pass over all, the day is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazard_rates, renewal_hazards, sleeps_of
from sim.population.draws import ATTEMPTS
from sim.population.streams import lucks
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.given import DutyPeriod
    from sim.core.simulation import Simulation
    from sim.population.demand import Demand, Needs
    from sim.scenario import Scenario

Floats = npt.NDArray[np.float64]


def sweep(core: Simulation, scenario: Scenario, day: int) -> None:
    """Settle every churn clock, let customers fade and drift, and arm what falls on the day."""
    churn, clock = scenario.mechanisms.churn, scenario.retention.clock
    by_rate = churn and clock == "hazard"
    rates = _settle_hazards(core, scenario) if by_rate else None
    if day > 0:
        _move(core, scenario, day)
    if rates is not None:
        _arm_due(core, _rates_now(core, scenario) if day > 0 else rates)
    elif churn and clock == "contractual" and day > 0:
        _sweep_renewals(core, scenario, day)


def _move(core: Simulation, scenario: Scenario, day: int) -> None:
    """Let moods and wakefulness fade, and a weekday's customers drift."""
    fade = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
    core.put_column("customers", "mood", core.column("customers", "mood") * fade)
    if core.rules.scalar("sleeps"):
        fade = mood_decay(1.0, scenario.retention.awake_half_life_days)
        core.put_column("lasting", "awake", core.column("lasting", "awake") * fade)
    if core.rules.scalar("weekly"):
        core.weekly(day)


def _settle_hazards(core: Simulation, scenario: Scenario) -> Floats:
    """Add the hazards since they were last settled; return the rates by which they grew."""
    now, rates = core.now, _rates_now(core, scenario)
    hazard, at = core.column("customers", "hazard"), core.column("customers", "hazard_at")
    hazard += rates * (now - at)
    core.put_column("customers", "hazard", hazard)
    core.put_column("customers", "hazard_at", np.full(len(at), now))
    return rates


def _rates_now(core: Simulation, scenario: Scenario) -> Floats:
    base, mood = core.column("customers", "base"), core.column("customers", "mood")
    drift: Floats | float = 0.0
    sleep: Floats | float = 0.0
    if core.rules.scalar("drifts"):
        drift = core.column("lasting", "drift")
    if core.rules.scalar("sleeps"):
        asleep, awake = core.column("lasting", "asleep"), core.column("lasting", "awake")
        sleep = sleeps_of(scenario.retention.sleep_depth, asleep, awake)
    rates: Floats = hazard_rates(base, scenario.retention.mood_effect, mood, drift, sleep)
    return rates


def _arm_due(core: Simulation, rates: Floats) -> None:
    hazard, threshold = core.column("customers", "hazard"), core.column("customers", "threshold")
    due = core.column("customers", "alive") == 1
    due &= hazard + rates * DAY_S >= threshold
    core.arm_all(np.flatnonzero(due))


def _sweep_renewals(core: Simulation, scenario: Scenario, day: int) -> None:
    """Renew the contracts that are due: few, so the others' columns are not copied."""
    retention, due, hazards, first = scenario.retention, [], [], 0
    lasts = core.rules.scalar("weekly")
    blocks = core.blocks("customers")
    for rows, lasting in zip(blocks, core.blocks("lasting") if lasts else blocks, strict=True):
        here = np.flatnonzero((rows["renewal_day"] == day) & (rows["alive"] == 1))
        base, mood = rows["base"][here], rows["mood"][here]
        drift: Floats | float = 0.0
        sleep: Floats | float = 0.0
        if lasts:
            drift, some = lasting["drift"][here], lasting[here]
            sleep = sleeps_of(retention.sleep_depth, some["asleep"], some["awake"])
        hazards.append(renewal_hazards(base, retention.mood_effect, mood, drift, sleep))
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
