"""Needs drawn some days ahead are those that would be drawn day by day."""

from __future__ import annotations

import numpy as np
import pytest

from sim import World, load_scenario
from sim.population import demand
from sim.population.demand import Demand, Needs
from sim.population.streams import stream_key

DAYS, RESEEDED = 20, 11


def needs_of(ahead: int, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Needs], int]:
    """Needs of a small firm, which gets other luck on the way, and how many days came at a time."""
    monkeypatch.setattr(demand, "AHEAD", ahead)
    world = World(load_scenario("helpdesk"), seed=3)
    drawn = Demand(world.compiled, world.key, np.asarray(world.customers.segment))
    found = []
    for day in range(DAYS):
        if day == RESEEDED:
            drawn = drawn.fork()
            drawn.reseed(stream_key(8, 1))
        found.append(drawn.day(day))
    return found, drawn._days


def test_days_drawn_ahead_are_the_same_days(monkeypatch: pytest.MonkeyPatch) -> None:
    one, days = needs_of(1, monkeypatch)
    assert days == 1
    several, days = needs_of(2_000, monkeypatch)
    assert days == demand.MOST_DAYS and RESEEDED % days  # new luck comes amid a batch
    assert sum(len(needs.time_s) for needs in one) > 1_000
    for single, batched in zip(one, several, strict=True):
        for a, b in zip(single, batched, strict=True):
            assert a.dtype == b.dtype and (a == b).all()


def test_a_fork_goes_on_by_itself_with_what_was_drawn_ahead() -> None:
    world = World(load_scenario("helpdesk"), seed=3)
    first = Demand(world.compiled, world.key, np.asarray(world.customers.segment))
    first.day(0)
    second = first.fork()
    second.reseed(stream_key(8, 1))
    other = [second.day(day).time_s for day in range(1, 12)]
    third = first.fork()
    for day in range(1, 12):
        mine, again = first.day(day).time_s, third.day(day).time_s
        assert (mine == again).all()
        assert mine.shape != other[day - 1].shape or (mine != other[day - 1]).any()
