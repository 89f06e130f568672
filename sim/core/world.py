"""The world: a firm and its customers on a calendar."""

from __future__ import annotations

import gc
from copy import deepcopy
from heapq import heappop
from typing import Any

import numpy as np

from sim.core import automation, churn, closing, contacts, deciding, journeys, queues, rows, shifts
from sim.core.state import build, handlers
from sim.core.state.calendar import Calendar
from sim.core.state.copying import copy_state
from sim.core.state.records import DutyPeriod, Trace
from sim.core.state.world_state import WorldState
from sim.decisions.actions import Decider, Kind
from sim.decisions.view import View
from sim.errors import InputError
from sim.inputs.names import show
from sim.population.demand import Demand, trace_needs
from sim.population.streams import stream_key
from sim.tables.arguments import (
    Channels,
    Kinds,
    RegimeSource,
    Source,
    check_policy,
    compiled_of,
    kinds_of,
    scenario_of,
    whole_number,
)
from sim.tables.compiled import Compiled
from sim.units import DAY_S

__all__ = ["DutyPeriod", "Trace", "World", "simulate"]

NEW_OBJECTS = 100_000  # as many as the collector should not walk over at once


class World(WorldState):
    """One replication of a firm under a regime and a policy.

    ``scenario``, ``regime``, ``channels`` (None: all) and ``decides`` are names or objects, as in
    ``simulate``. ``decides`` names the kinds of decision the ``policy`` takes (None: all);
    ``external`` those that wait for ``answer`` from outside; a default rule takes the others.
    ``trace`` and ``roster`` replay observed needs and periods on duty. ``compiled`` is a scenario
    made ready under its regime and channels, to be shared by many worlds.

    Raises:
        InputError: an unknown name, or what cannot be used; see ``sim.tables.arguments``.
    """

    def __init__(
        self,
        scenario: Source,
        *,
        regime: RegimeSource | None = None,
        channels: Channels | None = None,
        policy: Decider | None = None,
        decides: Kinds | None = None,
        external: Kinds = (),
        seed: int = 0,
        replication: int = 0,
        trace: Trace | None = None,
        roster: list[DutyPeriod] | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        if compiled is not None and not (regime is None and channels is None):
            raise InputError(
                "compiled: says the regime and the channels already; give one or other"
            )
        scenario = scenario_of(scenario)
        check_policy(policy)
        mine, others = kinds_of(decides), kinds_of(external, "external")
        self.compiled = compiled or compiled_of(scenario, regime, channels)
        self.key = stream_key(whole_number("seed", seed), whole_number("replication", replication))
        self.now = 0.0
        n = max(1, round(scenario.population.customers * scenario.population.scale))
        if trace is not None:
            n = int(trace.customer.max()) + 1 if len(trace.customer) else 1
        segment = None if trace is None else trace.segment
        build.set_up(self, scenario, n, segment)
        self.who_decides(policy, mine, others)
        self.calendar = Calendar(self._handle)
        self.by_shifts = roster is None
        self._first_events(trace, roster)

    def who_decides(
        self,
        policy: Decider | None,
        decides: frozenset[Kind],
        external: frozenset[Kind],
        rule: Decider | None = None,
    ) -> None:
        """Set who takes which kind of decision; see the class. ``rule`` takes what is left."""
        self.policy = policy
        self.deciders = [policy if kind in decides else rule for kind in Kind]
        self.external = frozenset(int(kind) for kind in external)
        self.entry_by_rule = self.deciders[Kind.ENTRY] is None and Kind.ENTRY not in external
        self.decides_dispatch = (
            self.deciders[Kind.DISPATCH] is not None or Kind.DISPATCH in external
        )

    def _first_events(self, trace: Trace | None, roster: list[DutyPeriod] | None) -> None:
        if trace is not None:
            self.needs = trace_needs(self.key, trace.time_s, trace.customer, trace.intent)
            self.demand = None
            if self.needs.time_s:
                self.calendar.at(self.needs.time_s[0], handlers.NEED, 0)
        else:
            self.demand = Demand(self.compiled, self.key, np.asarray(self.customers.segment))
        for duty in roster or ():
            agent = shifts.new_agent(self, *duty[:4])
            agent.speed = duty.speed or agent.speed
            self.calendar.at(duty.on_s, handlers.SIGN_ON, agent)
        self.calendar.at(0.0, handlers.DAY, 0)

    # -- the loop ----------------------------------------------------------------------------

    def _handle(self, handler: int, subject: Any, token: int) -> None:
        """Process one of our entries (SimPy's own ``run`` comes here too)."""
        self.now = self.calendar._now
        _HANDLERS[handler](self, subject, token)
        if deciding.settle(self):
            raise RuntimeError("an external decision is pending: use World.advance")

    def advance(self, until_s: float) -> bool:
        """Simulate to ``until_s`` seconds; return True early when a decision is pending."""
        calendar, heap, agenda = self.calendar, self.calendar.heap, self.agenda
        table, settle = _HANDLERS, deciding.settle
        if self.pending is not None:
            return True
        # Closed journeys hold no reference cycles, so the cyclic collector would only walk the
        # growing register again and again (a quarter of the time).
        collecting = gc.isenabled()
        gc.disable()
        try:
            while True:
                if agenda and settle(self):
                    return True
                if not heap:
                    break
                entry = heap[0]
                if entry[0] > until_s:
                    break
                if len(entry) == 6:
                    heappop(heap)
                    self.now = calendar._now = entry[0]
                    table[entry[3]](self, entry[4], entry[5])
                else:
                    self.now = entry[0]  # the user's process may ask for it
                    calendar.step()
        finally:
            if collecting:
                _resume_collector()
        self.now = calendar._now = max(self.now, until_s)
        return False

    def run(self, until_s: float) -> World:
        """Simulate to ``until_s`` and close the books; returns self."""
        if self.advance(until_s):
            raise RuntimeError("an external decision is pending: answer it and advance")
        self.finish()
        return self

    def answer(self, action: int) -> None:
        """Give the pending decision its action."""
        deciding.answer(self, action)

    def pending_view(self, reads: frozenset[str]) -> View:
        """Return the view of the pending decision."""
        return deciding.pending_view(self, reads)

    def finish(self) -> None:
        """Write rows of what is still open: contacts, journeys, shifts, breaks."""
        rows.finish(self)

    def reseed(self, seed: int, replication: int) -> None:
        """Give the future other luck; traits and what is laid out already (today) stay."""
        self.key = stream_key(seed, replication)
        if self.demand is not None:
            self.demand.reseed(self.key)

    def focus(self, channels: list[int]) -> None:
        """Let each team serve one of its channels only (-1: all of them), from now on."""
        build.focus(self, channels)
        for team in self.on_duty:
            for agent in list(team.idle):
                queues.seek_again(self, agent)

    # -- forks -------------------------------------------------------------------------------

    def fork(self) -> World:
        """Return an independent copy that continues identically.

        Raises ``RuntimeError`` when SimPy processes of the user's own are scheduled.
        """
        copy: World = object.__new__(World)
        copies = copy_state(self, copy)
        copy.calendar = self.calendar.fork(copy._handle, copies.of)
        # Policies that change get copies of their own; one that takes several kinds gets one.
        policies: list[Any] = [self.policy, *self.deciders]
        forks = {id(p): p.fork() for p in policies if hasattr(p, "fork")}
        copy.policy = forks.get(id(self.policy), self.policy)
        copy.deciders = [forks.get(id(d), d) for d in self.deciders]
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """Return a fork that who watches goes along with: what a copy of an environment holds."""
        copy = self.fork()
        memo[id(self)] = copy
        mine, forks = [self.policy, *self.deciders], [copy.policy, *copy.deciders]
        copy.policy, *copy.deciders = (
            old
            if new is old
            else memo.setdefault(id(old), new)  # whoever else has it gets the same
            for old, new in zip(mine, forks, strict=True)
        )
        copy.watch, copy.luck = deepcopy(self.watch, memo), deepcopy(self.luck, memo)
        return copy


def _resume_collector() -> None:
    """Turn the cyclic collector on; many new rows count as old at once, without a walk over them.

    Few new objects (an environment's step) are left to the collector as always.
    """
    if gc.get_count()[0] > NEW_OBJECTS and not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()
    gc.enable()


def _on_day(world: WorldState, day: int, token: int) -> None:
    """Midnight: moods fade, churn clocks advance, the day's needs and shifts are laid out."""
    world.next_sweep = (day + 1) * DAY_S
    if day > 0 or world.hazard_clock:
        churn.sweep(world, day)
    if world.demand is not None:
        world.needs = world.demand.day(day)
        if world.needs.time_s:
            world.calendar.at(world.needs.time_s[0], handlers.NEED, 0)
    if world.by_shifts:
        shifts.lay_out(world, day)
    closing.lay_out(world)
    world.calendar.at(world.next_sweep, handlers.DAY, day + 1)


def simulate(
    scenario: Source,
    days: float = 28.0,
    *,
    regime: RegimeSource | None = None,
    channels: Channels | None = None,
    policy: Decider | None = None,
    decides: Kinds | None = None,
    seed: int = 0,
    replication: int = 0,
) -> World:
    """Simulate a firm for some days and return its world, the books closed.

    Args:
        scenario: a shipped name, a path, a mapping or a ``Scenario``.
        days: days to simulate, from midnight on.
        regime: the information regime: a name of the scenario, a mapping or a ``Regime``.
        channels: names of the channels that are on (None: all).
        policy: who decides, as ``policies.registry.make`` gives it (None: the default rule).
        decides: kinds of decision that the policy takes (None: all).
        seed: the luck, with ``replication``.
        replication: as above; strategies with the same two numbers meet the same luck.

    Raises:
        InputError: an unknown name, or a number out of range.
    """
    number = isinstance(days, (int, float)) and not isinstance(days, bool)
    if not number or not 0 < days < float("inf"):
        raise InputError(f"days: must be above 0; got {show(days)}")
    world = World(
        scenario,
        regime=regime,
        channels=channels,
        policy=policy,
        decides=decides,
        seed=seed,
        replication=replication,
    )
    return world.run(days * DAY_S)


_HANDLERS: list[Any] = [None] * handlers.COUNT
_HANDLERS[handlers.NEED] = journeys.on_need
_HANDLERS[handlers.DAY] = _on_day
_HANDLERS[handlers.AUTOMATED_END] = automation.on_automated_end
_HANDLERS[handlers.SERVICE_END] = shifts.on_service_end
_HANDLERS[handlers.WRAP_UP_END] = shifts.on_wrap_up_end
_HANDLERS[handlers.HANG_UP] = contacts.on_hang_up
_HANDLERS[handlers.OVERFLOW] = queues.on_overflow
_HANDLERS[handlers.RETURN] = journeys.on_return
_HANDLERS[handlers.SIGN_ON] = shifts.on_sign_on
_HANDLERS[handlers.SIGN_OFF] = shifts.on_sign_off
_HANDLERS[handlers.BREAK] = shifts.on_break
_HANDLERS[handlers.BREAK_END] = shifts.on_break_end
_HANDLERS[handlers.ENTER] = journeys.on_enter
_HANDLERS[handlers.CHURN] = churn.on_churn
_HANDLERS[handlers.CANCEL_CALL] = journeys.on_cancel_call
_HANDLERS[handlers.CLOSING] = closing.on_closing
_HANDLERS[handlers.BACK] = queues.on_back
