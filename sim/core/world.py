"""The world: a firm and its customers on a calendar."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from sim.core import acting
from sim.core.codes import ASKED, DECISION, FOREIGN, MIDNIGHT, REACHED, WATCHED
from sim.core.collector import seldom_collecting
from sim.core.engine import engine_of
from sim.core.forking import forked, known_forks
from sim.core.given import DutyPeriod, Pending, Trace, check_action, listeners_of, pending_of, tell
from sim.core.midnight import expect, lay_out, staff
from sim.core.people import People
from sim.core.pickling import core_of, state_of
from sim.core.records.rows import LuckRow, MoodRow
from sim.core.rules.assigning import assign
from sim.core.start import new_core
from sim.decisions.actions import Decider, Kind
from sim.decisions.view import View
from sim.errors import InputError
from sim.population.demand import Demand, trace_needs
from sim.population.streams import stream_key
from sim.register.ledger import Ledger
from sim.register.register import Register
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

if TYPE_CHECKING:
    from simpy import Event

    from sim.core.environment import Environment
    from sim.core.simulation import Simulation

__all__ = ["DutyPeriod", "Pending", "Trace", "World"]


class World:
    """One replication of a firm under a regime and a policy.

    ``scenario``, ``regime``, ``channels`` (None: all) and ``decides`` are names or objects, as in
    ``simulate``. ``decides`` names the kinds of decision the ``policy`` takes (None: all);
    ``external`` those that wait for ``answer`` from outside; a default rule takes the others.
    ``trace`` and ``roster`` replay observed needs and periods on duty. ``compiled`` is a scenario
    made ready under its regime and channels, to be shared by many worlds. ``engine`` is
    ``compiled`` or ``interpreted`` (None: that of the process); both give the same bytes.

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
        engine: str | None = None,
    ) -> None:
        if compiled is not None and (regime is not None or channels is not None):
            raise InputError("compiled: says regime and channels already; give one or other")
        scenario = scenario_of(scenario)
        check_policy(policy)
        mine, others = kinds_of(decides), kinds_of(external, "external")
        self.compiled = compiled or compiled_of(scenario, regime, channels)
        self.key = stream_key(whole_number("seed", seed), whole_number("replication", replication))
        n = max(1, round(scenario.population.customers * scenario.population.scale))
        if trace is not None:
            n = int(trace.customer.max()) + 1 if len(trace.customer) else 1
        segment = None if trace is None else trace.segment
        self.engine = engine_of(engine).name
        core = new_core(self.compiled, self.key, n, segment, engine_of(engine))
        self.valuer: Decider | None = None
        self._become(core)
        self._told = 0  # rows of contacts that were told to who listens
        self.who_decides(policy, mine, others)
        self.demand = None
        if trace is not None:
            expect(core, trace_needs(self.key, trace.time_s, trace.customer, trace.intent))
        else:
            people = self.customers
            segment, concern = np.asarray(people.segment), np.asarray(people.concern)
            self.demand = Demand(self.compiled, self.key, segment, concern)
        staff(core, roster)

    def _become(self, core: Simulation) -> None:
        self.core = core
        self.customers = People(core)
        self.register = Register(core)
        self.ledger = Ledger(core, self.compiled.discount_per_s)
        self._env: Environment | None = None

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
        self._listeners = listeners_of(self.deciders)
        assign(self.core, self.compiled, self.deciders, self.external, self.valuer)

    def value_decisions(self, rule: Decider | None) -> None:
        """Let ``oracle`` value entries for metric ``decision_value`` (None: nobody does)."""
        self.valuer = rule
        assign(self.core, self.compiled, self.deciders, self.external, rule)

    # -- the loop ----------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """The time in seconds since the start."""
        return self.core.now

    def advance(self, until_s: float) -> bool:
        """Simulate to ``until_s`` seconds; return True early when a decision is pending."""
        while True:
            code = self.core.advance(until_s)
            if not self.settle(code):
                return code == DECISION

    def settle(self, code: int) -> bool:
        """Settle what the core came back for (see ``codes``); return whether it is to go on."""
        core = self.core
        if code in (DECISION, ASKED):
            kind = core.pending_kind
            decider = self.deciders[kind]
            if kind in self.external or decider is None:
                return False
            if self._listeners:
                self._told += tell(self.core, self._told, self._listeners)
            self.answer(decider.decide(core.view(decider.reads)), decider)
        elif code == MIDNIGHT:
            lay_out(core, self.compiled.scenario, self.demand)
        elif code == FOREIGN:
            self.env.step_foreign()
        elif code == WATCHED:
            self.env.tell()
        return code != REACHED

    def run(self, until_s: float) -> World:
        """Simulate to ``until_s`` and close the books; returns self."""
        with seldom_collecting():
            decided = not self.advance(until_s)
        if not decided:
            raise RuntimeError("an external decision is pending: answer it and advance")
        self.finish()
        return self

    @property
    def pending(self) -> Pending | None:
        """The decision that waits for an answer from outside, if any."""
        return pending_of(self.core) if self.core.pending else None

    def answer(self, action: int, who: object = "the environment's action") -> None:
        """Give the pending decision its action.

        Raises:
            RuntimeError: no decision is pending.
            PolicyError: the action is not legal.
        """
        core = self.core
        if not core.pending:
            raise RuntimeError("no decision is pending")
        check_action(core, self.compiled, action, who)
        core.answer(action)

    def pending_view(self, reads: frozenset[str]) -> View:
        """Return the view of the pending decision."""
        if not self.core.pending:
            raise RuntimeError("no decision is pending")
        return self.core.view(reads)

    def finish(self) -> None:
        """Write rows of what is still open: contacts, journeys, shifts, breaks."""
        self.core.finish()

    def reseed(self, seed: int, replication: int) -> None:
        """Give the future other luck; traits and what is laid out already (today) stay."""
        self.key = stream_key(seed, replication)
        self.core.put_scalar("key", self.key)
        if self.demand is not None:
            self.demand.reseed(self.key)

    def focus(self, channels: list[int]) -> None:
        """Let each team serve one of its channels only (-1: all of them), from now on."""
        self.core.focus(np.array(channels, dtype=np.int64))

    # -- processes ---------------------------------------------------------------------------

    @property
    def env(self) -> Environment:
        """SimPy's environment, for processes of your own.

        They wait for its time-outs and events, and for ``when_waiting``; they may cause ``outage``
        and ``call_in``. ``env.run(until)`` drives the world as ``advance`` does.
        """
        if self._env is None:
            self._env = self.core.environment()
            self._env.join(self)
        return self._env

    def when_waiting(
        self, channel: str, *, above: int | None = None, below: int | None = None
    ) -> Event:
        """Return a SimPy event: the contacts waiting on a channel are above, or below, a number.

        It happens once the moment is settled in which that is so, at once if it is so already. Its
        value is how many wait.
        """
        return acting.when_waiting(self.env, self.compiled, channel, above, below)

    def outage(self, channel: str, lasts_s: float) -> None:
        """Let a channel go out of order now, for some seconds; see ``sim.core.outages``."""
        acting.outage(self.core, self.compiled, channel, lasts_s)

    def call_in(self, team: str, agents: int, *, lasts_s: float, after_s: float = 0.0) -> None:
        """Bring agents beyond the shifts on duty, after and for some seconds, at the team's wage.

        They are people of their own, with numbers after all others'.
        """
        acting.call_in(self.core, self.compiled, team, agents, after_s, lasts_s)

    # -- listening ---------------------------------------------------------------------------

    def listen(self, *, moods: bool = False, luck: bool = False) -> None:
        """Keep what moves customers' values, and the chances behind what happens; see ``heard``."""
        self.core.put_scalar("logs_moods", moods)
        self.core.put_scalar("logs_luck", luck)

    def heard(self, log: Literal["moods", "luck"]) -> dict[str, npt.NDArray[Any]]:
        """Return what was kept so far as columns: the fields of ``MoodRow`` or ``LuckRow``."""
        row, table = (MoodRow, "mood_rows") if log == "moods" else (LuckRow, "luck_rows")
        return {f.name: self.core.column(table, f.name) for f in fields(row)}

    # -- forks -------------------------------------------------------------------------------

    def fork(self) -> World:
        """Return an independent copy that continues identically; nobody listens to it yet.

        Raises ``RuntimeError`` when SimPy processes of the user's own wait for something.
        """
        if self._env is not None:
            self._env.refuse_copies()
        copy: World = object.__new__(World)
        copy.__dict__.update(self.__dict__)
        copy._become(self.core.fork())
        copy.listen()
        copy.demand = None if self.demand is None else self.demand.fork()
        copy.policy, *copy.deciders = forked([self.policy, *self.deciders])
        copy._listeners = listeners_of(copy.deciders)
        return copy

    def __getstate__(self) -> dict[str, Any]:
        """Return the state as plain values; raises as ``fork`` does."""
        plain = vars(self.fork())
        views = ("core", "customers", "register", "ledger", "_env")
        state = {name: value for name, value in vars(self).items() if name not in views}
        return state | {"demand": plain["demand"], "numbers": state_of(plain["core"])}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the world that a state was taken of; nobody listens to it yet."""
        numbers = state.pop("numbers")
        vars(self).update(state)
        self._become(core_of(numbers, self.compiled, self.engine))

    def __deepcopy__(self, memo: dict[int, Any]) -> World:
        """Return a fork: what a copy of an environment holds."""
        copy = self.fork()
        memo[id(self)] = copy
        mine, forks = [self.policy, *self.deciders], [copy.policy, *copy.deciders]
        copy.policy, *copy.deciders = known_forks(mine, forks, memo)
        copy._listeners = listeners_of(copy.deciders)
        return copy
