"""A rule's numbers by segment, intent, channel and hour, and the legal action that does a thing."""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    cell_at,
    channel_at,
    figure_at,
    legal_at,
    rank_at,
    seen_candidate_at,
    seen_load_at,
    seen_now_at,
)
from sim.core.codes import TO_CHANNEL
from sim.core.records.bundles import World
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.tables.codes import AUTOMATED
from sim.units import HOUR_S, HOURS_PER_WEEK


def figure(world: World, first: Int, i: Int) -> Float:
    """Return a number of a list, of intents or channels say."""
    return figure_at(world, first + i).value


def number_in(world: World, first: Int, i: Int) -> Small:
    """Return a number of a list of whole ones, of channels say; -1 is none."""
    return whole(figure_at(world, first + i).value)


def by_segment(world: World, first: Int, segment: Int) -> Float:
    """Return a segment's number; the last is for who is not known (-1)."""
    return figure_at(world, first + segment_row(world, segment)).value


def segment_row(world: World, segment: Int) -> Int:
    """Return the row of a segment in lists by segment."""
    return segment if segment >= 0 else world.firm.n_segments


def by_cell(world: World, first: Int, intent: Int, channel: Int) -> Float:
    """Return the number of an intent and a channel."""
    return figure_at(world, first + intent * world.firm.n_channels + channel).value


def hour_of_week(week_s: Float) -> Int:
    """Return the hour of the week (0 to 167) at seconds since Monday 0:00."""
    return whole(week_s / HOUR_S) % HOURS_PER_WEEK


def hour_now(world: World) -> Int:
    """Return the hour of the week of the decision at hand."""
    return hour_of_week(seen_now_at(world, 0).week_s)


def staffed_in(world: World, first: Int, channel: Int, hour: Int) -> Float:
    """Return the seconds from an hour of the week on until somebody serves a channel."""
    return figure_at(world, first + channel * HOURS_PER_WEEK + hour).value


def wait_with_people(world: World, channel: Int, staffed: Int) -> Float:
    """Return the wait expected on a channel, until someone is on duty included."""
    load = seen_load_at(world, channel)
    if load.on_duty:
        return load.expected_wait_s
    return load.expected_wait_s + staffed_in(world, staffed, channel, hour_now(world))


def is_automated(world: World, channel: Int) -> Small:
    """Return whether automation serves a channel."""
    return channel_at(world, channel).kind == AUTOMATED


# -- actions ---------------------------------------------------------------------------------------


def target_of(world: World, action: Int) -> Small:
    """Return what an action points at: a channel, queue, team or offer, or -1."""
    return action_at(world, action).target


def is_sensible(world: World, action: Int, intent: Int) -> Small:
    """Return whether an action steers nobody to a channel that cannot resolve an intent.

    To leave a customer where they turned to is no steering.
    """
    act = action_at(world, action)
    if act.verb != TO_CHANNEL or action == world.default_action:
        return 1
    return cell_at(world, intent * world.firm.n_channels + act.target).able


def legal_to(world: World, target: Int) -> Small:
    """Return the legal action that leads to a channel (a queue, …), or -1."""
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        if action_at(world, action).target == target:
            return action
    return -1


def legal_of(world: World, verb: Int) -> Small:
    """Return the first legal action of a verb, or -1."""
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        if action_at(world, action).verb == verb:
            return action
    return -1


def first_listed(world: World, first: Int) -> Small:
    """Return the action to the first channel of a list, ended by -1, that is legal; else -1."""
    for i in range(world.firm.n_channels):
        channel = number_in(world, first, i)
        if channel < 0:
            break
        action = legal_to(world, channel)
        if action >= 0:
            return action
    return -1


# -- candidates ------------------------------------------------------------------------------------


def rank(world: World, i: Int, front: Int, index: Float) -> None:
    """Give a candidate its rank."""
    row = rank_at(world, i)
    row.front = front
    row.index = index


def first_queue(world: World) -> Small:
    """Return the action of the queue whose head ranks highest, the first of equals."""
    best = 0
    for i in range(1, world.n_candidates):
        if _outranks(world, i, best):
            best = i
    return legal_to(world, seen_candidate_at(world, best).queue)


def _outranks(world: World, i: Int, j: Int) -> Small:
    """Return whether a candidate ranks above another: in front, by index, by wait."""
    one = rank_at(world, i)
    other = rank_at(world, j)
    if one.front != other.front:
        return one.front > other.front
    if one.index != other.index:
        return one.index > other.index
    return seen_candidate_at(world, i).wait_s > seen_candidate_at(world, j).wait_s
