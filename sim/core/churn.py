"""Moods, churn clocks and departures."""

from __future__ import annotations

import numpy as np

from sim.behaviour.customers import (
    mood_after,
)
from sim.behaviour.retention import hazard_rate
from sim.core import handlers
from sim.core.contacts import Contacts
from sim.core.entities import Journey, State
from sim.core.state import CHURN, CHURNED, DONE, SLACK
from sim.population.demand import ATTEMPTS
from sim.population.streams import Trait, contact_draws, uniform
from sim.register.register import (
    Departure,
    Outcome,
)
from sim.tables.compiled import LIVE


class Churn(Contacts):
    """How moods change, when customers leave, and who announces it."""

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

    def cancel_channel(self) -> int:
        """Return the channel for cancellation: the first enabled live one, else the first open."""
        channels = self.compiled.channels
        live = [c for c in range(channels.n) if channels.kind[c] == LIVE and channels.enabled[c]]
        return live[0] if live else next(c for c in range(channels.n) if channels.chosen[c])
