"""Service: who serves a contact, and for how long."""

from __future__ import annotations

from typing import Final

from sim.behaviour.agents import chat_slowdown, search_time, tired_share, tiredness_after
from sim.behaviour.durations import duration_s
from sim.core.calendar import schedule
from sim.core.codes import IN_SERVICE, ON_SERVICE_END, RANK_OURS, STALE
from sim.core.drawing import draw
from sim.core.knowing import heard_by_people
from sim.core.lessons import learns_from_hand_over
from sim.core.lists import join_partial, join_serving, leave_idle, leave_partial
from sim.core.records.bundles import World
from sim.core.records.firm import Firm
from sim.core.records.rules import Channel
from sim.core.records.state import Agent, Contact, Journey
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_ANSWER, FOR_SEARCH, FOR_TALK, FOR_WRAP_UP
from sim.register.codes import REPEATED
from sim.tables.codes import CALLBACK
from sim.units import HOUR_S

RING_S: Final = 30.0  # an unanswered call back (assumption)
STALE_SHARE: Final = 0.25  # of the talk time, to close a backlog item dealt with (assumption)


def start(world: World, a: Int, agent: Agent, c: Int, contact: Contact, journey: Journey) -> None:
    """Begin service: draw talk, search and wrap-up, occupy the agent."""
    if agent.idle:
        leave_idle(world, agent)
    if agent.load == 0:
        agent.busy_since = world.now
        agent.channel = contact.channel
        if world.firm.tires:
            rest(world, agent, False)
    contact.others = agent.load
    agent.load += 1
    join_serving(world, agent, c, contact)
    contact.agent = a
    contact.held = 1
    contact.team = agent.team
    contact.agent_number = agent.number
    contact.shift_s = agent.on_s
    contact.answered_s = world.now
    stale = contact.state == STALE
    contact.state = IN_SERVICE
    if world.firm.habits and contact.from_channel >= 0 and journey.contact == c:
        learns_from_hand_over(world, contact, journey)
    lasts_s = _handle_s(world, agent, contact, journey, stale)
    if world.firm.teams.rows[agent.team].multi:
        keep_partial(world, a)
    schedule(world.calendar, world.now + lasts_s, RANK_OURS, ON_SERVICE_END, c, contact.id, 0)


def _handle_s(
    world: World, agent: Agent, contact: Contact, journey: Journey, stale: Small
) -> Float:
    """Return talk + search in seconds, and set the contact's parts of the handle time."""
    channel = world.firm.channels.rows[contact.channel]
    if channel.kind == CALLBACK and draw(contact.luck, FOR_ANSWER) < channel.no_answer:
        contact.talk_s = RING_S
        return RING_S
    heard_by_people(contact, journey)
    firm = world.firm
    intent = world.firm.intents.rows[journey.intent]
    if contact.recognised != journey.intent and is_misrouted(world, contact, journey, agent):
        contact.talk_s = firm.misroute_s
    else:
        law = world.firm.laws.rows[firm.cancel_talk if journey.cancel else intent.talk]
        talk_s = duration_s(law, draw(contact.luck, FOR_TALK))
        contact.talk_s = _talk_s(firm, channel, agent, contact, talk_s, stale)
    if firm.searches:
        search_s = duration_s(world.firm.laws.rows[firm.search], draw(contact.luck, FOR_SEARCH))
        contact.search_s = search_time(search_s * firm.search_factor, intent.complexity)
    if channel.wraps_up:
        law = world.firm.laws.rows[channel.wrap_up]
        contact.wrap_up_s = duration_s(law, draw(contact.luck, FOR_WRAP_UP))
    return contact.talk_s + contact.search_s


def _talk_s(
    firm: Firm, channel: Channel, agent: Agent, contact: Contact, talk_s: Float, stale: Small
) -> Float:
    """Return how long customer and agent talk, in seconds, where ``talk_s`` is usual."""
    talk_s *= channel.talk_factor
    talk_s *= agent.speed * firm.talk_cut * (1.0 - contact.prepared)
    if contact.others:
        talk_s *= chat_slowdown(contact.others, channel.slowdown)
    if firm.tires and agent.tired > firm.tired_threshold:
        talk_s *= 1.0 + firm.tired_slowdown * tired_share(agent.tired, firm.tired_threshold)
    if stale:
        talk_s *= STALE_SHARE
    if contact.context == REPEATED:
        talk_s += firm.repeat_s
    return talk_s


def is_misrouted(world: World, contact: Contact, journey: Journey, agent: Agent) -> Small:
    """Return whether an agent lacks the skill for a contact whose intent automation misheard."""
    skill = world.firm.intents.rows[journey.intent].skill
    return not world.firm.skills.rows[agent.team * world.firm.n_skills + skill].has


def rest(world: World, agent: Agent, busy: bool) -> None:
    """Bring an agent's tiredness up to now, after work or after time without a contact."""
    hours = (world.now - agent.tired_at) / HOUR_S
    agent.tired = tiredness_after(agent.tired, busy, hours, world.firm.tired_half_life_h)
    agent.tired_at = world.now


def has_spare(world: World, agent: Agent, channel: Int) -> Small:
    """Return whether a partly loaded agent can take one more contact on a channel."""
    return (
        agent.channel == channel
        and agent.load < world.firm.slots.rows[agent.team * world.firm.n_channels + channel].n
        and not agent.leaving
        and agent.pause_s == 0.0
    )


def keep_partial(world: World, a: Int) -> None:
    """Keep the team's list of partly loaded agents (chat concurrency) up to date."""
    agent = world.agents.rows[a]
    spare = agent.load > 0 and has_spare(world, agent, agent.channel)
    if spare and not agent.partial:
        join_partial(world, a)
    elif agent.partial and not spare:
        leave_partial(world, agent)
