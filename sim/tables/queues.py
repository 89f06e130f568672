"""The queues and the teams that serve them, as flat tables."""

from __future__ import annotations

from sim.decisions.actions import queue_names
from sim.scenario import Scenario
from sim.tables.channels import ChannelTable
from sim.tables.codes import ASYNCHRONOUS
from sim.units import HOUR_S


class QueueTable:
    """The queues, (channel, skill, tier), and which teams serve them."""

    def __init__(self, scenario: Scenario, channels: ChannelTable) -> None:
        self.names = queue_names(scenario)
        self.skills = sorted({intent.skill for intent in scenario.intents.values()})
        self.n = len(self.names)
        self.index = {name: q for q, name in enumerate(self.names)}
        self.channel = [channels.index[c] for c, _, _ in self.names]
        self.backlog = [channels.kind[c] == ASYNCHRONOUS for c in self.channel]
        self.teams: list[list[int]] = []
        self.overflow_teams: list[list[int]] = []
        teams = list(scenario.teams.values())
        for channel, skill, tier in self.names:
            able = [
                t
                for t, team in enumerate(teams)
                if channel in team.channels and skill in team.skills
            ]
            fitting = [t for t in able if teams[t].tier == tier] or able
            # The most specialised team first, so that generalists stay free for the rest.
            fitting.sort(key=lambda t: (len(teams[t].skills) * len(teams[t].channels), t))
            self.teams.append(fitting)
            self.overflow_teams.append(
                [
                    t
                    for t, team in enumerate(teams)
                    if team.overflow and channel in team.channels and t not in fitting
                ]
                if channels.overflow_after[channels.index[channel]] >= 0
                else []
            )

    def of(self, channel: int, skill: int, tier: int, names: list[str]) -> int:
        """Return the queue of a channel, skill and tier (tier 1 where there is no tier 2)."""
        key = (names[channel], self.skills[skill], tier)
        return self.index.get(key, self.index.get((key[0], key[1], 1), -1))


class TeamTable:
    """The teams as parallel lists."""

    def __init__(self, scenario: Scenario, channels: ChannelTable, queues: QueueTable) -> None:
        teams = list(scenario.teams.values())
        self.names = list(scenario.teams)
        self.n = len(teams)
        self.tier = [t.tier for t in teams]
        self.wage_per_s = [t.wage_per_h / HOUR_S for t in teams]
        self.skills = [{queues.skills.index(s) for s in t.skills} for t in teams]
        self.slots = [[t.channels.get(name, 0) for name in channels.names] for t in teams]
        self.multi = [any(n > 1 for n in t.channels.values()) for t in teams]
        self.proficiency_sd = [
            t.proficiency_sd if scenario.mechanisms.proficiency else 0.0 for t in teams
        ]
        self.boost = [t.resolution_boost for t in teams]
        self.reserve = [t.backlog_reserve for t in teams]
        self.queues = [[q for q in range(queues.n) if t in queues.teams[q]] for t in range(self.n)]
        self.overflow_queues = [
            [q for q in range(queues.n) if t in queues.overflow_teams[q]] for t in range(self.n)
        ]
