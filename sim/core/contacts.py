"""The end of a contact: what the customer feels, buys and does next."""

from __future__ import annotations

from sim.behaviour.customers import adapted, experience, recontact_probability, tone_penalty
from sim.behaviour.durations import duration_s
from sim.core import churn, rows
from sim.core.state import handlers
from sim.core.state.codes import (
    ABANDONED,
    CLOSED,
    DONE,
    FOR_DELAY,
    FOR_REDIAL,
    FOR_RETURN,
    FOR_SALE,
    JOURNEY_CHURNED,
    JOURNEY_GIVEN_UP,
    JOURNEY_RESOLVED,
    JOURNEY_SAVED,
    QUEUED,
    RESOLVED,
    SAVED,
    STALE,
)
from sim.core.state.records import Contact, Journey
from sim.core.state.world_state import WorldState
from sim.decisions.actions import WRAP_UP
from sim.register.register import Departure
from sim.tables.compiled import ASYNCHRONOUS, SLOT_S

RETRY_CLOSED_S = 10800.0  # spread of the calls after a closed channel opens (assumption)


def ended(world: WorldState, contact: Contact, outcome: int, released_s: float) -> None:
    """An attempt is over: satisfaction, expectation, churn clock, sale, row, wrap-up."""
    rules, journey, people = world.satisfaction, contact.journey, world.customers
    customer = journey.customer
    contact.state = DONE
    effort = rows.leg_effort(world, contact, released_s)
    if outcome == ABANDONED:
        effort += rules.abandon_effort
    journey.effort += effort
    resolved = outcome == RESOLVED
    felt, gap = _feel(world, journey, contact, resolved, effort + contact.carried)
    if people.alive[customer]:
        change = world.compiled.mood_weight[journey.segment][journey.intent] * gap
        if journey.recovered and not resolved:
            change -= world.compiled.scenario.recovery.double_failure
        churn.change_mood(world, customer, change)
    journey.experience += felt
    sale = _sale(world, contact) if resolved and world.sells else 0.0
    rows.record(world, contact, outcome, released_s, effort, felt, gap, sale)
    if resolved and not world.surveys_each:  # nothing to decide
        if people.alive[customer] and not journey.cancel:
            rows.close(world, journey, JOURNEY_RESOLVED)
        else:
            after_contact(world, contact, outcome)
    else:
        world.agenda.append((WRAP_UP, (contact, outcome)))


def _feel(
    world: WorldState, journey: Journey, contact: Contact, resolved: bool, effort: float
) -> tuple[float, float]:
    """Return (experience, satisfaction gap) and let the expectation adapt."""
    rules, channels = world.satisfaction, world.compiled.channels
    last, penalty = journey.last_channel, 0.0
    journey.last_channel = contact.channel
    if last >= 0:
        penalty = tone_penalty(
            channels.tone[contact.channel], channels.tone[last], rules.tone_weight
        )
    outcome = rules.resolved if resolved else rules.unresolved
    felt = experience(outcome, effort, rules.effort_weight, penalty)
    usual, customer = world.customers.expectation, journey.customer
    expected = usual[customer]
    if world.adapts:
        usual[customer] = adapted(expected, felt, rules.adaptation)
    return felt, felt - expected


def _sale(world: WorldState, contact: Contact) -> float:
    sale = world.compiled.sale[contact.journey.intent]
    if sale is None:
        return 0.0
    channels = world.compiled.channels
    probability = sale[0] * channels.sale_factor[contact.channel]
    margin = sale[1] * channels.margin_factor[contact.channel]
    sold = margin if contact.draws[FOR_SALE] < probability else 0.0
    if world.luck is not None:
        world.luck.sale(world, contact, min(1.0, probability) * margin, sold)
    return sold


def after_contact(
    world: WorldState, contact: Contact, outcome: int, prevented: bool = False
) -> None:
    """Close the journey, or let the customer come back."""
    journey = contact.journey
    if not world.customers.alive[journey.customer]:
        rows.close(world, journey, JOURNEY_CHURNED)
    elif outcome == SAVED:
        rows.close(world, journey, JOURNEY_SAVED)
    elif journey.cancel:
        churn.leave(world, journey.customer, Departure.ANNOUNCED)
    elif outcome == RESOLVED or prevented:
        rows.close(world, journey, JOURNEY_RESOLVED)
    else:
        _return(world, contact, outcome)


