"""Automation: bots, IVR and self-service, their failures and hand-overs."""

from __future__ import annotations

from typing import Final

from sim.behaviour.durations import duration_s
from sim.core.accessors import channel_at, contact_at, journey_at, law_at
from sim.core.calendar import schedule
from sim.core.codes import DECIDE_ESCALATION, ON_AUTOMATED_END, RANK_OURS
from sim.core.contacts import (
    ended,
    journey_over,
    next_leg,
    put_on_agenda,
    succeeds,
)
from sim.core.journeys import enter
from sim.core.opening import takes_contacts
from sim.core.records.bundles import World
from sim.core.records.state import Contact, Journey
from sim.core.resolving import chance_of
from sim.core.rows import leg_ended
from sim.native_types import Int, Small
from sim.population.draws import (
    FOR_AUTO_RESOLVE,
    FOR_AUTO_TIME,
    FOR_DETECT,
    FOR_TRANSFER,
    draw,
)
from sim.register.codes import HANDED_OVER, RESOLVED, UNRESOLVED

TRIED_AGAIN: Final = 1


def on_automated_end(world: World, c: Int, id: Int, tried: Int) -> None:
    """The dialogue ends: resolved, handed over at the front door, failing visibly or silently."""
    contact = contact_at(world, c)
    if contact.id != id:
        return
    channel = channel_at(world, contact.channel)
    journey = journey_at(world, contact.journey)
    if _serves_itself(world, contact, journey, tried):
        ended(world, c, contact, journey, RESOLVED, world.now)
    elif contact.front >= 0:
        hand_over(world, c, contact.front)
    elif tried != TRIED_AGAIN and draw(contact.luck, FOR_DETECT) < channel.detection:
        put_on_agenda(world, DECIDE_ESCALATION, c, -1, 0)
    else:
        ended(world, c, contact, journey, UNRESOLVED, world.now)


def _serves_itself(world: World, contact: Contact, journey: Journey, tried: Int) -> Small:
    """Return whether the dialogue resolves the need."""
    if contact.recognised != journey.intent or journey.cancel:
        return 0
    p = chance_of(world, journey, journey.customer, contact.channel, -1)
    if tried == TRIED_AGAIN:
        # A second try succeeds for a share of those whom the first has failed.
        p *= channel_at(world, contact.channel).retry_factor
        return succeeds(world, contact, p, draw(contact.luck, FOR_TRANSFER))
    return succeeds(world, contact, p, draw(contact.luck, FOR_AUTO_RESOLVE))


def try_again(world: World, c: Int) -> None:
    """Continue the failing dialogue once more, half as long."""
    contact = contact_at(world, c)
    law = law_at(world, channel_at(world, contact.channel).auto_time)
    at_s = world.now + 0.5 * duration_s(law, draw(contact.luck, FOR_AUTO_TIME))
    schedule(world.calendar, at_s, RANK_OURS, ON_AUTOMATED_END, c, contact.id, TRIED_AGAIN)


def hand_over(world: World, c: Int, channel: Int) -> None:
    """Close the automated leg and open the human one of the same attempt."""
    leg_ended(world, c, HANDED_OVER, world.now)
    following = next_leg(world, c, channel)
    contact = contact_at(world, c)
    follow = contact_at(world, following)
    if contact.front >= 0:
        follow.recognised = contact.recognised
    journey = journey_at(world, contact.journey)
    if contact.recognised == journey.intent:
        follow.prepared = channel_at(world, contact.channel).preparation
    if not journey_over(world, following):
        enter(world, following, follow, journey)


def may_take_over(world: World, channel: Int) -> Small:
    """Return whether failing dialogues can be handed over to a channel now."""
    return takes_contacts(world, channel) and channel_at(world, channel).resolves
