"""The world: a firm and its customers on a calendar."""

from __future__ import annotations

import gc
from collections import deque
from copy import copy as copy_of
from copy import deepcopy
from heapq import heappop
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.behaviour.customers import mood_decay
from sim.behaviour.durations import law
from sim.behaviour.retention import hazard_rates, mean_churn, renewal_hazards
from sim.core import automation, closing, handlers, service
from sim.core.arguments import (
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
from sim.core.calendar import Calendar
from sim.core.deciding import Deciding
from sim.core.entities import Agent, Contact, Customers, Journey, State, Team
from sim.decisions.actions import Decider, Kind
from sim.errors import InputError
from sim.population.demand import Demand, trace_needs
from sim.population.streams import stream_key
from sim.register.ledger import Ledger
from sim.register.register import JourneyOutcome, Outcome, Register
from sim.scenario import Scenario
from sim.scenario.parts import DAYS
from sim.scenario.staff import headcount
from sim.tables.compiled import AUTOMATED, CALLBACK, LIVE, Compiled, plain
from sim.units import DAY_S, HOUR_S

NEW_OBJECTS = 100_000  # as many as the collector should not walk over at once


class Trace(NamedTuple):
    """Needs at given times, instead of drawn ones (a log replayed).

    ``segment`` holds each customer's segment; without it segments are drawn by their shares.
    """

    time_s: npt.NDArray[np.float64]
    customer: npt.NDArray[np.int64]
    intent: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64] | None = None


class Stint(NamedTuple):
    """One agent's time on duty, instead of the scenario's shifts.

    ``speed`` is the agent's service time relative to the average (0: drawn by the team's law).
    """

    agent: int
    team: int
    on_s: float
    off_s: float
    speed: float = 0.0


