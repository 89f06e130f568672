"""Which channels a contact may enter: what is legal, and what the default rule does."""

from __future__ import annotations

from sim.core.accessors import (
    new_entry,
)
from sim.core.opening import has_opened, is_down, is_open, week_s
from sim.core.records.bundles import World
from sim.core.records.state import Journey
from sim.core.storage import whole
from sim.native_types import Int, Small
from sim.tables.codes import SLOT_S


def entry_choice(world: World, journey: Journey, requested: Int) -> Int:
    """Return the number of the range of the legal entries of who asks for a channel, or -1.

    -1: there is no choice.
    """
    if journey.cancel:
        return -1
    firm = world.firm
    callback: Small = _relieving(world, requested) if firm.calls_back else -1
    if not firm.steering and callback < 0:
        return -1
    pattern: Small = 0
    if firm.closes:
        pattern = world.firm.patterns.rows[whole(week_s(world) / SLOT_S)].number
    place = requested * firm.n_patterns + pattern
    number = place * 2 + (callback >= 0)
    if world.entry_ranges.rows[number].n < 0:
        _find_entries(world, number, requested, callback)
    return number


def _find_entries(world: World, number: Int, requested: Int, callback: Int) -> None:
    """Put the legal entries of a situation, which come again and again, beside each other.

    They do not depend on the intent, which is a guess: a channel that resolves something is legal.
    """
    firm = world.firm
    if not firm.steering:
        _add_entry(world, number, requested)
        _add_entry(world, number, callback)
        return
    for c in range(firm.n_channels):
        channel = world.firm.channels.rows[c]
        free = channel.chosen and channel.resolves and has_opened(world, c)
        if c == requested or c == callback or free:
            _add_entry(world, number, c)


def may_enter(world: World, action: Int, requested: Int) -> Small:
    """Return whether an entry of the situation is legal now: no outage, or the customer's wish."""
    if world.n_outages == 0:
        return 1
    channel = world.firm.actions.rows[action].target
    return channel == requested or not is_down(world, channel)


def count_entries(world: World, choice: Int, requested: Int) -> Small:
    """Return how many entries of a situation are legal now."""
    entries = world.entry_ranges.rows[choice]
    n: Small = 0
    for i in range(entries.n):
        n += may_enter(world, world.entries.rows[entries.first + i].action, requested)
    return n


def _add_entry(world: World, number: Int, channel: Int) -> None:
    entry_range = world.entry_ranges.rows[number]
    e = new_entry(world)
    world.entries.rows[e].action = world.firm.channels.rows[channel].entry_action
    if entry_range.n < 0:
        entry_range.first = e
        entry_range.n = 0
    entry_range.n += 1


def _relieving(world: World, requested: Int) -> Small:
    """Return the callback channel that relieves a busy live channel, or -1."""
    channel = world.firm.channels.rows[requested]
    if channel.callback < 0 or not is_open(world, requested) or is_down(world, channel.callback):
        return -1
    for i in range(channel.queues_n):
        if world.waiting.rows[world.firm.links.rows[channel.queues_first + i].number].n:
            return channel.callback
    return -1
