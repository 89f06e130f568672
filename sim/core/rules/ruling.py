"""The rule that takes the decision at hand."""

from __future__ import annotations

from sim.core.accessors import rule_at
from sim.core.codes import RULE_LEARNED
from sim.core.records.bundles import World
from sim.core.rules.learned import by_learned
from sim.core.rules.looking import look
from sim.core.rules.thumbs import takes_kind, thumb_action
from sim.native_types import Int, Small


def decide_by_rule(world: World, number: Int) -> Small:
    """Return the action of a rule in the decision at hand, after a look at what it reads."""
    if not takes_kind(world, number):
        return world.default_action
    look(world, number)
    return action_of(world, number)


def action_of(world: World, number: Int) -> Small:
    """Return the action of a rule by what is seen."""
    rule = rule_at(world, number)
    if rule.form == RULE_LEARNED:
        return by_learned(world, rule.at)
    return thumb_action(world, number)
