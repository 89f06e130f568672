"""Value at risk: churn × worth decides who is served first, who gets people, who is recovered."""

from __future__ import annotations

from sim.core.accessors import (
    channel_at,
    legal_at,
    seen_candidate_at,
    seen_customer_at,
    seen_load_at,
    value_at_risk_rule_at,
)
from sim.core.codes import DECIDE_DISPATCH, DECIDE_ENTRY, DECIDE_WRAP_UP, RECOVER
from sim.core.records.bundles import World
from sim.core.records.policies import ValueAtRiskRule
from sim.core.rules.figures import (
    by_cell,
    figure,
    first_queue,
    legal_of,
    rank,
    target_of,
    wait_with_people,
)
from sim.core.rules.retention import churn_seen, per_mood, worth_of
from sim.native_types import Int, Small
from sim.tables.codes import ASYNCHRONOUS, LIVE


def by_value_at_risk(world: World, at: Int) -> Small:
    """Return the action of rule ``value_at_risk``."""
    rule = value_at_risk_rule_at(world, at)
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        return _protection(world, rule)
    if kind == DECIDE_DISPATCH and world.n_candidates:
        return _most_at_risk(world, rule)
    if kind == DECIDE_WRAP_UP:
        return _recovery_that_pays(world, rule)
    return world.default_action


def _protection(world: World, rule: ValueAtRiskRule) -> Small:
    """People for customers whose value is at risk, else the requested channel."""
    if _has_people(world, target_of(world, world.default_action)):
        return world.default_action
    seen = seen_customer_at(world, 0)
    risk = churn_seen(world, rule.retention, seen.segment, rule.customer)
    risk *= worth_of(world, rule.retention, seen.segment, seen.margin_per_month)
    if risk < rule.protect_risk:
        return world.default_action
    best: Small = world.default_action
    most = 0.0
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel_at(world, channel).kind != LIVE or not seen_load_at(world, channel).open:
            continue
        resolution = by_cell(world, rule.resolution, seen.intent, channel)
        in_time = wait_with_people(world, channel, rule.staffed_in) <= rule.protect_wait_s
        if in_time and resolution > most:
            best = action
            most = resolution
    return best


def _has_people(world: World, channel: Int) -> Small:
    kind = channel_at(world, channel).kind
    return 1 if kind == LIVE else kind == ASYNCHRONOUS


def _most_at_risk(world: World, rule: ValueAtRiskRule) -> Small:
    """The queue whose head has the largest value at risk × stakes ÷ handle time."""
    for i in range(world.n_candidates):
        seen = seen_candidate_at(world, i)
        worth = worth_of(world, rule.retention, seen.segment, seen.margin_per_month)
        index = seen.hazard_per_month * worth * figure(world, rule.stakes, seen.intent)
        index /= by_cell(world, rule.handle_s, seen.intent, seen.channel)
        rank(world, i, not seen.backlog, index * (1.0 + seen.wait_s / rule.wait_scale_s))
    return first_queue(world)


def _recovery_that_pays(world: World, rule: ValueAtRiskRule) -> Small:
    """Recovery where what its uplift saves is worth enough."""
    recover = legal_of(world, RECOVER)
    if recover < 0:
        return world.default_action
    seen = seen_customer_at(world, 0)
    value = per_mood(world, rule.retention, seen.segment, seen.margin_per_month, rule.customer)
    return recover if rule.uplift * value >= rule.least_saved else world.default_action