def _return(world: WorldState, contact: Contact, outcome: int) -> None:
    """Schedule the next attempt of an unresolved journey, or give it up."""
    journey, rules, draws = contact.journey, world.returns, contact.draws
    on = world.compiled.on
    journey.contact = None
    journey.failed_channel = contact.channel
    if journey.attempts >= rules.max_attempts:
        _give_up(world, journey)
        return
    u = draws[FOR_DELAY]
    if outcome == CLOSED:
        journey.failed_channel = -1
        if contact.queued_s < 0:
            journey.attempts -= 1  # not offered, so no attempt: the same luck goes on
        wait, spread = _reopening(world, contact.channel, world.week_s())
        delay = wait + u * spread
    elif outcome == ABANDONED and on.redial and draws[FOR_REDIAL] < rules.redial_probability:
        journey.failed_channel = -1
        delay = duration_s(world.redial_delay, u)
    elif on.recontact and draws[FOR_RETURN] < recontact_probability(
        rules.recontact_probability, world.compiled.urgency[journey.intent]
    ):
        delay = duration_s(world.recontact_delay, u)
    else:
        _give_up(world, journey)
        return
    world.calendar.at(world.now + delay, handlers.RETURN, journey, journey.attempts)


def _give_up(world: WorldState, journey: Journey) -> None:
    """Close a journey that its customer gives up: it leaves a mark on the mood."""
    if journey.token >= 0 and world.customers.alive[journey.customer]:
        weight = world.compiled.sensitivity[journey.segment]
        churn.change_mood(world, journey.customer, weight * world.satisfaction.given_up)
    rows.close(world, journey, JOURNEY_GIVEN_UP)


def _reopening(world: WorldState, channel: int, week_s: float) -> tuple[float, float]:
    """Return the seconds until a closed channel opens, and over which callers then spread."""
    closed_s, opens_s, spread = world.closures.get(channel, (0.0, 0.0, 0.0))
    if not closed_s <= week_s < opens_s:
        channels = world.compiled.channels
        closed_s = int(week_s / SLOT_S) * SLOT_S
        opens_s = closed_s + channels.next_opening(channel, closed_s)
        spread = min(RETRY_CLOSED_S, channels.open_for(channel, opens_s))
        world.closures[channel] = closed_s, opens_s, spread
    return opens_s - week_s, spread


def gave_up_waiting(world: WorldState, contact: Contact) -> None:
    """An e-mail stays unanswered too long: the customer comes back on another channel."""
    journey = contact.journey
    if contact is not journey.contact:
        return
    journey.failed_channel = contact.channel
    journey.contact = None
    journey.contacts += 1  # its row follows when somebody opens it
    if journey.attempts < world.returns.max_attempts:
        world.calendar.at(world.now, handlers.RETURN, journey, journey.attempts)
    elif journey.cancel:
        churn.leave(world, journey.customer, Departure.ANNOUNCED)
    else:
        _give_up(world, journey)


def on_hang_up(world: WorldState, contact: Contact, token: int) -> None:
    """Patience is over: a caller abandons; an e-mail customer tries something else."""
    if contact.state != QUEUED:
        return
    if world.compiled.channels.kind[contact.channel] == ASYNCHRONOUS:
        contact.state = STALE
        gave_up_waiting(world, contact)
        return
    contact.state = DONE
    world.waiting[contact.queue] -= 1
    ended(world, contact, ABANDONED, world.now)


def turned_away(world: WorldState, contact: Contact) -> None:
    """The channel is closed, or closes on who waits: a wasted effort, and another go later."""
    journey = contact.journey
    rows.leg_ended(world, contact, CLOSED, world.now)
    weight = world.compiled.sensitivity[world.customers.segment[journey.customer]]
    churn.change_mood(world, journey.customer, -weight * contact.carried)
    after_contact(world, contact, CLOSED)


def journey_over(world: WorldState, contact: Contact) -> bool:
    """Close the journey if its customer has left meanwhile; return whether it was closed."""
    if world.customers.alive[contact.journey.customer]:
        return False
    rows.close(world, contact.journey, JOURNEY_CHURNED)
    return True


def next_leg(world: WorldState, contact: Contact, channel: int) -> Contact:
    """Return the next leg of the same attempt."""
    journey = contact.journey
    follow = Contact(
        world.n_contacts,
        journey,
        contact.requested,
        channel,
        world.now,
        contact.draws,
        journey.intent,
        from_channel=contact.channel,
        steering=contact.steering,
        carried=contact.carried,
    )
    world.n_contacts += 1
    journey.contact = follow
    return follow
