"""What is believed, in the vector of features; see ``sim.decisions.beliefs``."""

from __future__ import annotations

from math import log1p
from typing import Final

from sim.core.accessors import (
    feature_at,
    layout_at,
    seen_belief_at,
    seen_fit_at,
    seen_intent_at,
    seen_reason_at,
)
from sim.core.records.bundles import World
from sim.core.storage import single
from sim.native_types import Float, Int

MEAN_BOUND: Final = 10.0
VARIANCE_BOUND: Final = 100.0
OF_CUSTOMER: Final = 14  # numbers of the customer; then two a channel, one a concern


def put_intents(world: World) -> None:
    """Put the probabilities of the intents."""
    first = layout_at(world, 0).probabilities
    for intent in range(world.firm.n_intents):
        put_feature(world, first + intent, seen_intent_at(world, intent).probability)


def put_belief(world: World) -> None:
    """Put what is believed of the customer, who is known."""
    seen = seen_belief_at(world, 0)
    at = layout_at(world, 0).belief
    put_feature(world, at, 1.0)
    put_feature(world, at + 1, max(0.0, min(1.0, seen.churn)))
    _put_mean(world, at + 2, seen.ability_mean)
    _put_variance(world, at + 3, seen.ability_variance)
    _put_mean(world, at + 4, seen.acceptance_mean)
    _put_variance(world, at + 5, seen.acceptance_variance)
    _put_mean(world, at + 6, seen.feeling)
    put_feature(world, at + 7, log1p(seen.contacts))
    put_feature(world, at + 8, log1p(seen.failures))
    _put_mean(world, at + 9, seen.usage)
    put_feature(world, at + 10, log1p(seen.inactive))
    put_feature(world, at + 11, log1p(seen.tenure))
    _put_mean(world, at + 12, seen.need_mean)
    _put_variance(world, at + 13, seen.need_variance)
    at += OF_CUSTOMER
    for channel in range(world.firm.n_channels):
        _put_mean(world, at + 2 * channel, seen_fit_at(world, channel).mean)
        _put_variance(world, at + 2 * channel + 1, seen_fit_at(world, channel).variance)
    at += 2 * world.firm.n_channels
    for concern in range(world.firm.n_concerns):
        put_feature(world, at + concern, seen_reason_at(world, concern).probability)


def put_feature(world: World, at: Int, value: Float) -> None:
    """Put one number, as 32 bits hold it."""
    feature_at(world, at).value = single(value)


def _put_mean(world: World, at: Int, value: Float) -> None:
    put_feature(world, at, max(-MEAN_BOUND, min(MEAN_BOUND, value)))


def _put_variance(world: World, at: Int, value: Float) -> None:
    put_feature(world, at, max(0.0, min(VARIANCE_BOUND, value)))
