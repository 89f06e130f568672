"""The line of a queue: a lane for each priority, each in order of arrival.

Who is served first has the lowest rank, then the longest wait, then the lowest id.
"""

from __future__ import annotations

from sim.core.accessors import contact_at, lane_at, waiting_at
from sim.core.records.bundles import World
from sim.core.records.state import Contact
from sim.native_types import Int, Small


def goes_before(one: Contact, other: Contact) -> Small:
    """Return whether a contact is served before another."""
    if one.rank != other.rank:
        return one.rank < other.rank
    if one.queued_s != other.queued_s:
        return one.queued_s < other.queued_s
    return one.id < other.id


def join_line(world: World, c: Int, contact: Contact, lane_of_priority: Int) -> None:
    """Put a contact, whose rank is set, into the lane of its priority."""
    contact.lane = contact.queue * world.firm.n_lanes + lane_of_priority
    lane = lane_at(world, contact.lane)
    ahead = lane.last
    behind: Small = -1
    while ahead >= 0 and goes_before(contact, contact_at(world, ahead)):  # same moment only
        behind = ahead
        ahead = contact_at(world, ahead).ahead
    contact.ahead = ahead
    contact.behind = behind
    if ahead < 0:
        lane.first = c
    else:
        contact_at(world, ahead).behind = c
    if behind < 0:
        lane.last = c
    else:
        contact_at(world, behind).ahead = c
    waiting = waiting_at(world, contact.queue)
    waiting.n += 1
    if waiting.watched:
        world.looks = 1


def leave_line(world: World, contact: Contact) -> None:
    """Take a contact out of its line."""
    lane = lane_at(world, contact.lane)
    if contact.ahead < 0:
        lane.first = contact.behind
    else:
        contact_at(world, contact.ahead).behind = contact.behind
    if contact.behind < 0:
        lane.last = contact.ahead
    else:
        contact_at(world, contact.behind).ahead = contact.ahead
    contact.lane = -1
    waiting = waiting_at(world, contact.queue)
    waiting.n -= 1
    if waiting.watched:
        world.looks = 1


def first_in_line(world: World, queue: Int) -> Small:
    """Return who is served next in a queue, or -1."""
    first = queue * world.firm.n_lanes
    head = lane_at(world, first).first
    for i in range(1, world.firm.n_lanes):
        c = lane_at(world, first + i).first
        if c >= 0 and (head < 0 or goes_before(contact_at(world, c), contact_at(world, head))):
            head = c
    return head


def next_in_line(world: World, queue: Int, after: Contact) -> Small:
    """Return who is served next after a contact (which may have left the line), or -1."""
    first = queue * world.firm.n_lanes
    following: Small = -1
    for i in range(world.firm.n_lanes):
        c = lane_at(world, first + i).first
        while c >= 0 and not goes_before(after, contact_at(world, c)):
            c = contact_at(world, c).behind
        if c >= 0 and (
            following < 0 or goes_before(contact_at(world, c), contact_at(world, following))
        ):
            following = c
    return following
