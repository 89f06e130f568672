"""The line of a queue: a lane for each priority, each in order of arrival.

Who is served first has the lowest rank, then the longest wait, then the lowest id.
"""

from __future__ import annotations

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
    lane = world.lanes.rows[contact.lane]
    ahead = lane.last
    behind: Small = -1
    while ahead >= 0 and goes_before(contact, world.contacts.rows[ahead]):  # same moment only
        behind = ahead
        ahead = world.contacts.rows[ahead].ahead
    contact.ahead = ahead
    contact.behind = behind
    if ahead < 0:
        lane.first = c
    else:
        world.contacts.rows[ahead].behind = c
    if behind < 0:
        lane.last = c
    else:
        world.contacts.rows[behind].ahead = c
    waiting = world.waiting.rows[contact.queue]
    waiting.n += 1
    if waiting.watched:
        world.looks = 1


def leave_line(world: World, contact: Contact) -> None:
    """Take a contact out of its line."""
    lane = world.lanes.rows[contact.lane]
    if contact.ahead < 0:
        lane.first = contact.behind
    else:
        world.contacts.rows[contact.ahead].behind = contact.behind
    if contact.behind < 0:
        lane.last = contact.ahead
    else:
        world.contacts.rows[contact.behind].ahead = contact.ahead
    contact.lane = -1
    waiting = world.waiting.rows[contact.queue]
    waiting.n -= 1
    if waiting.watched:
        world.looks = 1


def first_in_line(world: World, queue: Int) -> Small:
    """Return who is served next in a queue, or -1."""
    first = queue * world.firm.n_lanes
    head = world.lanes.rows[first].first
    for i in range(1, world.firm.n_lanes):
        c = world.lanes.rows[first + i].first
        if c >= 0 and (head < 0 or goes_before(world.contacts.rows[c], world.contacts.rows[head])):
            head = c
    return head


def next_in_line(world: World, queue: Int, after: Contact) -> Small:
    """Return who is served next after a contact (which may have left the line), or -1."""
    first = queue * world.firm.n_lanes
    following: Small = -1
    for i in range(world.firm.n_lanes):
        c = world.lanes.rows[first + i].first
        while c >= 0 and not goes_before(after, world.contacts.rows[c]):
            c = world.contacts.rows[c].behind
        if c >= 0 and (
            following < 0 or goes_before(world.contacts.rows[c], world.contacts.rows[following])
        ):
            following = c
    return following
