"""The channel that resolves at the least cost."""

from __future__ import annotations

from sim.core.accessors import cheapest_rule_at, knowing_at, legal_at, seen_customer_at
from sim.core.codes import DECIDE_ENTRY, DECIDE_ESCALATION, ENDLESS
from sim.core.records.bundles import World
from sim.core.records.policies import CheapestRule
from sim.core.rules.figures import by_cell, target_of
from sim.core.rules.needs import expected_chance, expected_price, goes_by_figures
from sim.native_types import Float, Int, Small


def by_cheapest_channel(world: World, at: Int) -> Small:
    """Return the action of rule ``cheapest_channel``: the default among equals, else the first."""
    kind = world.pending_kind
    if kind != DECIDE_ENTRY and kind != DECIDE_ESCALATION:
        return world.default_action
    rule = cheapest_rule_at(world, at)
    best: Small = -1
    least = 0.0
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel >= 0:
            cost = _cost(world, rule, channel)
            equal = cost == least and action == world.default_action
            if best < 0 or cost < least or equal:
                best = action
                least = cost
    return best if best >= 0 else world.default_action


def _cost(world: World, rule: CheapestRule, channel: Int) -> Float:
    """The expected cost of a contact ÷ the chance that it resolves the need."""
    knowing = knowing_at(world, rule.knowing)
    if goes_by_figures(world, knowing):
        return by_cell(world, rule.cost, seen_customer_at(world, 0).intent, channel)
    chance = expected_chance(world, knowing, channel)
    if chance <= 0.0:
        return ENDLESS
    return expected_price(world, knowing, rule.price, channel) / chance
