"""Midnight: moods fade, churn clocks advance, in one vectorised pass over all customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazard_rates, renewal_hazards
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.simulation import Simulation
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
    renewal = core.column("customers", "renewal_day")
    due = np.flatnonzero((core.column("customers", "alive") == 1) & (renewal == day))
    base, mood = core.column("customers", "base"), core.column("customers", "mood")
    hazard = core.column("customers", "hazard")
    hazard[due] += renewal_hazards(base[due], scenario.retention.mood_effect, mood[due])
    renewal[due] += scenario.retention.period_days
    core.put_column("customers", "hazard", hazard)
    core.put_column("customers", "renewal_day", renewal)
    core.let_leave(due[hazard[due] >= core.column("customers", "threshold")[due]])
