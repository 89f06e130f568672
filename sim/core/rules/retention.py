"""What a customer and a change of mood are worth; see ``policies.value.retention_value``."""

from __future__ import annotations

from sim.behaviour.retention import churn_at_mood, worth_of_mood
from sim.core.accessors import retention_at, seen_belief_at
from sim.core.records.bundles import World
from sim.core.records.policies import Retention
from sim.core.rules.figures import segment_row
from sim.native_types import Float, Int


def retention_of(world: World, first: Int, segment: Int) -> Retention:
    """Return a segment's churn and worth; those of the mean customer for -1."""
    return retention_at(world, first + segment_row(world, segment))


def worth_of(world: World, first: Int, segment: Int, margin_per_month: Float) -> Float:
    """Return the money that a customer brings within the horizon; the mean where unknown."""
    row = retention_of(world, first, segment)
    margin = margin_per_month if segment >= 0 else row.margin
    return margin * row.months


def churn_of(world: World, first: Int, segment: Int, mood: Float) -> Float:
    """Return the churn rate at a mood; see ``sim.behaviour.churn_at_mood``."""
    row = retention_of(world, first, segment)
    return churn_at_mood(row.contractual != 0, row.base, row.mood_effect, mood)


def churn_seen(world: World, first: Int, segment: Int, believed: Int) -> Float:
    """Return the customer's churn: as ``believed`` (not 0), or the segment's."""
    seen = seen_belief_at(world, 0)
    if believed and seen.known:
        return seen.churn
    return churn_of(world, first, segment, 0.0)


def per_mood(
    world: World, first: Int, segment: Int, margin_per_month: Float, believed: Int
) -> Float:
    """Return what one unit of this customer's mood, given now, is worth."""
    churn = churn_seen(world, first, segment, believed)
    spread = retention_of(world, first, segment).spread
    return spread * per_mood_at(world, first, segment, margin_per_month, churn)


def per_mood_at(
    world: World, first: Int, segment: Int, margin_per_month: Float, churn: Float
) -> Float:
    """Return what one unit of mood is worth for a known churn rate."""
    row = retention_of(world, first, segment)
    worth = worth_of(world, first, segment, margin_per_month)
    return worth_of_mood(row.contractual != 0, worth, row.mood_effect, churn, row.reach)
