"""The best channel by expected value, and the oracle, which knows the truth."""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    best_channel_rule_at,
    case_at,
    channel_values_at,
    legal_at,
    seen_customer_at,
    seen_hidden_at,
    worth_at,
)
from sim.core.codes import (
    DECIDE_CANCEL,
    DECIDE_ENTRY,
    DECIDE_ESCALATION,
    DECIDE_WRAP_UP,
    GO_ON,
    MESSAGE,
    OFFER,
    RECOVER,
)
from sim.core.records.bundles import World
from sim.core.records.policies import BestChannelRule, Case
from sim.core.rules.channel_values import channel_value, people_value, self_service
from sim.core.rules.figures import (
    by_segment,
    figure,
    hour_now,
    is_sensible,
    legal_of,
    segment_row,
    target_of,
)
from sim.core.rules.retention import per_mood, per_mood_at, worth_of
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
    hidden = seen_hidden_at(world, 0)
    intent = hidden.intent if hidden.known else seen_customer_at(world, 0).intent
    best = usual
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        able = is_sensible(world, action, intent)
        if action != usual and able and worth_at(world, i).money > most:
            best = action
            most = worth_at(world, i).money
    return best


def best_channel_worths(world: World, at: Int) -> Small:
    """Put what the legal actions are worth into ``worths``; return 0 where nobody can say."""
    if world.pending_contact < 0:
        return 0
    rule = best_channel_rule_at(world, at)
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        _value_entries(world, rule)
    elif kind == DECIDE_ESCALATION:
        _value_hand_overs(world, rule)
    elif kind == DECIDE_WRAP_UP:
        _value_treatments(world, rule)
    elif kind == DECIDE_CANCEL:
        _value_offers(world, rule)
    else:
        return 0
    return 1


def _mood_money(world: World, rule: BestChannelRule) -> Float:
    """The money that one unit of this customer's mood is worth."""
    seen = seen_customer_at(world, 0)
    hidden = seen_hidden_at(world, 0)
    margin = seen.margin_per_month
    if hidden.known:
        rate = hidden.hazard_per_month
        kept = per_mood_at(world, rule.retention, seen.segment, margin, rate)
    else:
        kept = per_mood(world, rule.retention, seen.segment, margin)
    return rule.satisfaction * kept + rule.goodwill


def _open_case(world: World, rule: BestChannelRule) -> Case:
    """The contact as the channels' values see it."""
    seen = seen_customer_at(world, 0)
    hidden = seen_hidden_at(world, 0)
    case = case_at(world, 0)
    case.segment = seen.segment
    case.intent = hidden.intent if hidden.known else seen.intent
    case.hour = hour_now(world)
    case.unit = _mood_money(world, rule) * by_segment(world, rule.sensitivity, seen.segment)
    case.unit *= figure(world, rule.stakes, case.intent)
    return case


def _value_entries(world: World, rule: BestChannelRule) -> None:
    """Channels by their expected gain over the customer's choice, who may refuse to be steered."""
    case = _open_case(world, rule)
    world.worth_unit = case.unit
    here = channel_value(world, rule.values, target_of(world, world.default_action))
    accepts = rule.accepts + segment_row(world, case.segment) * world.firm.n_channels
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        gain = 0.0
        if action != world.default_action:
            channel = target_of(world, action)
            a = figure(world, accepts, channel)
            there = channel_value(world, rule.values, channel) - case.unit * rule.steered
            gain = a * (there - here) - (1.0 - a) * case.unit * rule.refused
        worth_at(world, i).money = gain


def _value_hand_overs(world: World, rule: BestChannelRule) -> None:
    """Hand-overs by what people can do, and going on by another try of the bot."""
    case = _open_case(world, rule)
    world.worth_unit = case.unit
    seen = seen_customer_at(world, 0)
    values = channel_values_at(world, rule.values)
    again = self_service(world, values, case, seen.channel) * figure(
        world, rule.retry, seen.channel
    )
    solved = case.unit * figure(world, values.gain, seen.intent)
    again *= solved + figure(world, values.saved, seen.intent)
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        channel = target_of(world, action)
        if channel >= 0:
            worth_at(world, i).money = people_value(world, rule.values, channel)
        elif action_at(world, action).verb == GO_ON:
            worth_at(world, i).money = again
        else:
            worth_at(world, i).money = min(0.0, again)


def _value_treatments(world: World, rule: BestChannelRule) -> None:
    """Treatments after a failure by the mood that they lift, less their cost."""
    mood = _mood_money(world, rule)
    world.worth_unit = mood
    for i in range(world.n_legal):
        worth_at(world, i).money = _treatment(world, rule, legal_at(world, i).action, mood)


def _treatment(world: World, rule: BestChannelRule, action: Int, mood: Float) -> Float:
    seen = seen_customer_at(world, 0)
    values = channel_values_at(world, rule.values)
    verb = action_at(world, action).verb
    if verb == RECOVER:
        uplift = rule.uplift - figure(world, values.fails, seen.intent) * rule.double_failure
        return mood * uplift - rule.treatment_return * rule.recovery_cost
    if verb == MESSAGE:
        unit = mood * by_segment(world, rule.sensitivity, seen.segment)
        unit *= figure(world, rule.stakes, seen.intent)
        spared = -unit * figure(world, values.after, seen.intent)
        spared = max(0.0, spared + figure(world, values.saved, seen.intent))
        value = mood * rule.message_uplift + figure(world, rule.prevents, seen.intent) * spared
        return value - rule.treatment_return * rule.message_cost
    if verb == OFFER:
        offer = target_of(world, action)
        cost = _offer_cost(world, rule, offer)
        return mood * _offer_effect(world, rule, offer) - rule.treatment_return * cost
    return 0.0


def _value_offers(world: World, rule: BestChannelRule) -> None:
    """Offers to who calls to leave by the expected saving of the customer's worth."""
    seen = seen_customer_at(world, 0)
    worth = worth_of(world, rule.retention, seen.segment, seen.margin_per_month)
    world.worth_unit = worth
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        money = 0.0
        if action_at(world, action).verb == OFFER:
            offer = target_of(world, action)
            cost = _offer_cost(world, rule, offer)
            money = _offer_saves(world, rule, offer) * worth - rule.treatment_return * cost
        worth_at(world, i).money = money


# -- offers: what is expected of the segment, or known of the customer ---------------------------


def _offer_effect(world: World, rule: BestChannelRule, offer: Int) -> Float:
    """The effect on mood."""
    hidden = seen_hidden_at(world, 0)
    if hidden.known:
        return figure(world, rule.offer_strength, offer) * hidden.offer_response
    return _by_offer(world, rule.offer_effect, offer)


def _offer_saves(world: World, rule: BestChannelRule, offer: Int) -> Float:
    """The probability that a leaver stays."""
    if seen_hidden_at(world, 0).known:
        return max(0.0, min(1.0, _offer_effect(world, rule, offer)))
    return _by_offer(world, rule.offer_saves, offer)


def _offer_cost(world: World, rule: BestChannelRule, offer: Int) -> Float:
    if seen_hidden_at(world, 0).known:
        taken = _offer_effect(world, rule, offer) > 0.0
        return figure(world, rule.offer_price, offer) if taken else 0.0
    return _by_offer(world, rule.offer_cost, offer)


def _by_offer(world: World, first: Int, offer: Int) -> Float:
    rows = world.firm.n_segments + 1
    return by_segment(world, first + offer * rows, seen_customer_at(world, 0).segment)
