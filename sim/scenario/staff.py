"""How many people a team has: the one place where shifts, scale and staffing become heads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.scenario.parts import DAYS, Shift
from sim.scenario.service import Team
from sim.units import HOURS_PER_WEEK


def headcount(team: Team, scale: float) -> list[int]:
    """Return the whole agents of each of a team's shifts at the firm's scale.

    They are rounded over the team, shift after shift, so that a small firm stays in scale; the
    first shift has one at least.
    """
    counts: list[int] = []
    wanted, given = 0.0, 0
    for shift in team.shifts:
        wanted += shift.agents * scale * team.agents_factor
        counts.append(max(0 if given else 1, round(wanted) - given))
        given += counts[-1]
    return counts


def shift_hours(shift: Shift) -> float:
    """Return the hours of one shift, which may end on the next day; breaks are paid."""
    hours = shift.end_h - shift.start_h
    return hours if hours > 0 else hours + 24


def paid_hours_per_week(team: Team, counts: Sequence[float]) -> float:
    """Return what `counts` agents by shift are paid for, hours a week."""
    return sum(
        n * len(shift.days) * shift_hours(shift)
        for n, shift in zip(counts, team.shifts, strict=True)
    )


def most_on_duty(team: Team, counts: Sequence[float]) -> float:
    """Return the heads on duty at the week's busiest moment, those on a break among them."""
    spans = [
        (n, start, start + shift_hours(shift))
        for n, shift in zip(counts, team.shifts, strict=True)
        for day in shift.days
        for start in [DAYS.index(day) * 24 + shift.start_h]
    ]
    # The most are on duty just after somebody came; a shift over Sunday night also began last week.
    at = np.array([start for _, start, _ in spans])
    total = sum(
        n * ((start <= at + late) & (at + late < end))
        for n, start, end in spans
        for late in (0, HOURS_PER_WEEK)
    )
    return float(np.max(total))
