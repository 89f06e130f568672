"""Learned policies: the legal action with the highest score, or the one of the rule below it."""

from __future__ import annotations

from sim.core.accessors import learned_rule_at, legal_at, signal_at, worth_at
from sim.core.features import put_features
from sim.core.records.bundles import World
from sim.core.records.policies import LearnedRule
from sim.core.rules.network import score_actions
from sim.core.rules.thumbs import thumb_action, value_actions
from sim.native_types import Int, Small


def by_learned(world: World, at: Int) -> Small:
    """Return the action of a learned policy."""
    rule = learned_rule_at(world, at)
    if not rule.learned >> world.pending_kind & 1:
        return thumb_action(world, rule.base)
    put_features(world)
    first = score_actions(world, rule)
    if rule.adds:
        _add_to_worths(world, rule, first)
    best: Small = legal_at(world, 0).action
    for i in range(1, world.n_legal):
        action = legal_at(world, i).action
        if signal_at(world, first + action).value > signal_at(world, first + best).value:
            best = action
    if not rule.keeps:
        return best
    usual = thumb_action(world, rule.base)
    least = signal_at(world, first + usual).value + rule.margin
    return best if signal_at(world, first + best).value > least else usual


def _add_to_worths(world: World, rule: LearnedRule, first: Int) -> None:
    """Scores, in units of the decision, correct what the actions are worth to the rule."""
    if not value_actions(world, rule.base):
        return
    for i in range(world.n_legal):
        score = signal_at(world, first + legal_at(world, i).action)
        score.value = score.value * world.worth_unit + worth_at(world, i).money
