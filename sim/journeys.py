"""The state machine of journeys: what follows when a need arises and when a contact ends."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import numpy as np

from sim import channels as automation
from sim import handlers, service
from sim.behaviour import (
    adapted,
    ces,
    choose,
    contact_effort,
    csat,
    experience,
    mood_after,
    nps,
    recontact_probability,
    survey_answers,
    tone_penalty,
)
from sim.calendar import Calendar
from sim.compiled import AUTOMATED, DAY_S, LIVE, SLOT_S, WEEK_S, Compiled
from sim.demand import ATTEMPTS, Needs
from sim.distributions import duration_s, normal_quantile
from sim.entities import Agent, Contact, Customers, Journey, State, Team
from sim.money import Ledger
from sim.register import (
    C_CHANNEL,
    C_RELEASED,
    Context,
    Departure,
    JourneyOutcome,
    Outcome,
    Register,
)
from sim.retention import hazard_rate
from sim.scenario.customers import Satisfaction
from sim.scenario.service import Tiredness
from sim.streams import Purpose, Trait, contact_draws, uniform
from sim.view import context_passed

ENTRY, WRAP_UP, CANCEL = 0, 3, 5  # of Kind, as plain numbers on the hot path
CHOICE = Purpose.CHOICE
RETRY_CLOSED_S = 1800.0  # spread of the calls after a closed channel opens (assumption)


class Watch(Protocol):
    """Who wants to know of changes in customers' value (the environment's shaping)."""

    def mood_changed(self, world: Journeys, customer: int, before: float) -> None:
        """A mood was ``before`` and has changed."""

    def stayed(self, world: Journeys, customer: int) -> None:
        """A leaver was saved."""


class Journeys:
    """The journeys of a world; ``World`` adds construction, the loop and the decisions."""

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
    now: float
    key: int
    n_journeys: int
    n_contacts: int
    tires: bool
    misreads_intent: bool
    decides_dispatch: bool
    entry_is_forced: bool
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
    watch: Watch | None = None
    team_queues: list[list[int]]
    queue_teams: list[list[int]]
    decision_latency_s: float

    # -- the start of a journey and of an attempt ---------------------------------------------

    def on_need(self, at: int, token: int) -> None:
        """A need arises: open its journey and its first attempt; schedule the next need."""
        needs = self.needs
        if at + 1 < len(needs.time_s):
            self.calendar.at(needs.time_s[at + 1], handlers.NEED, at + 1)
        customer = needs.customer[at]
        if not self.customers.alive[customer]:
            return
        draws = needs.draws[at]
        journey = Journey(
            self.n_journeys, customer, needs.intent[at], needs.number[at], self.now, draws
        )
        self.n_journeys += 1
        if self.misreads_intent:
            sight = self.compiled.sight[journey.intent]
            journey.seen_intent = choose(sight, draws[Purpose.SIGHT])
        opened = self.open_journeys.get(customer)
        if opened is None:
            self.open_journeys[customer] = [journey]
        else:
            opened.append(journey)
        self.attempt(journey)

    def attempt(self, journey: Journey) -> None:
        """The customer turns to a channel of their choice; the entry is then decided."""
        table, customer = self.compiled, journey.customer
        segment, skill = self.customers.segment[customer], self.customers.skill_bin[customer]
        journey.attempts += 1
        if journey.cancel:
            requested = self.cancel_channel()
        elif journey.failed_channel < 0:
            row = table.cumulative[segment][journey.intent][skill]
            requested = choose(row, journey.draws[CHOICE])
        else:
            requested = self._second_choice(journey, table.weights[segment][journey.intent][skill])
        contact = Contact(self.n_contacts, journey, requested, self.now)
        self.n_contacts += 1
        journey.contact = contact
        if self.entry_is_forced:
            self.enter(contact)
        else:
            self.agenda.append((ENTRY, contact))

    def _second_choice(self, journey: Journey, weights: list[float]) -> int:
        """After a failure the failed channel loses its attraction."""
        aversion = 1 - self.compiled.scenario.choice.failure_aversion
        failed = journey.failed_channel
        changed = [w * aversion if c == failed else w for c, w in enumerate(weights)]
        total = sum(changed)
        if total <= 0:
            return failed
        u, reached, last = journey.draws[CHOICE] * total, 0.0, failed
        for channel, weight in enumerate(changed):
            reached += weight
            if weight > 0:
                last = channel
                if u <= reached:
                    return channel
        return last

    def cancel_channel(self) -> int:
        """Return the channel for cancellation: the first enabled live one, else the first open."""
        channels = self.compiled.channels
        live = [c for c in range(channels.n) if channels.kind[c] == LIVE and channels.enabled[c]]
        return live[0] if live else next(c for c in range(channels.n) if channels.chosen[c])

    def week_s(self) -> float:
        """Return the time of the week in seconds since Monday 0:00."""
        return (self.now + self.compiled.scenario.start_day * DAY_S) % WEEK_S

    def is_open(self, channel: int) -> bool:
        """Return whether a channel is open now."""
        slots = self.compiled.channels.open_slots[channel]
        return slots is None or slots[int(self.week_s() / SLOT_S)] == 1

    def enter(self, contact: Contact) -> None:
        """Send a contact into its channel."""
        channels, channel, journey = self.compiled.channels, contact.channel, contact.journey
        if journey.first_channel < 0:
            journey.first_channel = channel
        if journey.last_row >= 0:
            row = self.register.contacts[journey.last_row]
            passed = context_passed(
                row[C_CHANNEL], row[C_RELEASED], channel, self.compiled.regime, self.now
            )
            contact.context = Context.PASSED if passed else Context.REPEATED
        if channels.kind[channel] == AUTOMATED:
            automation.start_automated(self, contact)  # type: ignore[arg-type]
            return
        door = channels.front_door[channel]
        if door >= 0 and contact.from_channel < 0 and not journey.cancel:
            contact.front, contact.channel = channel, door
            automation.start_automated(self, contact)  # type: ignore[arg-type]
            return
        if (
            channels.open_slots[channel] is not None
            and channels.kind[channel] == LIVE
            and not self.is_open(channel)
        ):
            contact.state = State.DONE
            self.ended(contact, Outcome.CLOSED, self.now)
            return
        service.enqueue(self, contact)  # type: ignore[arg-type]

    # -- the end of a contact ----------------------------------------------------------------

    def serviced(self, contact: Contact, agent: Agent) -> None:
        """A human contact is over for the customer: outcome, transfer or failure."""
        journey, table = contact.journey, self.compiled
        journey.human = True
        if contact.draws[Purpose.ANSWER] < table.channels.no_answer[contact.channel]:
            self.ended(contact, Outcome.UNREACHED, self.now)
        elif contact is not journey.contact:
            self.leg_ended(contact, Outcome.SUPERSEDED, self.now)
        elif journey.cancel:
            self.agenda.append((CANCEL, contact))
        elif table.skill[journey.intent] not in table.teams.skills[agent.team]:
            self._transfer(contact, 1)
        elif service.resolves(self, contact, agent):  # type: ignore[arg-type]
            self.ended(contact, Outcome.RESOLVED, self.now)
        elif (
            table.on.transfers
            and contact.tier == 1
            and table.queue_of[contact.channel][journey.intent][1]
            != table.queue_of[contact.channel][journey.intent][0]
            and contact.draws[Purpose.TRANSFER] < table.scenario.desk.transfer_probability
        ):
            self._transfer(contact, 2)
        else:
            self.ended(contact, Outcome.UNRESOLVED, self.now)

    def _transfer(self, contact: Contact, tier: int) -> None:
        """Hand the customer on inside the channel: to the right skill, or to the second tier."""
        self.leg_ended(contact, Outcome.TRANSFERRED, self.now)
        follow = self.next_leg(contact, contact.channel)
        follow.tier = tier
        follow.carried += self.satisfaction.transfer_effort
        address = contact.journey.need * ATTEMPTS + ATTEMPTS - 1
        follow.draws = contact_draws(self.key, contact.journey.customer, address)
        if not self.journey_over(follow):
            self.enter(follow)

    def next_leg(self, contact: Contact, channel: int) -> Contact:
        """Return the next leg of the same attempt."""
        follow = Contact(self.n_contacts, contact.journey, contact.requested, self.now)
        self.n_contacts += 1
        follow.channel = channel
        follow.from_channel = contact.channel
        follow.steering = contact.steering
        follow.draws = contact.draws
        follow.carried = contact.carried
        contact.journey.contact = follow
        return follow

    def journey_over(self, contact: Contact) -> bool:
        """Close the journey if its customer has left meanwhile; return whether it was closed."""
        if self.customers.alive[contact.journey.customer]:
            return False
        self.close(contact.journey, JourneyOutcome.CHURNED)
        return True

    def leg_effort(self, contact: Contact, released_s: float) -> float:
        """Return the effort of one leg, with what its start has cost already."""
        rules, channels, channel = self.satisfaction, self.compiled.channels, contact.channel
        wait = 0.0
        if contact.queued_s >= 0:
            until = contact.answered_s if contact.answered_s >= 0 else released_s
            wait = until - contact.queued_s
        extra = 0.0
        if contact.context == Context.REPEATED:
            extra = rules.repeat_effort
        if contact.journey.attempts > 1 and contact.from_channel < 0:
            extra += rules.attempt_effort
        if contact.steering and contact.from_channel < 0:
            choice = self.compiled.scenario.choice
            extra += (
                choice.effort_of_steering if contact.steering == 1 else choice.effort_of_refusal
            )
        return contact_effort(
            channels.effort[channel], wait, channels.wait_scale[channel], rules.wait_weight, extra
        )

    def leg_ended(self, contact: Contact, outcome: int, released_s: float) -> None:
        """Record a leg that does not end the attempt."""
        contact.state = State.DONE
        effort = self.leg_effort(contact, released_s)
        contact.journey.effort += effort
        contact.carried += effort
        usual = self.satisfaction.initial_expectation
        self._record(contact, outcome, released_s, effort, usual, 0.0, 0.0)

    def ended(self, contact: Contact, outcome: int, released_s: float) -> None:
        """An attempt is over: satisfaction, expectation, churn clock, sale, row, wrap-up."""
        rules, journey, people = self.satisfaction, contact.journey, self.customers
        customer = journey.customer
        contact.state = State.DONE
        effort = self.leg_effort(contact, released_s)
        if outcome == Outcome.ABANDONED:
            effort += rules.abandon_effort
        journey.effort += effort
        resolved = outcome == Outcome.RESOLVED
        felt, gap = self._feel(journey, contact, resolved, effort + contact.carried)
        if people.alive[customer]:
            weight = self.compiled.sensitivity[people.segment[customer]]
            change = weight * self.compiled.stakes[journey.intent] * gap
            if journey.recovered and not resolved:
                change -= self.compiled.scenario.recovery.double_failure
            self.change_mood(customer, change)
        journey.experience += felt
        sale = self._sale(contact) if resolved and self.compiled.on.sales else 0.0
        self._record(contact, outcome, released_s, effort, felt, gap, sale)
        if resolved and not self.surveys_each:
            self.after_contact(contact, outcome)  # nothing to decide
        else:
            self.agenda.append((WRAP_UP, (contact, outcome)))

    def _feel(
        self, journey: Journey, contact: Contact, resolved: bool, effort: float
    ) -> tuple[float, float]:
        """Return (experience, satisfaction gap) and let the expectation adapt."""
        rules, channels = self.satisfaction, self.compiled.channels
        tone = channels.tone[contact.channel]
        penalty = 0.0
        if journey.last_channel >= 0 and tone != channels.tone[journey.last_channel]:
            penalty = tone_penalty(tone, channels.tone[journey.last_channel], rules.tone_weight)
        journey.last_channel = contact.channel
        outcome = rules.resolved if resolved else rules.unresolved
        felt = experience(outcome, effort, rules.effort_weight, penalty)
        expected = self.customers.expectation[journey.customer]
        if self.compiled.on.adapting_expectation:
            self.customers.expectation[journey.customer] = adapted(expected, felt, rules.adaptation)
        return felt, felt - expected

    def _sale(self, contact: Contact) -> float:
        sale = self.compiled.sale[contact.journey.intent]
        if sale is None:
            return 0.0
        channels = self.compiled.channels
        if contact.draws[Purpose.SALE] < sale[0] * channels.sale_factor[contact.channel]:
            return sale[1] * channels.margin_factor[contact.channel]
        return 0.0

    def _record(
        self,
        contact: Contact,
        outcome: int,
        released_s: float,
        effort: float,
        felt: float,
        gap: float,
        sale: float,
    ) -> None:
        """Write the contact's row and book its money."""
        journey, register, channels = contact.journey, self.register, self.compiled.channels
        customer, agent = journey.customer, contact.agent
        cost = channels.cost[contact.channel]
        per_s = channels.cost_per_s[contact.channel]
        if per_s:
            cost += per_s * (released_s - contact.start_s)
        if cost or sale:
            factor = self.ledger.discount(released_s)
            self.ledger.contacts += cost * factor
            self.ledger.sales += sale * factor
        row = len(register.contacts)
        register.contacts.append(
            (
                contact.id,
                journey.id,
                customer,
                self.customers.segment[customer],
                journey.intent,
                contact.recognised,
                journey.attempts,
                contact.channel,
                contact.requested,
                contact.from_channel,
                -1 if agent is None else agent.team,
                -1 if agent is None else agent.number,
                contact.start_s,
                contact.queued_s,
                contact.answered_s,
                released_s,
                released_s + contact.wrap_up_s,
                contact.search_s,
                contact.wrap_up_s,
                contact.others,
                contact.steering,
                contact.context,
                outcome,
                effort,
                felt,
                gap,
                sale,
                cost,
                register.last_of.get(customer, -1),
            )
        )
        register.last_of[customer] = row
        journey.last_row = row
        journey.contacts += 1

    # -- what follows ------------------------------------------------------------------------

    def after_contact(self, contact: Contact, outcome: int, prevented: bool = False) -> None:
        """Close the journey, or let the customer come back."""
        journey = contact.journey
        if not self.customers.alive[journey.customer]:
            self.close(journey, JourneyOutcome.CHURNED)
        elif outcome == Outcome.SAVED:
            self.close(journey, JourneyOutcome.SAVED)
        elif journey.cancel:
            self.leave(journey.customer, Departure.ANNOUNCED)
        elif outcome == Outcome.RESOLVED or prevented:
            self.close(journey, JourneyOutcome.RESOLVED)
        else:
            self._return(contact, outcome)

    def _return(self, contact: Contact, outcome: int) -> None:
        """Schedule the next attempt of an unresolved journey, or give it up."""
        journey, rules, draws = contact.journey, self.compiled.scenario.returns, contact.draws
        on = self.compiled.on
        journey.contact = None
        journey.failed_channel = contact.channel
        if journey.attempts >= rules.max_attempts:
            self.close(journey, JourneyOutcome.GIVEN_UP)
            return
        u = draws[Purpose.DELAY]
        if outcome == Outcome.CLOSED:
            journey.failed_channel = -1
            wait = self.compiled.channels.next_opening(contact.channel, self.week_s())
            delay = wait + u * RETRY_CLOSED_S
        elif (
            outcome == Outcome.ABANDONED
            and on.redial
            and draws[Purpose.REDIAL] < rules.redial_probability
        ):
            journey.failed_channel = -1
            delay = duration_s(self.redial_delay, u)
        elif on.recontact and draws[Purpose.RETURN] < recontact_probability(
            rules.recontact_probability, self.compiled.urgency[journey.intent]
        ):
            delay = duration_s(self.recontact_delay, u)
        else:
            self.close(journey, JourneyOutcome.GIVEN_UP)
            return
        self.calendar.at(self.now + delay, handlers.RETURN, journey, journey.attempts)

    redial_delay: Any
    recontact_delay: Any

    def on_return(self, journey: Journey, token: int) -> None:
        """The customer comes back with the same need."""
        if token != journey.attempts or journey.token < 0:
            return
        address = journey.need * ATTEMPTS + min(journey.attempts, ATTEMPTS - 2)
        journey.draws = contact_draws(self.key, journey.customer, address)
        self.attempt(journey)

    def gave_up_waiting(self, contact: Contact) -> None:
        """An e-mail stays unanswered too long: the customer comes back on another channel."""
        journey = contact.journey
        if contact is not journey.contact:
            return
        journey.failed_channel = contact.channel
        journey.contact = None
        if journey.attempts >= self.compiled.scenario.returns.max_attempts:
            self.close(journey, JourneyOutcome.GIVEN_UP)
        else:
            self.calendar.at(self.now, handlers.RETURN, journey, journey.attempts)

    def close(self, journey: Journey, outcome: int) -> None:
        """Write the journey's row; a journey given up leaves a mark on the mood."""
        if journey.token < 0:
            return
        journey.token = -1
        journey.contact = None
        customer = journey.customer
        opened = self.open_journeys[customer]
        if len(opened) == 1:
            del self.open_journeys[customer]
        else:
            opened.remove(journey)
        if outcome == JourneyOutcome.GIVEN_UP and self.customers.alive[customer]:
            weight = self.compiled.sensitivity[self.customers.segment[customer]]
            self.change_mood(customer, weight * self.satisfaction.given_up)
        self.journey_row(journey, outcome)
        if self.compiled.on.surveys and outcome != JourneyOutcome.CHURNED:
            self._survey(journey)

    def journey_row(self, journey: Journey, outcome: int) -> None:
        """Append the journey's row to the register."""
        self.register.journeys.append(
            (
                journey.id,
                journey.customer,
                self.customers.segment[journey.customer],
                journey.intent,
                journey.start_s,
                self.now,
                journey.contacts,
                journey.attempts,
                outcome,
                journey.first_channel,
                journey.effort,
                outcome == JourneyOutcome.RESOLVED and journey.attempts == 1,
                journey.human,
                journey.experience,
                journey.cancel,
            )
        )

    def _survey(self, journey: Journey) -> None:
        if not self.compiled.scenario.survey.every_contact and journey.contacts:
            self.ask(journey, journey.last_row)

    def ask(self, journey: Journey, row: int) -> None:
        """Send a survey about the last contact; the answer, if any, is a row."""
        rules, draws = self.compiled.scenario.survey, journey.draws
        felt = journey.experience / max(1, journey.attempts)
        gap = felt - self.satisfaction.initial_expectation
        if not survey_answers(rules.response_rate, gap, rules.extreme_bias, draws[Purpose.SURVEY]):
            return
        z = normal_quantile(draws[Purpose.SURVEY_NOISE])
        effort = journey.effort / max(1, journey.contacts)
        self.register.surveys.append(
            (
                self.now,
                journey.customer,
                journey.id,
                row,
                csat(felt, rules.noise, z),
                ces(effort, rules.noise, z),
                nps(self.customers.mood[journey.customer], rules.noise, z),
            )
        )

    # -- churn -------------------------------------------------------------------------------

    def change_mood(self, customer: int, by: float) -> None:
        """Change a mood; on the hazard clock, settle the hazard first and re-arm the clock."""
        people = self.customers
        if self.hazard_clock:
            self.settle_hazard(customer)
        before = people.mood[customer]
        people.mood[customer] = mood_after(before, by, self.satisfaction.mood_limit)
        if self.watch is not None:
            self.watch.mood_changed(self, customer, before)
        if self.hazard_clock:
            self.arm(customer)

    def settle_hazard(self, customer: int) -> None:
        """Accumulate the hazard of a customer up to now."""
        people = self.customers
        people.hazard[customer] += self.hazard_now(customer) * (
            self.now - people.hazard_at[customer]
        )
        people.hazard_at[customer] = self.now

    def hazard_now(self, customer: int) -> float:
        """Return the leave-any-time hazard per second of a customer."""
        people = self.customers
        return hazard_rate(people.base[customer], self.mood_effect, people.mood[customer])

    mood_effect: float

    def arm(self, customer: int) -> None:
        """Schedule the churn if it falls before the next daily sweep."""
        rate, people = self.hazard_now(customer), self.customers
        if rate > 0 and people.alive[customer]:
            left = people.threshold[customer] - people.hazard[customer]
            when = self.now + max(0.0, left) / rate
            if when < self.next_sweep:
                self.calendar.at(when, handlers.CHURN, customer)

    def on_churn(self, customer: int, token: int) -> None:
        """The accumulated hazard may have reached the threshold (stale entries have not)."""
        people = self.customers
        if not people.alive[customer]:
            return
        self.settle_hazard(customer)
        if people.hazard[customer] >= people.threshold[customer] * (1 - 1e-12) - 1e-12:
            self.decide_to_leave(customer)
        else:
            self.arm(customer)

    def decide_to_leave(self, customer: int) -> None:
        """A customer wants to leave: silently at once, or by calling to cancel."""
        people, rules = self.customers, self.compiled.scenario.retention
        announced = self.compiled.on.announced_churn and (
            people.announce[customer] < rules.announced_share
        )
        if not announced:
            self.leave(customer, Departure.SILENT)
            return
        people.threshold[customer] = float("inf")
        wait = self.compiled.channels.next_opening(self.cancel_channel(), self.week_s())
        self.calendar.at(self.now + wait, handlers.CANCEL_CALL, customer)

    def on_cancel_call(self, customer: int, token: int) -> None:
        """The customer calls to cancel: a journey of its own."""
        if not self.customers.alive[customer]:
            return
        number = (1 << 40) + len(self.register.churn)
        draws = contact_draws(self.key, customer, number * ATTEMPTS)
        intent = self.cancel_intent
        journey = Journey(self.n_journeys, customer, intent, number, self.now, draws)
        journey.cancel = True
        self.n_journeys += 1
        self.open_journeys.setdefault(customer, []).append(journey)
        self.attempt(journey)

    cancel_intent: int

    def leave(self, customer: int, how: int) -> None:
        """The customer is gone: margin stops, open journeys end."""
        people = self.customers
        people.alive[customer] = 0
        people.left_s[customer] = self.now
        self.ledger.flow(self.ledger.margin, -people.margin_per_s[customer], self.now)
        self.register.churn.append((self.now, customer, how))
        for journey in list(self.open_journeys.get(customer, ())):
            contact = journey.contact
            if contact is not None and contact.state == State.QUEUED:
                contact.state = State.DONE
                self.waiting[contact.queue] -= 1
                effort = self.leg_effort(contact, self.now)
                self._record(contact, Outcome.LEFT, self.now, effort, 0.0, 0.0, 0.0)
                self.close(journey, JourneyOutcome.CHURNED)
            elif contact is None or contact.state == State.DONE:
                self.close(journey, JourneyOutcome.CHURNED)

    def saved(self, customer: int) -> None:
        """A leaver stays: a fresh threshold beyond the hazard accumulated so far."""
        people = self.customers
        index = 1 + len(self.register.churn)
        u = uniform(self.key, customer, index, Trait.CHURN_THRESHOLD)
        people.threshold[customer] = people.hazard[customer] - float(np.log(u))
        self.register.churn.append((self.now, customer, Departure.SAVED))
        if self.watch is not None:
            self.watch.stayed(self, customer)
