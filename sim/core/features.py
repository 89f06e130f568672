"""The vector of features of the decision at hand, from what the firm sees.

``sim.decisions.features`` says what stands where, and makes the same vector of a view (tested).
Its numbers are those of 32 bits; they wait in the world for a rule, and are copied out for a
learner.
"""

from __future__ import annotations

from math import cos, log1p, pi, sin
from typing import Final

from sim.core.accessors import (
    channel_at,
    count_log_at,
    kind_place_at,
    layout_at,
    seen_belief_at,
    seen_candidate_at,
    seen_customer_at,
    seen_load_at,
    seen_now_at,
    seen_profile_at,
)
from sim.core.belief_features import put_belief, put_feature, put_intents
from sim.core.believing import believe_candidates, see_belief
from sim.core.intents import see_intents
from sim.core.loads import see_loads
from sim.core.records.bundles import World
from sim.core.records.decisions import SeenCandidate, SeenLoad
from sim.core.records.vector import Layout
from sim.core.seeing import see_candidates, see_customer, see_now, see_profile
from sim.core.storage import blank_numbers
from sim.native_types import Float, Int
from sim.units import DAY_S, MINUTE_S, WEEK_S

TWO_PI: Final = 2.0 * pi
LOG_BOUND: Final = 16.0  # log1p of nine million


def see_features(world: World) -> None:
    """See the decision at hand, and put its vector into the world's ``features``."""
    see_now(world)
    see_loads(world)
    seen_belief_at(world, 0).known = 0
    if world.pending_contact >= 0:
        see_customer(world, world.pending_contact)
        see_profile(world, seen_customer_at(world, 0).customer, seen_customer_at(world, 0).channel)
        see_intents(world, world.pending_contact)
        if world.features_believe:
            see_belief(world, world.pending_contact)
    else:
        see_candidates(world)
        if world.features_believe:
            believe_candidates(world)
    put_features(world)


def see_moment(world: World) -> None:
    """See, and put into the features, what holds without a decision: the time and the loads."""
    see_now(world)
    see_loads(world)
    _put_moment(world, layout_at(world, 0))


def put_features(world: World) -> None:
    """Put the vector of the decision at hand into the features, from what is seen."""
    layout = layout_at(world, 0)
    _put_moment(world, layout)
    put_feature(world, kind_place_at(world, world.pending_kind).at, 1.0)
    if world.pending_contact >= 0:
        _put_customer(world, layout)
        if seen_customer_at(world, 0).segment >= 0:
            _put_profile(world, layout)
        put_intents(world)
        if seen_belief_at(world, 0).known:
            put_belief(world)
    else:
        world.candidates_featured = 1
        for i in range(world.n_candidates):
            _put_candidate(world, layout, seen_candidate_at(world, i))


def _put_moment(world: World, layout: Layout) -> None:
    blank_numbers(world.features, 0, layout.time)
    blank_numbers(world.features, layout.customer, layout.loads)
    if world.candidates_featured:  # most of the vector, and mostly empty
        blank_numbers(world.features, layout.candidates, layout.size)
        world.candidates_featured = 0
    since_monday_s = seen_now_at(world, 0).week_s
    day = TWO_PI * (since_monday_s % DAY_S) / DAY_S
    week = TWO_PI * since_monday_s / WEEK_S
    put_feature(world, layout.time, sin(day))
    put_feature(world, layout.time + 1, cos(day))
    put_feature(world, layout.time + 2, sin(week))
    put_feature(world, layout.time + 3, cos(week))
    for c in range(world.firm.n_channels):
        if channel_at(world, c).load_at >= 0:
            _put_load(world, channel_at(world, c).load_at, seen_load_at(world, c))


def put_count(world: World, at: Int, n: Int) -> None:
    """Put the logarithm of a whole number."""
    kept = n < layout_at(world, 0).counts
    put_feature(world, at, count_log_at(world, n).value if kept else log1p(n))


def _put_customer(world: World, layout: Layout) -> None:
    seen = seen_customer_at(world, 0)
    at = layout.customer
    put_feature(world, at, 1.0)
    put_feature(world, at + 2, logged(seen.journey_h))
    put_feature(world, at + 3, logged(seen.wait_s / MINUTE_S))
    if seen.segment >= 0:
        put_count(world, at + 1, seen.attempt)
        put_feature(world, at + 4, logged(seen.margin_per_month))
        put_feature(world, at + 5, 1.0 if seen.recovered else 0.0)
        put_feature(world, at + 6, 1.0)
        put_feature(world, layout.segment + seen.segment, 1.0)
    put_feature(world, layout.intent + seen.intent, 1.0)
    put_feature(world, layout.channel + seen.channel, 1.0)


def _put_profile(world: World, layout: Layout) -> None:
    seen = seen_profile_at(world, 0)
    at = layout.profile
    put_count(world, at, seen.contacts)
    put_count(world, at + 1, seen.failures)
    put_count(world, at + 2, seen.abandoned)
    put_feature(world, at + 3, logged(seen.hours_since_last))
    put_feature(world, at + 4, logged(seen.mean_wait_min))
    put_count(world, at + 5, seen.transfers)
    put_count(world, at + 6, seen.repeats)
    if seen.last_channel >= 0:
        put_feature(world, layout.last_channel + seen.last_channel, 1.0)


def _put_load(world: World, at: Int, seen: SeenLoad) -> None:
    put_feature(world, at, 1.0 if seen.open else 0.0)
    put_count(world, at + 1, seen.waiting)
    put_feature(world, at + 2, logged(seen.oldest_wait_s / MINUTE_S))
    put_count(world, at + 3, seen.idle)
    put_count(world, at + 4, seen.on_duty)
    put_feature(world, at + 5, logged(seen.expected_wait_s / MINUTE_S))


def _put_candidate(world: World, layout: Layout, seen: SeenCandidate) -> None:
    at = layout.candidates + 6 * seen.queue
    put_feature(world, at, 1.0)
    put_count(world, at + 1, seen.waiting)
    put_feature(world, at + 2, logged(seen.wait_s / MINUTE_S))
    put_feature(world, at + 3, min(LOG_BOUND, logged(seen.mean_patience_s / MINUTE_S)))
    if seen.segment >= 0:
        put_feature(world, at + 4, logged(seen.margin_per_month))
        put_feature(world, at + 5, min(1.0, seen.hazard_per_month))


def logged(x: Float) -> Float:
    """Return log1p of a number that is often 0."""
    return 0.0 if x == 0.0 else log1p(x)


def within(x: Float, low: Float, high: Float) -> Float:
    """Return a number, or the bound that it is beyond."""
    return max(low, min(high, x))
