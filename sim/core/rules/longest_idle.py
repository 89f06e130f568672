"""The longest wait to the most specialised team."""

from __future__ import annotations

from sim.core.accessors import legal_at, longest_idle_rule_at, seen_candidate_at
from sim.core.codes import DECIDE_DISPATCH
from sim.core.records.bundles import World
from sim.core.records.policies import LongestIdleRule
from sim.core.rules.figures import figure, first_queue, rank, target_of
from sim.native_types import Int, Small


def by_longest_idle(world: World, at: Int) -> Small:
    """Return the action of rule ``longest_idle``."""
    rule = longest_idle_rule_at(world, at)
    if world.pending_kind != DECIDE_DISPATCH:
        return world.default_action
    if world.pending_agent < 0:
        return _most_specialised(world, rule)
    for i in range(world.n_candidates):
        rank(world, i, not (seen_candidate_at(world, i).backlog and rule.live_first), 0.0)
    return first_queue(world)


def _most_specialised(world: World, rule: LongestIdleRule) -> Small:
    """The team with the fewest skills times channels."""
    best = legal_at(world, 0).action
    for i in range(1, world.n_legal):
        action = legal_at(world, i).action
        breadth = figure(world, rule.breadth, target_of(world, action))
        if breadth < figure(world, rule.breadth, target_of(world, best)):
            best = action
    return best
