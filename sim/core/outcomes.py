"""What a human contact comes to: resolved, handed on inside the channel, or not."""

from __future__ import annotations

from typing import Final

from sim.behaviour.agents import tired_share
from sim.core.codes import (
    DECIDE_CANCEL,
)
from sim.core.contacts import (
    cell_of,
    ended,
    journey_over,
    next_leg,
    put_on_agenda,
    succeeds,
)
from sim.core.drawing import draw
from sim.core.journeys import (
    enter,
)
from sim.core.records.bundles import World
from sim.core.records.state import Agent, Contact, Journey
from sim.core.resolving import chance_of
from sim.core.rows import leg_ended
from sim.core.service import is_misrouted
from sim.native_types import Int, Small
from sim.population.draws import (
    ATTEMPTS,
    FOR_ANSWER,
    FOR_RESOLVE,
    FOR_TRANSFER,
    luck_at,
)
from sim.register.codes import (
    RESOLVED,
    SUPERSEDED,
    TRANSFERRED,
    UNREACHED,
    UNRESOLVED,
)
from sim.tables.codes import CALLBACK

TRANSFERRED_LEG: Final = 1125899906842624  # 2^50: addresses beyond those of all attempts


def serviced(world: World, c: Int, contact: Contact, journey: Journey, agent: Agent) -> None:
    """A human contact is over for the customer: outcome, transfer or failure."""
    channel = world.firm.channels.rows[contact.channel]
    journey.human = 1
    if channel.kind == CALLBACK and draw(contact.luck, FOR_ANSWER) < channel.no_answer:
        ended(world, c, contact, journey, UNREACHED, world.now)
    elif journey.contact != c:
        leg_ended(world, c, SUPERSEDED, world.now)
    elif journey.cancel:
        put_on_agenda(world, DECIDE_CANCEL, c, -1, 0)
    elif contact.recognised != journey.intent and is_misrouted(world, contact, journey, agent):
        _transfer(world, c, 1)
    elif _resolves(world, contact, journey, agent):
        ended(world, c, contact, journey, RESOLVED, world.now)
    elif _goes_to_tier2(world, contact, journey):
        _transfer(world, c, 2)
    else:
        ended(world, c, contact, journey, UNRESOLVED, world.now)


def _goes_to_tier2(world: World, contact: Contact, journey: Journey) -> Small:
    """Return whether an unresolved contact is handed on to the second tier."""
    if not world.firm.transfers or contact.tier != 1:
        return 0
    cell = cell_of(world, journey.intent, contact.channel)
    return (
        cell.queue_tier2 != cell.queue
        and draw(contact.luck, FOR_TRANSFER) < world.firm.transfer_probability
    )


def _transfer(world: World, c: Int, tier: Int) -> None:
    """Hand the customer on inside the channel: to the right skill, or to the second tier."""
    leg_ended(world, c, TRANSFERRED, world.now)
    following = next_leg(world, c, world.contacts.rows[c].channel)
    follow = world.contacts.rows[following]
    follow.tier = tier
    follow.carried += world.firm.transfer_effort
    journey = world.journeys.rows[follow.journey]
    address = TRANSFERRED_LEG * tier + journey.need * ATTEMPTS + journey.attempts
    follow.luck = luck_at(world.key, journey.customer, address)
    if not journey_over(world, following):
        enter(world, following, follow, journey)


def _resolves(world: World, contact: Contact, journey: Journey, agent: Agent) -> Small:
    """Return whether a human contact resolves the need."""
    firm = world.firm
    p = chance_of(world, journey, journey.customer, contact.channel, agent.team)
    if firm.tires and agent.tired > firm.tired_threshold:
        tired = tired_share(agent.tired, firm.tired_threshold)
        p *= 1.0 - firm.tired_resolution_loss * tired
    return succeeds(world, contact, p, draw(contact.luck, FOR_RESOLVE))
