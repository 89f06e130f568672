"""Midnight's pass over the customers does what the formulas of `sim.behaviour` say, to the bit."""

from __future__ import annotations

from math import nextafter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from sim import World
from sim.behaviour import hazard_rates, mood_decay, renewal_hazards, sleeps_of
from sim.core.engine import INTERPRETED, engine
from sim.scenario import load_scenario
from sim.units import DAY_S

Columns = dict[str, npt.NDArray[Any]]
COLUMNS = ("base", "mood", "hazard", "hazard_at", "threshold", "alive", "renewal_day")


def over_midnight(name: str, kind: str) -> tuple[World, Columns, Columns]:
    """A world that has just passed its second midnight, its customers before and after."""
    world = World(load_scenario(name), seed=4, engine=kind)
    world.advance(nextafter(DAY_S, 0.0))
    before = columns_of(world)
    world.advance(DAY_S)
    return world, before, columns_of(world)


def columns_of(world: World) -> Columns:
    """Customers, with what drift and sleep add to their log-odds of leaving."""
    columns = {c: world.core.column("customers", c) for c in COLUMNS}
    lasting = {c: world.core.column("lasting", c) for c in ("drift", "asleep", "awake")}
    depth = world.compiled.scenario.retention.sleep_depth
    columns["drift"] = lasting["drift"]
    columns["sleep"] = sleeps_of(depth, lasting["asleep"], lasting["awake"])
    assert columns["drift"].any() and columns["sleep"].any()
    return columns


@pytest.mark.parametrize("kind", sorted({engine().name, INTERPRETED}))
def test_hazards_are_settled_moods_fade_and_clocks_are_armed(kind: str) -> None:
    world, was, now = over_midnight("bank", kind)
    scenario = world.compiled.scenario
    effect = scenario.retention.mood_effect
    fade = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
    assert 50 < (was["mood"] != 0.0).sum() < len(was["mood"])
    passed = DAY_S - was["hazard_at"]
    hazard = (
        was["hazard"]
        + hazard_rates(was["base"], effect, was["mood"], was["drift"], was["sleep"]) * passed
    )
    assert (now["hazard"] == hazard).all()
    assert (now["hazard_at"] == DAY_S).all()
    assert (now["mood"] == was["mood"] * fade).all()
    rate = hazard_rates(was["base"], effect, now["mood"], now["drift"], now["sleep"])
    due = np.flatnonzero((hazard + rate * DAY_S >= was["threshold"]) & (was["alive"] == 1))
    armed = [e[3] for e in world.core.events() if e[3] in due and e[0] <= 2 * DAY_S]
    assert due.size and set(due.tolist()) <= set(armed)


@pytest.mark.parametrize("kind", sorted({engine().name, INTERPRETED}))
def test_contracts_that_are_due_are_renewed(kind: str) -> None:
    world, was, now = over_midnight("telco", kind)
    scenario = world.compiled.scenario
    fade = mood_decay(1.0, scenario.satisfaction.mood_half_life_days)
    due = (was["renewal_day"] == 1) & (was["alive"] == 1)
    assert due.sum() > 5
    mood = was["mood"] * fade
    effect = scenario.retention.mood_effect
    hazards = renewal_hazards(was["base"], effect, mood, now["drift"], now["sleep"])
    assert (now["mood"] == mood).all()
    assert (now["hazard"] == was["hazard"] + np.where(due, hazards, 0.0)).all()
    renewed = was["renewal_day"] + np.where(due, scenario.retention.period_days, 0)
    assert (now["renewal_day"] == renewed).all()
