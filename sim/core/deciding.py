"""Decisions: what is legal, what the rule would do, who decides, and what follows.

Handlers put decisions on the agenda; ``settle`` takes them one after the other, each seeing the
effect of the one before. Moves without a choice play themselves and are not recorded.
"""

from __future__ import annotations

from typing import Any

from sim.behaviour.customers import accepts_steering
from sim.core import automation, churn, contacts, journeys, queues, rows
from sim.core.observe import observe
from sim.core.state import handlers
from sim.core.state.codes import (
    FOR_DETECT,
    FOR_STEER,
    FOR_TREATMENT,
    LEFT,
    QUEUED,
    RESOLVED,
    SAVED,
    UNRESOLVED,
)
from sim.core.state.records import Agent, Contact
from sim.core.state.world_state import Legal, Pending, WorldState
from sim.decisions.actions import DISPATCH, ENTRY, ESCALATION, WRAP_UP, Kind, PolicyError
from sim.decisions.view import View
from sim.tables.compiled import AUTOMATED, CALLBACK


def settle(world: WorldState) -> bool:
    """Empty the agenda; return True when a decision has to come from outside."""
    agenda = world.agenda
    while agenda:
        kind, subject = agenda.popleft()
        if kind == ENTRY:
            legal, default = journeys.legal_entries(world, subject)
        elif kind == WRAP_UP:
            legal, default = _wrap_up(world, subject)
        elif kind == DISPATCH:
            legal, default = _dispatch(world, subject)
        elif kind == ESCALATION:
            legal, default = _escalation(world, subject)
        else:
            legal, default = world.cancel_legal, world.cancel_legal[0]
        if not legal:
            continue
        if len(legal) == 1:
            _apply(world, kind, subject, legal[0], False)
            continue
        if kind in world.external:
            world.pending = Pending(kind, subject, legal, default)
            return True
        decider = world.deciders[kind]
        if decider is None:
            action = default
        else:
            action = decider.decide(observe(world, kind, subject, legal, default, decider.reads))
            if action not in legal:
                raise _illegal(world, decider, kind, action, legal)
        _record_decision(world, kind, subject, legal, default, action, decider is not None)
        _apply(world, kind, subject, action, decider is not None)
    return False


def answer(world: WorldState, action: int) -> None:
    """Give the pending decision its action."""
    pending = world.pending
    if pending is None:
        raise RuntimeError("no decision is pending")
    kind, subject, legal, default = pending
    if action not in legal:
        raise _illegal(world, "the environment's action", kind, action, legal)
    world.pending = None
    _record_decision(world, kind, subject, legal, default, action, True)
    _apply(world, kind, subject, action, True)


def pending_view(world: WorldState, reads: frozenset[str]) -> View:
    """Return the view of the pending decision."""
    if world.pending is None:
        raise RuntimeError("no decision is pending")
    kind, subject, legal, default = world.pending
    return observe(world, kind, subject, legal, default, reads)


def _illegal(world: WorldState, who: object, kind: int, action: int, legal: Legal) -> PolicyError:
    names = [world.compiled.actions[a].name for a in legal]
    return PolicyError(
        f"{who}: illegal action {action!r} for a {Kind(kind).name.lower()} decision; "
        f"legal are {dict(zip(legal, names, strict=True))}"
    )


def _record_decision(
    world: WorldState,
    kind: int,
    subject: Any,
    legal: Legal,
    default: int,
    action: int,
    by_policy: bool,
) -> None:
    contact = subject[0] if kind == WRAP_UP else subject
    journey = customer = number = -1
    if contact.__class__ is Contact:
        number, journey, customer = contact.id, contact.journey.id, contact.journey.customer
    world.register.decisions.append(
        (world.now, kind, journey, customer, number, action, default, len(legal), by_policy)
    )


def _apply(world: WorldState, kind: int, subject: Any, action: int, by_policy: bool) -> None:
    if kind == ENTRY:
        _apply_entry(world, subject, action, by_policy)
    elif kind == WRAP_UP:
        _apply_wrap_up(world, subject, action)
    elif kind == DISPATCH:
        _apply_dispatch(world, subject, action)
    elif kind == ESCALATION:
        _apply_escalation(world, subject, action)
    else:
        _apply_cancel(world, subject, action)


def _apply_entry(world: WorldState, contact: Contact, action: int, by_policy: bool) -> None:
    table = world.compiled
    target = table.actions[action].target
    if target != contact.requested:
        channels, draws = table.channels, contact.draws
        if channels.kind[target] == CALLBACK:
            share = 1.0
        else:
            share = table.steering_acceptance[world.customers.segment[contact.journey.customer]]
        if accepts_steering(share, channels.acceptance[target], draws[FOR_STEER]):
            contact.channel, contact.steering = target, 1
        else:
            contact.steering = 2
    if by_policy and world.decision_latency_s > 0:
        world.calendar.at(world.now + world.decision_latency_s, handlers.ENTER, contact)
    else:
        journeys.enter(world, contact)