class World(Deciding):
    """One replication of a firm under a regime and a policy.

    ``scenario``, ``regime``, ``channels`` (None: all) and ``decides`` are names or objects, as in
    ``simulate``. ``decides`` names the kinds of decision the ``policy`` takes (None: all);
    ``external`` those that wait for ``answer`` from outside; a default rule takes the others.
    ``trace`` and ``roster`` replay observed needs and stints. ``compiled`` is a scenario made ready
    under its regime and channels, to be shared by many worlds.

    Raises:
        InputError: an unknown name, or what cannot be used; see ``sim.core.arguments``.
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
        roster: list[Stint] | None = None,
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
        self.customers = Customers(self.compiled, self.key, n, segment)
        self.register = Register()
        self.ledger = Ledger(self.compiled.discount_per_s)
        self.ledger.flow(self.ledger.margin, sum(self.customers.margin_per_s), 0.0)
        self.agenda = deque()
        self.pending = None
        self.n_journeys = self.n_contacts = 0
        self.open_journeys = {}
        self.legal_cache, self.closures = {}, {}
        self._shortcuts(scenario)
        self.who_decides(policy, mine, others)
        self._floor(roster)
        self.calendar = Calendar(self._handle)
        self._first_events(trace)

    # -- construction ------------------------------------------------------------------------

    def _shortcuts(self, scenario: Scenario) -> None:
        """Values of the scenario that the hot path reads as plain attributes."""
        table = self.compiled
        self.satisfaction = plain(scenario.satisfaction)
        self.tiredness = plain(scenario.tiredness)
        self.returns = plain(scenario.returns)
        self.survey = plain(scenario.survey)
        self.choice = plain(scenario.choice)
        self.watch = self.luck = None  # reading the class's default takes longer
        self.tires = table.on.tiredness
        self.sells = table.on.sales
        self.adapts = table.on.adapting_expectation
        self.surveys = table.on.surveys
        self.repeat_s = scenario.desk.repeat_s
        self.head_start_s = scenario.queueing.head_start_s
        self.misroute_s = scenario.desk.misroute_s
        self.redial_delay = law(scenario.returns.redial_delay)
        self.recontact_delay = law(scenario.returns.recontact_delay)
        retention = scenario.retention
        self.cancel_talk = law(retention.cancel_talk_s)
        self.mood_effect = retention.mood_effect
        churn = scenario.mechanisms.churn
        self.hazard_clock = churn and retention.clock == "hazard"
        self.contract_clock = churn and retention.clock == "contractual"
        names = table.intent_names
        self.cancel_intent = (
            names.index(retention.cancel_intent) if retention.cancel_intent in names else 0
        )
        self.decision_latency_s = table.regime.decision_latency_s
        self.next_sweep = 0.0
        self.monday_s = scenario.start_day * DAY_S
        on = scenario.mechanisms
        self.misreads_intent = table.regime.intent_accuracy < 1
        self.surveys_each = on.surveys and scenario.survey.every_contact
        self.abandons = on.abandonment
        self.searches = on.search and table.search.mean_s > 0
        channels = table.channels
        self.wraps_up = [
            on.wrap_up and (wrap.mean_s > 0 or unhurried is not None)
            for wrap, unhurried in zip(channels.wrap_up, channels.unhurried, strict=True)
        ]
        self.offer_rules = list(scenario.offers.values())
        self._action_shortcuts(table)
        self._channel_shortcuts(table)
        self._usual_hazards(scenario)

    def _action_shortcuts(self, table: Compiled) -> None:
        of, on = table.action_of, table.on
        self.escalation_ends = of[Kind.ESCALATION, "continue", -1], of[Kind.ESCALATION, "end", -1]
        self.escalate = [
            of.get((Kind.ESCALATION, "channel", c), -1) for c in range(table.channels.n)
        ]
        self.dispatch_queue = [of[Kind.DISPATCH, "queue", q] for q in range(table.queues.n)]
        self.dispatch_team = [of[Kind.DISPATCH, "team", t] for t in range(table.teams.n)]
        offers = range(len(self.offer_rules) if on.offers else 0)
        nothing = of[Kind.WRAP_UP, "nothing", -1]
        surveys = [of[Kind.WRAP_UP, "survey", -1]] if self.surveys_each else []
        recovery = [of[Kind.WRAP_UP, "recover", -1]] if on.recovery else []
        messages = [of[Kind.WRAP_UP, "message", -1]] if table.channels.outbound >= 0 else []
        wrap_up_offers = [of[Kind.WRAP_UP, "offer", o] for o in offers]
        self.wrap_up_legal = (
            (nothing, *surveys),
            (nothing, *recovery, *surveys, *messages, *wrap_up_offers),
        )
        cancel_offers = [of[Kind.CANCEL, "offer", o] for o in offers]
        self.cancel_legal = (of[Kind.CANCEL, "release", -1], *cancel_offers)

    def _channel_shortcuts(self, table: Compiled) -> None:
        channels, queues = table.channels, table.queues
        self.team_queues, self.queue_teams = table.teams.queues, queues.teams
        self.channel_queues = [
            [q for q in range(queues.n) if queues.channel[q] == c] for c in range(channels.n)
        ]
        self.staffed_channels = [c for c in range(channels.n) if self.channel_queues[c]]
        self.channel_teams = [
            sorted({t for q in qs for t in queues.teams[q]}) for qs in self.channel_queues
        ]
        self.callback_of = {
            channels.of[c]: c
            for c in range(channels.n)
            if channels.kind[c] == CALLBACK and table.on.callbacks and channels.enabled[c]
        }
        # Lines a contact joins as it is: no automation before them, no closing hours.
        self.straight = [
            channels.kind[c] != AUTOMATED
            and channels.front_door[c] < 0
            and (channels.open_slots[c] is None or channels.kind[c] != LIVE)
            for c in range(channels.n)
        ]
        self.closes = any(
            channels.kind[c] == LIVE and channels.open_slots[c] is not None
            for c in range(channels.n)
        )
        self.sole_queue = self._sole_queues()
        self.entry_is_forced = not table.regime.steering and not self.callback_of
        talk = float(np.mean([x.mean_s for x in table.talk]))
        search = table.search.mean_s * table.search_factor
        self.mean_handle_s = [
            talk * channels.talk_factor[c] + search + channels.wrap_up[c].mean_s
            for c in range(channels.n)
        ]
        self.mean_slots = [
            max([table.teams.slots[t][c] for t in self.channel_teams[c]], default=1)
            for c in range(channels.n)
        ]

    def _sole_queues(self) -> list[int]:
        """Return each team's queue if it serves one queue, one contact at a time; else -1."""
        teams = self.compiled.teams
        return [
            queues[0]
            if len(queues) == 1
            and not (teams.multi[t] or teams.reserve[t] or teams.overflow_queues[t])
            else -1
            for t, queues in enumerate(self.team_queues)
        ]

    def _usual_hazards(self, scenario: Scenario) -> None:
        """Mean base hazard by segment, which the firm knows from its own churn figures."""
        self.segment_hazard = []
        for segment in scenario.segments.values():
            if scenario.retention.clock == "hazard":
                self.segment_hazard.append(segment.hazard_per_month)
            elif scenario.retention.clock == "contractual":
                self.segment_hazard.append(mean_churn(segment.renewal.alpha, segment.renewal.beta))
            else:
                self.segment_hazard.append(0.0)
        shares = [s.share for s in scenario.segments.values()]
        self.mean_hazard = float(np.dot(shares, self.segment_hazard))

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

    def _floor(self, roster: list[Stint] | None) -> None:
        table = self.compiled
        self.floor = [Team() for _ in range(table.teams.n)]
        self.queues = [[] for _ in range(table.queues.n)]
        self.waiting = [0] * table.queues.n
        self.roster = roster
        scale = table.scenario.population.scale
        self.patterns = []
        number = 0
        for t, team in enumerate(table.scenario.teams.values()):
            for shift, agents in zip(team.shifts, headcount(team, scale), strict=True):
                self.patterns.append((t, shift, number, agents))
                number += agents

    def _first_events(self, trace: Trace | None) -> None:
        if trace is not None:
            self.needs = trace_needs(self.key, trace.time_s, trace.customer, trace.intent)
            self.demand = None
            if self.needs.time_s:
                self.calendar.at(self.needs.time_s[0], handlers.NEED, 0)
        else:
            self.demand = Demand(self.compiled, self.key, np.asarray(self.customers.segment))
        for stint in self.roster or ():
            agent = service.new_agent(self, *stint[:4])
            agent.speed = stint.speed or agent.speed
            self.calendar.at(stint.on_s, handlers.SIGN_ON, agent)
        self.calendar.at(0.0, handlers.DAY, 0)

    # -- the loop ----------------------------------------------------------------------------

    def _handle(self, handler: int, subject: Any, token: int) -> None:
        """Process one of our entries (SimPy's own ``run`` comes here too)."""
        self.now = self.calendar._now
        _HANDLERS[handler](self, subject, token)
        if self.settle():
            raise RuntimeError("an external decision is pending: use World.advance")

    def advance(self, until_s: float) -> bool:
        """Simulate to ``until_s`` seconds; return True early when a decision is pending."""
        calendar, heap, agenda, settle = self.calendar, self.calendar.heap, self.agenda, self.settle
        table = _HANDLERS
        if self.pending is not None:
            return True
        # Closed journeys hold no reference cycles, so the cyclic collector would only walk the
        # growing register again and again (a quarter of the time).
        collecting = gc.isenabled()
        gc.disable()
        try:
            while True:
                if agenda and settle():
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

    def finish(self) -> None:
        """Write rows of what is still open: contacts, journeys, shifts, breaks."""
        for journeys in list(self.open_journeys.values()):
            for journey in journeys:
                contact = journey.contact
                if contact is not None and contact.state not in (State.DONE, State.STALE):
                    effort = self.leg_effort(contact, self.now)
                    self._record(contact, Outcome.OPEN, self.now, effort, 0.0, 0.0, 0.0)
                self.journey_row(journey, JourneyOutcome.OPEN)
        for line in self.queues:
            for entry in sorted(line, key=lambda e: e[:3]):
                if entry[3].state == State.STALE:
                    self._record(entry[3], Outcome.SUPERSEDED, self.now, 0.0, 0.0, 0.0, 0.0)
        for team in self.floor:
            for agent in team.on_duty:
                for contact in agent.serving:
                    late = contact is not contact.journey.contact
                    if late and contact.state == State.IN_SERVICE:
                        self._record(contact, Outcome.SUPERSEDED, self.now, 0.0, 0.0, 0.0, 0.0)
                service.record_shift(self, agent)

    # -- daily -------------------------------------------------------------------------------

    def on_day(self, day: int, token: int) -> None:
        """Midnight: moods fade, churn clocks advance, the day's needs and shifts are laid out."""
        self.next_sweep = (day + 1) * DAY_S
        if day > 0 or self.hazard_clock:
            self._sweep(day)
        if self.demand is not None:
            self.needs = self.demand.day(day)
            if self.needs.time_s:
                self.calendar.at(self.needs.time_s[0], handlers.NEED, 0)
        if self.roster is None:
            self._sign_on(day)
            if day == 0:  # who began the night before is at work
                self._sign_on(-1)
        closing.lay_out(self)
        self.calendar.at(self.next_sweep, handlers.DAY, day + 1)

    def _sweep(self, day: int) -> None:
        people = self.customers
        mood = np.frombuffer(people.mood)
        alive = np.frombuffer(people.alive, dtype=np.int8) == 1
        hazard, threshold = np.frombuffer(people.hazard), np.frombuffer(people.threshold)
        base = np.frombuffer(people.base)
        if self.hazard_clock:
            at = np.frombuffer(people.hazard_at)
            hazard += hazard_rates(base, self.mood_effect, mood) * (self.now - at)
            at[:] = self.now
        if day > 0:
            mood *= mood_decay(1, self.satisfaction.mood_half_life_days)
        if self.hazard_clock:
            rate = hazard_rates(base, self.mood_effect, mood)
            due = alive & (hazard + rate * DAY_S >= threshold)
            for customer in np.flatnonzero(due).tolist():
                self.arm(customer)
        elif self.contract_clock:
            renewal = np.frombuffer(people.renewal_day, dtype=np.int64)
            due = alive & (renewal == day)
            hazard[due] += renewal_hazards(base[due], self.mood_effect, mood[due])
            renewal[due] += self.compiled.scenario.retention.period_days
            for customer in np.flatnonzero(due & (hazard >= threshold)).tolist():
                self.decide_to_leave(customer)

    def _sign_on(self, day: int) -> None:
        """Lay out the shifts that begin on a day, as far as they lie in the simulated time."""
        weekday = DAYS[(day + self.compiled.scenario.start_day) % 7]
        for team, shift, first, agents in self.patterns:
            if weekday not in shift.days:
                continue
            begins_s = day * DAY_S + shift.start_h * HOUR_S
            on_s, off_s = max(self.now, begins_s), day * DAY_S + shift.until_h * HOUR_S
            if off_s <= self.now:
                continue
            for number in range(first, first + agents):
                agent = service.new_agent(self, number, team, on_s, off_s)
                self.calendar.at(on_s, handlers.SIGN_ON, agent)
                for pause in shift.breaks if self.compiled.on.breaks else ():
                    at_s = begins_s + pause.after_h * HOUR_S
                    if at_s >= on_s:
                        self.calendar.at(at_s, handlers.BREAK, agent, round(pause.minutes * 60))

    def reseed(self, seed: int, replication: int) -> None:
        """Give the future other luck; traits and what is laid out already (today) stay."""
        self.key = stream_key(seed, replication)
        if self.demand is not None:
            self.demand.reseed(self.key)

    def focus(self, channels: list[int]) -> None:
        """Let each team serve one of its channels only (-1: all of them), from now on."""
        table = self.compiled
        self.team_queues = [
            [q for q in queues if channel < 0 or table.queues.channel[q] == channel]
            for queues, channel in zip(table.teams.queues, channels, strict=True)
        ]
        self.queue_teams = [
            [t for t in teams if q in self.team_queues[t]]
            for q, teams in enumerate(table.queues.teams)
        ]
        self.sole_queue = self._sole_queues()
        for floor in self.floor:
            for agent in list(floor.idle):
                service.seek_again(self, agent)

    # -- forks -------------------------------------------------------------------------------

    def fork(self) -> World:
        """Return an independent copy that continues identically.

        Raises ``RuntimeError`` when SimPy processes of the user's own are scheduled.
        """
        copy: World = object.__new__(World)
        copy.__dict__.update(self.__dict__)
        memo = _Memo()
        copy.register = self.register.fork()
        copy.customers = self.customers.fork()
        copy.ledger = self.ledger.fork()
        if "needs" in self.__dict__:  # else the world is fresh: no day is laid out yet
            copy.needs = copy_of(self.needs)
        copy.demand = None if self.demand is None else self.demand.fork()
        copy.agenda = deque((kind, memo.of(subject)) for kind, subject in self.agenda)
        if self.pending is not None:
            copy.pending = self.pending._replace(subject=memo.of(self.pending.subject))
        copy.open_journeys = {
            c: [memo.of(j) for j in journeys] for c, journeys in self.open_journeys.items()
        }
        copy.waiting = self.waiting.copy()
        copy.queues = [[(*e[:3], memo.of(e[3])) for e in line] for line in self.queues]
        copy.floor = [memo.team(team) for team in self.floor]
        copy.watch = copy.luck = None
        copy.calendar = self.calendar.fork(copy._handle, memo.of)
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


