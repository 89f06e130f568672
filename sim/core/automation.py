"""Automation: bots, IVR and self-service, their failures and hand-overs."""

from __future__ import annotations

from sim.behaviour.customers import self_service_probability
from sim.behaviour.durations import duration_s
from sim.core import contacts, journeys, rows
from sim.core.state import handlers
from sim.core.state.codes import (
    FOR_AUTO_RESOLVE,
    FOR_AUTO_TIME,
    FOR_DETECT,
    FOR_TRANSFER,
    HANDED_OVER,
    RESOLVED,
    UNRESOLVED,
)
from sim.core.state.records import Contact
from sim.core.state.world_state import WorldState
from sim.decisions.actions import ESCALATION
from sim.tables.compiled import LIVE

TRIED_AGAIN = 1


def chance(world: WorldState, contact: Contact, channel: int) -> float:
    """Return the probability that automation on ``channel`` resolves a rightly recognised need."""
    p = world.compiled.resolution[contact.journey.intent][channel]
    return self_service_probability(p, world.customers.skill[contact.journey.customer])


def would_resolve(world: WorldState, contact: Contact, channel: int) -> bool:
    """Return whether automation on ``channel`` would resolve a rightly recognised need."""
    return contact.draws[FOR_AUTO_RESOLVE] < chance(world, contact, channel)


def on_automated_end(world: WorldState, contact: Contact, token: int) -> None:
    """The dialogue ends: resolved, handed over at the front door, failing visibly or silently."""
    table, channel, journey = world.compiled, contact.channel, contact.journey
    right = contact.recognised == journey.intent and not journey.cancel
    if token == TRIED_AGAIN:
        # A second try succeeds for a share of those whom the first has failed.
        u = contact.draws[FOR_TRANSFER]
        p = table.resolution[journey.intent][channel] * table.channels.retry_factor[channel]
        if right and world.succeeds(contact, p, u):
            contacts.ended(world, contact, RESOLVED, world.now)
            return
    elif right and world.succeeds(
        contact, chance(world, contact, channel), contact.draws[FOR_AUTO_RESOLVE]
    ):
        contacts.ended(world, contact, RESOLVED, world.now)
        return
    if contact.front >= 0:
        hand_over(world, contact, contact.front)
    elif token != TRIED_AGAIN and contact.draws[FOR_DETECT] < table.channels.detection[channel]:
        world.agenda.append((ESCALATION, contact))
    else:
        contacts.ended(world, contact, UNRESOLVED, world.now)


def try_again(world: WorldState, contact: Contact) -> None:
    """Continue the failing dialogue once more, half as long."""
    law = world.compiled.channels.auto_time[contact.channel]
    assert law is not None
    length = 0.5 * duration_s(law, contact.draws[FOR_AUTO_TIME])
    world.calendar.at(world.now + length, handlers.AUTOMATED_END, contact, TRIED_AGAIN)


def hand_over(world: WorldState, contact: Contact, channel: int) -> None:
    """Close the automated leg and open the human one of the same attempt."""
    right = contact.recognised == contact.journey.intent
    rows.leg_ended(world, contact, HANDED_OVER, world.now)
    follow = contacts.next_leg(world, contact, channel)
    if contact.front >= 0:
        follow.recognised = contact.recognised
    if right:
        follow.prepared = world.compiled.channels.preparation[contact.channel]
    if contacts.journey_over(world, follow):
        return
    journeys.enter(world, follow)


def hand_over_targets(world: WorldState, contact: Contact) -> list[int]:
    """Return the channels to which a failing dialogue can be handed over now."""
    table = world.compiled
    resolution = table.resolution[contact.journey.seen_intent]
    return [
        c
        for c in table.channels.hand_over[contact.channel]
        if (table.channels.kind[c] != LIVE or world.is_open(c)) and resolution[c] > 0
    ]
