"""Ordinary scenarios in the real simulator, as the checks run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.core.world import DutyPeriod, World
from sim.register.register import Outcome, Register
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.compiled import Compiled
from sim.units import DAY_S

if TYPE_CHECKING:
    from policies.base import Policy

SEED = 2004
ACCEPTABLE_WAIT_S = 20.0  # of the service level
Columns = dict[str, NDArray[Any]]


def scenario_file(name: str) -> Path:
    """Return the file of a validation scenario."""
    folder = Path(__file__).parent
    problem = folder / "optima" / name / "scenario.yaml"
    return problem if problem.is_file() else folder / "theory" / "scenarios" / f"{name}.yaml"


def load(name: str, overrides: Mapping[str, Any] | None = None) -> Scenario:
    """Load a validation scenario. Raises InputError."""
    return load_scenario(scenario_file(name), overrides)


def always_on(scenario: Scenario, until_s: float) -> list[DutyPeriod]:
    """Every agent of the shifts, on duty from the start to `until_s`.

    Without it agents change at midnight, and those who finish a contact then are briefly there
    beside their successors: right for a firm, but not what a formula for n agents says.
    """
    numbers = [
        (t, shift.agents) for t, team in enumerate(scenario.teams.values()) for shift in team.shifts
    ]
    teams = [t for t, agents in numbers for _ in range(agents)]
    return [DutyPeriod(number, team, 0.0, until_s, 1.0) for number, team in enumerate(teams)]


def worlds(
    scenario: Scenario,
    days: float,
    replications: int,
    *,
    policy: Policy | None = None,
    shifts: bool = False,
    seed: int = SEED,
) -> Iterator[World]:
    """Simulate `days` from empty, once for each replication; closed worlds, one at a time.

    shifts: agents come and go by their shifts; else they are always on. policy: takes the kinds of
    decision that it declares; nobody else decides.
    """
    compiled = Compiled(scenario, Regime())
    until = days * DAY_S
    for replication in range(replications):
        yield World(
            scenario,
            compiled=compiled,
            policy=None if policy is None else policy.fork(),
            decides=() if policy is None else policy.decides,
            roster=None if shifts else always_on(scenario, until),
            seed=seed,
            replication=replication,
        ).run(until)


def contacts(register: Register, start_s: float, end_s: float) -> Columns:
    """Contacts that began in a window, as columns, with their `wait_s` (0 if never queued)."""
    table = register.columns("contacts")
    keep = (table["start_s"] >= start_s) & (table["start_s"] < end_s)
    found = {name: values[keep] for name, values in table.items()}
    until = np.where(found["answered_s"] >= 0, found["answered_s"], found["released_s"])
    found["wait_s"] = np.where(found["queued_s"] >= 0, until - found["queued_s"], 0.0)
    return found


def queue_totals(register: Register, start_s: float, end_s: float) -> dict[str, float]:
    """Totals of the calls that began in a window, and agents' busy seconds inside it."""
    calls = contacts(register, start_s, end_s)
    wait, gone = calls["wait_s"], calls["outcome"] == Outcome.ABANDONED
    every = register.columns("contacts")
    served = every["answered_s"] >= 0
    busy = np.minimum(every["released_s"], end_s) - np.maximum(every["answered_s"], start_s)
    return {
        "offered": float(len(wait)),
        "waited": float(np.sum(wait > 0)),
        "wait_s": float(wait.sum()),
        "served": float(np.sum(~gone)),
        "abandoned": float(gone.sum()),
        "in_time": float(np.sum(~gone & (wait <= ACCEPTABLE_WAIT_S))),
        "offered_in_time": float(len(wait) - np.sum(gone & (wait <= ACCEPTABLE_WAIT_S))),
        "talk_s": float(np.sum((calls["released_s"] - calls["answered_s"])[~gone])),
        "busy_s": float(np.sum(np.maximum(0.0, busy[served]))),
        "window_s": end_s - start_s,
    }
