"""How busy channels are, as the regime shows it: now, or usually at this hour of the week."""

from __future__ import annotations

from sim.behaviour.agents import expected_wait
from sim.core.accessors import (
    channel_at,
    contact_at,
    duty_at,
    link_at,
    seen_load_at,
    usual_load_at,
    waiting_at,
)
from sim.core.lines import first_in_line
from sim.core.opening import has_opened, takes_contacts, week_s
from sim.core.records.bundles import World
from sim.core.records.decisions import SeenLoad
from sim.core.storage import whole
from sim.native_types import Int
from sim.units import HOUR_S, HOURS_PER_WEEK


def see_loads(world: World) -> None:
    """See how busy each channel is."""
    for c in range(world.firm.n_channels):
        if channel_at(world, c).queues_n:
            if world.firm.usual:
                _see_usual_load(world, c, seen_load_at(world, c))
            else:
                _see_load(world, c, seen_load_at(world, c))


def see_true_loads(world: World) -> None:
    """See how busy each channel is now, whatever the regime shows: for who knows the truth."""
    for c in range(world.firm.n_channels):
        if channel_at(world, c).queues_n:
            _see_load(world, c, seen_load_at(world, c))


def _see_load(world: World, number: Int, seen: SeenLoad) -> None:
    channel = channel_at(world, number)
    seen.waiting = 0
    seen.oldest_wait_s = 0.0
    for i in range(channel.queues_n):
        queue = link_at(world, channel.queues_first + i).number
        waiting = waiting_at(world, queue).n
        if waiting:
            seen.waiting += waiting
            waited_s = world.now - contact_at(world, first_in_line(world, queue)).queued_s
            seen.oldest_wait_s = max(seen.oldest_wait_s, waited_s)
    seen.idle = 0
    seen.on_duty = 0
    for i in range(channel.teams_n):
        duty = duty_at(world, link_at(world, channel.teams_first + i).number)
        seen.idle += duty.idle_n
        seen.on_duty += duty.duty_n
    seen.expected_wait_s = 0.0
    if seen.waiting or not seen.idle:
        servers = max(1, seen.on_duty * channel.mean_slots)
        seen.expected_wait_s = expected_wait(channel.mean_handle_s, seen.waiting, servers)
    seen.open = takes_contacts(world, number)


def _see_usual_load(world: World, number: Int, seen: SeenLoad) -> None:
    """The hour's usual figures; nobody's wait of this moment is known."""
    hour = whole(week_s(world) / HOUR_S) % HOURS_PER_WEEK
    usual = usual_load_at(world, number * HOURS_PER_WEEK + hour)
    seen.waiting = usual.waiting
    seen.oldest_wait_s = 0.0
    seen.idle = usual.idle
    seen.on_duty = usual.on_duty
    seen.expected_wait_s = usual.expected_wait_s
    seen.open = has_opened(world, number)
