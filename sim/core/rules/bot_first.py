"""Automation first, people when it fails."""

from __future__ import annotations

from sim.core.accessors import bot_first_rule_at, knowing_at, legal_at, seen_customer_at, typical_at
from sim.core.codes import DECIDE_ENTRY
from sim.core.records.bundles import World
from sim.core.records.policies import BotFirstRule
from sim.core.rules.figures import figure, first_listed, is_automated, target_of
from sim.core.rules.needs import expected_chance, goes_by_figures
from sim.native_types import Float, Int, Small


def by_bot_first(world: World, at: Int) -> Small:
    """Return the action of rule ``bot_first``: the best automated channel, or the requested one."""
    rule = bot_first_rule_at(world, at)
    seen = seen_customer_at(world, 0)
    if world.pending_kind != DECIDE_ENTRY or seen.attempt > rule.attempts:
        return world.default_action
    if not goes_by_figures(world, knowing_at(world, rule.knowing)):
        return _ablest(world, rule)
    action = first_listed(world, rule.order + seen.intent * world.firm.n_channels)
    return action if action >= 0 else world.default_action


def _ablest(world: World, rule: BotFirstRule) -> Small:
    """The automated channel that resolves the need most probably, if that is often enough."""
    best: Small = world.default_action
    most = 0.0
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if is_automated(world, channel):
            chance = expected_chance(world, knowing_at(world, rule.knowing), channel)
            if chance > most and chance >= rule.least * _understood(world, rule, channel):
                best = action
                most = chance
    return best


def _understood(world: World, rule: BotFirstRule, channel: Int) -> Float:
    """How probably automation understands an intent; what it must reach counts from there."""
    typical = typical_at(world, knowing_at(world, rule.knowing).typical)
    return figure(world, typical.reached, channel)