def _escalation(world: WorldState, contact: Contact) -> tuple[Legal, int]:
    targets = automation.hand_over_targets(world, contact)
    reach = [world.escalate[c] for c in targets]
    go_on, end = world.escalation_ends
    return (go_on, end, *reach), reach[0] if reach else go_on


def _apply_escalation(world: WorldState, contact: Contact, action: int) -> None:
    verb, target = world.compiled.actions[action].verb, world.compiled.actions[action].target
    if verb == "channel":
        automation.hand_over(world, contact, target)
    elif verb == "continue":
        automation.try_again(world, contact)
    else:
        contacts.ended(world, contact, UNRESOLVED, world.now)


def _dispatch(world: WorldState, subject: Agent | Contact) -> tuple[Legal, int]:
    if isinstance(subject, Agent):
        options = queues.work(world, subject)
        if not options:
            queues.rest_idle(world, subject)
            return (), -1
        rule = queues.default_queue(world, options)
        legal = tuple([world.dispatch_queue[q] for q in sorted(set(options))])
        return legal, world.dispatch_queue[rule]
    if subject.state != QUEUED:
        return (), -1
    teams = queues.able_teams(world, subject)
    if not teams:
        return (), -1
    legal = tuple([world.dispatch_team[t] for t in teams])
    return legal, legal[0]


def _apply_dispatch(world: WorldState, subject: Agent | Contact, action: int) -> None:
    target = world.compiled.actions[action].target
    if isinstance(subject, Agent):
        queues.take(world, subject, target)
    else:
        queues.assign(world, target, subject)


def _wrap_up(world: WorldState, subject: tuple[Contact, int]) -> tuple[Legal, int]:
    contact, outcome = subject
    plain, failing = world.wrap_up_legal
    journey, channels = contact.journey, world.compiled.channels
    if journey.cancel or not world.customers.alive[journey.customer]:
        return plain[:1], plain[0]
    seen_failing = outcome != RESOLVED and not (
        channels.kind[contact.channel] == AUTOMATED
        and contact.draws[FOR_DETECT] >= channels.detection[contact.channel]
    )
    return failing if seen_failing else plain, plain[0]


def _apply_wrap_up(world: WorldState, subject: tuple[Contact, int], action: int) -> None:
    contact, outcome = subject
    act, journey = world.compiled.actions[action], contact.journey
    rules, prevented = world.compiled.scenario.recovery, False
    if act.verb == "recover":
        _treat(world, contact, action, rules.uplift, rules.cost)
        journey.recovered = True
    elif act.verb == "survey":
        rows.ask(world, journey, journey.last_row)
    elif act.verb == "message":
        outbound = world.compiled.channels.outbound
        p = world.compiled.resolution[journey.intent][outbound]
        prevented = contact.draws[FOR_TREATMENT] < p
        _treat(world, contact, action, rules.message_uplift, world.compiled.channels.cost[outbound])
    elif act.verb == "offer":
        _offer(world, contact, action)
    contacts.after_contact(world, contact, outcome, prevented)


def _offer(world: WorldState, contact: Contact, action: int) -> bool:
    """Make a retention offer (it may backfire); return whether it is taken, and costs."""
    index = world.compiled.actions[action].target
    offer = world.offer_rules[index]
    response = churn.offer_response(world, contact.journey.customer, offer.response_sd)
    effect = offer.strength * response
    leaving = contact.journey.cancel and contact.draws[FOR_TREATMENT] >= effect
    taken = effect > 0 and not leaving
    _treat(world, contact, action, effect, offer.cost if taken else 0.0)
    return taken


def _treat(world: WorldState, contact: Contact, action: int, effect: float, cost: float) -> None:
    customer = contact.journey.customer
    world.ledger.treatments += cost * world.ledger.discount(world.now)
    world.register.treatments.append(
        (world.now, customer, contact.journey.id, contact.id, action, effect, cost)
    )
    churn.change_mood(world, customer, effect)


def _apply_cancel(world: WorldState, contact: Contact, action: int) -> None:
    if world.compiled.actions[action].verb == "offer" and _offer(world, contact, action):
        churn.saved(world, contact.journey.customer)
        contacts.ended(world, contact, SAVED, world.now)
        return
    contacts.ended(world, contact, LEFT, world.now)
