"""Journeys: needs, attempts and the channels that contacts go to."""

from __future__ import annotations

from typing import Final

from sim.behaviour.agents import tired_share
from sim.behaviour.durations import duration_s
from sim.core.accessors import (
    agent_at,
    channel_at,
    contact_at,
    contact_row_at,
    customer_at,
    decision_row_at,
    entry_range_at,
    journey_at,
    law_at,
    need_at,
    new_decision_row,
    new_journey,
    resolves_at,
)
from sim.core.choosing import chosen_channel, recognised_intent, seen_intent
from sim.core.closing import admits
from sim.core.codes import (
    DECIDE_CANCEL,
    DECIDE_ENTRY,
    DONE,
    IN_DIALOGUE,
    ON_AUTOMATED_END,
    RANK_OURS,
)
from sim.core.contacts import (
    cell_of,
    ended,
    journey_over,
    new_leg,
    next_leg,
    put_on_agenda,
    succeeds,
    turned_away,
)
from sim.core.entering import count_entries, entry_choice
from sim.core.lists import join_open
from sim.core.opening import is_down, is_open
from sim.core.queues import enqueue
from sim.core.records.bundles import World
from sim.core.records.rows import ContactRow
from sim.core.records.state import Contact, Journey
from sim.core.rows import leg_ended
from sim.core.service import is_misrouted
from sim.core.storage import schedule
from sim.native_types import Float, Int, Small
from sim.population.draws import (
    ATTEMPTS,
    FOR_ANSWER,
    FOR_AUTO_TIME,
    FOR_RECOGNISE,
    FOR_RESOLVE,
    FOR_SIGHT,
    FOR_TRANSFER,
    draw,
    luck_at,
)
from sim.register.codes import (
    PASSED,
    REPEATED,
    RESOLVED,
    SUPERSEDED,
    TRANSFERRED,
    UNREACHED,
    UNRESOLVED,
)
from sim.tables.codes import AUTOMATED, CALLBACK, LIVE
from sim.units import DAY_S

# Addresses of transferred legs and of cancel calls lie beyond those of all attempts.
TRANSFERRED_LEG: Final = 1125899906842624  # 2^50
CANCEL_NEED: Final = 1099511627776  # 2^40


def on_need(world: World, number: Int) -> None:
    """A need arises: open its journey and its first attempt."""
    need = need_at(world, number)
    customer = customer_at(world, need.customer)
    if not customer.alive:
        return
    j = open_journey(world, need.customer, need.intent, need.number)
    journey = journey_at(world, j)
    if world.firm.misreads_intent:
        journey.seen_intent = seen_intent(world, need.intent, draw(journey.luck, FOR_SIGHT))
    attempt(world, j)


def open_journey(world: World, who: Int, intent: Int, need: Int) -> Small:
    """Return a new journey of a customer, with the luck of its first attempt."""
    j = new_journey(world)
    journey = journey_at(world, j)
    journey.id = world.n_journeys
    world.n_journeys += 1
    journey.customer = who
    journey.segment = customer_at(world, who).segment
    journey.intent = intent
    journey.seen_intent = intent
    journey.need = need
    journey.start_s = world.now
    journey.luck = luck_at(world.key, who, need * ATTEMPTS)
    join_open(world, j)
    return j


def on_return(world: World, j: Int, id: Int, attempts: Int) -> None:
    """The customer comes back with the same need."""
    journey = journey_at(world, j)
    if journey.id != id or journey.closed or attempts != journey.attempts:
        return
    address = journey.need * ATTEMPTS + min(attempts, ATTEMPTS - 2)
    journey.luck = luck_at(world.key, journey.customer, address)
    attempt(world, j)


def on_cancel_call(world: World, who: Int) -> None:
    """The customer calls to cancel: a journey of its own."""
    customer = customer_at(world, who)
    if not customer.alive:
        return
    j = open_journey(world, who, world.firm.cancel_intent, CANCEL_NEED + customer.saves)
    journey_at(world, j).cancel = 1
    attempt(world, j)


def attempt(world: World, j: Int) -> None:
    """The customer turns to a channel of their choice; the entry is then decided."""
    journey = journey_at(world, j)
    firm = world.firm
    journey.attempts += 1
    requested = firm.cancel_channel if journey.cancel else chosen_channel(world, journey)
    c = new_leg(world, j, requested, requested)
    if firm.entry_is_forced:
        enter(world, c)
    elif world.entry_by_rule and world.agenda_first < 0:
        _enter_by_rule(world, c)
    else:
        put_on_agenda(world, DECIDE_ENTRY, c, -1, 0)


def _enter_by_rule(world: World, c: Int) -> None:
    """Let a contact enter where its customer turned to, as the default rule does."""
    choice = entry_choice(world, c)
    if choice >= 0:
        requested = contact_at(world, c).requested
        n = entry_range_at(world, choice).n
        if world.n_outages:
            n = count_entries(world, choice, requested)
        if n > 1:
            action = channel_at(world, requested).entry_action
            write_decision(world, DECIDE_ENTRY, c, action, action, n, 0)
    enter(world, c)


def write_decision(
    world: World, kind: Int, c: Int, action: Int, default: Int, legal: Int, by: Small
) -> None:
    """Write the row of a decision, about a contact or (-1) about an agent."""
    row = decision_row_at(world, new_decision_row(world))
    row.time_s = world.now
    row.kind = kind
    row.journey = -1
    row.customer = -1
    row.contact = -1
    if c >= 0:
        contact = contact_at(world, c)
        journey = journey_at(world, contact.journey)
        row.journey = journey.id
        row.customer = journey.customer
        row.contact = contact.id
    row.action = action
    row.default = default
    row.legal = legal
    row.by = by


