"""The best channel by expected value, and the oracle, which knows the truth."""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    best_channel_rule_at,
    channel_values_at,
    legal_at,
    seen_customer_at,
    worth_at,
)
from sim.core.codes import (
    DECIDE_CANCEL,
    DECIDE_ENTRY,
    DECIDE_ESCALATION,
    DECIDE_WRAP_UP,
    GO_ON,
)
from sim.core.records.bundles import World
from sim.core.records.decisions import Case
from sim.core.records.policies import BestChannelRule
from sim.core.rules.channel_values import channel_value, people_value, self_service
from sim.core.rules.figures import figure, is_sensible, legal_of, target_of
from sim.core.rules.knowledge import (
    acceptance,
    intent_of,
    knows,
    mood_money,
    open_case,
    prepare_chances,
)
from sim.core.rules.needs import share_of
from sim.core.rules.treating import treatment_worth, value_offers
from sim.native_types import Float, Int, Small


def by_best_channel(world: World, at: Int) -> Small:
    """Return the action of rule ``best_channel``: the one worth most.

    It is the usual one unless another is worth enough more.
    """
    if not best_channel_worths(world, at):
        return world.default_action
    usual: Small = world.default_action
    most = 0.0
    if world.pending_kind == DECIDE_ENTRY:
        most = best_channel_rule_at(world, at).least_gain
    elif world.pending_kind == DECIDE_ESCALATION:
        usual = legal_of(world, GO_ON)
    for i in range(world.n_legal):
        if legal_at(world, i).action == usual:
            most += worth_at(world, i).money
    rule = best_channel_rule_at(world, at)
    intent = intent_of(world, rule)
    best = usual
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        able = rule.weighs_intents or is_sensible(world, action, intent)
        if action != usual and able and worth_at(world, i).money > most:
            best = action
            most = worth_at(world, i).money
    return best


def best_channel_worths(world: World, at: Int) -> Small:
    """Put what the legal actions are worth into ``worths``; return 0 where nobody can say."""
    if world.pending_contact < 0:
        return 0
    rule = best_channel_rule_at(world, at)
    world.worth_unit = 0.0
    for i in range(world.n_legal):
        worth_at(world, i).money = 0.0
    if world.pending_kind == DECIDE_CANCEL:
        value_offers(world, rule)
        return 1
    mood = mood_money(world, rule)
    _prepare(world, rule)
    if rule.weighs_intents and not knows(world, rule):
        return _weigh_intents(world, rule, mood)
    return _add_worths(world, rule, intent_of(world, rule), mood, 1.0)


def _prepare(world: World, rule: BestChannelRule) -> None:
    """Note what no intent changes: chances of resolution and, of entries, of being accepted."""
    if world.pending_kind == DECIDE_ENTRY or world.pending_kind == DECIDE_ESCALATION:
        prepare_chances(world, rule)
    if world.pending_kind == DECIDE_ENTRY:
        for i in range(world.n_legal):
            action = legal_at(world, i).action
            if action != world.default_action:
                worth_at(world, i).accepted = acceptance(world, rule, target_of(world, action))


def _weigh_intents(world: World, rule: BestChannelRule, mood: Float) -> Small:
    """Put the means of worths over the intents, as probable as they are.

    Those that hardly can be are left out. Returns 0 where nobody can say.
    """
    weighed = 0.0
    for intent in range(world.firm.n_intents):
        weighed += share_of(world, rule.weighs_intents, intent)
    for intent in range(world.firm.n_intents):
        share = share_of(world, rule.weighs_intents, intent)
        if share > 0.0 and not _add_worths(world, rule, intent, mood, share / weighed):
            return 0
    return 1


def _add_worths(
    world: World, rule: BestChannelRule, intent: Int, mood: Float, share: Float
) -> Small:
    """Add a share of what the actions are worth for an intent; return 0 where nobody can say."""
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        _add_entries(world, rule, open_case(world, rule, intent, mood), share)
    elif kind == DECIDE_ESCALATION:
        _add_hand_overs(world, rule, open_case(world, rule, intent, mood), share)
    elif kind == DECIDE_WRAP_UP:
        _add_treatments(world, rule, intent, mood, share)
    else:
        return 0
    return 1


def _add_entries(world: World, rule: BestChannelRule, case: Case, share: Float) -> None:
    """Channels by their expected gain over the customer's choice, who may refuse to be steered."""
    world.worth_unit += share * case.unit
    here = channel_value(world, rule.values, target_of(world, world.default_action))
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        if action != world.default_action:
            channel = target_of(world, action)
            a = worth_at(world, i).accepted
            there = channel_value(world, rule.values, channel) - case.unit * rule.steered
            gain = a * (there - here) - (1.0 - a) * case.unit * rule.refused
            worth_at(world, i).money += share * gain


def _add_hand_overs(world: World, rule: BestChannelRule, case: Case, share: Float) -> None:
    """Hand-overs by what people can do, and going on by another try of the bot."""
    world.worth_unit += share * case.unit
    again = _another_try(world, rule, case)
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        money = min(0.0, again)
        if channel >= 0:
            money = people_value(world, rule.values, channel)
        elif action_at(world, action).verb == GO_ON:
            money = again
        worth_at(world, i).money += share * money


def _another_try(world: World, rule: BestChannelRule, case: Case) -> Float:
    """What going on with the failing dialogue is worth."""
    values = channel_values_at(world, rule.values)
    channel = seen_customer_at(world, 0).channel
    again = self_service(world, values, case, channel) * figure(world, rule.retry, channel)
    solved = case.unit * figure(world, values.gain, case.intent)
    return again * (solved + figure(world, values.saved, case.intent))


def _add_treatments(
    world: World, rule: BestChannelRule, intent: Int, mood: Float, share: Float
) -> None:
    """Treatments after a failure by the mood that they lift, less their cost."""
    world.worth_unit += share * mood
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        money = treatment_worth(world, rule, action, intent, mood)
        worth_at(world, i).money += share * money
