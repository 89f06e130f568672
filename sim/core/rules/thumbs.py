"""Which function decides for a rule of thumb, and values its actions."""

from __future__ import annotations

from sim.core.accessors import given_rule_at, rule_at
from sim.core.codes import (
    RULE_BEST_CHANNEL,
    RULE_BOT_FIRST,
    RULE_CHEAPEST_CHANNEL,
    RULE_CMU_THETA,
    RULE_GIVEN,
    RULE_LEAST_EXPECTED_WAIT,
    RULE_LONGEST_IDLE,
    RULE_RANDOM,
    RULE_SILO,
    RULE_THRESHOLDS,
    RULE_VALUE_AT_RISK,
)
from sim.core.records.bundles import World
from sim.core.rules.best_channel import best_channel_worths, by_best_channel
from sim.core.rules.bot_first import by_bot_first
from sim.core.rules.by_chance import by_chance
from sim.core.rules.cheapest_channel import by_cheapest_channel
from sim.core.rules.cmu_theta import by_cmu_theta
from sim.core.rules.least_expected_wait import by_least_expected_wait
from sim.core.rules.longest_idle import by_longest_idle
from sim.core.rules.silo import by_silo
from sim.core.rules.thresholds import by_thresholds
from sim.core.rules.value_at_risk import by_value_at_risk
from sim.native_types import Int, Small


def takes_kind(world: World, number: Int) -> Small:
    """Return whether a rule takes the kind of decision at hand; of others the default holds."""
    return rule_at(world, number).kinds >> world.pending_kind & 1


def thumb_action(world: World, number: Int) -> Small:
    """Return the action of a rule of thumb by what is seen."""
    rule = rule_at(world, number)
    form = rule.form
    if not takes_kind(world, number):
        return world.default_action
    if form == RULE_BEST_CHANNEL:
        return by_best_channel(world, rule.at)
    if form == RULE_THRESHOLDS:
        return by_thresholds(world, rule.at)
    if form == RULE_VALUE_AT_RISK:
        return by_value_at_risk(world, rule.at)
    if form == RULE_LEAST_EXPECTED_WAIT:
        return by_least_expected_wait(world, rule.at)
    if form == RULE_CHEAPEST_CHANNEL:
        return by_cheapest_channel(world, rule.at)
    if form == RULE_BOT_FIRST:
        return by_bot_first(world, rule.at)
    if form == RULE_LONGEST_IDLE:
        return by_longest_idle(world, rule.at)
    if form == RULE_CMU_THETA:
        return by_cmu_theta(world, rule.at)
    if form == RULE_SILO:
        return by_silo(world, rule.at)
    if form == RULE_RANDOM:
        return by_chance(world)
    if form == RULE_GIVEN:
        return given_rule_at(world, rule.at).action
    return world.default_action


def value_actions(world: World, number: Int) -> Small:
    """Put into ``worths`` what the legal actions are worth to a rule; return 0 if it cannot say."""
    rule = rule_at(world, number)
    if rule.form == RULE_BEST_CHANNEL:
        return best_channel_worths(world, rule.at)
    if rule.form == RULE_GIVEN:
        return given_rule_at(world, rule.at).valued
    return 0