class _Memo:
    """Copies of journeys, contacts and agents, each made once."""

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}

    def of(self, item: Any) -> Any:
        kind = item.__class__
        if kind is tuple:
            return tuple(self.of(part) for part in item)
        if kind not in (Journey, Contact, Agent):
            return item
        found = self._copies.get(id(item))
        if found is None:
            found = object.__new__(kind)
            self._copies[id(item)] = found
            for name in kind.__slots__:
                value = getattr(item, name)
                if name == "serving":
                    value = [self.of(contact) for contact in value]
                elif name in ("journey", "contact", "agent"):
                    value = self.of(value)
                setattr(found, name, value)
        return found

    def team(self, team: Team) -> Team:
        copy = Team()
        copy.idle = deque(self.of(agent) for agent in team.idle)
        copy.partial = [self.of(agent) for agent in team.partial]
        copy.on_duty = [self.of(agent) for agent in team.on_duty]
        return copy


_HANDLERS: list[Any] = [None] * handlers.COUNT
_HANDLERS[handlers.NEED] = World.on_need
_HANDLERS[handlers.DAY] = World.on_day
_HANDLERS[handlers.AUTOMATED_END] = automation.on_automated_end
_HANDLERS[handlers.SERVICE_END] = service.on_service_end
_HANDLERS[handlers.WRAP_UP_END] = service.on_wrap_up_end
_HANDLERS[handlers.HANG_UP] = service.on_hang_up
_HANDLERS[handlers.OVERFLOW] = service.on_overflow
_HANDLERS[handlers.RETURN] = World.on_return
_HANDLERS[handlers.SIGN_ON] = service.on_sign_on
_HANDLERS[handlers.SIGN_OFF] = service.on_sign_off
_HANDLERS[handlers.BREAK] = service.on_break
_HANDLERS[handlers.BREAK_END] = service.on_break_end
_HANDLERS[handlers.ENTER] = World.on_enter
_HANDLERS[handlers.CHURN] = World.on_churn
_HANDLERS[handlers.CANCEL_CALL] = World.on_cancel_call
_HANDLERS[handlers.CLOSING] = closing.on_closing
_HANDLERS[handlers.BACK] = service.on_back
