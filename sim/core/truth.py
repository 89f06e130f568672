"""The truth behind a decision, which no firm sees: for bounds on what knowledge is worth."""

from __future__ import annotations

from typing import Final

from sim.core.accessors import (
    channel_at,
    contact_at,
    customer_at,
    journey_at,
    seen_hidden_at,
    seen_resolution_at,
)
from sim.core.churn import offer_response_of
from sim.core.leaving import hazard_now, renewal_churn_now
from sim.core.records.bundles import World
from sim.core.resolving import chance_of
from sim.native_types import Int
from sim.population.draws import FOR_AUTO_RESOLVE, FOR_RESOLVE, draw
from sim.tables.codes import AUTOMATED
from sim.units import MONTH_S

HIDDEN_SD: Final = 0.5  # of the response to offers that a bound is shown


def see_hidden(world: World, c: Int) -> None:
    """See the truth about a contact and its customer."""
    journey = journey_at(world, contact_at(world, c).journey)
    customer = customer_at(world, journey.customer)
    hidden = seen_hidden_at(world, 0)
    hidden.known = 1
    hidden.intent = journey.intent
    hidden.mood = customer.mood
    if world.firm.hazard_clock:
        hidden.hazard_per_month = hazard_now(world, journey.customer, customer) * MONTH_S
    else:
        hidden.hazard_per_month = renewal_churn_now(world, journey.customer, customer)
    for i in range(world.firm.n_channels):
        see_resolution(world, c, i)
    hidden.offer_response = offer_response_of(world, customer, HIDDEN_SD)


def see_resolution(world: World, c: Int, number: Int) -> None:
    """See how probably a channel resolves a contact, and whether, by the luck that it will meet."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    automated = channel_at(world, number).kind == AUTOMATED
    seen = seen_resolution_at(world, number)
    seen.chance = chance_of(world, journey, journey.customer, number, -1)
    seen.resolves = draw(contact.luck, FOR_AUTO_RESOLVE if automated else FOR_RESOLVE) < seen.chance
