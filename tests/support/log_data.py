"""Small synthetic logs in the formats that `optichannel validate` reads, as text."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.staff.agents import ObservedDuty
from sim.units import DAY_S

CALLS_HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start"
    "\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver"
)
CASES_HEADER = (
    "Service ID,Operation,Start Date,End Date,Agent Position,Customer ID,Product,Service Type,Agent"
)
OPEN_S, CLOSE_S = 28_800.0, 57_600.0


def clock(seconds: float) -> str:
    """Seconds since midnight as h:mm:ss, past midnight from 0 again."""
    s = round(seconds) % int(DAY_S)
    return f"{s // 3600}:{s % 3600 // 60:02}:{s % 60:02}"


def call_log(
    days: tuple[int, ...],
    *,
    calls: int = 260,
    agents: int = 2,
    factor: float = 1.0,
    seed: int = 5,
) -> str:
    """Calls of days of February 1999 from the reference model; `factor` lengthens the services.

    Half of those who hang up are the next caller.
    """
    lines = [CALLS_HEADER]
    for day in days:
        rng = np.random.default_rng((seed, day))
        at = np.sort(rng.uniform(OPEN_S, CLOSE_S, calls)).round()
        kinds = rng.choice(["PS", "NW"], calls, p=[0.7, 0.3])
        service = factor * np.where(rng.random(calls) < 0.05, 5.0, rng.lognormal(4.9, 0.7, calls))
        patience = 400 * rng.weibull(0.9, calls) + 1
        callers = [
            Caller(str(kinds[i]), float(at[i]), 0, 0.0, float(patience[i]), float(service[i]))
            for i in range(calls)
        ]
        on = [ObservedDuty(f"A{j}", OPEN_S, CLOSE_S) for j in range(agents)]
        gaps = rng.lognormal(1.6, 0.4, 1000)
        skills = [frozenset({"PS", "NW"})] * agents
        result = simulate_day(callers, on, skills, [1.0] * agents, (gaps, gaps))
        lines += _day_lines(day, at, kinds, service, result.wait_s, result.abandoned, agents)
    return "\n".join(lines) + "\n"


def _day_lines(day, at, kinds, service, wait_s, abandoned, agents):
    rows, free, gone = [], [OPEN_S] * agents, []
    start = at + wait_s
    customers = {}
    for i in range(len(at)):
        ready = [one for one in gone if one[0] < at[i] - 12]
        customers[i] = ready[0][1] if ready else 1000 + i
        if ready:
            gone.remove(ready[0])
        if abandoned[i] and len(gone) < 20 and i % 2:
            gone.append((at[i] + wait_s[i], customers[i]))
    for i in np.argsort(start, kind="stable"):
        waited, left = wait_s[i] > 0, bool(abandoned[i])
        agent = int(np.argmin(free))
        if not left:
            free[agent] = start[i] + service[i]
        queue = (clock(at[i]), clock(start[i])) if waited else ("0:00:00", "0:00:00")
        spell = ("0:00:00",) * 2 if left else (clock(start[i]), clock(start[i] + service[i]))
        cells = ("AA01", i, customers[i] if waited else 0, 1 if waited else 0, kinds[i])
        cells += (f"9902{day:02}", clock(at[i] - 10), clock(at[i]), 10, *queue, round(wait_s[i]))
        cells += ("HANG" if left else "AGENT", *spell, 0 if left else round(service[i]))
        rows.append((int(i), "\t".join(map(str, (*cells, "NO_SERVER" if left else f"A{agent}")))))
    return [line for _, line in sorted(rows)]


def case_log(first: int, *, cases: int = 150, on: float = 0.3, seed: int = 7) -> str:
    """Cases numbered from `first` in March 2010, two service types; `on`: chance to go on."""
    rng = np.random.default_rng((seed, first))
    lines = [CASES_HEADER]

    def stamp(when: datetime) -> str:
        return f"{when.day}.{when.month}.{when:%y} {when.hour}:{when.minute:02}"

    for case in range(first, first + cases):
        kind = ("Help", "Repair")[int(rng.random() < 0.4)]
        customer = int(rng.integers(5, 10_000))
        start = datetime(2010, 3, 1) + timedelta(minutes=int(rng.integers(0, 40_000)))
        email = rng.random() < 0.3
        while True:
            minutes = int(rng.weibull(1.5) * 2000) if email else int(rng.integers(0, 10))
            end = start + timedelta(minutes=minutes)
            what = "Inbound Email" if email else "Inbound Call"
            cells = (what, stamp(start), stamp(end), "FL", f"Customer {customer}", "X", kind)
            lines.append(",".join((f"Case {case}", *cells, f"Agent {case % 7}")))
            if rng.random() >= on:
                break
            start = end + timedelta(minutes=int(rng.weibull(0.7) * 1500))
            email = email != (rng.random() < 0.1)
    return "\n".join(lines) + "\n"
