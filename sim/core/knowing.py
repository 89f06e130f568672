"""What the firm takes a contact for as it begins: who it is, and what it is about.

One draw an attempt says whether its customer is recognised; legs that follow inherit. Rows hang
together by whom the firm takes their customer for, so that what is attached to nobody is nobody's
past.
"""

from __future__ import annotations

from typing import Final

from sim.core.accessors import channel_at, contact_row_at, customer_at, sight_at
from sim.core.records.bundles import World
from sim.core.records.rows import ContactRow
from sim.core.records.state import Contact, Journey
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_MATCH, FOR_SIGHT, FOR_STRANGER, draw
from sim.units import DAY_S

LOOKBACK_ROWS: Final = 12
LOOKBACK_DAYS: Final = 90.0


def know(world: World, contact: Contact, journey: Journey) -> None:
    """Take the customer of an attempt that begins for somebody, and the contact for an intent."""
    if world.firm.mistakes_customers:
        contact.known_as = _taken_for(world, contact, journey)
    if world.firm.mistakes_intents:
        _guess(world, contact, journey)
        contact.guessed = contact.guess


def _taken_for(world: World, contact: Contact, journey: Journey) -> Small:
    """Return whom the firm takes the customer for; -1: for nobody it knows."""
    firm = world.firm
    u = draw(contact.luck, FOR_MATCH)
    if u < firm.match_rate:
        return journey.customer
    if u >= firm.match_rate + firm.wrong_match_rate or world.n_customers < 2:
        return -1
    other = whole(draw(contact.luck, FOR_STRANGER) * (world.n_customers - 1))
    return other + 1 if other >= journey.customer else other


def _guess(world: World, contact: Contact, journey: Journey) -> None:
    """Guess the intent, as rightly as log-in and context of the channel asked for tell."""
    firm = world.firm
    accuracy = channel_at(world, contact.requested).intent_accuracy
    if journey.attempts > 1 and sees_journey(world, contact, journey):
        contact.repeats = 1
        accuracy = max(accuracy, firm.repeat_accuracy)
    contact.accuracy = accuracy
    u = draw(contact.luck, FOR_SIGHT)
    if u >= accuracy:
        segment = segment_known(world, contact)
        contact.guess = wrong_intent(
            world, segment, journey.intent, (u - accuracy) / (1.0 - accuracy)
        )


def wrong_intent(world: World, segment: Int, intent: Int, u: Float) -> Small:
    """Return another intent than the true one, by a segment's mix (-1: the whole firm's)."""
    n = world.firm.n_intents
    first = mix_row(world, segment) * n
    below = sight_at(world, first + intent - 1).upto if intent > 0 else 0.0
    share = sight_at(world, first + intent).upto - below
    if share >= 1.0:  # the mix knows no other
        other = whole(u * (n - 1))
        return other + 1 if other >= intent else other
    target = u * (1.0 - share)
    if target >= below:
        target += share
    for guess in range(n):
        if guess != intent and sight_at(world, first + guess).upto > target:
            return guess
    return n - 1 if intent < n - 1 else n - 2


def mix_row(world: World, segment: Int) -> Int:
    """Return the row of a segment in tables of mixes; the last is that of who is not known."""
    return segment if segment >= 0 else world.firm.n_segments


def segment_known(world: World, contact: Contact) -> Small:
    """Return the segment of whom a contact's customer is taken for, or -1."""
    return customer_at(world, contact.known_as).segment if contact.known_as >= 0 else -1


def heard_by_people(contact: Contact, journey: Journey) -> None:
    """An agent has heard what it is about."""
    contact.guess = journey.intent
    contact.accuracy = 1.0


# -- rows that are shown ---------------------------------------------------------------------------


def visible_until(world: World) -> Float:
    """Return the time up to which rows have arrived, and count: now, or the last midnight."""
    return world.now if world.firm.real_time else last_midnight(world)


def last_midnight(world: World) -> Float:
    """Return when the day began."""
    return world.now - world.now % DAY_S


def is_visible(world: World, row: ContactRow, channel: Int) -> Small:
    """Return whether a contact's row is shown on a channel (a silo sees its own only)."""
    if world.firm.sees_signals == 0:
        return 0
    return row.released_s <= visible_until(world) and (
        world.firm.sees_all or row.channel == channel
    )


def last_row_of(world: World, who: Int) -> Int:
    """Return the newest row attached to a customer (-1: nobody, who has no rows), or -1."""
    if who < 0 or world.firm.sees_signals == 0:
        return -1
    return customer_at(world, who).last_row


def sees_journey(world: World, contact: Contact, journey: Journey) -> Small:
    """Return whether an earlier contact of the journey is among the rows shown to a contact."""
    number = last_row_of(world, contact.known_as)
    for _ in range(LOOKBACK_ROWS):
        if number < 0:
            break
        row = contact_row_at(world, number)
        if row.journey == journey.id and is_visible(world, row, contact.channel):
            return 1
        number = row.previous
    return 0
