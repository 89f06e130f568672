"""Copies of a state: what changes is copied, rows and tables are shared."""

from __future__ import annotations

from collections import deque
from copy import copy as copy_of
from typing import Any

from sim.core.state.records import Agent, Contact, Journey, TeamOnDuty
from sim.core.state.world_state import WorldState


def copy_state(state: WorldState, copy: WorldState) -> Copies:
    """Give ``copy`` the attributes of ``state``, all but calendar and policies its own."""
    copy.__dict__.update(state.__dict__)
    copies = Copies()
    copy.register = state.register.fork()
    copy.customers = state.customers.fork()
    copy.ledger = state.ledger.fork()
    if "needs" in state.__dict__:  # else the world is fresh: no day is laid out yet
        copy.needs = copy_of(state.needs)
    copy.demand = None if state.demand is None else state.demand.fork()
    copy.agenda = deque((kind, copies.of(subject)) for kind, subject in state.agenda)
    if state.pending is not None:
        copy.pending = state.pending._replace(subject=copies.of(state.pending.subject))
    copy.open_journeys = {
        c: [copies.of(j) for j in journeys] for c, journeys in state.open_journeys.items()
    }
    copy.waiting = state.waiting.copy()
    copy.queues = [[(*e[:3], copies.of(e[3])) for e in line] for line in state.queues]
    copy.on_duty = [copies.team(team) for team in state.on_duty]
    copy.watch = copy.luck = None
    return copies


class Copies:
    """Copies of journeys, contacts and agents, each made once."""

    def __init__(self) -> None:
        self._copies: dict[int, Any] = {}

    def of(self, item: Any) -> Any:
        """Return the copy of a record, or what is no record as it is."""
        kind = item.__class__
        if kind is tuple:
            return tuple(self.of(part) for part in item)
        if kind not in (Journey, Contact, Agent):
            return item
        copy = self._copies.get(id(item))
        if copy is None:
            copy = object.__new__(kind)
            self._copies[id(item)] = copy
            for name in kind.__slots__:
                value = getattr(item, name)
                if name == "serving":
                    value = [self.of(contact) for contact in value]
                elif name in ("journey", "contact", "agent"):
                    value = self.of(value)
                setattr(copy, name, value)
        return copy

    def team(self, team: TeamOnDuty) -> TeamOnDuty:
        """Return a team on duty with copies of its agents."""
        copy = TeamOnDuty()
        copy.idle = deque(self.of(agent) for agent in team.idle)
        copy.partial = [self.of(agent) for agent in team.partial]
        copy.agents = [self.of(agent) for agent in team.agents]
        return copy
