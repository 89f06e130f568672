"""The processes that ship: outages at random, and a surge team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from simpy import Event

from sim import InputError, World
from sim.processes import outages, surge_team
from sim.register.codes import CLOSED, CUT_OFF
from sim.units import DAY_S, HOUR_S, MINUTE_S
from tests.support.engines import ENGINES, have_both
from tests.support.random_firms import random_firm
from tests.support.worlds import desk, firm, of, table

pytestmark = pytest.mark.engines
SCENARIO = firm(population={"customers": 400})
SURGE: dict[str, Any] = {"above": 4, "team": "pool", "agents": 3, "delay_min": 10, "stay_h": 1}


class Noted:
    """A world that notes what processes cause."""

    def __init__(self, world: World) -> None:
        self.outages: list[tuple[float, str, float]] = []
        self.calls: list[tuple[float, int, float]] = []
        strike, call = world.outage, world.call_in

        def outage(channel: str, lasts_s: float) -> None:
            self.outages.append((world.now, channel, lasts_s))
            strike(channel, lasts_s)

        def call_in(team: str, agents: int, *, lasts_s: float, after_s: float = 0.0) -> None:
            waiting = int(world.core.column("waiting", "n").sum())
            self.calls.append((world.now, waiting, after_s))
            call(team, agents, lasts_s=lasts_s, after_s=after_s)

        world.outage, world.call_in = outage, call_in  # type: ignore[method-assign]


def test_outages_strike_at_random_and_last_as_long_as_said(engine: str) -> None:
    world = World(desk(0.2, {"kind": "constant", "mean_s": 60}), seed=1, engine=engine)
    noted = Noted(world)
    world.env.process(outages(world, "phone", mean_gap_h=5, mean_length_min=30))
    days = 120
    world.run(days * DAY_S)
    start_s = np.array([row[0] for row in noted.outages])
    lasts_s = np.array([row[2] for row in noted.outages])
    n = len(start_s)
    gaps_s = np.diff(start_s) - lasts_s[:-1]
    # Means of n exponential times: within four standard errors.
    assert abs(gaps_s.mean() / (5 * HOUR_S) - 1) < 4 / n**0.5
    assert abs(lasts_s.mean() / (30 * MINUTE_S) - 1) < 4 / n**0.5
    assert n == pytest.approx(days * 24 / 5.5, rel=0.2)
    contacts = table(world)
    turned_away = of(contacts, contacts["outcome"] == CLOSED)["released_s"]
    inside = np.searchsorted(start_s, turned_away, side="right") - 1
    assert len(turned_away) > 100
    assert (turned_away < start_s[inside] + lasts_s[inside]).all()
    assert CUT_OFF in contacts["outcome"]


def test_strategies_that_are_compared_meet_the_same_outages(engine: str) -> None:
    met = []
    for regime in ("omnichannel", "silo") if "silo" in SCENARIO.regimes else (None, {}):
        world = World(SCENARIO, regime=regime, seed=3, replication=2, engine=engine)
        noted = Noted(world)
        world.env.process(outages(world, "phone", mean_gap_h=6, mean_length_min=20))
        world.env.process(outages(world, "chat", mean_gap_h=6, mean_length_min=20))
        world.run(3 * DAY_S)
        met.append(noted.outages)
    assert met[0] == met[1]
    other = World(SCENARIO, seed=3, replication=1, engine=engine)
    noted = Noted(other)
    other.env.process(outages(other, "phone", mean_gap_h=6, mean_length_min=20))
    other.run(3 * DAY_S)
    assert {row[0] for row in noted.outages}.isdisjoint(row[0] for row in met[0])
    phone, chat = ([row[0] for row in met[0] if row[1] == name] for name in ("phone", "chat"))
    assert set(phone).isdisjoint(chat)


def _busy(engine: str, seed: int = 2) -> World:
    """Return a desk that one agent cannot keep up with."""
    return World(desk(0.4, {"kind": "exponential", "mean_s": 300}), seed=seed, engine=engine)


def test_a_surge_team_comes_when_a_line_is_long_and_shortens_it(engine: str) -> None:
    waits = []
    for called in (False, True):
        world = _busy(engine)
        noted = Noted(world)
        if called:
            world.env.process(surge_team(world, "phone", **SURGE))
        world.run(2 * DAY_S)
        contacts = table(world)
        answered = contacts["answered_s"] >= 0
        waits.append(float((contacts["answered_s"] - contacts["queued_s"])[answered].mean()))
        if called:
            times = np.array([row[0] for row in noted.calls])
            assert len(times) > 3
            assert all(n > 4 for _, n, _ in noted.calls)
            assert (np.diff(times) >= 70 * MINUTE_S).all()  # no call while they are there
            shifts = table(world, "shifts")
            surge = of(shifts, shifts["agent"] > 0)
            assert len(surge["on_s"]) >= 3 * (len(times) - 1)
            assert np.isin(surge["on_s"], times + 600.0).all()
    assert waits[1] < waits[0] / 2


def test_a_line_that_stays_long_calls_again_when_they_have_gone(engine: str) -> None:
    world = World(desk(3.0, {"kind": "constant", "mean_s": 600}), seed=1, engine=engine)
    noted = Noted(world)
    world.env.process(surge_team(world, "phone", **SURGE))
    world.run(6 * HOUR_S)
    times = [row[0] for row in noted.calls]
    assert len(times) == 6
    assert np.allclose(np.diff(times), 70 * MINUTE_S)


@pytest.mark.parametrize("seed", range(8))
def test_both_processes_in_random_firms_are_the_same_in_both_engines(seed: int) -> None:
    have_both()
    ends = []
    for name in ENGINES:
        world = World(random_firm(seed), seed=seed, engine=name)
        noted = Noted(world)
        for channel in ("phone", "chat", "email", "bot", "ivr"):
            world.env.process(outages(world, channel, mean_gap_h=4, mean_length_min=30))
        for channel in ("phone", "chat"):
            surge: dict[str, Any] = {**SURGE, "team": "front", "above": 0}
            world.env.process(surge_team(world, channel, **surge))
        world.run(2.5 * DAY_S)
        ends.append((noted.outages, noted.calls, world.register.digest()))
    assert len(ends[0][0]) > 30
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("process", "message"),
    [
        (lambda w: outages(w, "fone", mean_gap_h=1, mean_length_min=1), "channel: .*mean 'phone'"),
        (lambda w: outages(w, "phone", mean_gap_h=0, mean_length_min=1), "mean_gap_h: .* above 0"),
        (
            lambda w: outages(w, "phone", mean_gap_h=1, mean_length_min="x"),
            "mean_length_min: .*'x'",
        ),
        (lambda w: surge_team(w, "phone", **{**SURGE, "team": "pol"}), "team: .*mean 'pool'"),
        (lambda w: surge_team(w, "phone", **{**SURGE, "agents": 0}), "agents: .* from 1 on; got 0"),
        (lambda w: surge_team(w, "phone", **{**SURGE, "above": 1.5}), "above: must be a whole"),
        (lambda w: surge_team(w, "phone", **{**SURGE, "delay_min": -1}), "delay_min: .* from 0 on"),
        (lambda w: surge_team(w, "phone", **{**SURGE, "stay_h": 0}), "stay_h: .* above 0; got 0"),
    ],
)
def test_bad_input_is_said_when_the_process_is_made(
    process: Callable[[World], Event], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        process(_busy("interpreted"))
