"""The chance that an attempt resolves a need, and that a customer follows the firm.

What lasts in customers and needs is drawn by its address when it is asked for, where a firm's
customers differ in it.
"""

from __future__ import annotations

from typing import Final

from sim.behaviour.normal import normal_quantile
from sim.behaviour.resolution import resolution_chance
from sim.core.records.bundles import World
from sim.core.records.state import Journey
from sim.native_types import Float, Int
from sim.population.draws import (
    TRAIT_ABILITY,
    TRAIT_ACCEPTANCE,
    TRAIT_DIFFICULTY,
    TRAIT_FIT,
    TRAIT_NEED_CHANNEL,
    uniform,
)
from sim.tables.codes import AUTOMATED

MOST_CHANNELS: Final = 32768
"""Addresses of a need's fit to a channel: need number × MOST_CHANNELS + channel."""


def chance_of(world: World, journey: Journey, who: Int, channel: Int, team: Int) -> Float:
    """Return the probability that an attempt resolves a journey's need.

    With automation on ``channel`` once it has recognised the need, whatever the ``team``; with
    people of a team (-1: of the one that usually serves there), rested. Customer ``who`` has it.
    """
    firm = world.firm
    cell = world.firm.cells.rows[journey.intent * firm.n_channels + channel]
    if world.firm.channels.rows[channel].kind == AUTOMATED:
        shift = firm.skill_effect * (world.customers.rows[who].skill - 0.5)
        shift += ability_of(world, who) + firm.difficulty_sd * -journey.difficulty
        return resolution_chance(cell.intercept, shift + _fits(world, journey, who, channel))
    intercept = cell.intercept
    probability = cell.resolution
    people = team if team >= 0 else cell.team
    if people >= 0:
        place = (people * firm.n_intents + journey.intent) * firm.n_channels + channel
        intercept = world.firm.resolves.rows[place].intercept
        probability = world.firm.resolves.rows[place].probability
    if not firm.people_differ:
        return probability
    return resolution_chance(intercept, ease_of(world, journey, who, channel))


def ease_of(world: World, journey: Journey, who: Int, channel: Int) -> Float:
    """Return how easily people on a channel resolve a need: log-odds against the mean one's."""
    firm = world.firm
    if not firm.people_differ:
        return 0.0
    ease = firm.people_difficulty * firm.difficulty_sd * -journey.difficulty
    return ease + _fits(world, journey, who, channel)


def _fits(world: World, journey: Journey, who: Int, channel: Int) -> Float:
    """Return how well a channel fits the customer and the need."""
    fit = fit_of(world, who, channel)
    if world.firm.need_channel_sd > 0.0:
        index = journey.need * MOST_CHANNELS + channel
        u = uniform(journey.key, who, index, TRAIT_NEED_CHANNEL)
        fit += world.firm.need_channel_sd * normal_quantile(u)
    return fit


def fit_of(world: World, who: Int, channel: Int) -> Float:
    """Return how well a channel fits a customer: log-odds against the mean one's."""
    sd = world.firm.fit_sd
    if sd <= 0.0:
        return 0.0
    return sd * normal_quantile(uniform(world.trait_key, who, channel, TRAIT_FIT))


def ability_of(world: World, who: Int) -> Float:
    """Return a customer's ability with automation: log-odds against the mean one's."""
    ability = 0.0
    if world.firm.ability_sd > 0.0:
        u = uniform(world.trait_key, who, 0, TRAIT_ABILITY)
        ability = world.firm.ability_sd * normal_quantile(u)
    if world.firm.ability_learning > 0.0:
        ability += world.lasting.rows[who].ability
    return ability


def difficulty_of(world: World, who: Int, need: Int) -> Float:
    """Return a need's difficulty, in standard deviations, as drawn when it arises."""
    if world.firm.difficulty_sd <= 0.0:
        return 0.0
    return normal_quantile(uniform(world.key, who, need, TRAIT_DIFFICULTY))


def acceptance_of(world: World, who: Int, segment: Int, channel: Int) -> Float:
    """Return the probability that a customer of a segment lets the firm steer to a channel."""
    firm = world.firm
    steers = world.firm.steers.rows[segment * firm.n_channels + channel]
    if not firm.acceptance_differs:
        return steers.acceptance
    return resolution_chance(steers.intercept, willingness_of(world, who))


def willingness_of(world: World, who: Int) -> Float:
    """Return how willingly a customer is steered: log-odds against the mean one's."""
    willing = 0.0
    if world.firm.acceptance_sd > 0.0:
        u = uniform(world.trait_key, who, 0, TRAIT_ACCEPTANCE)
        willing = world.firm.acceptance_sd * normal_quantile(u)
    if world.firm.acceptance_learning > 0.0:
        willing += world.lasting.rows[who].acceptance
    return willing
