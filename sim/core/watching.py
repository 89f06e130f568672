"""Watches: a process outside waits for the line of a channel to grow or to shrink.

A line that is watched says so when it changes (`lines`); the loop looks once the moment is settled,
so that nobody is told of a contact that passes through a line in no time.
"""

from __future__ import annotations

from typing import Final

from sim.core.accessors import (
    channel_at,
    free_watch,
    link_at,
    new_watch,
    waiting_at,
    watch_at,
)
from sim.core.records.bundles import World
from sim.native_types import Int, Small

WATCHING: Final = 1
HAS_COME: Final = 2
IS_DONE: Final = 3


def add_watch(world: World, channel: Int, above: Int, below: Int) -> Small:
    """Return the number of a new watch for a line above or below a number; it may come at once."""
    w = new_watch(world)
    watch = watch_at(world, w)
    watch.state = WATCHING
    watch.channel = channel
    watch.above = above
    watch.below = below
    world.n_watches = max(world.n_watches, w + 1)
    _mark(world, channel, 1)
    world.looks = 1
    return w


def line_of(world: World, number: Int) -> Small:
    """Return how many wait in the line of a channel: in all its queues."""
    channel = channel_at(world, number)
    n: Small = 0
    for i in range(channel.queues_n):
        n += waiting_at(world, link_at(world, channel.queues_first + i).number).n
    return n


def watch_lines(world: World) -> Small:
    """Return whether a number that somebody waits for has come, and note which."""
    world.looks = 0
    came: Small = 0
    for w in range(world.n_watches):
        watch = watch_at(world, w)
        if watch.state == WATCHING:
            n = line_of(world, watch.channel)
            if n > watch.above or n < watch.below:
                watch.state = HAS_COME
                _mark(world, watch.channel, -1)
                came = 1
    return came


def next_that_came(world: World) -> Small:
    """Return the number of a watch whose number has come, and free it; -1: there is none."""
    for w in range(world.n_watches):
        if watch_at(world, w).state == HAS_COME:
            watch_at(world, w).state = IS_DONE
            free_watch(world, w)
            return w
    return -1


def _mark(world: World, number: Int, change: Int) -> None:
    """Note at the queues of a channel that one watch more, or one less, looks at them."""
    channel = channel_at(world, number)
    for i in range(channel.queues_n):
        waiting_at(world, link_at(world, channel.queues_first + i).number).watched += change