def on_enter(world: World, c: Int, id: Int) -> None:
    """A contact whose decision took time goes to its channel."""
    contact = contact_at(world, c)
    if contact.id == id and contact.state != DONE and not journey_over(world, c):
        enter(world, c)


def enter(world: World, c: Int) -> None:
    """Send a contact into its channel."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    channel = channel_at(world, contact.channel)
    if journey.first_channel < 0:
        journey.first_channel = contact.channel
    if journey.last_row >= 0:
        row = contact_row_at(world, journey.last_row)
        if world.firm.context_passes and is_visible(world, row, contact.channel):
            contact.context = PASSED
        else:
            contact.context = REPEATED
            contact.prepared = 0.0  # what automation prepared did not arrive
    if world.n_outages and is_down(world, contact.channel):
        turned_away(world, c)
    elif channel.straight:
        enqueue(world, c)
    elif channel.kind == AUTOMATED:
        start_automated(world, c)
    elif _meets_front_door(world, contact, journey):
        contact.front = contact.channel
        contact.channel = channel.front_door
        start_automated(world, c)
    elif (
        channel.kind == LIVE
        and channel.has_hours
        and not is_open(world, contact.channel)
        and not admits(world, contact)
    ):
        turned_away(world, c)
    else:
        enqueue(world, c)


def _meets_front_door(world: World, contact: Contact, journey: Journey) -> Small:
    """Return whether automation hears a contact first; one that is down lets callers through."""
    door = channel_at(world, contact.channel).front_door
    if door < 0 or contact.from_channel >= 0 or journey.cancel:
        return 0
    return not is_down(world, door)


def visible_until(world: World) -> Float:
    """Return the time up to which rows have arrived: now, or the last midnight."""
    return world.now if world.firm.real_time else world.now - world.now % DAY_S


def is_visible(world: World, row: ContactRow, channel: Int) -> Small:
    """Return whether a contact's row is visible on a channel (a silo sees its own only)."""
    return row.released_s <= visible_until(world) and (
        world.firm.sees_all or row.channel == channel
    )


def start_automated(world: World, c: Int) -> None:
    """Answer at once: recognise the intent, and schedule the end of the dialogue."""
    contact = contact_at(world, c)
    contact.state = IN_DIALOGUE
    contact.queued_s = world.now
    contact.answered_s = world.now
    intent = journey_at(world, contact.journey).intent
    u = draw(contact.luck, FOR_RECOGNISE)
    contact.recognised = recognised_intent(world, contact.channel, intent, u)
    law = law_at(world, channel_at(world, contact.channel).auto_time)
    at_s = world.now + duration_s(law, draw(contact.luck, FOR_AUTO_TIME))
    schedule(world.calendar, at_s, RANK_OURS, ON_AUTOMATED_END, c, contact.id, 0)


def serviced(world: World, c: Int, a: Int) -> None:
    """A human contact is over for the customer: outcome, transfer or failure."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    channel = channel_at(world, contact.channel)
    journey.human = 1
    if channel.kind == CALLBACK and draw(contact.luck, FOR_ANSWER) < channel.no_answer:
        ended(world, c, UNREACHED, world.now)
    elif journey.contact != c:
        leg_ended(world, c, SUPERSEDED, world.now)
    elif journey.cancel:
        put_on_agenda(world, DECIDE_CANCEL, c, -1, 0)
    elif is_misrouted(world, contact, agent_at(world, a)):
        _transfer(world, c, 1)
    elif _resolves(world, contact, a):
        ended(world, c, RESOLVED, world.now)
    elif _goes_to_tier2(world, contact):
        _transfer(world, c, 2)
    else:
        ended(world, c, UNRESOLVED, world.now)


def _goes_to_tier2(world: World, contact: Contact) -> Small:
    """Return whether an unresolved contact is handed on to the second tier."""
    if not world.firm.transfers or contact.tier != 1:
        return 0
    cell = cell_of(world, journey_at(world, contact.journey).intent, contact.channel)
    return (
        cell.queue_tier2 != cell.queue
        and draw(contact.luck, FOR_TRANSFER) < world.firm.transfer_probability
    )


def _transfer(world: World, c: Int, tier: Int) -> None:
    """Hand the customer on inside the channel: to the right skill, or to the second tier."""
    leg_ended(world, c, TRANSFERRED, world.now)
    following = next_leg(world, c, contact_at(world, c).channel)
    follow = contact_at(world, following)
    follow.tier = tier
    follow.carried += world.firm.transfer_effort
    journey = journey_at(world, follow.journey)
    address = TRANSFERRED_LEG * tier + journey.need * ATTEMPTS + journey.attempts
    follow.luck = luck_at(world.key, journey.customer, address)
    if not journey_over(world, following):
        enter(world, following)


def _resolves(world: World, contact: Contact, a: Int) -> Small:
    """Return whether a human contact resolves the need."""
    firm = world.firm
    agent = agent_at(world, a)
    intent = journey_at(world, contact.journey).intent
    place = (agent.team * firm.n_intents + intent) * firm.n_channels + contact.channel
    p = resolves_at(world, place).probability
    if firm.tires and agent.tired > firm.tired_threshold:
        tired = tired_share(agent.tired, firm.tired_threshold)
        p *= 1.0 - firm.tired_resolution_loss * tired
    return succeeds(world, contact, p, draw(contact.luck, FOR_RESOLVE))
