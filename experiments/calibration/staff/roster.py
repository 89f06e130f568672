"""Shifts of a scenario's teams from the duty periods of the observed agents.

The mean number of agents signed on, by kind of day and quarter of an hour, is no whole number. The
days of the kind round it at different levels, so that their mean is the observed one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration.customers.arrivals import DAY_GROUPS
from experiments.calibration.staff.agents import ObservedDuty, agents_on

QUARTERS = 96
SHORTEST_GAP = 2  # quarters of an hour: what is shorter is noise (means of few days)
SHORTEST_SHIFT = 4
LONGEST = 36  # nine hours; whoever would work longer is relieved halfway
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def mean_agents(
    by_day: Mapping[date, Sequence[ObservedDuty]],
    team_of: Mapping[str, str],
    members: Sequence[int],
) -> dict[str, Floats]:
    """Mean agents on duty per team and quarter of an hour over the days of the ISO weekdays."""
    days = [found for day, found in by_day.items() if day.isoweekday() in members]
    teams = sorted(set(team_of.values()))
    of_team = {
        team: [agents_on([s for s in day if team_of.get(s.agent) == team]) for day in days]
        for team in teams
    }
    return {team: np.mean(counts, axis=0) for team, counts in of_team.items() if counts}


def rounded(mean: Mapping[str, Floats], offset: float) -> dict[str, Counts]:
    """Whole agents by team whose sum over teams is the sum of the means, rounded at `offset`."""
    teams = list(mean)
    upto = np.floor(np.cumsum([mean[team] for team in teams], axis=0) + offset).astype(np.int64)
    split = np.diff(upto, axis=0, prepend=0)
    return dict(zip(teams, split, strict=True))


def _runs(on: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], on.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def steady(agents: Counts) -> Counts:
    """Agents without short gaps, then without short bursts, level by level; same shape."""
    result = np.zeros_like(agents)
    for level in range(1, int(agents.max(initial=0)) + 1):
        on = agents >= level
        runs = _runs(on)
        for (_, end), (start, _) in pairwise(runs):
            on[end:start] |= start - end < SHORTEST_GAP
        for start, end in _runs(on):
            on[start:end] &= end - start >= SHORTEST_SHIFT
        result += on
    return result


def shifts_of_day(agents: Counts) -> list[tuple[int, int]]:
    """Shifts (first and last quarter of an hour) that add up to `agents`; first on, first off."""
    starts: list[int] = []
    found: list[tuple[int, int]] = []
    change = np.diff(np.concatenate(([0], agents, [0])))
    for quarter, step in enumerate(change.tolist()):
        starts += [quarter] * max(0, step)
        for _ in range(max(0, -step)):
            found += _relieved(starts.pop(0), quarter)
    return sorted(found)


def _relieved(start: int, end: int) -> list[tuple[int, int]]:
    parts = -(-(end - start) // LONGEST)
    cuts = [start + (end - start) * i // parts for i in range(parts + 1)]
    return list(pairwise(cuts))


def team_shifts(
    by_day: Mapping[date, Sequence[ObservedDuty]], team_of: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Shifts per team as a scenario states them: agents, days, start_h, end_h."""
    days_of: dict[str, dict[tuple[int, int, int], list[str]]] = defaultdict(dict)
    for members in DAY_GROUPS.values():
        mean = mean_agents(by_day, team_of, members)
        for number, weekday in enumerate(members):
            chosen = rounded(mean, (number + 0.5) / len(members))
            for team, agents in chosen.items():
                shifts = shifts_of_day(steady(np.maximum(agents, 0)))
                for start, end in sorted(set(shifts)):
                    key = (start, end, shifts.count((start, end)))
                    days_of[team].setdefault(key, []).append(WEEKDAYS[weekday - 1])
    return {
        team: [
            {
                "agents": agents,
                "days": sorted(days, key=WEEKDAYS.index),
                "start_h": start / 4,
                "end_h": end / 4,
            }
            for (start, end, agents), days in sorted(found.items())
        ]
        for team, found in days_of.items()
    }
