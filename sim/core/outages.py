"""Outages: a channel is out of order for a while.

Nobody gets in: who turns to it is turned away, as from a closed door, and tries again later. On a
live channel the line goes dead: who waits is turned away, conversations break off. What automation
has begun and e-mails that have arrived go on; a front door that is down lets callers through.
"""

from __future__ import annotations

from sim.core.accessors import agent_at, channel_at, contact_at, duty_at, link_at, outage_at
from sim.core.calendar import schedule
from sim.core.closing import send_away
from sim.core.codes import IN_SERVICE, ON_RESTORED, RANK_OURS
from sim.core.records.bundles import World
from sim.core.shifts import cut_off
from sim.native_types import Float, Int
from sim.tables.codes import LIVE


def strike(world: World, number: Int, lasts_s: Float) -> None:
    """A channel goes out of order now, for some seconds; outages may overlap."""
    channel = channel_at(world, number)
    outage_at(world, number).n += 1
    world.n_outages += 1
    schedule(world.calendar, world.now + lasts_s, RANK_OURS, ON_RESTORED, number, 0, 0)
    if channel.kind == LIVE:
        for i in range(channel.queues_n):
            send_away(world, link_at(world, channel.queues_first + i).number)
        _break_off(world, number)


def on_restored(world: World, number: Int) -> None:
    """An outage is over."""
    outage_at(world, number).n -= 1
    world.n_outages -= 1


def _break_off(world: World, number: Int) -> None:
    """Break off all conversations on a channel."""
    for team in range(world.firm.n_teams):
        a = duty_at(world, team).duty_first
        while a >= 0:
            agent = agent_at(world, a)
            behind = agent.duty_behind  # the agent may go home
            c = agent.serving_first
            while c >= 0:
                contact = contact_at(world, c)
                following = contact.serving_behind
                if contact.channel == number and contact.state == IN_SERVICE:
                    cut_off(world, a, c)
                c = following
            a = behind
