"""Legs that are over, as the regime shows them: told to policies that listen, or looked up."""

from __future__ import annotations

from sim.core.accessors import contact_row_at
from sim.core.knowing import is_visible, last_row_of, visible_until
from sim.core.records.bundles import World
from sim.core.records.rows import ContactRow
from sim.core.records.state import Contact
from sim.decisions.view import MOST_LEGS, Leg
from sim.native_types import Int


def history_of(world: World, contact: Contact) -> tuple[Leg, ...]:
    """Return the newest legs of whom a contact's customer is taken for, the newest first."""
    legs = []
    number: Int = last_row_of(world, contact.known_as)
    for _ in range(MOST_LEGS):
        if number < 0:
            break
        row = contact_row_at(world, number)
        number = row.previous
        if is_visible(world, row, contact.channel):
            legs.append(_leg(row, row.known_as))
    return tuple(legs)


def legs_since(world: World, first: Int, n: Int) -> list[Leg]:
    """Return the legs of the rows from ``first`` on that have arrived by now, in their order.

    Who is who across channels is told only where the regime joins them up.
    """
    legs = []
    if world.firm.sees_signals:
        until_s = visible_until(world)
        for number in range(first, n):
            row = contact_row_at(world, number)
            if row.released_s > until_s:
                break
            legs.append(_leg(row, row.known_as if world.firm.sees_all else -1))
    return legs


def _leg(row: ContactRow, customer: Int) -> Leg:
    return Leg(
        customer,
        row.seen_intent,
        row.channel,
        row.requested,
        row.from_channel,
        row.team,
        row.start_s,
        row.queued_s,
        row.answered_s,
        row.released_s,
        row.steering,
        row.coded,
    )
