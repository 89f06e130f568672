"""The M/M/n+M queue on SimPy in three styles: with resources, with plain events, with callbacks."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import simpy

from experiments.benchmarks.workload import Tally, Workload

Process = Generator[simpy.Event, Any, None]


def simulate_simpy(work: Workload) -> Tally:
    """SimPy as in its examples: a process per caller, ``Resource``, ``request | timeout``."""
    env, rng, tally = simpy.Environment(), random.Random(work.seed), Tally()
    agents = simpy.Resource(env, work.servers)

    def caller() -> Process:
        arrived = env.now
        with agents.request() as request:
            yield request | env.timeout(rng.expovariate(work.patience_rate))
            tally.left += 1
            tally.waited += env.now - arrived
            if request.triggered:
                yield env.timeout(rng.expovariate(work.service_rate))
            else:
                tally.abandoned += 1

    _run(work, env, rng, caller)
    return tally


def simulate_simpy_events(work: Workload) -> Tally:
    """SimPy with a process per caller, but an own queue of plain events: no resource, no ``|``."""
    env, rng, tally = simpy.Environment(), random.Random(work.seed), Tally()
    queue: deque[simpy.Event] = deque()
    idle = work.servers

    def hang_up(turn: simpy.Event, _: simpy.Event) -> None:
        if not turn.triggered:
            turn.succeed(False)

    def wait_for_turn() -> simpy.Event:
        turn = env.event()
        queue.append(turn)
        _on(env.timeout(rng.expovariate(work.patience_rate)), partial(hang_up, turn))
        return turn

    def caller() -> Process:
        nonlocal idle
        arrived, answered = env.now, True
        if idle:
            idle -= 1
        else:
            answered = yield wait_for_turn()
        tally.left += 1
        tally.waited += env.now - arrived
        if not answered:
            tally.abandoned += 1
            return
        yield env.timeout(rng.expovariate(work.service_rate))
        while queue:
            turn = queue.popleft()
            if not turn.triggered:
                turn.succeed(True)
                return
        idle += 1

    _run(work, env, rng, caller)
    return tally


class _CallbackQueue:
    """The queue as event handlers on SimPy's calendar; ``None`` marks a caller who has left."""

    def __init__(self, work: Workload) -> None:
        self.work = work
        self.env = simpy.Environment()
        self.rng = random.Random(work.seed)
        self.tally = Tally()
        self.idle = work.servers
        self.to_come = work.callers
        self.queue: deque[list[float | None]] = deque()

    def arrive(self, _: simpy.Event | None = None) -> None:
        """Answer or queue the caller, and schedule the next arrival."""
        if self.idle:
            self.idle -= 1
            self.answer(self.env.now)
        else:
            ticket: list[float | None] = [self.env.now]
            self.queue.append(ticket)
            patience = self.rng.expovariate(self.work.patience_rate)
            _on(self.env.timeout(patience), partial(self.hang_up, ticket))
        self.schedule_arrival()

    def schedule_arrival(self) -> None:
        """Schedule the next arrival, if any caller is still to come."""
        if self.to_come:
            self.to_come -= 1
            _on(self.env.timeout(self.rng.expovariate(self.work.arrival_rate)), self.arrive)

    def answer(self, arrived: float) -> None:
        """Start the service of a caller who arrived at ``arrived``."""
        self.leave_queue(arrived)
        _on(self.env.timeout(self.rng.expovariate(self.work.service_rate)), self.finish)

    def finish(self, _: simpy.Event) -> None:
        """Take the first caller who still waits, or leave the agent idle."""
        while self.queue:
            ticket = self.queue.popleft()
            if (arrived := ticket[0]) is not None:
                ticket[0] = None
                self.answer(arrived)
                return
        self.idle += 1

    def hang_up(self, ticket: list[float | None], _: simpy.Event) -> None:
        """Let the caller go, unless already answered."""
        if (arrived := ticket[0]) is not None:
            ticket[0] = None
            self.tally.abandoned += 1
            self.leave_queue(arrived)

    def leave_queue(self, arrived: float) -> None:
        """Count the wait of a caller who arrived at ``arrived``."""
        self.tally.left += 1
        self.tally.waited += self.env.now - arrived


def simulate_simpy_callbacks(work: Workload) -> Tally:
    """SimPy's calendar alone: timeouts with callbacks, no processes (the fastest way to use it)."""
    queue = _CallbackQueue(work)
    queue.schedule_arrival()
    queue.env.run()
    return queue.tally


def _run(
    work: Workload, env: simpy.Environment, rng: random.Random, caller: Callable[[], Process]
) -> None:
    """Let all callers arrive, each a process, and run until the last has left."""

    def source() -> Process:
        for _ in range(work.callers):
            yield env.timeout(rng.expovariate(work.arrival_rate))
            env.process(caller())

    env.process(source())
    env.run()


def _on(event: simpy.Event, handler: Callable[[simpy.Event], None]) -> None:
    event.callbacks.append(handler)
