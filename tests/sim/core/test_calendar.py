"""The calendar: our plain entries and SimPy's events on one clock."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy.core import EmptySchedule

from sim import World
from sim.core.state.calendar import Calendar
from sim.units import DAY_S
from tests.support.worlds import firm


def _logged() -> tuple[Calendar, list[Any]]:
    seen: list[Any] = []

    def handle(handler: int, subject: Any, token: int) -> None:
        seen.append((calendar.now, handler, subject, token))

    calendar = Calendar(handle)
    return calendar, seen


@given(st.lists(st.integers(0, 20), min_size=1))
def test_entries_come_in_order_of_time_then_of_scheduling(times: list[int]) -> None:
    calendar, seen = _logged()
    for i, time in enumerate(times):
        calendar.at(float(time), i, "subject", i + 1)
    for _ in times:
        calendar.step()
    order = sorted(range(len(times)), key=lambda i: (times[i], i))
    assert seen == [(times[i], i, "subject", i + 1) for i in order]
    with pytest.raises(EmptySchedule):
        calendar.step()


def test_processes_share_clock_and_order() -> None:
    calendar, seen = _logged()

    def process() -> Generator[Any, Any, None]:
        yield calendar.timeout(1.0)
        seen.append((calendar.now, "process"))
        calendar.at(calendar.now + 1.0, 9, None)
        yield calendar.timeout(2.0)
        seen.append((calendar.now, "process"))

    calendar.at(1.0, 1, None)
    calendar.process(process())
    calendar.at(1.0, 2, None)
    calendar.run(until=10.0)
    times = [(row[0], row[1]) for row in seen]
    assert times == [(1.0, 1), (1.0, 2), (1.0, "process"), (2.0, 9), (3.0, "process")]
    assert calendar.now == 10.0


def test_a_fork_has_its_own_entries_and_the_same_ids() -> None:
    calendar, seen = _logged()
    for time in (3.0, 1.0, 2.0):
        calendar.at(time, int(time), time)
    forked: list[Any] = []
    copy = calendar.fork(lambda *row: forked.append(row), lambda subject: -subject)
    copy.at(0.5, 7, 0.0)
    while copy.heap:
        copy.step()
    assert forked == [(7, 0.0, 0), (1, -1.0, 0), (2, -2.0, 0), (3, -3.0, 0)]
    assert seen == []
    calendar.at(9.0, 9, 9.0)
    ids = [entry[2] for entry in calendar.entries()]
    assert len(set(ids)) == 4
    calendar.run()
    assert [row[1] for row in seen] == [1, 2, 3, 9]


def _sleep(calendar: Calendar) -> Generator[Any, Any, None]:
    yield calendar.timeout(5.0)


def test_foreign_events_are_seen_and_refuse_a_fork() -> None:
    calendar, _ = _logged()
    calendar.at(1.0, 1, None)
    assert not calendar.has_foreign_events()
    calendar.process(_sleep(calendar))
    assert calendar.has_foreign_events()
    with pytest.raises(RuntimeError, match="cannot be forked"):
        calendar.fork(lambda *row: None, lambda subject: subject)
    calendar.run(until=6.0)
    assert not calendar.has_foreign_events()


def test_a_process_runs_beside_a_world_and_changes_nothing() -> None:
    scenario = firm()
    alone = World(scenario, seed=6).run(2 * DAY_S)
    watched = World(scenario, seed=6)
    waiting: list[tuple[float, int]] = []

    def watch() -> Generator[Any, Any, None]:
        while True:
            yield watched.calendar.timeout(1800.0)
            waiting.append((watched.now, sum(watched.waiting)))

    watched.calendar.process(watch())
    watched.run(2 * DAY_S)
    assert watched.register.digest() == alone.register.digest()
    assert [time for time, _ in waiting] == [1800.0 * k for k in range(1, 97)]
    assert max(n for _, n in waiting) > 0


def test_simpys_own_run_is_the_same_world() -> None:
    scenario = firm()
    ours = World(scenario, seed=6).run(1.5 * DAY_S)
    theirs = World(scenario, seed=6)
    theirs.calendar.run(until=1.5 * DAY_S)
    theirs.advance(1.5 * DAY_S)
    theirs.finish()
    assert theirs.register.digest() == ours.register.digest()
