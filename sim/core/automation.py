"""Automation: bots, IVR and self-service, their failures and hand-overs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.behaviour.customers import choose, self_service_probability
from sim.behaviour.durations import duration_s
from sim.core import handlers
from sim.core.entities import Contact, State
from sim.population.streams import Purpose
from sim.register.register import Outcome
from sim.tables.compiled import LIVE

if TYPE_CHECKING:
    from sim.core.world import World

TRIED_AGAIN = 1
ESCALATION = 1  # int(Kind.ESCALATION), on the hot path


def start_automated(world: World, contact: Contact) -> None:
    """Answer at once: recognise the intent, and schedule the end of the dialogue."""
    table, channel = world.compiled, contact.channel
    contact.state = State.AUTOMATED
    contact.answered_s = contact.queued_s = world.now
    row = table.channels.confusion[channel][contact.journey.intent]
    contact.recognised = choose(row, contact.draws[Purpose.RECOGNISE])
    law = table.channels.auto_time[channel]
    assert law is not None
    length = duration_s(law, contact.draws[Purpose.AUTO_TIME])
    world.calendar.at(world.now + length, handlers.AUTOMATED_END, contact)


def chance(world: World, contact: Contact, channel: int) -> float:
    """Return the probability that automation on ``channel`` resolves a rightly recognised need."""
    p = world.compiled.resolution[contact.journey.intent][channel]
    return self_service_probability(p, world.customers.skill[contact.journey.customer])


def would_resolve(world: World, contact: Contact, channel: int) -> bool:
    """Return whether automation on ``channel`` would resolve a rightly recognised need."""
    return contact.draws[Purpose.AUTO_RESOLVE] < chance(world, contact, channel)


def on_automated_end(world: World, contact: Contact, token: int) -> None:
    """The dialogue ends: resolved, handed over at the front door, failing visibly or silently."""
    table, channel, journey = world.compiled, contact.channel, contact.journey
    right = contact.recognised == journey.intent and not journey.cancel
    if token == TRIED_AGAIN:
        # A second try succeeds for a share of those whom the first has failed.
        u = contact.draws[Purpose.TRANSFER]
        p = table.resolution[journey.intent][channel] * table.channels.retry_factor[channel]
        if right and world.succeeds(contact, p, u):
            world.ended(contact, Outcome.RESOLVED, world.now)
            return
    elif right and world.succeeds(
        contact, chance(world, contact, channel), contact.draws[Purpose.AUTO_RESOLVE]
    ):
        world.ended(contact, Outcome.RESOLVED, world.now)
        return
    if contact.front >= 0:
        hand_over(world, contact, contact.front)
    elif token != TRIED_AGAIN and contact.draws[Purpose.DETECT] < table.channels.detection[channel]:
        world.agenda.append((ESCALATION, contact))
    else:
        world.ended(contact, Outcome.UNRESOLVED, world.now)


def try_again(world: World, contact: Contact) -> None:
    """Continue the failing dialogue once more, half as long."""
    law = world.compiled.channels.auto_time[contact.channel]
    assert law is not None
    length = 0.5 * duration_s(law, contact.draws[Purpose.AUTO_TIME])
    world.calendar.at(world.now + length, handlers.AUTOMATED_END, contact, TRIED_AGAIN)


def hand_over(world: World, contact: Contact, channel: int) -> None:
    """Close the automated leg and open the human one of the same attempt."""
    right = contact.recognised == contact.journey.intent
    world.leg_ended(contact, Outcome.HANDED_OVER, world.now)
    follow = world.next_leg(contact, channel)
    if contact.front >= 0:
        follow.recognised = contact.recognised
    if right:
        follow.prepared = world.compiled.channels.preparation[contact.channel]
    if world.journey_over(follow):
        return
    world.enter(follow)


def hand_over_targets(world: World, contact: Contact) -> list[int]:
    """Return the channels to which a failing dialogue can be handed over now."""
    table = world.compiled
    resolution = table.resolution[contact.journey.seen_intent]
    return [
        c
        for c in table.channels.hand_over[contact.channel]
        if (table.channels.kind[c] != LIVE or world.is_open(c)) and resolution[c] > 0
    ]
