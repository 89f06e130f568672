"""The expected value of a contact by channel; see ``policies.value.expected_value``.

With people: unit × (gain × p − effort) + p × (saved + sale) − cost − harm to others, where p is the
probability of being served before patience ends, exp(−wait ÷ patience), and resolved. Automation
adds its hand-over to people when its failure is detected, a front door always.
"""

from __future__ import annotations

from math import exp

from sim.behaviour.customers import contact_effort
from sim.core.accessors import (
    case_at,
    channel_values_at,
    seen_chance_at,
    seen_load_at,
)
from sim.core.codes import BY_DICE, BY_SCORE, BY_TRAITS
from sim.core.records.bundles import World
from sim.core.records.decisions import Case
from sim.core.records.policies import ChannelValues
from sim.core.rules.chances import believed_resolution, scored_resolution, true_chance
from sim.core.rules.figures import (
    by_cell,
    by_segment,
    figure,
    is_automated,
    number_in,
    segment_row,
    staffed_in,
)
from sim.native_types import Float, Int


def channel_value(world: World, at: Int, channel: Int) -> Float:
    """Return the value in money of the case at hand where it starts on a channel.

    It is relative to a failure without effort or cost.
    """
    values = channel_values_at(world, at)
    case = case_at(world, 0)
    if is_automated(world, channel):
        people = number_in(world, values.follow, channel)
        return _with_bot(
            world, values, case, channel, people, figure(world, values.noticed, channel)
        )
    door = number_in(world, values.door, channel)
    if door >= 0:
        return _with_bot(world, values, case, door, channel, 1.0)
    return _with_people(world, values, case, channel)


def people_value(world: World, at: Int, channel: Int) -> Float:
    """Return the value in money of the case at hand with people on a channel."""
    return _with_people(world, channel_values_at(world, at), case_at(world, 0), channel)


def self_service(world: World, values: ChannelValues, case: Case, channel: Int) -> Float:
    """Return how probably automation resolves a case, which it has to understand first."""
    if case.by == BY_DICE:
        resolves = seen_chance_at(world, channel).resolves
        return figure(world, values.recognition, channel) if resolves else 0.0
    intents = segment_row(world, case.segment) * world.firm.n_intents
    p = by_cell(world, values.self_service, intents + case.intent, channel)
    return _of_customer(world, case, p, channel) if case.by else p


def _resolution(world: World, values: ChannelValues, case: Case, channel: Int) -> Float:
    """Return how probably people resolve a case, transfers included."""
    if case.by == BY_DICE:
        return 1.0 if seen_chance_at(world, channel).resolves else 0.0
    p = by_cell(world, values.human, case.intent, channel)
    return _of_customer(world, case, p, channel) if case.by else p


def _of_customer(world: World, case: Case, p: Float, channel: Int) -> Float:
    """Return the chance of this customer where ``p`` is the figure of the segment."""
    if case.by == BY_TRAITS:
        return true_chance(world, case.typical, p, case.intent, channel)
    if case.by == BY_SCORE:
        return scored_resolution(world, case.typical, p, case.intent, channel)
    return believed_resolution(world, case.typical, p, case.intent, channel)


def _with_bot(
    world: World, values: ChannelValues, case: Case, channel: Int, people: Int, noticed: Float
) -> Float:
    i = case.intent
    p = self_service(world, values, case, channel)
    gained = figure(world, values.gain, i) * p - figure(world, values.effort, channel)
    spared = figure(world, values.saved, i) + by_cell(world, values.sale, i, channel)
    value = case.unit * gained
    value += p * spared - figure(world, values.bot_cost, channel)
    onward = (1.0 - p) * noticed
    if people >= 0 and onward > 0.0 and seen_load_at(world, people).open:
        value += onward * _with_people(world, values, case, people)
    return value


def _with_people(world: World, values: ChannelValues, case: Case, channel: Int) -> Float:
    i = case.intent
    load = seen_load_at(world, channel)
    effort = figure(world, values.effort, channel)
    if not load.open:
        return -case.unit * effort
    p = _resolution(world, values, case, channel)
    wait_s = load.oldest_wait_s
    if load.expected_wait_s > wait_s:
        wait_s = load.expected_wait_s
    if not load.on_duty:
        wait_s += staffed_in(world, values.staffed_in, channel, case.hour)
    if wait_s > 0.0:
        tires = by_cell(world, values.tires, i, channel)
        stays = exp(-wait_s * tires * by_segment(world, values.hurry, case.segment))
        p *= stays
        gone = values.abandon_effort * (1.0 - stays)
        scale_s = figure(world, values.wait_scale, channel)
        effort = contact_effort(effort, wait_s, scale_s, values.wait_effort, gone)
    value = case.unit * (figure(world, values.gain, i) * p - effort)
    value -= by_cell(world, values.cost, i, channel)
    value += p * (figure(world, values.saved, i) + by_cell(world, values.sale, i, channel))
    if load.on_duty and not load.idle:
        value -= _harm(world, values, case, channel)
    return value


def _harm(world: World, values: ChannelValues, case: Case, channel: Int) -> Float:
    """What those in line lose by one contact more, valued as this one is.

    Each of them (and this one) waits longer by handle time ÷ servers.
    """
    i = case.intent
    load = seen_load_at(world, channel)
    servers = load.on_duty * figure(world, values.slots, channel)
    delay = by_cell(world, values.handle_s, i, channel) / servers
    lost = figure(world, values.gain, i) * by_cell(world, values.tires, i, channel)
    lost += values.wait_effort / figure(world, values.wait_scale, channel)
    return values.others * case.unit * lost * delay * (load.waiting + 1)
