"""SimPy's environment of a world: one clock, ours first, the same in both engines."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator
from math import inf
from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Kind, World
from sim.core.given import Trace
from sim.units import DAY_S
from tests.support.engines import ENGINES, have_both
from tests.support.random_firms import random_firm
from tests.support.worlds import always_on, desk, firm

pytestmark = pytest.mark.engines
Waits = Generator[Any, Any, Any]
MINUTE: dict[str, Any] = {"kind": "constant", "mean_s": 60}
SCENARIO = firm()


def _desk(calls_s: list[float], engine: str, **changes: Any) -> World:
    """Return a desk of one agent: a call lasts a minute, so that all happens at whole seconds."""
    n = len(calls_s)
    trace = Trace(np.array(calls_s, dtype=float), np.arange(n), np.zeros(n, dtype=np.int64))
    scenario = desk(1.0, MINUTE, **changes)
    return World(scenario, trace=trace, roster=always_on(1, 1e6), engine=engine)


def _ended(world: World) -> int:
    return world.register.number_of("contacts")


# -- one clock ----------------------------------------------------------------------------------


def test_interpreted_the_environment_is_the_calendar_itself() -> None:
    world = World(SCENARIO, engine="interpreted")
    assert isinstance(world.env, simpy.Environment)
    assert world.env is world.core.world.calendar is world.env.world.env


def test_a_process_runs_beside_a_world_and_changes_nothing(engine: str) -> None:
    alone = World(SCENARIO, seed=6, engine=engine).run(2 * DAY_S)
    watched = World(SCENARIO, seed=6, engine=engine)
    seen: list[tuple[float, float, int]] = []

    def watch() -> Waits:
        while True:
            yield watched.env.timeout(1800.0)
            seen.append((watched.env.now, watched.now, sum(watched.core.column("waiting", "n"))))

    watched.env.process(watch())
    watched.run(2 * DAY_S)
    assert watched.register.digest() == alone.register.digest()
    assert [row[:2] for row in seen] == [(1800.0 * k, 1800.0 * k) for k in range(1, 97)]
    assert max(n for _, _, n in seen) > 0


def test_the_clocks_agree_whenever_python_runs(engine: str) -> None:
    times: list[tuple[float, float]] = []

    class Clocks:
        reads = frozenset({"loads"})

        def decide(self, view: Any) -> int:
            times.append((view.time_s, world.env.now))
            return int(view.default)

    world = World(SCENARIO, policy=Clocks(), seed=6, engine=engine)
    world.advance(1000.0)
    assert world.env.now == 1000.0  # asked for after a while
    for until in (0.4 * DAY_S, 0.4 * DAY_S + 1.5):
        world.advance(until)
        assert world.env.now == world.now == until
    world.env.run(until=0.6 * DAY_S)
    assert world.env.now == world.now == 0.6 * DAY_S
    assert len(times) > 50
    assert all(seen == now for seen, now in times)


# -- who comes first ----------------------------------------------------------------------------


def test_at_equal_times_the_world_comes_first(engine: str) -> None:
    world = _desk([60.0, 60.0, 180.0], engine)
    seen: list[tuple[float, int]] = []

    def watch() -> Waits:
        while True:
            yield world.env.timeout(60.0)
            seen.append((world.now, _ended(world)))

    world.env.process(watch())
    world.advance(300.0)
    # Calls begin at 60, 120 and 180, and end a minute later: before the process looks.
    assert seen == [(60.0, 0), (120.0, 1), (180.0, 2), (240.0, 3), (300.0, 3)]


def test_what_a_process_causes_comes_before_processes_that_it_starts(engine: str) -> None:
    """A process begins by an urgent event; what is due in the world at once is before it."""
    world = _desk([500.0], engine)
    seen: list[Any] = []

    def second() -> Waits:
        seen.append(("begins", len(world.core.agents_on_duty(0))))
        yield world.env.timeout(0.0)
        seen.append(("goes on", len(world.core.agents_on_duty(0))))

    def first() -> Waits:
        yield world.env.timeout(60.0)
        world.env.process(second())
        world.call_in("pool", 3, lasts_s=600.0)
        seen.append(("called", len(world.core.agents_on_duty(0))))

    world.env.process(first())
    world.advance(100.0)
    assert seen == [("called", 1), ("begins", 4), ("goes on", 4)]


def test_what_a_stop_leaves_for_later_comes_after_the_world(engine: str) -> None:
    """SimPy puts off what else waits for the event that stops a run, with priority -1."""
    world = _desk([500.0], engine)
    seen: list[int] = []
    alarm = world.env.event()

    def ring() -> Waits:
        yield world.env.timeout(60.0)
        alarm.succeed("rings")

    def late() -> Waits:
        yield world.env.timeout(30.0)
        yield alarm
        seen.append(len(world.core.agents_on_duty(0)))

    world.env.process(ring())
    world.env.process(late())
    assert world.env.run(until=alarm) == "rings"  # the stop is before who waits from 30 s on
    assert (world.now, seen) == (60.0, [])
    world.call_in("pool", 2, lasts_s=600.0)
    world.env.run(until=61.0)
    assert seen == [3]


# -- SimPy's own way of driving ------------------------------------------------------------------


def _by_run(world: World, until_s: float) -> None:
    world.env.run(until=until_s)


def _by_steps(world: World, until_s: float) -> None:
    while world.env.peek() <= until_s:
        before = world.env.peek()
        world.env.step()
        assert world.now == before
    world.advance(until_s)


def _by_a_process(world: World, until_s: float) -> None:
    def sleep() -> Waits:
        for _ in range(100):
            yield world.env.timeout(until_s / 100)
        return "slept"

    assert world.env.run(until=world.env.process(sleep())) == "slept"
    world.advance(until_s)


@pytest.mark.parametrize("drive", [_by_run, _by_steps, _by_a_process])
def test_simpys_own_ways_drive_the_same_world(
    drive: Callable[[World, float], None], engine: str
) -> None:
    ours = World(SCENARIO, seed=6, engine=engine).run(1.5 * DAY_S)
    theirs = World(SCENARIO, seed=6, engine=engine)
    drive(theirs, 1.5 * DAY_S)
    assert theirs.now == theirs.env.now
    assert abs(theirs.now - 1.5 * DAY_S) < 1e-6
    theirs.run(1.5 * DAY_S)
    assert theirs.register.digest() == ours.register.digest()


def test_a_step_is_one_moment_of_the_world_or_one_event_of_simpy(engine: str) -> None:
    world = _desk([60.0, 60.0], engine)
    log: list[str] = []

    def say(what: str) -> Waits:
        yield world.env.timeout(60.0)
        log.append(what)

    world.advance(30.0)
    world.env.process(say("one"))
    world.env.process(say("two"))
    steps = []
    while world.env.peek() <= 120.0:
        world.env.step()
        steps.append((world.now, world.core.scalar("n_contacts"), tuple(log)))
    assert steps[0] == steps[1] == (30.0, 0, ())  # both processes begin
    assert steps[2] == (60.0, 2, ())  # both calls come
    assert [s for s in steps if s[0] == 90.0] == [
        (90.0, 2, ("one",)),
        (90.0, 2, ("one", "two")),
    ] + [(90.0, 2, ("one", "two"))] * 2  # and both processes end


def test_a_run_stops_before_what_simpy_has_at_that_time(engine: str) -> None:
    world = _desk([60.0], engine)
    seen: list[float] = []

    def sleep() -> Waits:
        yield world.env.timeout(120.0)
        seen.append(world.now)

    world.env.process(sleep())
    world.env.run(until=120)
    assert (seen, _ended(world), world.now) == ([], 1, 120.0)
    world.advance(120.0)
    assert seen == [120.0]
    for until in (120.0, 7, float("nan")):
        with pytest.raises(ValueError, match="until"):
            world.env.run(until=until)


def test_an_error_of_a_process_comes_out_and_the_world_goes_on(engine: str) -> None:
    world = _desk([60.0, 200.0], engine)

    def fail() -> Waits:
        yield world.env.timeout(100.0)
        raise KeyError("mine")

    world.env.process(fail())
    with pytest.raises(KeyError, match="mine"):
        world.env.run(until=300.0)
    assert world.now == world.env.now == 100.0
    world.env.run(until=400.0)  # nothing is left of the first stop, at 300
    assert (world.now, _ended(world)) == (400.0, 2)


# -- decisions ----------------------------------------------------------------------------------


def test_a_pending_decision_stops_a_run_which_then_goes_on(engine: str) -> None:
    whole = World(SCENARIO, seed=2, engine=engine).run(DAY_S)
    world = World(SCENARIO, external=list(Kind)[:4], seed=2, engine=engine)
    ticks: list[float] = []

    def tick() -> Waits:
        while True:
            yield world.env.timeout(600.0)
            assert world.pending is None
            ticks.append(world.now)

    world.env.process(tick())
    asked = 0
    while True:
        try:
            world.env.run(until=DAY_S + 1.0) if world.now < 0.5 * DAY_S else world.env.step()
        except RuntimeError as error:
            assert "pending" in str(error)
            assert world.pending is not None
            with pytest.raises(RuntimeError, match="pending"):
                world.env.run(until=DAY_S)
            world.answer(world.pending.default)
            asked += 1
        if world.env.peek() > DAY_S:
            break
    assert asked > 20
    assert not world.advance(DAY_S)
    world.finish()
    assert ticks == [600.0 * k for k in range(1, 145)]
    contacts = world.register.columns("contacts")
    assert all(np.array_equal(whole.register.columns("contacts")[k], contacts[k]) for k in contacts)


# -- forks --------------------------------------------------------------------------------------


def test_a_world_with_processes_refuses_to_fork_until_they_are_over(engine: str) -> None:
    world = World(SCENARIO, seed=1, engine=engine)

    def sleep() -> Waits:
        yield world.env.timeout(600.0)
        yield world.when_waiting("phone", above=0)

    process = world.env.process(sleep())
    for until_s in (0.0, 100.0, 700.0):  # not begun; asleep; waiting for a line
        world.advance(until_s)
        for copy in (World.fork, pickle.dumps):
            with pytest.raises(RuntimeError, match="SimPy processes"):
                copy(world)
    world.env.run(until=process)
    assert 600.0 < world.now < DAY_S
    fork = world.fork()
    assert fork.env is not world.env
    assert fork.env.now == fork.now == world.now
    again = pickle.loads(pickle.dumps(world))
    ends = {w.run(2 * DAY_S).register.digest() for w in (fork, again, world)}
    assert ends == {World(SCENARIO, seed=1, engine=engine).run(2 * DAY_S).register.digest()}


def test_what_nobody_waits_for_is_no_reason_to_refuse(engine: str) -> None:
    world = _desk([2000.0] * 4, engine)
    world.when_waiting("phone", above=0)
    world.env.run(until=1000.0)
    fork = world.fork()
    lines = []

    def wait() -> Waits:
        lines.append((yield fork.when_waiting("phone", above=1)))
        lines.append((yield fork.when_waiting("phone", below=2)))

    fork.env.process(wait())  # its watch is not mistaken for the one that was taken over
    fork.run(DAY_S)
    assert lines == [2, 1]  # when the third call comes, not the fourth
    assert fork.register.digest() == world.run(DAY_S).register.digest()


# -- both engines -------------------------------------------------------------------------------


class Busybody:
    """Processes that see and cause a lot, at times that fall on the world's own."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.log = world, list[Any]()
        names = world.compiled.channels.names
        for i, channel in enumerate(names):
            if channel != "message":
                world.env.process(self.outages(channel, 3600.0 * (1 + (seed + i) % 5)))
            world.env.process(self.lines(channel, (seed + i) % 3))
        world.env.process(self.surge(600.0 + seed))
        world.env.process(self.meet())

    def note(self, what: str, value: Any = None) -> None:
        core = self.world.core
        tables = ("contacts", "decisions", "churn", "shifts")
        rows = tuple(self.world.register.number_of(table) for table in tables)
        lines = tuple(core.column("waiting", "n").tolist())
        self.log.append((self.world.now, self.world.env.now, what, value, rows, lines))

    def outages(self, channel: str, every_s: float) -> Waits:
        while True:
            yield self.world.env.timeout(every_s)
            self.world.outage(channel, every_s / 3)
            self.note(channel)

    def lines(self, channel: str, above: int) -> Waits:
        while True:
            n = yield self.world.when_waiting(channel, above=above)
            self.note("long", (channel, n))
            yield self.world.when_waiting(channel, below=1) | self.world.env.timeout(900.0)
            self.note("short", channel)
            yield self.world.env.timeout(300.0)

    def surge(self, every_s: float) -> Waits:
        while True:
            yield self.world.env.timeout(every_s)
            teams = self.world.compiled.teams.names
            self.world.call_in(teams[len(self.log) % len(teams)], 2, after_s=60, lasts_s=every_s)

    def meet(self) -> Waits:
        shared = simpy.Resource(self.world.env, 1)

        def user() -> Waits:
            with shared.request() as turn:
                yield turn
                self.note("turn")
                yield self.world.env.timeout(450.0)

        while True:
            yield simpy.AllOf(self.world.env, [self.world.env.process(user()) for _ in range(2)])


@settings(max_examples=12)
@given(st.integers(0, 10_000))
def test_processes_see_and_cause_the_same_in_both_engines(seed: int) -> None:
    have_both()
    ends = []
    for name in ENGINES:
        world = World(random_firm(seed), seed=seed, engine=name)
        busy = Busybody(world, seed)
        world.env.run(until=1.2 * DAY_S)
        world.run(2 * DAY_S)
        assert all(now == env_now for now, env_now, *_ in busy.log)
        ends.append((busy.log, world.register.digest(), world.ledger.totals(world.now)))
    assert len(ends[0][0]) > 100
    assert ends[0] == ends[1]


def test_peek_sees_both(engine: str) -> None:
    world = _desk([60.0], engine)
    assert world.env.peek() == 0.0
    world.advance(10.0)
    assert world.env.peek() == 60.0
    world.env.timeout(20.0)
    assert world.env.peek() == 30.0
    assert world.core.next_time() < inf
