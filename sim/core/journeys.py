"""The state machine of journeys: needs, attempts, returns, and their end."""

from __future__ import annotations

from sim.behaviour.customers import (
    ces,
    choose,
    csat,
    nps,
    recontact_probability,
    survey_answers,
)
from sim.behaviour.durations import duration_s, normal_quantile
from sim.core import automation, closing, handlers, service
from sim.core.churn import Churn
from sim.core.entities import Contact, Journey
from sim.core.state import (
    ABANDONED,
    CHOICE,
    CHURNED,
    CLOSED_RESOLVED,
    ENTRY,
    GIVEN_UP,
    NEED,
    RESOLVED,
    RETRY_CLOSED_S,
    SAVED,
    SURVEY,
)
from sim.population.demand import ATTEMPTS
from sim.population.streams import Purpose, contact_draws
from sim.register.register import (
    C_CHANNEL,
    C_RELEASED,
    Context,
    Departure,
    JourneyOutcome,
    Outcome,
)
from sim.register.visibility import context_passed
from sim.tables.compiled import AUTOMATED, LIVE, SLOT_S


class Journeys(Churn):
    """The journeys of a world; ``World`` adds construction, the loop and the decisions."""

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
            and not closing.admits(self, contact)
        ):
            self.turned_away(contact)
            return
        service.enqueue(self, contact)  # type: ignore[arg-type]

    def turned_away(self, contact: Contact) -> None:
        """The channel is closed, or closes on who waits: a wasted effort, and another go later."""
        journey = contact.journey
        self.leg_ended(contact, Outcome.CLOSED, self.now)
        weight = self.compiled.sensitivity[self.customers.segment[journey.customer]]
        self.change_mood(journey.customer, -weight * contact.carried)
        self.after_contact(contact, Outcome.CLOSED)

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
            if contact.queued_s < 0:
                journey.attempts -= 1  # not offered, so no attempt: the same luck goes on
            wait, spread = self._reopening(contact.channel, self.week_s())
            delay = wait + u * spread
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

    def _reopening(self, channel: int, week_s: float) -> tuple[float, float]:
        """Return the seconds until a closed channel opens, and over which callers then spread."""
        closed_s, opens_s, spread = self.closures.get(channel, (0.0, 0.0, 0.0))
        if not closed_s <= week_s < opens_s:
            channels = self.compiled.channels
            closed_s = int(week_s / SLOT_S) * SLOT_S
            opens_s = closed_s + channels.next_opening(channel, closed_s)
            spread = min(RETRY_CLOSED_S, channels.open_for(channel, opens_s))
            self.closures[channel] = closed_s, opens_s, spread
        return opens_s - week_s, spread

    closures: dict[int, tuple[float, float, float]]  # of each channel the one looked up last

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
