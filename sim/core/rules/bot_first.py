"""Automation first, people when it fails."""

from __future__ import annotations

from sim.core.accessors import bot_first_rule_at, seen_customer_at
from sim.core.codes import DECIDE_ENTRY
from sim.core.records.bundles import World
from sim.core.rules.figures import first_listed
from sim.native_types import Int, Small


def by_bot_first(world: World, at: Int) -> Small:
    """Return the action of rule ``bot_first``: the best automated channel, or the requested one."""
    rule = bot_first_rule_at(world, at)
    seen = seen_customer_at(world, 0)
    if world.pending_kind != DECIDE_ENTRY or seen.attempt > rule.attempts:
        return world.default_action
    action = first_listed(world, rule.order + seen.intent * world.firm.n_channels)
    return action if action >= 0 else world.default_action
