"""What a firm believes of a customer's ability, fit to channels, and readiness to be steered.

Each attempt whose outcome is seen, as it is coded, moves the belief of its parts (see
``sim.behaviour.filtering``): the customer's ability with automation, the fit to the channel, and
the difficulty of the need, which belongs to the journey last heard of. The intent is the one that
was heard, taken to be right as often as the channel recognises it.
"""

from __future__ import annotations

from sim.behaviour.filtering import pull, shrinkage, was_success
from sim.behaviour.resolution import ALWAYS, chance_given
from sim.core.accessors import (
    cell_at,
    channel_at,
    confusion_at,
    customer_at,
    resolves_at,
    segment_at,
    steers_at,
)
from sim.core.records.bundles import World
from sim.core.records.state import Evidence
from sim.native_types import Float, Int
from sim.tables.codes import AUTOMATED


def begin_belief(world: World, who: Int, view: Evidence, own: Evidence) -> None:
    """Begin with what is usual in the customer's segment, where nothing has been heard yet."""
    firm = world.firm
    if view.ability_variance < 0.0:
        segment = segment_at(world, customer_at(world, who).segment)
        view.ability_mean = segment.ability_mean
        view.ability_variance = segment.ability_spread
    if view.acceptance_variance < 0.0:
        view.acceptance_variance = firm.acceptance_sd * firm.acceptance_sd
    if own.fit_variance < 0.0:
        own.fit_variance = firm.fit_sd * firm.fit_sd


def hear_attempt(
    world: World,
    who: Int,
    intent: Int,
    channel: Int,
    team: Int,
    seen: Float,
    view: Evidence,
    own: Evidence,
) -> None:
    """Learn from an attempt of which it is seen whether it came to something.

    ``seen``: 1 coded as resolved, 0 not. ``view``: the evidence that decisions see, ``own``: that
    on the channel.
    """
    intercept = intercept_of(world, intent, channel, team)
    if intercept >= ALWAYS or intercept <= -ALWAYS:
        return
    begin_belief(world, who, view, own)
    firm = world.firm
    rules = channel_at(world, channel)
    automated = rules.kind == AUTOMATED
    load = 1.0 if automated else firm.people_difficulty
    mean = own.fit_mean - load * view.need_mean + (view.ability_mean if automated else 0.0)
    variance = unseen_variance(world, view, own, channel)
    heard = recognition(world, channel, intent)
    missed = 1.0 - firm.coded_right
    q = chance_given(intercept, mean, variance)
    step = pull(q, heard, rules.miscoded, missed, seen, variance)
    less = shrinkage(q, heard, rules.miscoded, missed, variance)
    own.fit_mean += own.fit_variance * step
    own.fit_variance -= own.fit_variance * own.fit_variance * less
    view.need_mean -= load * view.need_variance * step
    view.need_variance -= view.need_variance * view.need_variance * load * load * less
    if automated:
        view.ability_mean += view.ability_variance * step
        view.ability_variance -= view.ability_variance * view.ability_variance * less
        # What customers learned before the start is in the ability that they start with.
        if firm.ability_learning != 0.0 and view.need >= 0:
            success = was_success(q, heard, rules.miscoded, missed, seen)
            view.ability_mean += firm.ability_learning * success


def unseen_variance(world: World, view: Evidence, own: Evidence, channel: Int) -> Float:
    """Return the variance of an attempt's log-odds on a channel, of all that is not known."""
    firm = world.firm
    own_way = firm.need_channel_sd * firm.need_channel_sd + own.fit_variance
    if channel_at(world, channel).kind == AUTOMATED:
        return own_way + view.need_variance + view.ability_variance
    return own_way + firm.people_difficulty * firm.people_difficulty * view.need_variance


def intercept_of(world: World, intent: Int, channel: Int, team: Int) -> Float:
    """Return the intercept of the chance to resolve: a team's (-1: whoever usually serves)."""
    firm = world.firm
    cell = cell_at(world, intent * firm.n_channels + channel)
    people = team if team >= 0 else cell.team
    if people < 0 or channel_at(world, channel).kind == AUTOMATED:
        return cell.intercept
    place = (people * firm.n_intents + intent) * firm.n_channels + channel
    return resolves_at(world, place).intercept


def recognition(world: World, channel: Int, intent: Int) -> Float:
    """Return how probably automation on a channel recognises an intent; people always do."""
    if channel_at(world, channel).kind != AUTOMATED:
        return 1.0
    n = world.firm.n_intents
    place = (channel * n + intent) * n + intent
    below = confusion_at(world, place - 1).upto if intent else 0.0
    return confusion_at(world, place).upto - below


def hear_answer(world: World, who: Int, value: Float, view: Evidence) -> None:
    """Learn from whether a customer followed to another channel; see ``SIGNAL_STEERING``."""
    firm = world.firm
    accepted = value > 0.0
    target = int(value if accepted else -value) - 1
    segment = customer_at(world, who).segment
    intercept = steers_at(world, segment * firm.n_channels + target).intercept
    if intercept >= ALWAYS or intercept <= -ALWAYS:
        return
    if view.acceptance_variance < 0.0:
        view.acceptance_variance = firm.acceptance_sd * firm.acceptance_sd
    variance = view.acceptance_variance
    q = chance_given(intercept, view.acceptance_mean, variance)
    view.acceptance_mean += variance * pull(q, 1.0, 0.0, 0.0, 1.0 if accepted else 0.0, variance)
    view.acceptance_variance -= variance * variance * shrinkage(q, 1.0, 0.0, 0.0, variance)
