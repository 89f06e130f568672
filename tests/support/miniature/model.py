"""The miniature's model."""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING, Final

from sim.core.calendar import foreign_first, next_time, pop_event, schedule
from sim.core.storage import Float32Matrix, FloatArray, nearest_whole, whole
from sim.native_types import Float, Int, Small
from tests.support.miniature.accessors import (
    call_row_at,
    caller_at,
    free_caller,
    law_at,
    new_call_row,
    new_caller,
)
from tests.support.miniature.science import duration_s, patience_left, uniform

if TYPE_CHECKING:
    from tests.support.miniature.records import World

ON_CALL: Final = 0
ON_HANG_UP: Final = 1
ON_SERVICE_END: Final = 2
GAP: Final = 0  # laws
PATIENCE: Final = 1
SERVICE: Final = 2
REACHED: Final = 0
FOREIGN: Final = 1


def draw(world: World, law: Small, number: Int) -> Float:
    """Return a duration of a law."""
    return duration_s(law_at(world, law), uniform(world.key, number * 3 + law))


def on_call(world: World) -> None:
    """A caller rings, and the next one will."""
    c = new_caller(world)
    caller = caller_at(world, c)
    caller.id = world.calls
    caller.since_s = world.now
    world.calls += 1
    if world.last < 0:
        world.first = c
    else:
        caller_at(world, world.last).behind = c
    world.last = c
    patience_s = draw(world, PATIENCE, caller.id)
    schedule(world.calendar, world.now + patience_s, -1, ON_HANG_UP, c, caller.id, 0)
    gap_s = draw(world, GAP, caller.id)
    schedule(world.calendar, world.now + gap_s, -2, ON_CALL, -1, 0, 0)
    serve(world)


def serve(world: World) -> None:
    """Serve who is first in line, if an agent is free."""
    while world.busy < world.firm.agents and world.first >= 0:
        c = world.first
        world.busy += 1
        service_s = draw(world, SERVICE, caller_at(world, c).id)
        schedule(world.calendar, world.now + service_s, -1, ON_SERVICE_END, -1, 0, 7)
        leave(world, c, 1)


def leave(world: World, c: Int, served: Small) -> None:
    """Take a caller out of the line and write the row."""
    caller = caller_at(world, c)
    ahead: Small = -1
    at = world.first
    while at != c:
        ahead = at
        at = caller_at(world, at).behind
    if ahead < 0:
        world.first = caller.behind
    else:
        caller_at(world, ahead).behind = caller.behind
    if world.last == c:
        world.last = ahead
    row = call_row_at(world, new_call_row(world))
    row.id = caller.id
    row.served = served
    row.wait_s = world.now - caller.since_s
    caller.id = -1
    free_caller(world, c)


def on_hang_up(world: World, c: Int, token: Int) -> None:
    """A caller has waited long enough, if this is still the same one."""
    if caller_at(world, c).id != token:
        return
    assert patience_left(world.now - caller_at(world, c).since_s) <= 1.0
    leave(world, c, 0)


def advance(world: World, until_s: Float) -> Small:
    """Go on to a time, or to an event of somebody else's."""
    while True:
        if foreign_first(world.calendar, until_s):
            return FOREIGN
        if next_time(world.calendar) > until_s:
            world.now = until_s
            return REACHED
        event = pop_event(world.calendar)
        world.now = event.time_s
        if event.handler == ON_CALL:
            on_call(world)
        elif event.handler == ON_HANG_UP:
            on_hang_up(world, event.subject, event.token)
        else:
            world.busy -= 1
            serve(world)


def observe(world: World, out: Float32Matrix, i: Int) -> None:
    """Write what an agent sees into row i."""
    known = world.busy and not world.first < 0
    out[i, 0] = world.busy
    out[i, 1] = 1.0 if known else 0.0


def sum_of(values: FloatArray) -> Float:
    """Return the sum."""
    total: Float = 0
    for i in range(len(values)):
        total += values[i]
    return total


def log_exp(x: Float) -> Float:
    """Return a number that not every x has."""
    assert x >= 0.0
    return log(x) + exp(x)


def floors(a: Int, b: Int) -> Int:
    """Return whole quotient and rest in one number."""
    return a // b * 1_000 + a % b


def rounded(x: Float) -> Int:
    """Return both ways of making a whole number, in one."""
    return whole(x) * 1_000 + nearest_whole(x)
