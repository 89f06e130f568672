"""Whom a rule that values channels takes its customer for: by the firm's figures, or the truth."""

from __future__ import annotations

from sim.core.accessors import (
    case_at,
    seen_belief_at,
    seen_chance_at,
    seen_customer_at,
    seen_hidden_at,
)
from sim.core.codes import BY_BELIEF, BY_DICE, BY_FIGURES, BY_SCORE
from sim.core.records.bundles import World
from sim.core.records.decisions import Case
from sim.core.records.policies import BestChannelRule
from sim.core.rules.chances import believed_acceptance, set_against_usual
from sim.core.rules.figures import by_segment, figure, hour_now, segment_row
from sim.core.rules.retention import per_mood, per_mood_at, worth_of
from sim.native_types import Float, Int, Small


def knows(world: World, rule: BestChannelRule) -> Small:
    """Return what a rule knows of what is hidden, which has to be shown."""
    return rule.knows if seen_hidden_at(world, 0).known else BY_FIGURES


def intent_of(world: World, rule: BestChannelRule) -> Small:
    """Return the intent that a rule takes for the customer's."""
    if knows(world, rule):
        return seen_hidden_at(world, 0).intent
    return seen_customer_at(world, 0).intent


def segment_of(world: World, rule: BestChannelRule) -> Small:
    """Return the segment that a rule takes for the customer's; -1: not known."""
    if knows(world, rule):
        return seen_hidden_at(world, 0).segment
    return seen_customer_at(world, 0).segment


def margin_of(world: World, rule: BestChannelRule) -> Float:
    """Return the margin a month that a rule takes for the customer's."""
    if knows(world, rule):
        return seen_hidden_at(world, 0).margin_per_month
    return seen_customer_at(world, 0).margin_per_month


def worth_of_customer(world: World, rule: BestChannelRule) -> Float:
    """Return the money that the customer brings within the horizon."""
    return worth_of(world, rule.retention, segment_of(world, rule), margin_of(world, rule))


def mood_money(world: World, rule: BestChannelRule) -> Float:
    """Return the money that one unit of this customer's mood is worth."""
    segment = segment_of(world, rule)
    margin = margin_of(world, rule)
    if knows(world, rule):
        rate = seen_hidden_at(world, 0).hazard_per_month
        kept = per_mood_at(world, rule.retention, segment, margin, rate)
    else:
        kept = per_mood(world, rule.retention, segment, margin, rule.customer)
    return rule.satisfaction * kept + rule.goodwill


def open_case(world: World, rule: BestChannelRule, intent: Int, mood: Float) -> Case:
    """Return the contact with an intent as the channels' values see it.

    ``mood``: the money that a unit of the customer's mood is worth.
    """
    case = case_at(world, 0)
    case.segment = segment_of(world, rule)
    case.intent = intent
    case.hour = hour_now(world)
    case.by = _chances_by(world, rule)
    case.typical = rule.typical
    case.unit = mood * by_segment(world, rule.sensitivity, case.segment)
    case.unit *= figure(world, rule.stakes, intent)
    return case


def prepare_chances(world: World, rule: BestChannelRule) -> None:
    """Prepare what holds for all intents of the contact: see ``set_against_usual``."""
    by = _chances_by(world, rule)
    if by == BY_BELIEF or by == BY_SCORE:
        segment = segment_of(world, rule)
        for channel in range(world.firm.n_channels):
            set_against_usual(world, rule.typical, channel, segment)


def _chances_by(world: World, rule: BestChannelRule) -> Small:
    """By whose chances of resolution: known ones, believed ones of who is known, or figures."""
    by = knows(world, rule)
    if by == BY_FIGURES and seen_belief_at(world, 0).known:
        return rule.customer
    return by


def acceptance(world: World, rule: BestChannelRule, channel: Int) -> Float:
    """Return how probably the customer lets the firm steer to a channel."""
    by = knows(world, rule)
    if by == BY_DICE:
        return 1.0 if seen_chance_at(world, channel).accepts else 0.0
    if by:
        return seen_chance_at(world, channel).acceptance
    segment = seen_customer_at(world, 0).segment
    row = segment_row(world, segment)
    p = figure(world, rule.accepts + row * world.firm.n_channels, channel)
    if rule.believes_acceptance and seen_belief_at(world, 0).known:
        return believed_acceptance(world, rule.typical, p, channel, segment)
    return p
