"""The truth behind a decision, which no firm sees: for bounds on what knowledge is worth.

The traits are what lasts in a customer and in a need, and the chances that follow from it; the dice
are what the luck that waits for this contact makes of the chances.
"""

from __future__ import annotations

from typing import Final

from sim.behaviour.retention import renewal_probability
from sim.core.accessors import (
    channel_at,
    contact_at,
    customer_at,
    journey_at,
    seen_chance_at,
    seen_hidden_at,
    segment_at,
)
from sim.core.automation import self_service_chance
from sim.core.churn import hazard_now, offer_response_of
from sim.core.contacts import cell_of
from sim.core.records.bundles import World
from sim.core.records.state import Contact, Customer, Journey
from sim.native_types import Float, Int
from sim.population.draws import FOR_AUTO_RESOLVE, FOR_RESOLVE, FOR_STEER, draw
from sim.tables.codes import AUTOMATED, CALLBACK
from sim.units import MONTH_S

HIDDEN_SD: Final = 0.5  # of the response to offers that a bound is shown


def see_hidden(world: World, c: Int) -> None:
    """See the truth about a contact and its customer: the traits, and the dice."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    see_traits(world, contact, journey, customer_at(world, journey.customer))
    for i in range(world.firm.n_channels):
        automated = channel_at(world, i).kind == AUTOMATED
        u = draw(contact.luck, FOR_AUTO_RESOLVE if automated else FOR_RESOLVE)
        chance = seen_chance_at(world, i)
        chance.resolves = u < chance.resolution
        chance.accepts = draw(contact.luck, FOR_STEER) < chance.acceptance


def see_traits(world: World, contact: Contact, journey: Journey, customer: Customer) -> None:
    """See what lasts in a customer and a need, and the chances that follow."""
    hidden = seen_hidden_at(world, 0)
    hidden.known = 1
    hidden.segment = customer.segment
    hidden.intent = journey.intent
    hidden.margin_per_month = customer.margin_per_s * MONTH_S
    hidden.mood = customer.mood
    hidden.hazard_per_month = _churn_of(world, customer)
    hidden.offer_response = offer_response_of(world, customer, HIDDEN_SD)
    for i in range(world.firm.n_channels):
        chance = seen_chance_at(world, i)
        chance.resolution = _chance_of(world, contact, journey, i)
        chance.acceptance = _acceptance_of(world, customer, i)


def _churn_of(world: World, customer: Customer) -> Float:
    """Return the true churn rate a month, or the probability per renewal."""
    if world.firm.hazard_clock:
        return hazard_now(world, customer) * MONTH_S
    return renewal_probability(customer.base, world.firm.mood_effect, customer.mood)


def _chance_of(world: World, contact: Contact, journey: Journey, channel: Int) -> Float:
    """Return the true chance that an attempt on a channel resolves the need."""
    if channel_at(world, channel).kind == AUTOMATED:
        return self_service_chance(world, contact, channel)
    return cell_of(world, journey.intent, channel).resolution


def _acceptance_of(world: World, customer: Customer, target: Int) -> Float:
    """Return the true chance that a customer lets the firm steer to a channel."""
    channel = channel_at(world, target)
    if channel.kind == CALLBACK:
        return channel.acceptance
    return segment_at(world, customer.segment).steering_acceptance * channel.acceptance
