"""What a customer does after a contact: is done, comes back, gives up or leaves."""

from __future__ import annotations

from typing import Final

from sim.behaviour.customers import recontact_probability
from sim.behaviour.durations import duration_s
from sim.core.calendar import schedule
from sim.core.churn import change_mood, leave
from sim.core.codes import ON_RETURN, RANK_OURS
from sim.core.lessons import learns_from_attempt
from sim.core.opening import next_opening, open_for, week_s
from sim.core.records.bundles import World
from sim.core.rows import close_journey
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_DELAY, FOR_REDIAL, FOR_RETURN, draw
from sim.register.codes import (
    ABANDONED,
    CLOSED,
    DEPARTS_ANNOUNCED,
    JOURNEY_CHURNED,
    JOURNEY_GIVEN_UP,
    JOURNEY_RESOLVED,
    JOURNEY_SAVED,
    RESOLVED,
    SAVED,
)
from sim.tables.codes import SLOT_S

RETRY_CLOSED_S: Final = 10800.0  # spread of the calls after a closed channel opens (assumption)


def after_contact(world: World, c: Int, outcome: Int, prevented: Small) -> None:
    """Close the journey, or let the customer come back."""
    j = world.contacts.rows[c].journey
    journey = world.journeys.rows[j]
    if not world.customers.rows[journey.customer].alive:
        close_journey(world, j, journey, JOURNEY_CHURNED)
    elif outcome == SAVED:
        close_journey(world, j, journey, JOURNEY_SAVED)
    elif journey.cancel:
        leave(world, journey.customer, DEPARTS_ANNOUNCED)
    elif outcome == RESOLVED or prevented:
        close_journey(world, j, journey, JOURNEY_RESOLVED)
    else:
        _return(world, c, outcome)


def _return(world: World, c: Int, outcome: Int) -> None:
    """Schedule the next attempt of an unresolved journey, or give it up."""
    contact = world.contacts.rows[c]
    j = contact.journey
    journey = world.journeys.rows[j]
    firm = world.firm
    journey.contact = -1
    journey.failed_channel = contact.channel
    if journey.attempts >= firm.max_attempts:
        _give_up(world, j)
        return
    u = draw(contact.luck, FOR_DELAY)
    if outcome == CLOSED:
        journey.failed_channel = -1
        if contact.queued_s < 0.0:
            journey.attempts -= 1  # not offered, so no attempt: the same luck goes on
        delay_s = _after_opening(world, contact.channel, week_s(world), u)
    elif (
        outcome == ABANDONED
        and firm.redials
        and draw(contact.luck, FOR_REDIAL) < firm.redial_probability
    ):
        journey.failed_channel = -1
        delay_s = duration_s(world.firm.laws.rows[firm.redial_delay], u)
    elif firm.recontacts and draw(contact.luck, FOR_RETURN) < recontact_probability(
        firm.recontact_probability, world.firm.intents.rows[journey.intent].urgency
    ):
        delay_s = duration_s(world.firm.laws.rows[firm.recontact_delay], u)
    else:
        _give_up(world, j)
        return
    come_back(world, j, delay_s)


def come_back(world: World, j: Int, delay_s: Float) -> None:
    """Let the customer try again after a while."""
    journey = world.journeys.rows[j]
    at_s = world.now + delay_s
    schedule(world.calendar, at_s, RANK_OURS, ON_RETURN, j, journey.id, journey.attempts)


def _give_up(world: World, j: Int) -> None:
    """Close a journey that its customer gives up: it leaves a mark on the mood."""
    journey = world.journeys.rows[j]
    customer = world.customers.rows[journey.customer]
    if not journey.closed and customer.alive:
        weight = world.firm.segments.rows[journey.segment].sensitivity
        change_mood(world, journey.customer, customer, weight * world.firm.given_up)
    close_journey(world, j, journey, JOURNEY_GIVEN_UP)


def _after_opening(world: World, channel: Int, at_s: Float, u: Float) -> Float:
    """Return the seconds until a caller tries again: callers spread once the channel is open.

    How long an outage lasts, nobody knows: then they spread from now on.
    """
    slot_s = whole(at_s / SLOT_S) * SLOT_S
    opens_s = slot_s + next_opening(world, channel, slot_s)
    spread_s = min(RETRY_CLOSED_S, open_for(world, channel, opens_s))
    return max(opens_s, at_s) - at_s + u * spread_s


def gave_up_waiting(world: World, c: Int) -> None:
    """An e-mail stays unanswered too long: the customer comes back on another channel."""
    contact = world.contacts.rows[c]
    j = contact.journey
    journey = world.journeys.rows[j]
    if journey.contact != c:
        return
    journey.failed_channel = contact.channel
    journey.contact = -1
    journey.contacts += 1  # its row follows when somebody opens it
    if world.firm.customers_learn:
        learns_from_attempt(world, contact, journey, 0)
    if journey.attempts < world.firm.max_attempts:
        come_back(world, j, 0.0)
    elif journey.cancel:
        leave(world, journey.customer, DEPARTS_ANNOUNCED)
    else:
        _give_up(world, j)
