"""Lists threaded through the records: who is on duty, idle, partly loaded, being served.

Leaving a list costs the same anywhere in it. Each list keeps the order in which its members came.
"""

from __future__ import annotations

from sim.core.records.bundles import World
from sim.core.records.state import Agent, Contact, Customer, Journey
from sim.native_types import Int


def join_duty(world: World, a: Int) -> None:
    """Put an agent at the end of those on duty in the team."""
    agent = world.agents.rows[a]
    duty = world.duties.rows[agent.team]
    agent.on_duty = 1
    agent.duty_ahead = duty.duty_last
    agent.duty_behind = -1
    if duty.duty_last < 0:
        duty.duty_first = a
    else:
        world.agents.rows[duty.duty_last].duty_behind = a
    duty.duty_last = a
    duty.duty_n += 1


def leave_duty(world: World, agent: Agent) -> None:
    """Take an agent out of those on duty."""
    duty = world.duties.rows[agent.team]
    agent.on_duty = 0
    if agent.duty_ahead < 0:
        duty.duty_first = agent.duty_behind
    else:
        world.agents.rows[agent.duty_ahead].duty_behind = agent.duty_behind
    if agent.duty_behind < 0:
        duty.duty_last = agent.duty_ahead
    else:
        world.agents.rows[agent.duty_behind].duty_ahead = agent.duty_ahead
    duty.duty_n -= 1


def join_idle(world: World, a: Int, agent: Agent) -> None:
    """Put an agent at the end of the team's idle ones."""
    duty = world.duties.rows[agent.team]
    agent.idle = 1
    agent.idle_ahead = duty.idle_last
    agent.idle_behind = -1
    if duty.idle_last < 0:
        duty.idle_first = a
    else:
        world.agents.rows[duty.idle_last].idle_behind = a
    duty.idle_last = a
    duty.idle_n += 1


def leave_idle(world: World, agent: Agent) -> None:
    """Take an agent out of the idle ones."""
    duty = world.duties.rows[agent.team]
    agent.idle = 0
    if agent.idle_ahead < 0:
        duty.idle_first = agent.idle_behind
    else:
        world.agents.rows[agent.idle_ahead].idle_behind = agent.idle_behind
    if agent.idle_behind < 0:
        duty.idle_last = agent.idle_ahead
    else:
        world.agents.rows[agent.idle_behind].idle_ahead = agent.idle_ahead
    duty.idle_n -= 1


def join_partial(world: World, a: Int) -> None:
    """Put an agent at the end of the team's partly loaded ones."""
    agent = world.agents.rows[a]
    duty = world.duties.rows[agent.team]
    agent.partial = 1
    agent.partial_ahead = duty.partial_last
    agent.partial_behind = -1
    if duty.partial_last < 0:
        duty.partial_first = a
    else:
        world.agents.rows[duty.partial_last].partial_behind = a
    duty.partial_last = a


def leave_partial(world: World, agent: Agent) -> None:
    """Take an agent out of the partly loaded ones."""
    duty = world.duties.rows[agent.team]
    agent.partial = 0
    if agent.partial_ahead < 0:
        duty.partial_first = agent.partial_behind
    else:
        world.agents.rows[agent.partial_ahead].partial_behind = agent.partial_behind
    if agent.partial_behind < 0:
        duty.partial_last = agent.partial_ahead
    else:
        world.agents.rows[agent.partial_behind].partial_ahead = agent.partial_ahead


def join_serving(world: World, agent: Agent, c: Int, contact: Contact) -> None:
    """Put a contact at the end of those that an agent serves."""
    contact.serving_ahead = agent.serving_last
    contact.serving_behind = -1
    if agent.serving_last < 0:
        agent.serving_first = c
    else:
        world.contacts.rows[agent.serving_last].serving_behind = c
    agent.serving_last = c


def leave_serving(world: World, agent: Agent, contact: Contact) -> None:
    """Take a contact out of those that an agent serves."""
    if contact.serving_ahead < 0:
        agent.serving_first = contact.serving_behind
    else:
        world.contacts.rows[contact.serving_ahead].serving_behind = contact.serving_behind
    if contact.serving_behind < 0:
        agent.serving_last = contact.serving_ahead
    else:
        world.contacts.rows[contact.serving_behind].serving_ahead = contact.serving_ahead


def join_open(world: World, j: Int, journey: Journey, customer: Customer) -> None:
    """Put a journey at the end of its customer's open ones."""
    journey.ahead = customer.last_journey
    journey.behind = -1
    if customer.last_journey < 0:
        customer.first_journey = j
        customer.open_since = journey.id
    else:
        world.journeys.rows[customer.last_journey].behind = j
    customer.last_journey = j


def leave_open(world: World, journey: Journey) -> None:
    """Take a journey out of its customer's open ones."""
    customer = world.customers.rows[journey.customer]
    if journey.ahead < 0:
        customer.first_journey = journey.behind
    else:
        world.journeys.rows[journey.ahead].behind = journey.behind
    if journey.behind < 0:
        customer.last_journey = journey.ahead
    else:
        world.journeys.rows[journey.behind].ahead = journey.ahead
