"""Numbers of records are given out again, ids never; what is over is let go; everything occurs."""

from __future__ import annotations

from typing import Any

import pytest

from sim import World
from sim.core import codes, loop
from sim.core.calendar import Event, events_of
from sim.core.records.bundles import World as Records
from sim.scenario.knowledge import Regime
from sim.units import DAY_S
from tests.support.worlds import Scatters, firm

DAYS = 24
CHANGES: dict[str, Any] = {
    "population": {"customers": 60},
    "retention": {"announced_share": 0.6},
    "segments": {"calm": {"hazard_per_month": 0.05}, "hasty": {"hazard_per_month": 0.05}},
    "channels": {
        "phone": {
            "unhurried_wrap_up": {"kind": "exponential", "mean_s": 900},
            "answer_delay": {"kind": "exponential", "mean_s": 300},
        }
    },
}
EVENTS = {v: k for k, v in vars(codes).items() if k.startswith("ON_")}


def _world(**how: Any) -> World:
    scenario = firm(**CHANGES)
    return World(scenario, policy=Scatters(scenario), seed=5, engine="interpreted", **how)


def _in_use(world: Records, table: str) -> set[int]:
    rows, free = getattr(world, table).rows, getattr(world, table).free
    assert len(set(free)) == len(free)  # nothing is freed twice
    return set(range(len(rows))) - set(free)


def _check_journeys(world: Records) -> None:
    """In use are those that are open, and those that a contact still speaks of."""
    journeys, contacts = world.journeys.rows, world.contacts.rows
    spoken_of = {contacts[c].journey for c in _in_use(world, "contacts")}
    open_ones = set()
    for customer in world.customers.rows:
        j = customer.first_journey
        while j >= 0:
            assert not journeys[j].closed
            open_ones.add(j)
            j = journeys[j].behind
    assert _in_use(world, "journeys") == open_ones | spoken_of
    for j in open_ones | spoken_of:
        legs = [c for c in _in_use(world, "contacts") if contacts[c].journey == j]
        assert journeys[j].legs == len(legs)


def _check_contacts(world: Records) -> None:
    """In use are those that wait, that an agent holds, or that their customers wait for."""
    contacts = world.contacts.rows
    lines, held = set(), set()
    for lane in world.lanes.rows:
        c = lane.first
        while c >= 0:
            lines.add(c)
            c = contacts[c].behind
    for a in _in_use(world, "agents"):
        c = world.agents.rows[a].serving_first
        while c >= 0:
            held.add(c)
            c = contacts[c].serving_behind
    awaited = {world.journeys.rows[j].contact for j in _in_use(world, "journeys")} - {-1}
    assert _in_use(world, "contacts") == lines | held | awaited


def _check_agents(world: Records) -> None:
    """In use are those on duty, and those whose shift has been laid out but not begun."""
    agents = world.agents.rows
    there, to_come = set(), set()
    for duty in world.duties.rows:
        a = duty.duty_first
        while a >= 0:
            there.add(a)
            a = agents[a].duty_behind
    for _, _, handler, subject, token, _ in events_of(world.calendar):
        if handler == codes.ON_SIGN_ON:
            assert agents[subject].id == token
            to_come.add(subject)
    assert _in_use(world, "agents") == there | to_come


def test_what_is_over_is_let_go_and_ids_are_never_used_twice() -> None:
    world = _world()
    core: Records = world.core.world
    seen: dict[str, set[int]] = {"contacts": set(), "journeys": set(), "agents": set()}
    halves: list[dict[str, int]] = []
    for hour in range(DAYS * 24 + 1):
        world.advance(hour * 3600.0)
        for table, ids in seen.items():
            ids |= {getattr(core, table).rows[i].id for i in _in_use(core, table)}
        if hour % 5 == 0:
            loop.free_spent(core)  # what ended in this very moment
            _check_contacts(core)
            _check_journeys(core)
            _check_agents(core)
        if hour in (DAYS * 12, DAYS * 24):
            halves.append({table: len(getattr(core, table).rows) for table in seen})
    given = {"contacts": core.n_contacts, "journeys": core.n_journeys, "agents": core.n_agents}
    for table, ids in seen.items():
        rows = [row.id for row in getattr(core, table).rows]
        assert max(rows) < given[table] and len(ids) > 100
        assert len(rows) < given[table] / 4, table  # numbers are given out again
        assert halves[1][table] <= 1.5 * halves[0][table]  # and there is no leak
    contacts = world.register.column("contacts", "contact")
    assert len(set(contacts.tolist())) == len(contacts) > 1000


def test_every_kind_of_event_occurs(monkeypatch: pytest.MonkeyPatch) -> None:
    met: set[int] = set()
    plain = loop.due_event

    def noting(calendar: Any, until_s: float) -> Event:
        event = plain(calendar, until_s)
        met.add(event.handler)  # below 0: no event of ours is due
        return event

    monkeypatch.setattr(loop, "due_event", noting)
    world = _world(regime=Regime(decision_latency_s=30.0))
    world.advance(DAY_S / 2)
    world.outage("phone", 600.0)
    world.run(DAYS * DAY_S)
    assert {EVENTS[handler] for handler in met if handler >= 0} == set(EVENTS.values())
