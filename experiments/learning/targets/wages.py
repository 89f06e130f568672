"""What an agent's second costs."""

from __future__ import annotations

from sim.scenario import Scenario


def wage_per_s(scenario: Scenario) -> float:
    """Return the mean wage of an agent's second, money, weighted by agents; 0 without teams."""
    agents = wages = 0.0
    for team in scenario.teams.values():
        agents += team.agents
        wages += team.agents * team.wage_per_h
    return wages / agents / 3600 if agents else 0.0
