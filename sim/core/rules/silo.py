"""Silos: every team optimises a goal of its own."""

from __future__ import annotations

from sim.core.accessors import (
    channel_at,
    seen_candidate_at,
    seen_customer_at,
    seen_load_at,
    silo_rule_at,
)
from sim.core.codes import (
    DECIDE_DISPATCH,
    DECIDE_ENTRY,
    DECIDE_ESCALATION,
    DECIDE_WRAP_UP,
    DO_NOTHING,
    GO_ON,
)
from sim.core.records.bundles import World
from sim.core.records.policies import SiloRule
from sim.core.rules.figures import (
    by_cell,
    first_queue,
    is_sensible,
    legal_of,
    legal_to,
    number_in,
    rank,
    target_of,
)
from sim.native_types import Int, Small
from sim.tables.codes import LIVE


def by_silo(world: World, at: Int) -> Small:
    """Return the action of rule ``silo``."""
    rule = silo_rule_at(world, at)
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        return _elsewhere(world, rule)
    if kind == DECIDE_ESCALATION:
        return _if_legal(world, GO_ON)  # containment is the bot's goal
    if kind == DECIDE_DISPATCH and world.pending_agent >= 0:
        return _handled_fastest(world, rule)
    if kind == DECIDE_WRAP_UP:
        return _if_legal(world, DO_NOTHING)  # goodwill comes out of another team's budget
    return world.default_action


def _if_legal(world: World, verb: Int) -> Small:
    action = legal_of(world, verb)
    return action if action >= 0 else world.default_action


def _elsewhere(world: World, rule: SiloRule) -> Small:
    """Another team's channel when the own line is long."""
    own = target_of(world, world.default_action)
    if channel_at(world, own).kind != LIVE:
        return world.default_action
    load = seen_load_at(world, own)
    if load.open and load.expected_wait_s <= rule.own_wait_s:
        return world.default_action
    intent = seen_customer_at(world, 0).intent
    for i in range(world.firm.n_channels):
        channel = number_in(world, rule.elsewhere, i)
        if channel < 0:
            break
        action = legal_to(world, channel)
        if action >= 0 and channel != own and is_sensible(world, action, intent):
            return action
    return world.default_action


def _handled_fastest(world: World, rule: SiloRule) -> Small:
    """The queue that is handled fastest, live before backlog."""
    for i in range(world.n_candidates):
        seen = seen_candidate_at(world, i)
        rank(world, i, not seen.backlog, -by_cell(world, rule.handle_s, seen.intent, seen.channel))
    return first_queue(world)
