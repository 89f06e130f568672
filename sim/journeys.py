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
from sim.compiled import AUTOMATED, CALLBACK, DAY_S, LIVE, SLOT_S, WEEK_S, Compiled
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
from sim.scenario.customers import Choice, Return, Satisfaction, Survey
from sim.scenario.service import Tiredness
from sim.streams import Purpose, Trait, contact_draws, uniform
from sim.view import context_passed

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
    watch: Watch | None = None
    team_queues: list[list[int]]
    queue_teams: list[list[int]]
    decision_latency_s: float

    # -- the start of a journey and of an attempt ---------------------------------------------

    def on_need(self, at: int, token: int) -> None:
        """A need arises: open its journey and its first attempt; schedule the next need."""
        needs = self.needs
        following = at + 1
        if following < needs.n:
            self.calendar.at(needs.time_s[following], NEED, following)
        customer = needs.customer[at]
        people = self.customers
        if not people.alive[customer]:
            return
        number = self.n_journeys
        self.n_journeys = number + 1
        draws = needs.draws(at)
        journey = Journey(
            number,
            customer,
            people.segment[customer],
            needs.intent[at],
            needs.number[at],
            self.now,
            draws,
        )
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
        table, skill = self.compiled, self.customers.skill_bin[journey.customer]
        journey.attempts += 1
        if journey.cancel:
            requested = self.cancel_channel()
        elif journey.failed_channel < 0:
            row = table.cumulative[journey.segment][journey.intent][skill]
            requested = choose(row, journey.draws[CHOICE])
        else:
            weights = table.weights[journey.segment][journey.intent][skill]
            requested = self._second_choice(journey, weights)
        contact = Contact(self.n_contacts, journey, requested, self.now)
        self.n_contacts += 1
        journey.contact = contact
        if self.entry_is_forced:
            self.enter(contact)
        elif self.entry_by_rule and not self.agenda:
            self.enter_by_rule(contact)
        else:
            self.agenda.append((ENTRY, contact))

    def _second_choice(self, journey: Journey, weights: list[float]) -> int:
        """After a failure the failed channel loses its attraction."""
        aversion = 1 - self.choice.failure_aversion
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

    def enter_by_rule(self, contact: Contact) -> None:
        """Decide the entry by the default rule (with the other decisions)."""
        raise NotImplementedError

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
            if passed:
                contact.context = Context.PASSED
            else:
                contact.context = Context.REPEATED
                contact.prepared = 0.0  # what automation prepared did not arrive
        if self.straight[channel]:
            service.enqueue(self, contact)  # type: ignore[arg-type]
            return
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
            self._meets_closed(contact)
            return
        service.enqueue(self, contact)  # type: ignore[arg-type]

    def _meets_closed(self, contact: Contact) -> None:
        """Nobody is there: a wasted effort, and another go after the opening."""
        journey = contact.journey
        self.leg_ended(contact, Outcome.CLOSED, self.now)
        weight = self.compiled.sensitivity[self.customers.segment[journey.customer]]
        self.change_mood(journey.customer, -weight * contact.carried)
        self.after_contact(contact, Outcome.CLOSED)

    # -- the end of a contact ----------------------------------------------------------------

    def serviced(self, contact: Contact, agent: Agent) -> None:
        """A human contact is over for the customer: outcome, transfer or failure."""
        journey, table = contact.journey, self.compiled
        astray = contact.recognised != journey.intent
        journey.human = True
        if (
            table.channels.kind[contact.channel] == CALLBACK
            and contact.draws[ANSWER] < table.channels.no_answer[contact.channel]
        ):
            self.ended(contact, Outcome.UNREACHED, self.now)
        elif contact is not journey.contact:
            self.leg_ended(contact, Outcome.SUPERSEDED, self.now)
        elif journey.cancel:
            self.agenda.append((CANCEL, contact))
        elif astray and service.misrouted(self, contact, agent):  # type: ignore[arg-type]
            self._transfer(contact, 1)
        elif service.resolves(self, contact, agent):  # type: ignore[arg-type]
            self.ended(contact, RESOLVED, self.now)
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
        journey = contact.journey
        address = TRANSFERRED * tier + journey.need * ATTEMPTS + journey.attempts
        follow.draws = contact_draws(self.key, journey.customer, address)
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
        self.close(contact.journey, CHURNED)
        return True

    def leg_effort(self, contact: Contact, released_s: float) -> float:
        """Return the effort of one leg, with what its start has cost already."""
        rules, channels, channel = self.satisfaction, self.compiled.channels, contact.channel
        wait = extra = 0.0
        if contact.queued_s >= 0.0:
            until = contact.answered_s if contact.answered_s >= 0.0 else released_s
            wait = until - contact.queued_s
        if contact.context == REPEATED:
            extra = rules.repeat_effort
        if contact.journey.attempts > 1 and contact.from_channel < 0:
            extra += rules.attempt_effort
        if contact.steering and contact.from_channel < 0:
            choice, accepted = self.choice, contact.steering == 1
            extra += choice.effort_of_steering if accepted else choice.effort_of_refusal
        return contact_effort(
            channels.effort[channel], wait, channels.wait_scale[channel], rules.wait_weight, extra
        )

    def leg_ended(self, contact: Contact, outcome: int, released_s: float) -> None:
        """Record a leg that does not end the attempt."""
        contact.state = DONE
        effort = self.leg_effort(contact, released_s)
        contact.journey.effort += effort
        contact.carried += effort
        usual = self.satisfaction.initial_expectation
        self._record(contact, outcome, released_s, effort, usual, 0.0, 0.0)

    def ended(self, contact: Contact, outcome: int, released_s: float) -> None:
        """An attempt is over: satisfaction, expectation, churn clock, sale, row, wrap-up."""
        rules, journey, people = self.satisfaction, contact.journey, self.customers
        customer = journey.customer
        contact.state = DONE
        effort = self.leg_effort(contact, released_s)
        if outcome == ABANDONED:
            effort += rules.abandon_effort
        journey.effort += effort
        resolved = outcome == RESOLVED
        felt, gap = self._feel(journey, contact, resolved, effort + contact.carried)
        if people.alive[customer]:
            table = self.compiled
            change = table.sensitivity[journey.segment] * table.stakes[journey.intent] * gap
            if journey.recovered and not resolved:
                change -= self.compiled.scenario.recovery.double_failure
            self.change_mood(customer, change)
        journey.experience += felt
        sale = self._sale(contact) if resolved and self.sells else 0.0
        self._record(contact, outcome, released_s, effort, felt, gap, sale)
        if resolved and not self.surveys_each:  # nothing to decide
            if people.alive[customer] and not journey.cancel:
                self.close(journey, CLOSED_RESOLVED)
            else:
                self.after_contact(contact, outcome)
        else:
            self.agenda.append((WRAP_UP, (contact, outcome)))

    def _feel(
        self, journey: Journey, contact: Contact, resolved: bool, effort: float
    ) -> tuple[float, float]:
        """Return (experience, satisfaction gap) and let the expectation adapt."""
        rules, channels = self.satisfaction, self.compiled.channels
        last, penalty = journey.last_channel, 0.0
        journey.last_channel = contact.channel
        if last >= 0:
            penalty = tone_penalty(
                channels.tone[contact.channel], channels.tone[last], rules.tone_weight
            )
        outcome = rules.resolved if resolved else rules.unresolved
        felt = experience(outcome, effort, rules.effort_weight, penalty)
        usual, customer = self.customers.expectation, journey.customer
        expected = usual[customer]
        if self.adapts:
            usual[customer] = adapted(expected, felt, rules.adaptation)
        return felt, felt - expected

    def _line_s(self, contact: Contact, released_s: float) -> float:
        """Return the time on the line: who waits for a call back or an e-mail is not on it."""
        if self.compiled.channels.kind[contact.channel] in (LIVE, AUTOMATED):
            return released_s - contact.start_s
        return released_s - contact.answered_s if contact.answered_s >= 0 else 0.0

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
        customer, agent, channel = journey.customer, contact.agent, contact.channel
        rows, last_of = register.contacts, register.last_of
        team = number = -1
        if agent is not None:
            team, number = agent.team, agent.number
        wrap_up_s = contact.wrap_up_s
        cost, per_s = channels.cost[channel], channels.cost_per_s[channel]
        if per_s:
            cost += per_s * self._line_s(contact, released_s)
        if cost or sale:
            factor = self.ledger.discount(released_s)
            self.ledger.contacts += cost * factor
            self.ledger.sales += sale * factor
        row = len(rows)
        rows.append(
            (
                contact.id,
                journey.id,
                customer,
                journey.segment,
                journey.intent,
                contact.recognised,
                journey.attempts,
                channel,
                contact.requested,
                contact.from_channel,
                team,
                number,
                contact.start_s,
                contact.queued_s,
                contact.answered_s,
                released_s,
                released_s + wrap_up_s if wrap_up_s else released_s,
                contact.search_s,
                wrap_up_s,
                contact.others,
                contact.steering,
                contact.context,
                outcome,
                effort,
                felt,
                gap,
                sale,
                cost,
                last_of.get(customer, -1),
            )
        )
        last_of[customer] = row
        journey.last_row = row
        if outcome != SUPERSEDED:  # counted when the customer gave up waiting
            journey.contacts += 1

    # -- what follows ------------------------------------------------------------------------

    def after_contact(self, contact: Contact, outcome: int, prevented: bool = False) -> None:
        """Close the journey, or let the customer come back."""
        journey = contact.journey
        if not self.customers.alive[journey.customer]:
            self.close(journey, CHURNED)
        elif outcome == SAVED:
            self.close(journey, JourneyOutcome.SAVED)
        elif journey.cancel:
            self.leave(journey.customer, Departure.ANNOUNCED)
        elif outcome == RESOLVED or prevented:
            self.close(journey, CLOSED_RESOLVED)
        else:
            self._return(contact, outcome)

    def _return(self, contact: Contact, outcome: int) -> None:
        """Schedule the next attempt of an unresolved journey, or give it up."""
        journey, rules, draws = contact.journey, self.returns, contact.draws
        on = self.compiled.on
        journey.contact = None
        journey.failed_channel = contact.channel
        if journey.attempts >= rules.max_attempts:
            self.close(journey, GIVEN_UP)
            return
        u = draws[Purpose.DELAY]
        if outcome == Outcome.CLOSED:
            journey.failed_channel = -1
            journey.attempts -= 1  # not offered, so no attempt: the same luck goes on
            channels, week_s = self.compiled.channels, self.week_s()
            wait = channels.next_opening(contact.channel, week_s)
            delay = wait + u * min(
                RETRY_CLOSED_S, channels.open_for(contact.channel, week_s + wait)
            )
        elif (
            outcome == ABANDONED and on.redial and draws[Purpose.REDIAL] < rules.redial_probability
        ):
            journey.failed_channel = -1
            delay = duration_s(self.redial_delay, u)
        elif on.recontact and draws[Purpose.RETURN] < recontact_probability(
            rules.recontact_probability, self.compiled.urgency[journey.intent]
        ):
            delay = duration_s(self.recontact_delay, u)
        else:
            self.close(journey, GIVEN_UP)
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
        journey.contacts += 1  # its row follows when somebody opens it
        if journey.attempts < self.returns.max_attempts:
            self.calendar.at(self.now, handlers.RETURN, journey, journey.attempts)
        elif journey.cancel:
            self.leave(journey.customer, Departure.ANNOUNCED)
        else:
            self.close(journey, JourneyOutcome.GIVEN_UP)

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
        if outcome == GIVEN_UP and self.customers.alive[customer]:
            weight = self.compiled.sensitivity[journey.segment]
            self.change_mood(customer, weight * self.satisfaction.given_up)
        self.journey_row(journey, outcome)
        if self.surveys and outcome != CHURNED:
            self._survey(journey)

    def journey_row(self, journey: Journey, outcome: int) -> None:
        """Append the journey's row to the register."""
        self.register.journeys.append(
            (
                journey.id,
                journey.customer,
                journey.segment,
                journey.intent,
                journey.start_s,
                self.now,
                journey.contacts,
                journey.attempts,
                outcome,
                journey.first_channel,
                journey.effort,
                outcome == CLOSED_RESOLVED and journey.attempts == 1,
                journey.human,
                journey.experience,
                journey.cancel,
            )
        )

    def _survey(self, journey: Journey) -> None:
        if not self.survey.every_contact and journey.contacts:
            self.ask(journey, journey.last_row)

    def ask(self, journey: Journey, row: int) -> None:
        """Send a survey about the last contact; the answer, if any, is a row."""
        rules, draws = self.survey, journey.draws
        felt = journey.experience / max(1, journey.attempts)
        gap = felt - self.satisfaction.initial_expectation
        if not survey_answers(rules.response_rate, gap, rules.extreme_bias, draws[SURVEY]):
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
        before = people.mood[customer]
        after = mood_after(before, by, self.satisfaction.mood_limit)
        if not self.hazard_clock:
            people.mood[customer] = after
            if self.watch is not None:
                self.watch.mood_changed(self, customer, before)
            return
        base, now = people.base[customer], self.now
        passed = now - people.hazard_at[customer]
        hazard = people.hazard[customer] + hazard_rate(base, self.mood_effect, before) * passed
        people.hazard[customer], people.hazard_at[customer] = hazard, now
        people.mood[customer] = after
        if self.watch is not None:
            self.watch.mood_changed(self, customer, before)
        rate = hazard_rate(base, self.mood_effect, after)
        # Only what may fall before the sweep is armed: so few that the rest need not be asked.
        if hazard + rate * (self.next_sweep - now) * SLACK >= people.threshold[customer]:
            self.arm(customer)

    def settle_hazard(self, customer: int) -> None:
        """Accumulate the hazard of a customer up to now."""
        people, now = self.customers, self.now
        rate = hazard_rate(people.base[customer], self.mood_effect, people.mood[customer])
        people.hazard[customer] += rate * (now - people.hazard_at[customer])
        people.hazard_at[customer] = now

    def hazard_now(self, customer: int) -> float:
        """Return the leave-any-time hazard per second of a customer."""
        people = self.customers
        return hazard_rate(people.base[customer], self.mood_effect, people.mood[customer])

    mood_effect: float

    def arm(self, customer: int) -> None:
        """Schedule the churn if it falls before the next daily sweep."""
        people = self.customers
        rate = hazard_rate(people.base[customer], self.mood_effect, people.mood[customer])
        if rate > 0.0 and people.alive[customer]:
            left = people.threshold[customer] - people.hazard[customer]
            when = self.now + left / rate if left > 0.0 else self.now
            if when < self.next_sweep:
                self.calendar.at(when, CHURN, customer)

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
        number = (1 << 40) + self.customers.saves[customer]
        draws = contact_draws(self.key, customer, number * ATTEMPTS)
        segment, intent = self.customers.segment[customer], self.cancel_intent
        journey = Journey(self.n_journeys, customer, segment, intent, number, self.now, draws)
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
            if contact is not None and contact.state in (State.NEW, State.QUEUED):
                if contact.state == State.QUEUED:
                    self.waiting[contact.queue] -= 1
                contact.state = DONE
                effort = self.leg_effort(contact, self.now)
                self._record(contact, Outcome.LEFT, self.now, effort, 0.0, 0.0, 0.0)
                self.close(journey, CHURNED)
            elif contact is None or contact.state == DONE:
                self.close(journey, CHURNED)

    def saved(self, customer: int) -> None:
        """A leaver stays: a fresh threshold beyond the hazard accumulated so far."""
        people = self.customers
        people.saves[customer] += 1
        u = uniform(self.key, customer, people.saves[customer], Trait.CHURN_THRESHOLD)
        people.threshold[customer] = people.hazard[customer] - float(np.log(u))
        self.register.churn.append((self.now, customer, Departure.SAVED))
        if self.watch is not None:
            self.watch.stayed(self, customer)
