"""The calendar: order, ties, and SimPy's own events beside ours."""

from __future__ import annotations

from heapq import heappush
from types import ModuleType

import numpy as np
import pytest
import simpy
from simpy.events import NORMAL

from sim.core.calendar import NEED_RANK, Calendar, foreign_first, next_time, schedule
from sim.core.codes import RANK_OURS
from tests.support.miniature import face
from tests.support.miniature.model import FOREIGN, REACHED
from tests.support.miniature.worlds import a_still_world, a_world


def test_events_come_by_time_then_rank_then_order_of_scheduling(core: ModuleType) -> None:
    world = a_still_world(core)
    rng = np.random.default_rng(3)
    times, ranks = rng.integers(0, 40, 500), rng.integers(-3, 3, 500)
    for number, (time_s, rank) in enumerate(zip(times, ranks, strict=True)):
        world.schedule(float(time_s), rank, 1, number)
    expected = sorted(range(500), key=lambda i: (times[i], ranks[i], i))
    assert [event[3] for event in world.events()] == expected
    popped = [world.pop() for _ in range(500)]
    assert [event.subject for event in popped] == expected
    assert [event.time_s for event in popped] == sorted(times)


def test_an_event_carries_its_numbers(core: ModuleType) -> None:
    world = a_still_world(core)
    world.schedule(2.5, -1, 12, 2**31 - 1)
    assert world.events() == [(2.5, -1, 12, 2**31 - 1, 2**40, -5)]
    assert tuple(world.pop()) == (2.5, 12, 2**31 - 1, 2**40, -5)


def test_the_next_need_takes_its_turn_among_events_of_its_time(core: ModuleType) -> None:
    """It does not go through the heap, and nobody can tell: what was set first is first."""
    world = a_still_world(core)
    for time_s in (6.0, 5.0, 4.0):
        world.schedule(time_s, NEED_RANK, 1, 0)
    world.expect_need_at(5.0)
    world.schedule(5.0, NEED_RANK, 2, 0)
    ordered = [(4, 1), (5, 1), (5, 0), (5, 2), (6, 1)]
    assert NEED_RANK == RANK_OURS
    ours = [(time_s, NEED_RANK, handler) for time_s, handler in ordered]
    assert [e[:3] for e in world.events()] == ours
    fork = world.fork()
    for one in (world, fork):
        seen = []
        while one.next_time() < 1e300:
            seen.append((one.next_time(), one.pop()))
        assert [(due, e.time_s, e.handler) for due, e in seen] == [
            (float(time_s), float(time_s), handler) for time_s, handler in ordered
        ]
    world.expect_need_at(7.0)
    assert (world.next_time(), world.pop().time_s) == (7.0, 7.0)


def test_an_empty_calendar_has_no_next_time_and_nothing_to_take(core: ModuleType) -> None:
    world = a_still_world(core)
    assert world.next_time() == 1e300
    with pytest.raises(IndexError):
        world.pop()
    world.schedule(4.0, -1, 0, 0)
    assert world.next_time() == 4.0


def test_events_taken_and_set_in_turn_stay_in_order(core: ModuleType) -> None:
    world = a_still_world(core)
    rng = np.random.default_rng(4)
    pending: list[tuple[float, int]] = []
    for number in range(3000):
        if pending and rng.random() < 0.45:
            event = world.pop()
            assert (event.time_s, event.subject) == min(pending)
            pending.remove(min(pending))
        time_s = float(rng.integers(0, 1000))
        world.schedule(time_s, -1, 0, number)
        pending.append((time_s, number))
    assert len(world.events()) == len(pending)


def test_a_foreign_event_strictly_before_ours_stops_the_loop(checked: ModuleType) -> None:
    world = a_still_world(checked)
    world.schedule(10.0, -1, 2, 0)
    world.put_scalar("busy", 1)
    world.foreign(10.0)  # ours first at equal times
    assert world.advance(11.0) == FOREIGN
    assert (world.now, world.scalar("busy")) == (10.0, 0)
    for later in (float("inf"), 11.5):
        world.foreign(later)
        assert world.advance(11.0) == REACHED
        assert world.now == 11.0
    assert world.advance(11.5) == FOREIGN


# -- interpreted: a SimPy environment; its face is tested with worlds, in ``test_calendar`` --------


def test_the_interpreted_calendar_is_a_simpy_environment(core: ModuleType) -> None:
    if core is face:
        assert isinstance(a_world(core).world.calendar, simpy.Environment)
    else:
        assert not hasattr(a_world(core), "world")  # memory of C's is nobody's business


def test_simpys_events_and_ours_lie_on_one_heap() -> None:
    calendar = Calendar()
    heappush(calendar.heap, (5.0, NORMAL, 0, simpy.Event(calendar)))
    assert [foreign_first(calendar, until_s) for until_s in (4.9, 5.0)] == [0, 1]
    schedule(calendar, 5.0, -2, 1, 0, 0, 0)
    assert (foreign_first(calendar, 9.0), next_time(calendar)) == (0, 5.0)
    assert calendar.fork().heap == [entry for entry in calendar.heap if len(entry) == 7]
