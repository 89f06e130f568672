"""SimPy's environment of a world: where processes of the user's own live.

Interpreted, it is the world's calendar itself; compiled, it stands beside the core's. Either way
the world's events come first at equal times, the clocks agree whenever Python runs, and ``step``
and ``run`` drive the world.
"""

from __future__ import annotations

from heapq import heappush
from math import inf
from typing import Any, Protocol

import simpy
from simpy.core import StopSimulation
from simpy.events import NORMAL, URGENT

from sim.core.codes import DECISION, FOREIGN


class Core(Protocol):
    """What an environment needs of its world's core; see ``Simulation``."""

    @property
    def now(self) -> float:
        """The time."""

    def advance(self, until_s: float) -> int:
        """Simulate to a time, or to what is settled outside."""

    def next_time(self) -> float:
        """Return when the next event is due."""

    def foreign_first(self, until_s: float) -> bool:
        """Return whether SimPy's next event is due by then, and before the world's next one."""

    def expect(self, at_s: float) -> None:
        """Note when SimPy's next event is due."""

    def pass_time(self, to_s: float) -> None:
        """Let the time pass."""

    def watch(self, channel: int, above: int, below: int) -> int:
        """Return the number of a new watch."""

    def next_that_came(self) -> int:
        """Return the number of a watch whose number has come, or -1."""

    def line_of(self, channel: int) -> int:
        """Return how many wait in a channel's line."""


class Driven(Protocol):
    """What an environment needs of its world."""

    @property
    def core(self) -> Core:
        """The world's core."""

    def settle(self, code: int) -> bool:
        """Settle what the core came back for; return whether it is to go on."""


class Environment(simpy.Environment):
    """SimPy's environment, whose ``peek``, ``step`` and ``run`` see the world's events too.

    ``world`` is the world that it belongs to, for processes that are given the environment only.
    """

    world: Driven

    def __init__(self) -> None:
        self._core: Core | None = None
        self._waits: dict[int, tuple[simpy.Event, int]] = {}  # and channel, by number of the watch
        self._runs = False
        super().__init__()

    def join(self, world: Driven) -> None:
        """Belong to a world from now on."""
        self.world, self._core = world, world.core

    @property
    def _now(self) -> float:
        """SimPy's clock, which is the core's."""
        assert self._core is not None
        return self._core.now

    @_now.setter
    def _now(self, time_s: float) -> None:
        if self._core is not None:
            self._core.pass_time(time_s)

    # -- SimPy's face ----------------------------------------------------------------------------

    def peek(self) -> float:
        """Return when the next event is due, the world's or one of SimPy's own."""
        ours_s: float = self.world.core.next_time()
        return min(super().peek(), ours_s)

    def step(self) -> None:
        """Process the next event of SimPy's own, or all of the world's that are due before it.

        Outside of ``run`` those are the world's of one moment.

        Raises:
            RuntimeError: a decision waits for an answer from outside.
        """
        core = self.world.core
        until_s = inf if self._runs else self.peek()
        foreign = self._runs or core.foreign_first(until_s)
        code = core.advance(until_s)
        while code != FOREIGN and self.world.settle(code):
            code = core.advance(until_s)
        if code == DECISION:
            raise RuntimeError("an external decision is pending: answer it and go on")
        if code == FOREIGN and foreign:
            self.step_foreign()

    def run(self, until: Any = None) -> Any:
        """Drive the world until a time, or until an event has happened, whose value is returned.

        As in SimPy a time is reached before SimPy's own events of that time, urgent ones apart;
        those of the world have come before. Without ``until`` it never ends: there is always
        another day.

        Raises:
            ValueError: the time is not after now.
            RuntimeError: a decision waits for an answer from outside; answer it and run again.
        """
        stop = until
        if until is not None and not isinstance(until, simpy.Event):
            if not until > self.now:
                raise ValueError(f"until: must be after now, {self.now}; got {until}")
            stop = simpy.Event(self)
            stop._ok, stop._value = True, None
            heappush(self._queue, (float(until), URGENT, next(self._eid), stop))
            self._announce()
        runs, self._runs = self._runs, True
        try:
            return super().run(stop)
        finally:
            self._runs = runs
            if stop is not None and StopSimulation.callback in (stop.callbacks or ()):
                stop.callbacks.remove(StopSimulation.callback)  # it would stop a later run

    def schedule(self, event: simpy.Event, priority: Any = NORMAL, delay: float = 0) -> None:
        """Schedule an event, and let the core know."""
        super().schedule(event, priority, delay)
        self._announce()

    def _announce(self) -> None:
        """Say to the core when SimPy's next event is due."""
        if self._core is not None:
            self._core.expect(self._queue[0][0] if self._queue else inf)

    # -- the world's side ------------------------------------------------------------------------

    def step_foreign(self) -> None:
        """Process the next event, which is one of SimPy's own, at its time."""
        try:
            super().step()
        finally:
            self._announce()

    def watch(self, channel: int, above: int, below: int) -> simpy.Event:
        """Return an event that happens once a channel's line is above or below a number."""
        event = self.event()
        self._waits[self.world.core.watch(channel, above, below)] = event, channel
        return event

    def tell(self) -> None:
        """Let the events happen whose numbers have come."""
        core = self.world.core
        while (number := core.next_that_came()) >= 0:
            if number in self._waits:  # a fork has no events for what it took over
                event, channel = self._waits.pop(number)
                event.succeed(core.line_of(channel))

    def refuse_copies(self) -> None:
        """Raise ``RuntimeError`` if somebody waits for an event of SimPy's own, or for a number."""
        events = [entry[3] for entry in self._queue if len(entry) == 4]
        events += [event for event, _ in self._waits.values()]
        if any(event.callbacks for event in events):
            raise RuntimeError(
                "a world with SimPy processes of its own cannot be forked, copied or pickled: "
                "generators have no copy"
            )
