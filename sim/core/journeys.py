"""Journeys: needs, attempts and the channels that contacts go to."""

from __future__ import annotations

from typing import Final

from sim.behaviour.durations import duration_s
from sim.core.accessors import (
    new_decision_row,
    new_journey,
)
from sim.core.calendar import schedule
from sim.core.choosing import chosen_channel, recognised_intent
from sim.core.closing import admits
from sim.core.codes import (
    AT_ONCE,
    DECIDE_ENTRY,
    DONE,
    IN_DIALOGUE,
    NEXT_DAY,
    ON_AUTOMATED_END,
    RANK_OURS,
)
from sim.core.contacts import (
    journey_over,
    new_leg,
    put_on_agenda,
    turned_away,
)
from sim.core.entering import count_entries, entry_choice
from sim.core.knowing import know, last_midnight
from sim.core.lists import join_open
from sim.core.opening import is_down, is_open
from sim.core.queues import enqueue
from sim.core.records.bundles import World
from sim.core.records.state import Contact, Customer, Journey, Need
from sim.core.resolving import difficulty_of
from sim.native_types import U64, Float, Int, Small
from sim.population.draws import (
    ATTEMPTS,
    FOR_AUTO_TIME,
    FOR_RECOGNISE,
    draw,
    luck_at,
)
from sim.register.codes import (
    PASSED,
    REPEATED,
)
from sim.tables.codes import AUTOMATED, LIVE

CANCEL_NEED: Final = 1099511627776  # 2^40: cancel calls are beyond all needs by number


def on_need(world: World, need: Need) -> None:
    """A need arises: open its journey and its first attempt."""
    customer = world.customers.rows[need.customer]
    if not customer.alive:
        return
    j = open_journey(world, need.customer, customer, need.intent, need.number, need.luck)
    journey = world.journeys.rows[j]
    journey.difficulty = difficulty_of(world, need.customer, need.number)
    attempt(world, j, journey, customer)


def open_journey(
    world: World, who: Int, customer: Customer, intent: Int, need: Int, luck: U64
) -> Small:
    """Return a new journey of a customer, with the luck of its first attempt."""
    j = new_journey(world)
    journey = world.journeys.rows[j]
    journey.id = world.n_journeys
    world.n_journeys += 1
    journey.customer = who
    journey.segment = customer.segment
    journey.intent = intent
    journey.need = need
    journey.start_s = world.now
    journey.luck = luck
    journey.key = world.key
    join_open(world, j, journey, customer)
    return j


def on_return(world: World, j: Int, id: Int, attempts: Int) -> None:
    """The customer comes back with the same need."""
    journey = world.journeys.rows[j]
    if journey.id != id or journey.closed or attempts != journey.attempts:
        return
    address = journey.need * ATTEMPTS + min(attempts, ATTEMPTS - 2)
    journey.luck = luck_at(world.key, journey.customer, address)
    attempt(world, j, journey, world.customers.rows[journey.customer])


def on_cancel_call(world: World, who: Int) -> None:
    """The customer calls to cancel: a journey of its own."""
    customer = world.customers.rows[who]
    if not customer.alive:
        return
    number = CANCEL_NEED + customer.saves
    luck = luck_at(world.key, who, number * ATTEMPTS)
    j = open_journey(world, who, customer, world.firm.cancel_intent, number, luck)
    journey = world.journeys.rows[j]
    journey.cancel = 1
    attempt(world, j, journey, customer)


def attempt(world: World, j: Int, journey: Journey, customer: Customer) -> None:
    """The customer turns to a channel of their choice; the entry is then decided."""
    firm = world.firm
    journey.attempts += 1
    requested = firm.cancel_channel if journey.cancel else chosen_channel(world, journey, customer)
    journey.attempt_s = world.now
    c = new_leg(world, j, journey, requested, requested)
    if firm.mistakes_customers or firm.mistakes_intents:
        know(world, world.contacts.rows[c], journey)
    if firm.entry_is_forced:
        enter(world, c, world.contacts.rows[c], journey)
    elif world.entry_by_rule and world.agenda_first < 0:
        _enter_by_rule(world, c, world.contacts.rows[c], journey)
    else:
        put_on_agenda(world, DECIDE_ENTRY, c, -1, 0)


