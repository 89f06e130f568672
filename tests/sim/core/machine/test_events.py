"""The calendar: order, ties, and SimPy's own events beside ours."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
import simpy

from sim.core.storage import Calendar, foreign_first, next_time, pop_event, schedule
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


def test_the_next_need_comes_before_other_events_of_its_time(core: ModuleType) -> None:
    world = a_still_world(core)
    for time_s in (6.0, 5.0, 4.0):
        world.schedule(time_s, -1, 1, 0)
    world.expect_need_at(5.0)
    assert [e[:3] for e in world.events()] == [(4, -1, 1), (5, -2, 0), (5, -1, 1), (6, -1, 1)]
    fork = world.fork()
    for one in (world, fork):
        seen = []
        while one.next_time() < 1e300:
            seen.append((one.next_time(), one.pop()))
        assert [(due, e.time_s, e.handler) for due, e in seen] == [
            (4.0, 4.0, 1),
            (5.0, 5.0, 0),
            (5.0, 5.0, 1),
            (6.0, 6.0, 1),
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
    world.foreign(float("inf"))
    assert world.advance(11.0) == REACHED
    assert world.now == 11.0


# -- interpreted: a SimPy environment ------------------------------------------------------------


def log_times(calendar: Calendar, log: list[Any], *times: float) -> None:
    def process() -> Any:
        for time_s in times:
            yield calendar.timeout(time_s - calendar.now)
            log.append(("foreign", calendar.now))

    calendar.process(process())


def test_the_interpreted_calendar_is_a_simpy_environment(core: ModuleType) -> None:
    if core is face:
        assert isinstance(a_world(core).world.calendar, simpy.Environment)
    else:
        assert not hasattr(a_world(core), "world")  # memory of C's is nobody's business


def test_ours_come_before_simpys_events_of_the_same_time() -> None:
    calendar, log = Calendar(), []
    log_times(calendar, log, 5.0, 6.0)
    calendar.step()  # the process begins
    for time_s in (5.0, 6.0, 6.5):
        schedule(calendar, time_s, -1, 1, 0, 0, 0)
    while calendar.heap:
        if foreign_first(calendar):
            calendar.step()
        else:
            log.append(("ours", pop_event(calendar).time_s))
            assert calendar.now == log[-1][1]
    assert log == [
        ("ours", 5.0),
        ("foreign", 5.0),
        ("ours", 6.0),
        ("foreign", 6.0),
        ("ours", 6.5),
    ]


def test_next_time_is_that_of_ours_behind_simpys() -> None:
    calendar = Calendar()
    log_times(calendar, [], 5.0)
    assert (foreign_first(calendar), next_time(calendar)) == (1, 1e300)
    schedule(calendar, 3.0, -1, 1, 0, 0, 0)
    assert (foreign_first(calendar), next_time(calendar)) == (1, 3.0)


def test_the_loop_stops_at_simpys_events_and_goes_on_behind_them() -> None:
    world = a_world(face)
    calendar, log = world.world.calendar, []
    log_times(calendar, log, 50.0, 70.0)
    while world.advance(100.0) == FOREIGN:
        calendar.step()
    assert log == [("foreign", 50.0), ("foreign", 70.0)]
    alone = a_world(face)
    alone.advance(100.0)
    assert world.column("call_rows", "id").tolist() == alone.column("call_rows", "id").tolist()


def test_simpys_run_hands_our_events_to_the_face() -> None:
    calendar, log = Calendar(), []
    log_times(calendar, log, 2.0)
    schedule(calendar, 1.0, -1, 1, 0, 0, 0)
    with pytest.raises(RuntimeError, match="not what handles them"):
        calendar.run(until=3.0)
    calendar.handle = lambda: log.append(("ours", pop_event(calendar).time_s))
    calendar.run(until=3.0)
    assert log == [("ours", 1.0), ("foreign", 2.0)]


def test_a_world_with_processes_cannot_be_forked_and_one_after_a_run_can() -> None:
    world = a_still_world(face)
    calendar = world.world.calendar
    log_times(calendar, [], 2.0)
    with pytest.raises(RuntimeError, match="cannot be forked"):
        world.fork()
    calendar.run(until=2.5)  # leaves a spent event behind
    world.schedule(4.0, -1, 1, 0)
    assert world.fork().events() == [(4.0, -1, 1, 0, 2**40, -5)]
