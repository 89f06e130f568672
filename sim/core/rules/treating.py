"""What treatments after a failure, and offers to who calls to leave, are worth."""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    channel_values_at,
    legal_at,
    seen_hidden_at,
    worth_at,
)
from sim.core.codes import MESSAGE, OFFER, RECOVER
from sim.core.records.bundles import World
from sim.core.records.policies import BestChannelRule
from sim.core.rules.figures import by_segment, figure, target_of
from sim.core.rules.knowledge import knows, segment_of, worth_of_customer
from sim.native_types import Float, Int


def treatment_worth(
    world: World, rule: BestChannelRule, action: Int, intent: Int, mood: Float
) -> Float:
    """Return what a treatment is worth: the mood that it lifts, less its cost."""
    values = channel_values_at(world, rule.values)
    verb = action_at(world, action).verb
    if verb == RECOVER:
        uplift = rule.uplift - figure(world, values.fails, intent) * rule.double_failure
        return mood * uplift - rule.treatment_return * rule.recovery_cost
    if verb == MESSAGE:
        unit = mood * by_segment(world, rule.sensitivity, segment_of(world, rule))
        unit *= figure(world, rule.stakes, intent)
        spared = -unit * figure(world, values.after, intent)
        spared = max(0.0, spared + figure(world, values.saved, intent))
        value = mood * rule.message_uplift + figure(world, rule.prevents, intent) * spared
        return value - rule.treatment_return * rule.message_cost
    if verb == OFFER:
        offer = target_of(world, action)
        cost = _offer_cost(world, rule, offer)
        return mood * _offer_effect(world, rule, offer) - rule.treatment_return * cost
    return 0.0


def value_offers(world: World, rule: BestChannelRule) -> None:
    """Put what offers to who calls to leave are worth: the expected saving, less the cost."""
    worth = worth_of_customer(world, rule)
    world.worth_unit = worth
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        if action_at(world, action).verb == OFFER:
            offer = target_of(world, action)
            cost = _offer_cost(world, rule, offer)
            money = _offer_saves(world, rule, offer) * worth - rule.treatment_return * cost
            worth_at(world, i).money = money


# -- what is expected of the segment, or known of the customer -----------------------------------


def _offer_effect(world: World, rule: BestChannelRule, offer: Int) -> Float:
    """The effect on mood."""
    if knows(world, rule):
        response = seen_hidden_at(world, 0).offer_response
        return figure(world, rule.offer_strength, offer) * response
    return _by_offer(world, rule, rule.offer_effect, offer)


def _offer_saves(world: World, rule: BestChannelRule, offer: Int) -> Float:
    """The probability that a leaver stays."""
    if knows(world, rule):
        return max(0.0, min(1.0, _offer_effect(world, rule, offer)))
    return _by_offer(world, rule, rule.offer_saves, offer)


def _offer_cost(world: World, rule: BestChannelRule, offer: Int) -> Float:
    if knows(world, rule):
        taken = _offer_effect(world, rule, offer) > 0.0
        return figure(world, rule.offer_price, offer) if taken else 0.0
    return _by_offer(world, rule, rule.offer_cost, offer)


def _by_offer(world: World, rule: BestChannelRule, first: Int, offer: Int) -> Float:
    rows = world.firm.n_segments + 1
    return by_segment(world, first + offer * rows, segment_of(world, rule))
