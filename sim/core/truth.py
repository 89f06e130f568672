"""The truth behind a decision, which no firm sees: for bounds on what knowledge is worth.

The traits are what lasts in a customer and in a need, and the chances that follow from it; the dice
are what the luck that waits for this contact makes of the chances.
"""

from __future__ import annotations

from typing import Final

from sim.core.accessors import (
    channel_at,
    contact_at,
    customer_at,
    journey_at,
    seen_chance_at,
    seen_hidden_at,
)
from sim.core.churn import offer_response_of
from sim.core.leaving import hazard_now, renewal_churn_now
from sim.core.records.bundles import World
from sim.core.records.state import Customer, Journey
from sim.core.resolving import acceptance_of, chance_of, ease_of
from sim.native_types import Float, Int
from sim.population.draws import FOR_AUTO_RESOLVE, FOR_RESOLVE, FOR_STEER, draw
from sim.tables.codes import AUTOMATED
from sim.units import MONTH_S

HIDDEN_SD: Final = 0.5  # of the response to offers that a bound is shown


def see_hidden(world: World, c: Int) -> None:
    """See the truth about a contact and its customer: the traits, and the dice."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    see_traits(world, journey, customer_at(world, journey.customer))
    for i in range(world.firm.n_channels):
        automated = channel_at(world, i).kind == AUTOMATED
        u = draw(contact.luck, FOR_AUTO_RESOLVE if automated else FOR_RESOLVE)
        chance = seen_chance_at(world, i)
        chance.resolves = u < chance.resolution
        chance.accepts = draw(contact.luck, FOR_STEER) < chance.acceptance


def see_traits(world: World, journey: Journey, customer: Customer) -> None:
    """See what lasts in a customer and a need, and the chances that follow."""
    hidden = seen_hidden_at(world, 0)
    hidden.known = 1
    hidden.segment = customer.segment
    hidden.intent = journey.intent
    hidden.margin_per_month = customer.margin_per_s * MONTH_S
    hidden.mood = customer.mood
    hidden.hazard_per_month = _churn_of(world, journey.customer, customer)
    hidden.offer_response = offer_response_of(world, customer, HIDDEN_SD)
    for i in range(world.firm.n_channels):
        chance = seen_chance_at(world, i)
        chance.resolution = chance_of(world, journey, journey.customer, i, -1)
        chance.ease = ease_of(world, journey, journey.customer, i)
        chance.acceptance = acceptance_of(world, journey.customer, journey.segment, i)


def _churn_of(world: World, who: Int, customer: Customer) -> Float:
    """Return the true churn rate a month, or the probability per renewal."""
    if world.firm.hazard_clock:
        return hazard_now(world, who, customer) * MONTH_S
    return renewal_churn_now(world, who, customer)
