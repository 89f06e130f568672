"""The channel that resolves at the least cost."""

from __future__ import annotations

from sim.core.accessors import cheapest_rule_at, legal_at, seen_customer_at
from sim.core.codes import DECIDE_ENTRY, DECIDE_ESCALATION
from sim.core.records.bundles import World
from sim.core.rules.figures import by_cell, target_of
from sim.native_types import Int, Small


def by_cheapest_channel(world: World, at: Int) -> Small:
    """Return the action of rule ``cheapest_channel``: the default among equals, else the first."""
    kind = world.pending_kind
    if kind != DECIDE_ENTRY and kind != DECIDE_ESCALATION:
        return world.default_action
    intent = seen_customer_at(world, 0).intent
    costs = cheapest_rule_at(world, at).cost
    best: Small = -1
    least = 0.0
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel >= 0:
            cost = by_cell(world, costs, intent, channel)
            equal = cost == least and action == world.default_action
            if best < 0 or cost < least or equal:
                best = action
                least = cost
    return best if best >= 0 else world.default_action
