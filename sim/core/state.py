"""What a world holds; the parts of the state machine build on it, one after the other.

``Contacts`` (a contact ends), ``Churn`` (moods and departures), ``Journeys`` (needs, attempts,
returns), ``Deciding`` (the agenda) and ``World`` (construction and the loop) are one object in
short files.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

from sim.core import handlers
from sim.core.calendar import Calendar
from sim.core.entities import Contact, Customers, Journey, State, Team
from sim.population.demand import Needs
from sim.population.streams import Purpose
from sim.register.ledger import Ledger
from sim.register.register import (
    Context,
    JourneyOutcome,
    Outcome,
    Register,
)
from sim.scenario.customers import Choice, Return, Satisfaction, Survey
from sim.scenario.service import Tiredness
from sim.tables.compiled import SLOT_S, Compiled
from sim.units import WEEK_S

# Codes as plain numbers on the hot path: reading an attribute of a class costs ten times more.
ENTRY, WRAP_UP, CANCEL = 0, 3, 5  # of Kind
CHOICE, ANSWER, SURVEY = Purpose.CHOICE, Purpose.ANSWER, Purpose.SURVEY
RESOLVED, ABANDONED, SAVED = Outcome.RESOLVED, Outcome.ABANDONED, Outcome.SAVED
CLOSED_RESOLVED, GIVEN_UP = JourneyOutcome.RESOLVED, JourneyOutcome.GIVEN_UP
CHURNED, REPEATED, SUPERSEDED = JourneyOutcome.CHURNED, Context.REPEATED, Outcome.SUPERSEDED
DONE, NEED, CHURN = State.DONE, handlers.NEED, handlers.CHURN
TRANSFERRED = 1 << 50  # addresses of transferred legs lie beyond those of all attempts
SLACK = 1 + 1e-9  # for rounding: `arm` decides
RETRY_CLOSED_S = 10800.0  # spread of the calls after a closed channel opens (assumption)


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
    """Attributes of a world, and what the lower parts need of the higher ones."""

    compiled: Compiled
    calendar: Calendar
    customers: Customers
    register: Register
    ledger: Ledger
    agenda: deque[tuple[int, Any]]
    floor: list[Team]
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

    def enter_by_rule(self, contact: Contact) -> None:
        """Decide the entry by the default rule (with the other decisions)."""
        raise NotImplementedError

    def attempt(self, journey: Journey) -> None:
        """The customer turns to a channel (see ``Journeys``)."""
        raise NotImplementedError

    def enter(self, contact: Contact) -> None:
        """Send a contact into its channel (see ``Journeys``)."""
        raise NotImplementedError

    def after_contact(self, contact: Contact, outcome: int, prevented: bool = False) -> None:
        """Close the journey, or let the customer come back (see ``Journeys``)."""
        raise NotImplementedError

    def close(self, journey: Journey, outcome: int) -> None:
        """Close a journey (see ``Journeys``)."""
        raise NotImplementedError

    def turned_away(self, contact: Contact) -> None:
        """A closed channel sends a contact away (see ``Journeys``)."""
        raise NotImplementedError

    def change_mood(self, customer: int, by: float) -> None:
        """Change a mood (see ``Churn``)."""
        raise NotImplementedError
