"""Series and flows over the register, for the page: by hour, by day, between channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.decisions.actions import KIND_NAMES
from sim.metrics.agent_time import AgentTime, Intervals, agent_time
from sim.metrics.contact_kpis import wait_weights, waits
from sim.metrics.facts import Columns, Facts, select
from sim.register.register import JourneyOutcome, Outcome, Register, names_of
from sim.tables.codes import ASYNCHRONOUS, CALLBACK, LIVE
from sim.tables.compiled import Compiled
from sim.units import DAY_S, HOUR_S

STEPS = 3


def by_hour(times: Intervals) -> npt.NDArray[np.float64]:
    """Return the seconds of the intervals that fall into each hour of the day, shape (24,)."""

    def until(t: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        days, within = np.divmod(t, DAY_S)
        inside = np.clip(within[:, None] - HOUR_S * np.arange(24), 0.0, HOUR_S)
        covered: npt.NDArray[np.float64] = days[:, None] * HOUR_S + inside
        return covered

    total: npt.NDArray[np.float64] = (until(times.end_s) - until(times.start_s)).sum(axis=0)
    return total


def hourly(register: Register, facts: Facts, compiled: Compiled) -> dict[str, list[Any]]:
    """Return contacts, mean wait and occupancy by channel and hour of the day.

    Occupancy is of the teams that serve the channel: busy ÷ scheduled time in that hour, breaks
    taken out.
    """
    contacts, time = facts.within(register.columns("contacts")), agent_time(register, facts)
    rows: dict[str, list[Any]] = {
        k: [] for k in ("channel", "hour", "contacts", "mean_wait_s", "occupancy")
    }
    for channel, name in enumerate(compiled.channels.names):
        mine = select(contacts, contacts["channel"] == channel)
        if not len(mine["channel"]):
            continue
        staffed = compiled.channels.kind[channel] in (LIVE, ASYNCHRONOUS, CALLBACK)
        rows["channel"] += [name] * 24
        rows["hour"] += range(24)
        rows["contacts"] += np.bincount(_hour(mine), minlength=24).astype(float).tolist()
        rows["mean_wait_s"] += _mean_waits(mine, facts)
        rows["occupancy"] += _occupancy(time, compiled, channel) if staffed else [None] * 24
    return rows


def _hour(contacts: Columns) -> npt.NDArray[np.int64]:
    return ((contacts["start_s"] % DAY_S) // HOUR_S).astype(np.int64)


def _mean_waits(contacts: Columns, facts: Facts) -> list[float | None]:
    """Return the mean wait by hour: None without a queued contact, or where not known yet."""
    queued = select(contacts, contacts["queued_s"] >= 0)
    weights, hour = wait_weights(queued, facts), _hour(queued)
    number = np.bincount(hour, weights=weights, minlength=24)
    total = np.bincount(hour, weights=weights * waits(queued), minlength=24)
    return [float(t / n) if n > 0 else None for t, n in zip(total, number, strict=True)]


def _occupancy(time: AgentTime, compiled: Compiled, channel: int) -> list[float | None]:
    teams = [t for t in range(compiled.teams.n) if compiled.teams.slots[t][channel]]
    busy, paid, breaks = (by_hour(part.of(teams)) for part in (time.busy, time.paid, time.breaks))
    available = paid - breaks
    return [
        float(min(1.0, b / a)) if a > 1e-6 else None  # less than rounding leaves is no time
        for b, a in zip(busy, available, strict=True)
    ]


def flows(register: Register, facts: Facts, compiled: Compiled) -> dict[str, list[Any]]:
    """Return contacts moving between (step, channel) nodes and outcomes, for the Sankey.

    Those of journeys that began in the window, so that step 1 is a journey's first contact.
    """
    journeys = facts.within(register.columns("journeys"))
    kept = np.isin(register.column("contacts", "journey"), journeys["journey"])
    contact, journey, channel = (
        register.column("contacts", name)[kept] for name in ("contact", "journey", "channel")
    )
    order = np.lexsort((contact, journey))
    journey, channel = journey[order], channel[order]
    first = np.append(True, journey[1:] != journey[:-1])[: len(journey)]
    step = np.arange(len(journey)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    shown = step < STEPS
    goes_on = np.append(~first[1:], False)[: len(journey)] & (step + 1 < STEPS)
    by_number = np.argsort(journeys["journey"])
    place = np.searchsorted(journeys["journey"], journey, sorter=by_number)
    n = compiled.channels.n  # nodes: step × channels + channel; after all of them, the outcomes
    source = step * n + channel
    target = STEPS * n + journeys["outcome"][by_number[place]]
    target[goes_on] = source[1:][goes_on[:-1]]
    names = _nodes(compiled)
    counts = np.bincount(source[shown] * len(names) + target[shown])
    found = sorted(
        (names[pair // len(names)], names[pair % len(names)], float(counts[pair]))
        for pair in np.flatnonzero(counts).tolist()
    )
    return {
        "source": [a for a, _, _ in found],
        "target": [b for _, b, _ in found],
        "contacts": [k for _, _, k in found],
    }


def _nodes(compiled: Compiled) -> list[str]:
    """Return the nodes' names: channels at each step, then what journeys come to."""
    steps = [f"{step} {name}" for step in range(1, STEPS + 1) for name in compiled.channels.names]
    return [*steps, *(name.replace("_", " ") for name in names_of(JourneyOutcome))]


