"""What a rule of thumb knows of a need: which intent it may have, how probably it is resolved."""

from __future__ import annotations

from typing import Final

from sim.core.accessors import seen_belief_at, seen_customer_at, seen_intent_at
from sim.core.records.bundles import World
from sim.core.records.policies import Knowing
from sim.core.rules.chances import believed_resolution, set_against_usual
from sim.core.rules.figures import by_cell
from sim.native_types import Float, Int, Small

LEAST_PROBABLE: Final = 0.001  # an intent that is weighed


def goes_by_figures(world: World, knowing: Knowing) -> Small:
    """Return whether a rule takes the guess for certain and the customer for a mean one."""
    believes = knowing.customer and seen_belief_at(world, 0).known
    return not believes and not weighs(world, knowing.weighs_intents)


def weighs(world: World, wanted: Small) -> Small:
    """Return whether intents are weighed: who wants to has to be told how probable they are."""
    if not wanted:
        return 0
    for intent in range(world.firm.n_intents):
        if seen_intent_at(world, intent).probability > LEAST_PROBABLE:
            return 1
    return 0


def share_of(world: World, wanted: Small, intent: Int) -> Float:
    """Return the weight of an intent: its probability where intents are weighed; 0: left out."""
    if not weighs(world, wanted):
        return 1.0 if intent == seen_customer_at(world, 0).intent else 0.0
    share = seen_intent_at(world, intent).probability
    return share if share > LEAST_PROBABLE else 0.0


def chance_for(world: World, knowing: Knowing, intent: Int, channel: Int) -> Float:
    """Return how probably a channel resolves an intent, of the customer or of the mean one.

    The customer's belief has been set against what is usual.
    """
    p = by_cell(world, knowing.chance, intent, channel)
    if knowing.customer and seen_belief_at(world, 0).known:
        return believed_resolution(world, knowing.typical, p, intent, channel)
    return p


def expected_chance(world: World, knowing: Knowing, channel: Int) -> Float:
    """Return how probably a channel resolves the need, whatever its intent is."""
    if knowing.customer and seen_belief_at(world, 0).known:
        set_against_usual(world, knowing.typical, channel, -1)
    total = 0.0
    weighed = 0.0
    for intent in range(world.firm.n_intents):
        share = share_of(world, knowing.weighs_intents, intent)
        if share > 0.0:
            total += share * chance_for(world, knowing, intent, channel)
            weighed += share
    return total / weighed


def expected_price(world: World, knowing: Knowing, price: Int, channel: Int) -> Float:
    """Return what a contact on a channel costs (``price``: by intent and channel)."""
    total = 0.0
    weighed = 0.0
    for intent in range(world.firm.n_intents):
        share = share_of(world, knowing.weighs_intents, intent)
        if share > 0.0:
            total += share * by_cell(world, price, intent, channel)
            weighed += share
    return total / weighed
