"""The cμ/θ index of Atar, Giat & Shimkin (2010)."""

from __future__ import annotations

from sim.core.accessors import cmu_theta_rule_at, seen_candidate_at
from sim.core.codes import DECIDE_DISPATCH
from sim.core.records.bundles import World
from sim.core.rules.figures import by_cell, first_queue, rank
from sim.native_types import Int, Small


def by_cmu_theta(world: World, at: Int) -> Small:
    """Return the action of rule ``cmu_theta``: the queue whose head has the largest index."""
    rule = cmu_theta_rule_at(world, at)
    if world.pending_kind != DECIDE_DISPATCH or world.pending_agent < 0:
        return world.default_action
    for i in range(world.n_candidates):
        seen = seen_candidate_at(world, i)
        index = by_cell(world, rule.index, seen.intent, seen.channel)
        if rule.by_margin:
            index *= seen.margin_per_month if seen.segment >= 0 else rule.mean_margin
        rank(world, i, not (seen.backlog and rule.live_first), index)
    return first_queue(world)
