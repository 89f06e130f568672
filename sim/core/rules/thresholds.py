"""Thresholds of waits and worth: deflection, callback, escalation, recovery."""

from __future__ import annotations

from sim.core.accessors import (
    channel_at,
    legal_at,
    seen_customer_at,
    seen_load_at,
    thresholds_rule_at,
)
from sim.core.codes import DECIDE_ENTRY, DECIDE_ESCALATION, DECIDE_WRAP_UP, GO_ON, RECOVER
from sim.core.records.bundles import World
from sim.core.records.policies import ThresholdsRule
from sim.core.rules.figures import (
    by_segment,
    figure,
    is_sensible,
    legal_of,
    legal_to,
    number_in,
    target_of,
)
from sim.core.rules.retention import per_mood, worth_of
from sim.native_types import Float, Int, Small
from sim.tables.codes import LIVE


def by_thresholds(world: World, at: Int) -> Small:
    """Return the action of rule ``thresholds``."""
    rule = thresholds_rule_at(world, at)
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        return _relief(world, rule)
    if kind == DECIDE_ESCALATION:
        return _hand_over_in_time(world, rule)
    if kind == DECIDE_WRAP_UP:
        return _recovery_by_loss(world, rule)
    return world.default_action


def _relief(world: World, rule: ThresholdsRule) -> Small:
    """A callback or a digital channel when the line is long."""
    channel = target_of(world, world.default_action)
    if channel_at(world, channel).kind != LIVE:
        return world.default_action
    load = seen_load_at(world, channel)
    wait_s = load.expected_wait_s
    callback = number_in(world, rule.callback, channel)
    if load.open and wait_s > rule.callback_wait_s and callback >= 0:
        action = legal_to(world, callback)
        if action >= 0:
            return action
    if load.open and wait_s <= rule.deflect_wait_s:
        return world.default_action
    first = rule.digital + seen_customer_at(world, 0).intent * world.firm.n_channels
    for i in range(world.firm.n_channels):
        other = number_in(world, first, i)
        if other < 0:
            break
        action = legal_to(world, other)
        if action >= 0 and _live_wait(world, other) < wait_s + rule.deflect_wait_s:
            return action
    return world.default_action


def _live_wait(world: World, channel: Int) -> Float:
    """Only live channels keep their customers waiting."""
    is_live = channel_at(world, channel).kind == LIVE
    return seen_load_at(world, channel).expected_wait_s if is_live else 0.0


def _hand_over_in_time(world: World, rule: ThresholdsRule) -> Small:
    """People if the wait or the customer allows it, else the dialogue goes on."""
    best: Small = -1
    least = 0.0
    intent = seen_customer_at(world, 0).intent
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel >= 0 and is_sensible(world, action, intent):
            wait_s = seen_load_at(world, channel).expected_wait_s
            if best < 0 or wait_s < least:
                best = action
                least = wait_s
    if best < 0:
        return world.default_action
    if least <= rule.escalate_wait_s:
        return best
    seen = seen_customer_at(world, 0)
    worth = worth_of(world, rule.retention, seen.segment, seen.margin_per_month)
    return best if worth >= rule.escalate_worth else legal_of(world, GO_ON)


def _recovery_by_loss(world: World, rule: ThresholdsRule) -> Small:
    """Recovery when the estimated loss exceeds its cost."""
    recover = legal_of(world, RECOVER)
    if recover < 0:
        return world.default_action
    seen = seen_customer_at(world, 0)
    value = per_mood(world, rule.retention, seen.segment, seen.margin_per_month, rule.customer)
    loss = value * figure(world, rule.loss, seen.intent)
    loss *= by_segment(world, rule.sensitivity, seen.segment)
    return recover if loss > rule.least_loss else world.default_action
