"""What a world holds: attributes, and the few questions that every part asks.

The parts of the machine are functions over this state, each file using the ones before it only:
``rows`` (what is written down), ``churn`` (moods and departures), ``contacts`` (what follows an
attempt), ``queues``, ``closing``, ``journeys`` (needs, attempts, channels), ``automation``,
``shifts``, ``observe`` and ``deciding`` (the agenda). ``World`` adds construction and the loop.
Nothing calls back: what happens later is an entry of the calendar, what is to be decided one of the
agenda.
"""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple, Protocol

from sim.core.state.calendar import Calendar
from sim.core.state.records import Contact, Journey, TeamOnDuty
from sim.decisions.actions import Decider
from sim.population.customers import Customers
from sim.population.demand import Demand, Needs
from sim.register.ledger import Ledger
from sim.register.register import Register
from sim.scenario.customers import Choice, Return, Satisfaction, Survey
from sim.scenario.parts import Shift
from sim.scenario.service import Tiredness
from sim.tables.compiled import SLOT_S, Compiled
from sim.units import WEEK_S

Legal = tuple[int, ...]


class Pending(NamedTuple):
    """A decision that waits for an answer from outside (the environment's step)."""

    kind: int
    subject: Any
    actions: Legal
    default: int


class Watch(Protocol):
    """Who wants to know of changes in customers' value (the environment's shaping)."""

    def mood_changed(self, world: WorldState, customer: int, before: float) -> None:
        """A mood was ``before`` and has changed."""

    def stayed(self, world: WorldState, customer: int) -> None:
        """A leaver was saved."""


class Luck(Protocol):
    """Who wants to know the chances behind what happened (to take luck out of estimates)."""

    def resolution(
        self, world: WorldState, contact: Contact, probability: float, resolved: bool
    ) -> None:
        """An attempt to resolve a contact had a probability, and succeeded or not."""

    def sale(self, world: WorldState, contact: Contact, expected: float, margin: float) -> None:
        """A resolved contact could sell: the margin expected, and the one that came."""


class WorldState:
    """Attributes of a world; ``World`` sets them."""

    compiled: Compiled
    calendar: Calendar
    customers: Customers
    register: Register
    ledger: Ledger
    agenda: deque[tuple[int, Any]]
    on_duty: list[TeamOnDuty]  # by team
    queues: list[list[Any]]
    waiting: list[int]
    needs: Needs
    open_journeys: dict[int, list[Journey]]
    satisfaction: Satisfaction
    tiredness: Tiredness
    returns: Return
    survey: Survey
    choice: Choice
    now: float
    key: int
    n_journeys: int
    n_contacts: int
    tires: bool
    misreads_intent: bool
    decides_dispatch: bool
    entry_is_forced: bool
    entry_by_rule: bool
    sells: bool
    adapts: bool
    surveys: bool
    straight: list[bool]
    surveys_each: bool
    abandons: bool
    searches: bool
    wraps_up: list[bool]
    repeat_s: float
    head_start_s: float | None
    misroute_s: float
    cancel_talk: Any
    hazard_clock: bool
    next_sweep: float
    monday_s: float  # from Monday 0:00 to the start of the simulation
    watch: Watch | None = None
    luck: Luck | None = None
    team_queues: list[list[int]]
    queue_teams: list[list[int]]
    channel_queues: list[list[int]]
    decision_latency_s: float
    redial_delay: Any
    recontact_delay: Any
    mood_effect: float
    cancel_intent: int
    demand: Demand | None
    by_shifts: bool  # whether agents come by the scenario's shifts, not by a roster
    patterns: list[tuple[int, Shift, int, int]]  # team, shift, first agent's number, agents
    closures: dict[int, tuple[float, float, float]]  # of each channel the one looked up last

    # Decisions: who takes them, and what waits.
    policy: Decider | None
    deciders: list[Decider | None]
    external: frozenset[int]
    pending: Pending | None
    legal_cache: dict[tuple[int, int, int], Legal]

    # Actions by channel, queue, team, and whether the contact has failed.
    escalation_ends: tuple[int, int]
    escalate: list[int]
    dispatch_queue: list[int]
    dispatch_team: list[int]
    wrap_up_legal: tuple[Legal, Legal]
    cancel_legal: Legal
    offer_rules: list[Any]

    # Channels, their lines and teams; see ``build``.
    callback_of: dict[int, int]
    closes: bool
    sole_queue: list[int]
    staffed_channels: list[int]
    channel_teams: list[list[int]]
    mean_handle_s: list[float]
    mean_slots: list[int]

    segment_hazard: list[float]
    mean_hazard: float
    contract_clock: bool

    def week_s(self) -> float:
        """Return the time of the week in seconds since Monday 0:00."""
        return (self.now + self.monday_s) % WEEK_S

    def is_open(self, channel: int) -> bool:
        """Return whether a channel is open now."""
        slots = self.compiled.channels.open_slots[channel]
        return slots is None or slots[int(self.week_s() / SLOT_S)] == 1

    def succeeds(self, contact: Contact, probability: float, u: float) -> bool:
        """Return whether an attempt to resolve a contact succeeds at the uniform ``u``."""
        resolved = u < probability
        if self.luck is not None:
            self.luck.resolution(self, contact, min(1.0, probability), resolved)
        return resolved
