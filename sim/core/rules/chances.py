"""The chances of one customer, by a belief or by the truth, in place of the firm's figures.

A figure holds for the mean of a segment's customers and needs. What is believed of the customer
shifts its log-odds by as much as it shifts those that are typical: nothing heard, nothing changes.
"""

from __future__ import annotations

from math import sqrt

from sim.behaviour.resolution import LOGIT_SQUASH, resolution_chance
from sim.behaviour.retention import log_odds
from sim.core.accessors import (
    seen_belief_at,
    seen_chance_at,
    seen_fit_at,
    typical_at,
)
from sim.core.records.bundles import World
from sim.core.rules.figures import by_cell, by_segment, figure, is_automated, segment_row
from sim.native_types import Float, Int


def true_chance(world: World, at: Int, p: Float, intent: Int, channel: Int) -> Float:
    """Return how probably a channel resolves the need, for who knows its traits.

    ``p``: the figure, understanding the intent and being reached included, as people's transfers.
    """
    reached = figure(world, typical_at(world, at).reached, channel)
    chance = seen_chance_at(world, channel)
    if is_automated(world, channel):
        return reached * chance.resolution
    if p <= 0.0 or p >= reached or chance.ease == 0.0:
        return p
    intercept = by_cell(world, typical_at(world, at).intercepts, intent, channel)
    return reached * resolution_chance(intercept, chance.ease)


def set_against_usual(world: World, at: Int, channel: Int, segment: Int) -> None:
    """Note what is believed of this customer on a channel, and what is usual in the segment.

    It holds for all intents: ``believed_resolution`` needs it.
    """
    typical = typical_at(world, at)
    seen = seen_belief_at(world, 0)
    fit = seen_fit_at(world, channel)
    usual = 0.0
    spread = typical.need_channel_variance
    load = typical.people_difficulty
    mean = fit.mean
    variance = spread + fit.variance
    spread += typical.fit_variance
    if is_automated(world, channel):
        load = 1.0
        usual = by_segment(world, typical.ability, segment)
        spread += by_segment(world, typical.ability_variance, segment)
        mean += seen.ability_mean
        variance += seen.ability_variance
    mean -= load * seen.need_mean
    variance += load * load * seen.need_variance
    spread += load * load * typical.need_variance
    fit.odds_mean = mean
    fit.odds_root = sqrt(1.0 + LOGIT_SQUASH * variance)
    fit.usual_mean = usual
    fit.usual_root = sqrt(1.0 + LOGIT_SQUASH * spread)


def believed_resolution(world: World, at: Int, p: Float, intent: Int, channel: Int) -> Float:
    """Return how probably a channel is believed to resolve an intent of this customer.

    ``p``: the figure of the segment set against (see ``set_against_usual``), as in ``true_chance``.
    """
    typical = typical_at(world, at)
    fit = seen_fit_at(world, channel)
    reached = figure(world, typical.reached, channel)
    if p <= 0.0 or p >= reached:
        return p
    intercept = by_cell(world, typical.intercepts, intent, channel)
    believed = (intercept + fit.odds_mean) / fit.odds_root
    usual = (intercept + fit.usual_mean) / fit.usual_root
    return reached * resolution_chance(log_odds(p / reached), believed - usual)


def scored_resolution(world: World, at: Int, p: Float, intent: Int, channel: Int) -> Float:
    """Return how probably a channel resolves an intent of this customer by the predictor's score.

    It corrects what is believed: see ``believed_resolution``.
    """
    seen = seen_belief_at(world, 0)
    believed = believed_resolution(world, at, p, intent, channel)
    if seen.slope == 0.0 or believed <= 0.0 or believed >= 1.0:
        return believed
    return resolution_chance(seen.slope * log_odds(believed), seen_fit_at(world, channel).score)


def believed_acceptance(world: World, at: Int, p: Float, channel: Int, segment: Int) -> Float:
    """Return how probably this customer is believed to let the firm steer to a channel.

    ``p``: the figure of the segment (-1: of all).
    """
    if p <= 0.0 or p >= 1.0:
        return p
    typical = typical_at(world, at)
    seen = seen_belief_at(world, 0)
    row = segment_row(world, segment) * world.firm.n_channels
    intercept = figure(world, typical.acceptance + row, channel)
    usual = log_odds_given(intercept, typical.acceptance_variance)
    believed = log_odds_given(intercept + seen.acceptance_mean, seen.acceptance_variance)
    return resolution_chance(log_odds(p), believed - usual)


def log_odds_given(mean: Float, variance: Float) -> Float:
    """Return the log-odds of the mean chance where log-odds are normal.

    See ``sim.behaviour.resolution.chance_given``.
    """
    return mean / sqrt(1.0 + LOGIT_SQUASH * variance)
