"""What follows a decision."""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    agent_at,
    channel_at,
    contact_at,
    customer_at,
    journey_at,
    new_treatment_row,
    offer_at,
    treatment_row_at,
)
from sim.core.automation import hand_over, try_again
from sim.core.calendar import schedule
from sim.core.churn import change_mood, offer_response_of, save, wake
from sim.core.codes import (
    DECIDE_DISPATCH,
    DECIDE_ENTRY,
    DECIDE_ESCALATION,
    DECIDE_WRAP_UP,
    GO_ON,
    MESSAGE,
    OFFER,
    ON_ENTER,
    RANK_OURS,
    RECOVER,
    SURVEY,
    TO_CHANNEL,
)
from sim.core.contacts import ended
from sim.core.journeys import enter
from sim.core.ledger import discount_at
from sim.core.queues import assign
from sim.core.records.bundles import World
from sim.core.resolving import acceptance_of, chance_of
from sim.core.returning import after_contact
from sim.core.rows import ask
from sim.core.seeking import take
from sim.core.signals import signal_of_steering
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_STEER, FOR_TREATMENT, draw
from sim.register.codes import ACCEPTED, LEFT, REFUSED, SAVED, UNRESOLVED


def apply_decision(world: World, action: Int, by: Small) -> None:
    """Let follow what an action says, for the question at hand; ``by``: a policy decided."""
    kind = world.pending_kind
    c = world.pending_contact
    if kind == DECIDE_ENTRY:
        _follow_entry(world, c, action, by)
    elif kind == DECIDE_WRAP_UP:
        _follow_wrap_up(world, c, action, world.pending_outcome)
    elif kind == DECIDE_DISPATCH and c < 0:
        a = world.pending_agent
        take(world, a, agent_at(world, a), action_at(world, action).target)
    elif kind == DECIDE_DISPATCH:
        assign(world, action_at(world, action).target, c)
    elif kind == DECIDE_ESCALATION:
        _follow_escalation(world, c, action)
    else:
        _follow_cancel(world, c, action)


def _follow_entry(world: World, c: Int, action: Int, by: Small) -> None:
    contact = contact_at(world, c)
    target = action_at(world, action).target
    if target != contact.requested:
        if _follows(world, c, target):
            contact.channel = target
            contact.steering = ACCEPTED
        else:
            contact.steering = REFUSED
        if world.firm.writes_signals:
            journey = journey_at(world, contact.journey)
            signal_of_steering(world, contact, journey, target, contact.steering == ACCEPTED)
    latency_s = world.firm.decision_latency_s
    if by and latency_s > 0.0:
        at_s = world.now + latency_s
        schedule(world.calendar, at_s, RANK_OURS, ON_ENTER, c, contact.id, 0)
    else:
        enter(world, c, contact, journey_at(world, contact.journey))


def _follows(world: World, c: Int, target: Int) -> Small:
    """Return whether the customer lets the firm steer to another channel."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    chance = acceptance_of(world, journey.customer, journey.segment, target)
    return draw(contact.luck, FOR_STEER) < chance


def _follow_escalation(world: World, c: Int, action: Int) -> None:
    act = action_at(world, action)
    if act.verb == TO_CHANNEL:
        hand_over(world, c, act.target)
    elif act.verb == GO_ON:
        try_again(world, c)
    else:
        contact = contact_at(world, c)
        journey = journey_at(world, contact.journey)
        ended(world, c, contact, journey, UNRESOLVED, world.now)


def _follow_wrap_up(world: World, c: Int, action: Int, outcome: Int) -> None:
    firm = world.firm
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    verb = action_at(world, action).verb
    prevented = False
    if verb == RECOVER:
        _treat(world, c, action, firm.recovery_uplift, firm.recovery_cost, firm.woken_by_call)
        journey.recovered = 1
    elif verb == SURVEY:
        ask(world, journey)
    elif verb == MESSAGE:
        chance = chance_of(world, journey, journey.customer, firm.outbound, -1)
        prevented = draw(contact.luck, FOR_TREATMENT) < chance
        cost = channel_at(world, firm.outbound).cost
        _treat(world, c, action, firm.message_uplift, cost, firm.woken_by_message)
    elif verb == OFFER:
        _offer(world, c, action)
    after_contact(world, c, outcome, prevented)


def _offer(world: World, c: Int, action: Int) -> Small:
    """Make a retention offer (it may backfire); return whether it is taken, and costs."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    offer = offer_at(world, action_at(world, action).target)
    customer = customer_at(world, journey.customer)
    effect = offer.strength * offer_response_of(world, customer, offer.response_sd)
    leaving = journey.cancel and draw(contact.luck, FOR_TREATMENT) >= effect
    taken = effect > 0.0 and not leaving
    cost = offer.cost if taken else 0.0
    _treat(world, c, action, effect, cost, world.firm.woken_by_offer)
    return taken


def _treat(world: World, c: Int, action: Int, effect: Float, cost: Float, wakes: Float) -> None:
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    world.treatment_costs += cost * discount_at(world, world.now)
    row = treatment_row_at(world, new_treatment_row(world))
    row.time_s = world.now
    row.customer = journey.customer
    row.journey = journey.id
    row.contact = contact.id
    row.treatment = action
    row.effect = effect
    row.cost = cost
    customer = customer_at(world, journey.customer)
    wake(world, journey.customer, customer, wakes)
    change_mood(world, journey.customer, customer, effect)


def _follow_cancel(world: World, c: Int, action: Int) -> None:
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    if action_at(world, action).verb == OFFER and _offer(world, c, action):
        save(world, journey.customer)
        ended(world, c, contact, journey, SAVED, world.now)
        return
    ended(world, c, contact, journey, LEFT, world.now)
