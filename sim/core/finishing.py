"""The end of a run: rows of all that is still open."""

from __future__ import annotations

from sim.core.accessors import (
    agent_at,
    busy_at,
    contact_at,
    customer_at,
    duty_at,
    journey_at,
    new_busy,
)
from sim.core.codes import DONE, IN_SERVICE, STALE
from sim.core.lines import first_in_line, next_in_line
from sim.core.records.bundles import World
from sim.core.rows import end_shift, leg_effort, record, write_journey
from sim.native_types import Int
from sim.register.codes import JOURNEY_OPEN, OPEN, SUPERSEDED


def finish(world: World) -> None:
    """Write rows of what is still open: contacts, journeys, shifts, breaks."""
    world.n_busy = 0
    for who in range(world.n_customers):
        if customer_at(world, who).first_journey >= 0:
            _add_busy(world, who)
    while world.n_busy:  # who came first, first
        _finish_customer(world, _take_first_busy(world))
    for queue in range(world.firm.n_queues):
        _finish_line_of(world, queue)
    for team in range(world.firm.n_teams):
        _finish_team(world, team)


def _add_busy(world: World, who: Int) -> None:
    """Put a customer into the heap of those with open journeys."""
    at = world.n_busy
    world.n_busy += 1
    if at == world.busy_room:
        new_busy(world)
        world.busy_room += 1
    since = customer_at(world, who).open_since
    while at and busy_at(world, (at - 1) >> 1).since > since:
        _move_busy(world, (at - 1) >> 1, at)
        at = (at - 1) >> 1
    busy_at(world, at).since = since
    busy_at(world, at).customer = who


def _take_first_busy(world: World) -> Int:
    """Take the customer of the smallest number out of the heap."""
    first = busy_at(world, 0).customer
    world.n_busy -= 1
    last = busy_at(world, world.n_busy)
    at: Int = 0
    below: Int = 1
    while below < world.n_busy:
        if below + 1 < world.n_busy and (
            busy_at(world, below + 1).since < busy_at(world, below).since
        ):
            below += 1
        if last.since <= busy_at(world, below).since:
            break
        _move_busy(world, below, at)
        at = below
        below = 2 * at + 1
    busy_at(world, at).since = last.since
    busy_at(world, at).customer = last.customer
    return first


def _move_busy(world: World, source: Int, target: Int) -> None:
    busy_at(world, target).since = busy_at(world, source).since
    busy_at(world, target).customer = busy_at(world, source).customer


def _finish_customer(world: World, who: Int) -> None:
    """Write rows of a customer's open journeys and contacts."""
    j = customer_at(world, who).first_journey
    while j >= 0:
        _finish_journey(world, j)
        j = journey_at(world, j).behind


def _finish_journey(world: World, j: Int) -> None:
    journey = journey_at(world, j)
    c = journey.contact
    if c >= 0:
        contact = contact_at(world, c)
        if contact.state != DONE and contact.state != STALE:
            effort = leg_effort(world, contact, journey, world.now)
            record(world, c, contact, journey, OPEN, world.now, effort, 0.0, 0.0, 0.0)
    write_journey(world, journey, JOURNEY_OPEN)


def _finish_line_of(world: World, queue: Int) -> None:
    """E-mails that were answered elsewhere are written down."""
    c = first_in_line(world, queue)
    while c >= 0:
        contact = contact_at(world, c)
        if contact.state == STALE:
            journey = journey_at(world, contact.journey)
            record(world, c, contact, journey, SUPERSEDED, world.now, 0.0, 0.0, 0.0, 0.0)
        c = next_in_line(world, queue, contact)


def _finish_team(world: World, team: Int) -> None:
    a = duty_at(world, team).duty_first
    while a >= 0:
        agent = agent_at(world, a)
        c = agent.serving_first
        while c >= 0:
            contact = contact_at(world, c)
            journey = journey_at(world, contact.journey)
            if journey.contact != c and contact.state == IN_SERVICE:
                record(world, c, contact, journey, SUPERSEDED, world.now, 0.0, 0.0, 0.0, 0.0)
            c = contact.serving_behind
        end_shift(world, a)
        a = agent.duty_behind
