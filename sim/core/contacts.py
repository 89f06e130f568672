"""The end of a contact: outcome, transfer, satisfaction, money, and the one row in the register."""

from __future__ import annotations

from sim.behaviour.customers import (
    adapted,
    contact_effort,
    experience,
    tone_penalty,
)
from sim.core import service
from sim.core.entities import Agent, Contact, Journey
from sim.core.state import (
    ABANDONED,
    ANSWER,
    CANCEL,
    CHURNED,
    CLOSED_RESOLVED,
    DONE,
    REPEATED,
    RESOLVED,
    SUPERSEDED,
    TRANSFERRED,
    WRAP_UP,
    WorldState,
)
from sim.population.demand import ATTEMPTS
from sim.population.streams import Purpose, contact_draws
from sim.register.register import (
    Outcome,
)
from sim.tables.compiled import AUTOMATED, CALLBACK, LIVE


class Contacts(WorldState):
    """What follows for the customer when a contact, or one leg of it, ends."""

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
            change = self.compiled.mood_weight[journey.segment][journey.intent] * gap
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
        probability = sale[0] * channels.sale_factor[contact.channel]
        margin = sale[1] * channels.margin_factor[contact.channel]
        sold = margin if contact.draws[Purpose.SALE] < probability else 0.0
        if self.luck is not None:
            self.luck.sale(self, contact, min(1.0, probability) * margin, sold)
        return sold

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
        shift_s = -1.0
        if agent is not None:
            team, number, shift_s = agent.team, agent.number, agent.on_s
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
                shift_s,
            )
        )
        last_of[customer] = row
        journey.last_row = row
        if outcome != SUPERSEDED:  # counted when the customer gave up waiting
            journey.contacts += 1