def _enter_by_rule(world: World, c: Int, contact: Contact, journey: Journey) -> None:
    """Let a contact enter where its customer turned to, as the default rule does."""
    requested = contact.requested
    choice = entry_choice(world, journey, requested)
    if choice >= 0:
        n = world.entry_ranges.rows[choice].n
        if world.n_outages:
            n = count_entries(world, choice, requested)
        if n > 1:
            action = world.firm.channels.rows[requested].entry_action
            write_decision(
                world,
                DECIDE_ENTRY,
                journey.id,
                journey.customer,
                contact.id,
                action,
                action,
                n,
                0,
                0.0,
            )
    enter(world, c, contact, journey)


def write_decision(
    world: World,
    kind: Int,
    journey: Int,
    customer: Int,
    contact: Int,
    action: Int,
    default: Int,
    legal: Int,
    by: Small,
    value: Float,
) -> None:
    """Write the row of a decision, about a contact or (-1: no journey) about an agent."""
    row = world.decision_rows.rows[new_decision_row(world)]
    row.time_s = world.now
    row.kind = kind
    row.journey = journey
    row.customer = customer
    row.contact = contact
    row.action = action
    row.default = default
    row.legal = legal
    row.by = by
    row.value = value


def on_enter(world: World, c: Int, id: Int) -> None:
    """A contact whose decision took time goes to its channel."""
    contact = world.contacts.rows[c]
    if contact.id == id and contact.state != DONE and not journey_over(world, c):
        enter(world, c, contact, world.journeys.rows[contact.journey])


def enter(world: World, c: Int, contact: Contact, journey: Journey) -> None:
    """Send a contact into its channel."""
    channel = world.firm.channels.rows[contact.channel]
    if journey.first_channel < 0:
        journey.first_channel = contact.channel
    if journey.last_row >= 0:
        if _context_passes(world, journey):
            contact.context = PASSED
        else:
            contact.context = REPEATED
            contact.prepared = 0.0  # what automation prepared did not arrive
    if world.n_outages and is_down(world, contact.channel):
        turned_away(world, c)
    elif channel.straight:
        enqueue(world, c, contact, journey)
    elif channel.kind == AUTOMATED:
        start_automated(world, c, contact, journey)
    elif _meets_front_door(world, contact, journey):
        contact.front = contact.channel
        contact.channel = channel.front_door
        start_automated(world, c, contact, journey)
    elif (
        channel.kind == LIVE
        and channel.has_hours
        and not is_open(world, contact.channel)
        and not admits(world, contact)
    ):
        turned_away(world, c)
    else:
        enqueue(world, c, contact, journey)


def _meets_front_door(world: World, contact: Contact, journey: Journey) -> Small:
    """Return whether automation hears a contact first; one that is down lets callers through."""
    door = world.firm.channels.rows[contact.channel].front_door
    if door < 0 or contact.from_channel >= 0 or journey.cancel:
        return 0
    return not is_down(world, door)


def _context_passes(world: World, journey: Journey) -> Small:
    """Return whether what the customer said before has passed on; data are another matter."""
    passes = world.firm.context
    if passes == NEXT_DAY:
        return world.contact_rows.rows[journey.last_row].released_s <= last_midnight(world)
    return passes == AT_ONCE


def start_automated(world: World, c: Int, contact: Contact, journey: Journey) -> None:
    """Answer at once: recognise the intent, and schedule the end of the dialogue."""
    contact.state = IN_DIALOGUE
    contact.queued_s = world.now
    contact.answered_s = world.now
    u = draw(contact.luck, FOR_RECOGNISE)
    contact.recognised = recognised_intent(world, contact.channel, journey.intent, u)
    channel = world.firm.channels.rows[contact.channel]
    contact.guess = contact.recognised
    contact.accuracy = channel.recognition
    contact.heard = contact.channel
    law = world.firm.laws.rows[channel.auto_time]
    at_s = world.now + duration_s(law, draw(contact.luck, FOR_AUTO_TIME))
    schedule(world.calendar, at_s, RANK_OURS, ON_AUTOMATED_END, c, contact.id, 0)
