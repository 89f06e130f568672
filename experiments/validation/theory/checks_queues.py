"""Checks against queueing theory: Erlang C and A, a day from empty, M/G/1, priority, two laws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.validation.checks import Check, Interval, Plot, Sheet, controlled, ratio, stacked
from experiments.validation.simulate import contacts, load, queue_totals, worlds
from experiments.validation.theory import queueing as theory
from sim.register.register import Register
from sim.units import DAY_S, HOUR_S

NEEDS_PER_H = 0.5  # needs a month of each of the 1461 customers that make one an hour
GKM = "Gans, Koole & Mandelbaum (2003)"
MONTREAL = "ContactCenters manual, Montréal; Buist & L'Ecuyer (2005)"


def queue(
    arrivals_per_h: float, service_s: float, agents: int, patience_s: float | None = None
) -> dict[str, Any]:
    """Overrides of the scenario `queue`."""
    patience = {"kind": "never"} if patience_s is None else _exponential(patience_s)
    shift = {"agents": agents, "days": list(_WEEK), "start_h": 0, "end_h": 24}
    return {
        "intents": {
            "call": {
                "needs_per_month": arrivals_per_h * NEEDS_PER_H,
                "talk_s": _exponential(service_s),
            }
        },
        "channels": {"phone": {"patience": patience}},
        "teams": {"desk": {"shifts": [shift]}},
    }


_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _exponential(mean_s: float) -> dict[str, Any]:
    return {"kind": "exponential", "mean_s": mean_s}


def _totals(sheet: Sheet, overrides: Mapping[str, Any], days: float, runs: int) -> dict[str, Any]:
    """Totals by replication, from a tenth of the run on (an hour's slack for the last callers)."""
    return stacked(
        [
            queue_totals(world.register, 0.1 * days * DAY_S, world.now - HOUR_S)
            for world in worlds(load("queue", overrides), days, sheet.effort.runs(runs))
        ]
    )


class Sharp:
    """Figures per expected call, with arrivals and talk times as control variates."""

    def __init__(self, found: dict[str, Any], expected: float, service_s: float) -> None:
        self.found, self.expected, self.service_s = found, expected, service_s
        talk = found["talk_s"] - found["served"] * service_s
        self.controls = np.column_stack([found["offered"] - expected, talk])

    def inputs(self, sheet: Sheet, label: str = "") -> None:
        """Hold the controls themselves to what the formula assumes: else they would hide it."""
        found = self.found
        calls = ratio(found["offered"] / self.expected)
        sheet.figure(f"{label}calls ÷ expected", calls, 1.0, "input", tolerance=0.02)
        talk = ratio(found["talk_s"], found["served"])
        sheet.figure(f"{label}mean talk", talk, self.service_s, "input", unit="s", tolerance=0.02)

    def per_call(self, name: str, scale: float = 1.0) -> Interval:
        """Total of `name` per call expected."""
        return controlled(self.found[name] / (self.expected * scale), self.controls)

    def per_second(self, name: str, agents: int) -> Interval:
        """Total of `name` per second of agents' time."""
        return controlled(self.found[name] / (agents * self.found["window_s"]), self.controls)

    def level(self) -> Interval:
        """Service level."""
        return controlled(self.found["in_time"] / self.found["offered_in_time"], self.controls)


def _sharp(
    sheet: Sheet,
    arrivals_per_h: float,
    service_s: float,
    agents: int,
    patience_s: float | None,
    days: float,
    runs: int,
) -> Sharp:
    overrides = queue(arrivals_per_h, service_s, agents, patience_s)
    found = _totals(sheet, overrides, days, runs)
    sharp = Sharp(found, arrivals_per_h * float(found["window_s"][0]) / HOUR_S, service_s)
    sharp.inputs(sheet)
    return sharp


def erlang_c(sheet: Sheet) -> None:
    """The published figures of the formula, and the simulator at a load that mixes fast."""
    formula = theory.erlang_c(48.0, 1.0, 50)
    sheet.exact("formula: mean wait", 60 * formula.mean_wait, 20.83, GKM, 2, "s")
    sheet.exact("formula: P(wait)", formula.p_wait, 0.694, GKM, 3)
    exact = theory.erlang_c(19.0, 6.0, 5, 20 / HOUR_S)
    found = _sharp(sheet, 19.0, 600.0, 5, None, 40, 36)
    source = "Erlang C, 19/h, 10 min, 5 agents"
    wait, reference = found.per_call("wait_s"), exact.mean_wait * HOUR_S
    sheet.figure("mean wait", wait, reference, source, unit="s", tolerance=0.05)
    sheet.figure("P(wait)", found.per_call("waited"), exact.p_wait, source, tolerance=0.02)
    level = exact.service_level
    sheet.figure("service level 20 s", found.level(), level, source, tolerance=0.01)
    agents = list(range(4, 9))
    waits = [theory.erlang_c(19.0, 6.0, n).mean_wait * HOUR_S for n in agents]
    line = {"Erlang C": (agents, waits)}
    sheet.plots.append(Plot("Mean wait by agents", "agents", "s", line, [(5, wait)]))


def _erlang_a(
    sheet: Sheet,
    per_min: float,
    agents: int,
    patience_min: float,
    published: tuple[float, float],
    runs: int,
    source: str,
) -> None:
    exact = theory.erlang_a(per_min, 1.0, agents, 1 / patience_min)
    sheet.exact("formula: P(abandon)", exact.p_abandon, published[0], source, 4)
    found = _sharp(sheet, 60 * per_min, 60.0, agents, 60 * patience_min, 16 / per_min, runs)
    own = f"Erlang A, {per_min:g}/min, 1 min, {agents} agents, patience {patience_min:g} min"
    lost, wait = found.per_call("abandoned"), found.per_call("wait_s")
    busy = found.per_second("busy_s", agents)
    sheet.figure("P(abandon)", lost, exact.p_abandon, own, tolerance=0.045)
    sheet.figure("mean wait", wait, published[1], source, unit="s", tolerance=0.05)
    sheet.figure("utilisation", busy, exact.utilisation, own, tolerance=0.005)


def erlang_a(sheet: Sheet) -> None:
    """The larger published setting."""
    _erlang_a(sheet, 48.0, 50, 2.0, (0.0309, 3.71), 36, GKM)


def erlang_a_small(sheet: Sheet) -> None:
    """The smaller setting, where one caller in nineteen hangs up."""
    exact = 60 * 0.107987
    _erlang_a(sheet, 19.0, 20, 2.0, (0.0540, exact), 30, "birth-death chain, to six digits")


def montreal(sheet: Sheet) -> None:
    """M/M/12 over a day of 480 minutes from empty, without and with impatience."""
    day = [1.0] * 8 + [0.0] * 16
    for patience_min, label in ((None, "no patience limit"), (1.0, "patience 1 min")):
        theta = 0.0 if patience_min is None else 1 / patience_min
        exact = theory.transient_day(
            4.2, 0.5, 12, 480.0, patience_rate=theta, acceptable_wait=20 / 60
        )
        overrides = queue(84.0, 120.0, 12, None if patience_min is None else 60.0)
        overrides["demand"] = {"hourly": day}
        found = _days(sheet, overrides, 130 if patience_min is None else 100)
        _montreal_rows(sheet, exact, found, label)


def _days(sheet: Sheet, overrides: Mapping[str, Any], runs: int) -> dict[str, Any]:
    return stacked(
        [
            queue_totals(world.register, 0.0, 8 * HOUR_S)
            for world in worlds(load("queue", overrides), 0.5, sheet.effort.runs(runs))
        ]
    )


def _montreal_rows(
    sheet: Sheet, exact: theory.DayFigures, found: dict[str, Any], label: str
) -> None:
    sharp, reference = Sharp(found, exact.offered, 120.0), exact.figures.service_level
    sharp.inputs(sheet, f"{label}: ")
    published = 0.902 if exact.abandoned == 0 else 0.968
    sheet.exact(f"{label}: formula, service level", reference, published, MONTREAL, 2)
    own = "transient birth-death chain"
    level = controlled(found["in_time"] / exact.offered, sharp.controls)
    if exact.abandoned:
        level = ratio(found["in_time"], found["offered_in_time"])
    sheet.figure(f"{label}: service level 20 s", level, reference, own, tolerance=0.012)
    if exact.abandoned:
        lost = sharp.per_call("abandoned", 1 / exact.offered)
        sheet.figure(f"{label}: abandon a day", lost, exact.abandoned, own, tolerance=0.07)
        return
    answer, wait = sharp.per_call("wait_s", 60.0), exact.figures.mean_wait
    sheet.figure(f"{label}: speed of answer", answer, wait, own, unit="min", tolerance=0.12)
    busy, used = sharp.per_second("busy_s", 12), exact.figures.utilisation
    sheet.figure(f"{label}: occupancy", busy, used, own, tolerance=0.005)


def mg1(sheet: Sheet) -> None:
    """One agent, constant and lognormal service times."""
    for talk, label, cv in (
        ({"kind": "constant", "mean_s": 300.0}, "constant", 0.0),
        ({"kind": "lognormal", "mean_s": 300.0, "cv": 1.2}, "lognormal, cv 1.2", 1.2),
    ):
        overrides = queue(6.0, 300.0, 1)
        overrides["intents"]["call"]["talk_s"] = talk
        found = _totals(sheet, overrides, 130, 36)
        sharp = Sharp(found, 6.0 * float(found["window_s"][0]) / HOUR_S, 300.0)
        sharp.inputs(sheet, f"{label}: ")
        exact = theory.mg1_wait(6 / HOUR_S, 300.0, 300.0**2 * (1 + cv**2))
        wait = sharp.per_call("wait_s")
        source = "Pollaczek-Khinchine; Kleinrock (1975)"
        sheet.figure(f"mean wait, {label}", wait, exact, source, unit="s", tolerance=0.04)


def priority(sheet: Sheet) -> None:
    """One agent, two classes with different service times; the urgent ones go first."""
    totals = []
    for world in worlds(load("priority"), 150, sheet.effort.runs(30)):
        calls = contacts(world.register, 15 * DAY_S, world.now - HOUR_S)
        kinds = [calls["intent"] == k for k in (0, 1)]
        totals.append(
            {f"wait_{k}": float(calls["wait_s"][kind].sum()) for k, kind in enumerate(kinds)}
            | {f"n_{k}": float(kind.sum()) for k, kind in enumerate(kinds)}
        )
    found = stacked(totals)
    intents = list(load("priority").intents)
    means = {"urgent": (1.8, 400.0, 400.0**2 * (1 + 1.2**2)), "call": (1.5, 800.0, 2 * 800.0**2)}
    order = ["urgent", "call"]
    rates, services, seconds = zip(*(means[name] for name in order), strict=True)
    exact = theory.mg1_priority_waits([r / HOUR_S for r in rates], services, seconds)
    for name, reference in zip(order, exact, strict=True):
        k = intents.index(name)
        wait = ratio(found[f"wait_{k}"], found[f"n_{k}"])
        source = "Cobham (1954)"
        sheet.figure(f"mean wait, {name}", wait, reference, source, unit="s", tolerance=0.04)


def laws(sheet: Sheet) -> None:
    """Little's law and PASTA on one path: no distribution is assumed in either."""
    agents, days = 5, 15
    rows = []
    for world in worlds(load("queue", queue(24.0, 600.0, agents)), days, sheet.effort.runs(30)):
        start, end = 3 * DAY_S, world.now - HOUR_S
        calls = contacts(world.register, start, end)
        waiting, busy = over_time(world.register, start, end, agents)
        rows.append(
            {
                "queue": waiting,
                "flow": float(calls["wait_s"].sum()) / (end - start),
                "busy": busy,
                "met_busy": float(np.mean(calls["wait_s"] > 0)),
            }
        )
    found = stacked(rows)
    little = ratio(found["queue"], found["flow"])
    sheet.figure(
        "queue length ÷ (arrival rate × wait)", little, 1.0, "Little (1961)", tolerance=0.005
    )
    pasta = ratio(found["met_busy"], found["busy"])
    source = "PASTA, Wolff (1982)"
    sheet.figure("arrivals that meet all busy ÷ time all busy", pasta, 1.0, source, tolerance=0.01)


def over_time(register: Register, start: float, end: float, agents: int) -> tuple[float, float]:
    """Time averages in a window: callers waiting, and the share of time that all are busy."""
    calls = register.columns("contacts")
    answered = np.where(calls["answered_s"] >= 0, calls["answered_s"], calls["released_s"])
    served = calls["answered_s"] >= 0

    def level(up: Any, down: Any) -> tuple[Any, Any]:
        times = np.concatenate([up, down])
        steps = np.concatenate([np.ones(len(up)), -np.ones(len(down))])
        order = np.argsort(times, kind="stable")
        return np.clip(times[order], start, end), np.cumsum(steps[order])

    at, waiting = level(calls["queued_s"], answered)
    mean = float(np.sum(waiting[:-1] * np.diff(at))) / (end - start)
    at, busy = level(calls["answered_s"][served], calls["released_s"][served])
    full = float(np.sum((busy[:-1] >= agents) * np.diff(at))) / (end - start)
    return mean, full


CHECKS = (
    Check("erlang_c", "Erlang C: a queue without impatience", "theory", "queue", erlang_c),
    Check("erlang_a", "Erlang A: 50 agents, callers hang up", "theory", "queue", erlang_a),
    Check("erlang_a_small", "Erlang A: 20 agents", "theory", "queue", erlang_a_small),
    Check("montreal", "M/M/12 over a day from empty", "theory", "queue", montreal),
    Check("mg1", "M/G/1: Pollaczek-Khinchine", "theory", "queue", mg1),
    Check("priority", "Non-preemptive priority, two classes", "theory", "priority", priority),
    Check("laws", "Little's law and PASTA", "theory", "queue", laws),
)
