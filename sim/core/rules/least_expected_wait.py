"""The shortest line."""

from __future__ import annotations

from sim.core.accessors import least_wait_rule_at, legal_at, seen_customer_at, seen_load_at
from sim.core.codes import DECIDE_ENTRY, DECIDE_ESCALATION, ENDLESS
from sim.core.records.bundles import World
from sim.core.records.policies import LeastWaitRule
from sim.core.rules.figures import is_automated, is_sensible, target_of, wait_with_people
from sim.native_types import Float, Int, Small


def by_least_expected_wait(world: World, at: Int) -> Small:
    """Return the action of rule ``least_expected_wait``."""
    rule = least_wait_rule_at(world, at)
    if world.pending_kind == DECIDE_ENTRY:
        return _soonest(world, rule)
    if world.pending_kind == DECIDE_ESCALATION:
        return _soonest_to_take_over(world, rule)
    return world.default_action


def _soonest(world: World, rule: LeastWaitRule) -> Small:
    """The channel with the least wait, where that saves enough."""
    own = target_of(world, world.default_action)
    best: Small = world.default_action
    if is_automated(world, own):
        return best
    least = _wait_until_served(world, rule, own) - rule.least_gain_s
    intent = seen_customer_at(world, 0).intent
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if is_automated(world, channel) and not rule.automation:
            continue
        if not is_sensible(world, action, intent):
            continue
        wait_s = _wait_until_served(world, rule, channel)
        if wait_s < least:
            best = action
            least = wait_s
    return best


def _soonest_to_take_over(world: World, rule: LeastWaitRule) -> Small:
    """The channel of those that can take over where the wait is least."""
    best: Small = -1
    least = 0.0
    intent = seen_customer_at(world, 0).intent
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel >= 0 and is_sensible(world, action, intent):
            wait_s = _wait_until_served(world, rule, channel)
            if best < 0 or wait_s < least:
                best = action
                least = wait_s
    return best if best >= 0 else world.default_action


def _wait_until_served(world: World, rule: LeastWaitRule, channel: Int) -> Float:
    if is_automated(world, channel):
        return 0.0
    if not seen_load_at(world, channel).open:
        return ENDLESS
    return wait_with_people(world, channel, rule.staffed_in)
