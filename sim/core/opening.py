"""Opening hours, in slots of the week."""

from __future__ import annotations

from sim.core.accessors import channel_at, hours_at, outage_at
from sim.core.records.bundles import World
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.tables.codes import LIVE, SLOT_S
from sim.units import WEEK_S


def week_s(world: World) -> Float:
    """Return the time of the week in seconds since Monday 0:00; kept, as many ask at a time."""
    if world.week_at_s != world.now:
        world.week_at_s = world.now
        world.week_s = (world.now + world.monday_s) % WEEK_S
    return world.week_s


def open_in_slot(world: World, channel: Int, slot: Int) -> Small:
    """Return whether a channel is open in a slot of the week."""
    return hours_at(world, channel * world.firm.n_slots + slot).open


def open_at(world: World, channel: Int, at_s: Float) -> Small:
    """Return whether a channel is open at a time of the week."""
    return not channel_at(world, channel).has_hours or open_in_slot(
        world, channel, whole(at_s / SLOT_S)
    )


def is_down(world: World, channel: Int) -> Small:
    """Return whether a channel is out of order."""
    return world.n_outages > 0 and outage_at(world, channel).n > 0


def is_open(world: World, channel: Int) -> Small:
    """Return whether a channel is open now, and works."""
    return open_at(world, channel, week_s(world)) and not is_down(world, channel)


def has_opened(world: World, channel: Int) -> Small:
    """Return whether a channel's doors are open now: only live ones close theirs."""
    return channel_at(world, channel).kind != LIVE or open_at(world, channel, week_s(world))


def takes_contacts(world: World, channel: Int) -> Small:
    """Return whether a channel can be turned to now: its doors are open, and it works."""
    return has_opened(world, channel) and not is_down(world, channel)


def next_opening(world: World, channel: Int, at_s: Float) -> Float:
    """Return the seconds from a time of the week until the channel opens (0 if open)."""
    if open_at(world, channel, at_s):
        return 0.0
    slots = world.firm.n_slots
    first = whole(at_s / SLOT_S)
    for ahead in range(1, slots + 1):
        slot = first + ahead if first + ahead < slots else first + ahead - slots
        if open_in_slot(world, channel, slot):
            return (first + ahead) * SLOT_S - at_s
    return WEEK_S


def open_for(world: World, channel: Int, at_s: Float) -> Float:
    """Return the seconds that the channel stays open from a time of the week on."""
    if not channel_at(world, channel).has_hours:
        return WEEK_S
    slots = world.firm.n_slots
    first = round(at_s / SLOT_S)
    for ahead in range(slots):
        slot = first + ahead
        while slot >= slots:
            slot -= slots
        if not open_in_slot(world, channel, slot):
            return ahead * SLOT_S
    return WEEK_S
