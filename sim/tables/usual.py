"""How busy channels usually are, by hour of the week, as a firm can compute it for itself.

Known to the firm: its customers' needs and where they turn to, what automation passes on, how many
come back, handle times, patience, shifts. Not known: the day's level, who is in line. Live lines
follow Erlang-A hour by hour; teams divide themselves over them in proportion to the work. Backlogs
are a fluid over the week, worked by who is idle beyond the team's reserve. Assumed to be what a
planning tool would show.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.behaviour import recontact_probability
from sim.behaviour.agents import expected_wait
from sim.behaviour.lines import usual_backlog, usual_line
from sim.scenario.parts import DAYS, Shift
from sim.scenario.service import Team
from sim.scenario.staff import headcount, shift_hours
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED, LIVE
from sim.tables.compiled import Compiled
from sim.tables.guesses import choices, needs_by_segment, recognitions
from sim.units import HOUR_S, HOURS_PER_WEEK, MINUTE_S

Floats = npt.NDArray[np.float64]
Columns = dict[str, list[float]]


def usual_loads(compiled: Compiled, handle_s: Sequence[float]) -> Columns:
    """Return waiting, idle, on duty and announced wait by channel and hour of the week.

    Args:
        compiled: the firm under its regime.
        handle_s: mean handle time by channel.
    """
    arrivals = arrivals_per_hour(compiled)
    on_duty = agents_by_hour(compiled)
    given = _given(compiled, arrivals, on_duty, handle_s)
    columns: Columns = {"waiting": [], "idle": [], "on_duty": [], "expected_wait_s": []}
    for c in range(compiled.channels.n):
        teams = [t for t, team in enumerate(_teams(compiled)) if compiled.teams.slots[t][c]]
        agents = on_duty[teams].sum(axis=0)
        rows = _of_channel(compiled, c, arrivals[c], agents, given[c], handle_s[c])
        for name, values in zip(columns, rows, strict=True):
            columns[name] += values
    return columns


def arrivals_per_hour(compiled: Compiled) -> Floats:
    """Return contacts that begin, by channel and hour of the week: shape (channels, 168)."""
    scenario = compiled.scenario
    population = scenario.population
    customers = population.customers * population.scale
    shares = np.array([s.share for s in scenario.segments.values()]) * customers
    by_choice = np.einsum("s,si,sic->ic", shares, needs_by_segment(compiled), choices(compiled))
    asked = by_choice * _attempts(compiled, by_choice)[:, None]
    per_hour: Floats = _routed(compiled, asked).sum(axis=0)[:, None] * _week(compiled)
    return per_hour


def _week(compiled: Compiled) -> Floats:
    """Return each hour's share of an average day's needs, shape (168,)."""
    demand = compiled.scenario.demand
    if demand.weekly is not None:
        week = np.array(demand.weekly, dtype=float)
    else:
        week = np.outer(demand.daily, demand.hourly).ravel()
    result: Floats = week * 7 / week.sum()
    return result


def _attempts(compiled: Compiled, asked: Floats) -> Floats:
    """Return attempts per need by intent: who fails comes back, and fails as often."""
    if not compiled.on.recontact:
        return np.ones(len(asked))
    base, intents = compiled.scenario.returns.recontact_probability, compiled.scenario.intents
    q = np.array([recontact_probability(base, i.urgency) for i in intents.values()])
    solved = (asked * np.array(compiled.resolution)).sum(axis=1)
    fails = 1 - solved / np.maximum(asked.sum(axis=1), 1e-300)
    result: Floats = 1 / (1 - np.minimum(q * fails, 0.9))
    return result


def _routed(compiled: Compiled, asked: Floats) -> Floats:
    """Return where contacts of each intent come to people, automation before them."""
    channels, heard = compiled.channels, recognitions(compiled)
    come = asked.copy()
    resolution = np.array(compiled.resolution)
    for c in range(channels.n):
        door = channels.front_door[c]
        if door >= 0:
            come[:, c] *= 1 - heard[door] * resolution[:, door]
        if channels.kind[c] == AUTOMATED and channels.hand_over[c]:
            fails = 1 - heard[c] * resolution[:, c]
            come[:, channels.hand_over[c][0]] += asked[:, c] * fails * channels.detection[c]
    return come


def agents_by_hour(compiled: Compiled) -> Floats:
    """Return the agents of each team at work, by hour of the week: shape (teams, 168)."""
    rows = np.zeros((compiled.teams.n, HOURS_PER_WEEK))
    scale = compiled.scenario.population.scale
    for t, team in enumerate(_teams(compiled)):
        for shift, agents in zip(team.shifts, headcount(team, scale), strict=True):
            breaks = sum(b.minutes for b in shift.breaks) * MINUTE_S / HOUR_S
            works = max(0.0, 1 - breaks / shift_hours(shift))
            rows[t] += agents * works * _hours_of(shift)
    return rows


def _hours_of(shift: Shift) -> Floats:
    """Return which part of each hour of the week a shift covers."""
    hours = np.zeros(HOURS_PER_WEEK)
    for day in shift.days:
        first = DAYS.index(day) * 24
        for hour in range(int(shift.start_h), int(np.ceil(shift.until_h))):
            covered = min(shift.until_h, hour + 1) - max(shift.start_h, hour)
            hours[(first + hour) % HOURS_PER_WEEK] += covered
    return hours


def _given(
    compiled: Compiled, arrivals: Floats, on_duty: Floats, handle_s: Sequence[float]
) -> Floats:
    """Return the contacts that can be served at a time, by channel and hour: live ones first."""
    channels, teams = compiled.channels, compiled.teams
    slots = np.array(teams.slots, dtype=float)
    work = arrivals * np.array(handle_s)[:, None] / HOUR_S  # contacts served at a time
    backlog = np.array([kind == ASYNCHRONOUS for kind in channels.kind])
    given = np.zeros((channels.n, HOURS_PER_WEEK))
    shares: list[tuple[int, list[int], Floats]] = []
    for t in range(teams.n):
        own = [c for c in range(channels.n) if slots[t][c] and not backlog[c]]
        share = _divided(work[own] / slots[t][own][:, None])
        shares.append((t, own, share))
        given[own] += on_duty[t] * share * slots[t][own][:, None]
    busy = np.minimum(1.0, work / np.maximum(given, 1e-9))
    for t, own, share in shares:
        left = on_duty[t] * (1 - (share * busy[own]).sum(axis=0)) - teams.reserve[t]
        mail = [c for c in range(channels.n) if slots[t][c] and backlog[c]]
        whole = _divided(np.repeat(work[mail].sum(axis=1)[:, None], HOURS_PER_WEEK, axis=1))
        given[mail] += np.maximum(0.0, left) * whole * slots[t][mail][:, None]
    return given


def _divided(work: Floats) -> Floats:
    """Return shares in proportion to the work, alike where there is none: (channels, hours)."""
    total = work.sum(axis=0)
    alike = 1 / max(1, len(work))
    result: Floats = np.where(total > 0, work / np.where(total > 0, total, 1.0), alike)
    return result


def _of_channel(
    compiled: Compiled, c: int, arrivals: Floats, agents: Floats, given: Floats, handle_s: float
) -> tuple[list[float], ...]:
    """Return a channel's waiting, idle, on duty and announced wait by hour."""
    patience_s = float("inf")
    if compiled.on.abandonment:
        patience_s = compiled.channels.patience[c].mean_s
    left = usual_backlog(arrivals, given * HOUR_S / max(handle_s, 1e-9))
    rows: list[tuple[float, ...]] = []
    for hour in range(HOURS_PER_WEEK):
        heads = round(float(agents[hour]))
        servers = max(1, round(float(given[hour])))
        if not heads:
            rows.append((0, 0, 0, expected_wait(handle_s, 0, 1)))
        elif compiled.channels.kind[c] == LIVE:
            line = usual_line(float(arrivals[hour]) / HOUR_S, handle_s, servers, patience_s)
            idle = round(heads * line.idle / servers)
            rows.append((round(line.waiting), idle, heads, line.expected_wait_s))
        else:
            waiting = round(float(left[hour]))
            wait_s = expected_wait(handle_s, waiting, servers) if waiting else 0.0
            rows.append((waiting, 0 if waiting else heads, heads, wait_s))
    return tuple([row[i] for row in rows] for i in range(4))


def _teams(compiled: Compiled) -> list[Team]:
    return list(compiled.scenario.teams.values())
