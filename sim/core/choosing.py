"""Draws among several: which channel a customer turns to, which intent is recognised."""

from __future__ import annotations

from sim.core.drawing import draw
from sim.core.records.bundles import World
from sim.core.records.state import Customer, Journey
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_CHOICE


def chosen_channel(world: World, journey: Journey, customer: Customer) -> Small:
    """Return the channel that a customer turns to; after a failure that one attracts less."""
    firm = world.firm
    pair = journey.segment * firm.n_intents + journey.intent
    first = (pair * firm.n_bins + customer.skill_bin) * firm.n_channels
    u = draw(journey.luck, FOR_CHOICE)
    if journey.failed_channel >= 0 or firm.habits:
        return _own_choice(world, first, journey, u)
    chosen: Int = 0  # the first channel whose cumulative share, at last 1, reaches the uniform
    while world.firm.weights.rows[first + chosen].upto < u:
        chosen += 1
    return chosen


def _own_choice(world: World, first: Int, journey: Journey, u: Float) -> Small:
    """After a failure the failed channel loses its attraction; habits attract or repel."""
    total = 0.0
    for c in range(world.firm.n_channels):
        total += _attraction(world, first, c, journey)
    if total <= 0.0:
        return journey.failed_channel
    reached = 0.0
    last = journey.failed_channel
    for c in range(world.firm.n_channels):
        weight = _attraction(world, first, c, journey)
        reached += weight
        if weight > 0.0:
            last = c
            if u * total <= reached:
                return c
    return last


def _attraction(world: World, first: Int, channel: Int, journey: Journey) -> Float:
    weight = world.firm.weights.rows[first + channel].weight
    if world.firm.habits:
        weight *= world.habits.rows[journey.customer * world.firm.n_channels + channel].pull
    if channel == journey.failed_channel:
        weight *= 1.0 - world.firm.failure_aversion
    return weight


def recognised_intent(world: World, channel: Int, intent: Int, u: Float) -> Small:
    """Return the intent that automation on a channel hears."""
    n = world.firm.n_intents
    first = (channel * n + intent) * n
    for heard in range(n):
        if world.firm.confusions.rows[first + heard].upto >= u:
            return heard
    return n - 1