def survival(facts: Facts) -> dict[str, list[float]]:
    """Return the share of customers still active by day since the start of the window."""
    start = facts.there
    left = np.sort(facts.left_s[start & (facts.left_s > 0)] - facts.start_s)
    days = np.arange(int((facts.end_s - facts.start_s) // DAY_S) + 1)
    gone = np.searchsorted(left, days * DAY_S, side="right")
    return {
        "day": days.astype(float).tolist(),
        "retained": (1 - gone / max(1, int(start.sum()))).tolist(),
    }


def decisions(register: Register, facts: Facts, compiled: Compiled) -> dict[str, list[Any]]:
    """Return how often each action was taken, by kind of decision."""
    table = register.columns("decisions")
    action = table["action"][table["time_s"] >= facts.start_s]
    counts = np.bincount(action, minlength=len(compiled.actions))
    rows = [(a, int(counts[a.id])) for a in compiled.actions if counts[a.id]]
    return {
        "kind": [KIND_NAMES[a.kind] for a, _ in rows],
        "action": [a.name.split(":", 1)[1] for a, _ in rows],
        "count": [float(n) for _, n in rows],
    }


def daily(register: Register, facts: Facts) -> dict[str, list[Any]]:
    """Return daily series for the warm-up test: contacts, mean wait, mean satisfaction gap."""
    contacts = register.columns("contacts")
    day = (contacts["start_s"] // DAY_S).astype(int)
    days = int(facts.end_s // DAY_S)
    queued = contacts["queued_s"] >= 0
    ended = contacts["outcome"] != Outcome.OPEN
    count = np.bincount(day, minlength=days)[:days].astype(float)
    series = {
        "contacts": count,
        "waiting_time_s": _per_day(day[queued], waits(contacts)[queued], days),
        "satisfaction": _per_day(day[ended], contacts["gap"][ended], days),
    }
    return {
        "metric": [name for name in series for _ in range(days)],
        "day": [d for _ in series for d in range(days)],
        "value": [float(v) for values in series.values() for v in values],
    }


def _per_day(
    day: npt.NDArray[np.int64], values: npt.NDArray[np.float64], days: int
) -> npt.NDArray[np.float64]:
    total = np.bincount(day, weights=values, minlength=days)[:days]
    number = np.bincount(day, minlength=days)[:days]
    with np.errstate(invalid="ignore"):
        mean: npt.NDArray[np.float64] = total / number
    return mean
