"""Decisions: what is legal, what the rule would do, who decides, and what follows.

Handlers put decisions on the agenda; ``settle`` takes them one after the other, each seeing the
effect of the one before. Moves without a choice play themselves and are not recorded.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.behaviour.customers import accepts_steering
from sim.behaviour.durations import normal_quantile
from sim.behaviour.retention import hazard_rate, log_odds, renewal_probability
from sim.core import automation, handlers, service
from sim.core.entities import Agent, Contact, State
from sim.core.journeys import Journeys
from sim.core.observe import observe
from sim.decisions.actions import Decider, Kind, PolicyError
from sim.decisions.view import View
from sim.population.streams import Purpose
from sim.register.register import Outcome
from sim.tables.compiled import AUTOMATED, CALLBACK, LIVE, SLOT_S

RULE, POLICY = 0, 1
RESOLVED, DETECT = Outcome.RESOLVED, Purpose.DETECT
Legal = tuple[int, ...]


class Pending(NamedTuple):
    """A decision that waits for an answer from outside (the environment's step)."""

    kind: int
    subject: Any
    actions: Legal
    default: int


class Deciding(Journeys):
    """The agenda of a world."""

    deciders: list[Decider | None]
    external: frozenset[int]
    pending: Pending | None
    legal_cache: dict[tuple[int, int, int], Legal]

    def settle(self) -> bool:
        """Empty the agenda; return True when a decision has to come from outside."""
        agenda = self.agenda
        while agenda:
            kind, subject = agenda.popleft()
            if kind == 0:
                legal, default = self._entry(subject)
            elif kind == 3:
                legal, default = self._wrap_up(subject)
            elif kind == 2:
                legal, default = self._dispatch(subject)
            elif kind == 1:
                legal, default = self._escalation(subject)
            else:
                legal, default = self._cancel(subject)
            if not legal:
                continue
            if len(legal) == 1:
                self._apply(kind, subject, legal[0], False)
                continue
            if kind in self.external:
                self.pending = Pending(kind, subject, legal, default)
                return True
            decider = self.deciders[kind]
            if decider is None:
                action = default
            else:
                action = decider.decide(observe(self, kind, subject, legal, default, decider.reads))
                if action not in legal:
                    raise self._illegal(decider, kind, action, legal)
            self._record_decision(kind, subject, legal, default, action, decider is not None)
            self._apply(kind, subject, action, decider is not None)
        return False

    def answer(self, action: int) -> None:
        """Give the pending decision its action."""
        pending = self.pending
        if pending is None:
            raise RuntimeError("no decision is pending")
        kind, subject, legal, default = pending
        if action not in legal:
            raise self._illegal("the environment's action", kind, action, legal)
        self.pending = None
        self._record_decision(kind, subject, legal, default, action, True)
        self._apply(kind, subject, action, True)

    def pending_view(self, reads: frozenset[str]) -> View:
        """Return the view of the pending decision."""
        if self.pending is None:
            raise RuntimeError("no decision is pending")
        kind, subject, legal, default = self.pending
        return observe(self, kind, subject, legal, default, reads)

    def _illegal(self, who: object, kind: int, action: int, legal: Legal) -> PolicyError:
        names = [self.compiled.actions[a].name for a in legal]
        return PolicyError(
            f"{who}: illegal action {action!r} for a {Kind(kind).name.lower()} decision; "
            f"legal are {dict(zip(legal, names, strict=True))}"
        )

    def _record_decision(
        self, kind: int, subject: Any, legal: Legal, default: int, action: int, by_policy: bool
    ) -> None:
        contact = subject[0] if kind == 3 else subject
        journey = customer = number = -1
        if contact.__class__ is Contact:
            number, journey, customer = contact.id, contact.journey.id, contact.journey.customer
        self.register.decisions.append(
            (self.now, kind, journey, customer, number, action, default, len(legal), by_policy)
        )

    def _apply(self, kind: int, subject: Any, action: int, by_policy: bool) -> None:
        if kind == 0:
            self._apply_entry(subject, action, by_policy)
        elif kind == 3:
            self._apply_wrap_up(subject, action)
        elif kind == 2:
            self._apply_dispatch(subject, action)
        elif kind == 1:
            self._apply_escalation(subject, action)
        else:
            self._apply_cancel(subject, action)

    # -- entry -------------------------------------------------------------------------------

    def _entry(self, contact: Contact) -> tuple[Legal, int]:
        table, requested = self.compiled, contact.requested
        default = table.entry_action[requested]
        journey = contact.journey
        if journey.cancel:
            return (default,), default
        callback = self._callback_for(requested) if self.callback_of else -1
        if not table.regime.steering:
            if callback < 0:
                return (default,), default
            return (default, table.entry_action[callback]), default
        pattern = table.channels.pattern[int(self.week_s() / SLOT_S)] if self.closes else 0
        key = (journey.seen_intent, requested, pattern * 64 + callback)
        legal = self.legal_cache.get(key)
        if legal is None:
            legal = self._legal_entry(journey.seen_intent, requested, callback)
            self.legal_cache[key] = legal
        return legal, default

    def _legal_entry(self, intent: int, requested: int, callback: int) -> Legal:
        table = self.compiled
        channels, resolution = table.channels, table.resolution[intent]
        return tuple(
            table.entry_action[c]
            for c in range(channels.n)
            if c in (requested, callback)
            or (
                channels.chosen[c]
                and resolution[c] > 0
                and (channels.kind[c] != LIVE or self.is_open(c))
            )
        )

    def _callback_for(self, requested: int) -> int:
        """Return the callback channel that relieves a busy live channel, or -1."""
        channels = self.compiled.channels
        callback = self.callback_of.get(requested, -1)
        if callback < 0 or not self.is_open(requested) or not channels.enabled[callback]:
            return -1
        busy = any(self.waiting[q] for q in self.channel_queues[requested])
        return callback if busy else -1

    callback_of: dict[int, int]
    closes: bool
    sole_queue: list[int]
    staffed_channels: list[int]

    def enter_by_rule(self, contact: Contact) -> None:
        """Let a contact enter where its customer turned to, as the default rule does."""
        legal, default = self._entry(contact)
        if len(legal) > 1:
            journey = contact.journey
            self.register.decisions.append(
                (
                    self.now,
                    0,
                    journey.id,
                    journey.customer,
                    contact.id,
                    default,
                    default,
                    len(legal),
                    False,
                )
            )
        self.enter(contact)

    def _apply_entry(self, contact: Contact, action: int, by_policy: bool) -> None:
        table = self.compiled
        target = table.actions[action].target
        if target != contact.requested:
            channels, draws = table.channels, contact.draws
            if channels.kind[target] == CALLBACK:
                share = 1.0
            else:
                share = table.steering_acceptance[self.customers.segment[contact.journey.customer]]
            if accepts_steering(share, channels.acceptance[target], draws[Purpose.STEER]):
                contact.channel, contact.steering = target, 1
            else:
                contact.steering = 2
        if by_policy and self.decision_latency_s > 0:
            self.calendar.at(self.now + self.decision_latency_s, handlers.ENTER, contact)
        else:
            self.enter(contact)

    def on_enter(self, contact: Contact, token: int) -> None:
        """A contact whose decision took time goes to its channel."""
        if not self.journey_over(contact):
            self.enter(contact)

    # -- escalation --------------------------------------------------------------------------

    def _escalation(self, contact: Contact) -> tuple[Legal, int]:
        targets = automation.hand_over_targets(self, contact)  # type: ignore[arg-type]
        reach = [self.escalate[c] for c in targets]
        go_on, end = self.escalation_ends
        return (go_on, end, *reach), reach[0] if reach else go_on

    def _apply_escalation(self, contact: Contact, action: int) -> None:
        verb, target = self.compiled.actions[action].verb, self.compiled.actions[action].target
        if verb == "channel":
            automation.hand_over(self, contact, target)  # type: ignore[arg-type]
        elif verb == "continue":
            automation.try_again(self, contact)  # type: ignore[arg-type]
        else:
            self.ended(contact, Outcome.UNRESOLVED, self.now)

    # -- dispatch ----------------------------------------------------------------------------

    def _dispatch(self, subject: Agent | Contact) -> tuple[Legal, int]:
        if isinstance(subject, Agent):
            options = service.work(self, subject)  # type: ignore[arg-type]
            if not options:
                service.rest_idle(self, subject)  # type: ignore[arg-type]
                return (), -1
            rule = service.default_queue(self, options)  # type: ignore[arg-type]
            legal = tuple([self.dispatch_queue[q] for q in sorted(set(options))])
            return legal, self.dispatch_queue[rule]
        if subject.state != State.QUEUED:
            return (), -1
        teams = service.able_teams(self, subject)  # type: ignore[arg-type]
        if not teams:
            return (), -1
        legal = tuple([self.dispatch_team[t] for t in teams])
        return legal, legal[0]

    def _apply_dispatch(self, subject: Agent | Contact, action: int) -> None:
        target = self.compiled.actions[action].target
        if isinstance(subject, Agent):
            service.take(self, subject, target)  # type: ignore[arg-type]
        else:
            service.assign(self, target, subject)  # type: ignore[arg-type]

    # -- wrap-up -----------------------------------------------------------------------------

    def _wrap_up(self, subject: tuple[Contact, int]) -> tuple[Legal, int]:
        contact, outcome = subject
        plain, failing = self.wrap_up_legal
        journey, channels = contact.journey, self.compiled.channels
        if journey.cancel or not self.customers.alive[journey.customer]:
            return plain[:1], plain[0]
        seen_failing = outcome != RESOLVED and not (
            channels.kind[contact.channel] == AUTOMATED
            and contact.draws[DETECT] >= channels.detection[contact.channel]
        )
        return failing if seen_failing else plain, plain[0]

    def _apply_wrap_up(self, subject: tuple[Contact, int], action: int) -> None:
        contact, outcome = subject
        act, journey = self.compiled.actions[action], contact.journey
        rules, prevented = self.compiled.scenario.recovery, False
        if act.verb == "recover":
            self._treat(contact, action, rules.uplift, rules.cost)
            journey.recovered = True
        elif act.verb == "survey":
            self.ask(journey, journey.last_row)
        elif act.verb == "message":
            outbound = self.compiled.channels.outbound
            p = self.compiled.resolution[journey.intent][outbound]
            prevented = contact.draws[Purpose.TREATMENT] < p
            self._treat(
                contact, action, rules.message_uplift, self.compiled.channels.cost[outbound]
            )
        elif act.verb == "offer":
            self._offer(contact, action)
        self.after_contact(contact, outcome, prevented)

    def _offer(self, contact: Contact, action: int) -> bool:
        """Make a retention offer (it may backfire); return whether it is taken, and costs."""
        index = self.compiled.actions[action].target
        offer = self.offer_rules[index]
        response = self.offer_response(contact.journey.customer, offer.response_sd)
        effect = offer.strength * response
        leaving = contact.journey.cancel and contact.draws[Purpose.TREATMENT] >= effect
        taken = effect > 0 and not leaving
        self._treat(contact, action, effect, offer.cost if taken else 0.0)
        return taken

    offer_rules: list[Any]

    # Set by the world's construction; actions by channel, queue, team, and whether it failed.
    escalation_ends: tuple[int, int]
    escalate: list[int]
    dispatch_queue: list[int]
    dispatch_team: list[int]
    wrap_up_legal: tuple[Legal, Legal]
    cancel_legal: Legal
    channel_teams: list[list[int]]
    mean_handle_s: list[float]
    mean_slots: list[int]

    segment_hazard: list[float]
    mean_hazard: float
    contract_clock: bool

    def usual_hazard(self, segment: int, mood: float) -> float:
        """Return the firm's estimate of a customer's churn hazard per month."""
        base = self.mean_hazard if segment < 0 else self.segment_hazard[segment]
        if self.contract_clock and 0 < base < 1:
            return renewal_probability(log_odds(base), self.mood_effect, mood)
        return hazard_rate(base, self.mood_effect, mood)

    def offer_response(self, customer: int, sd: float) -> float:
        """Return a customer's latent response to retention offers."""
        people = self.customers
        mean = self.compiled.offer_response[people.segment[customer]]
        return mean + sd * normal_quantile(people.offer_response[customer])

    def _treat(self, contact: Contact, action: int, effect: float, cost: float) -> None:
        customer = contact.journey.customer
        self.ledger.treatments += cost * self.ledger.discount(self.now)
        self.register.treatments.append(
            (self.now, customer, contact.journey.id, contact.id, action, effect, cost)
        )
        self.change_mood(customer, effect)

    # -- cancel ------------------------------------------------------------------------------

    def _cancel(self, contact: Contact) -> tuple[Legal, int]:
        return self.cancel_legal, self.cancel_legal[0]

    def _apply_cancel(self, contact: Contact, action: int) -> None:
        if self.compiled.actions[action].verb == "offer" and self._offer(contact, action):
            self.saved(contact.journey.customer)
            self.ended(contact, Outcome.SAVED, self.now)
            return
        self.ended(contact, Outcome.LEFT, self.now)
