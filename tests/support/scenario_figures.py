"""Figures that tell whether a scenario behaves like a firm; ``python tests/scenario_figures.py``.

Prints a table of the shipped scenarios, customers choosing their channel and a default rule
deciding the rest. The tests check the same figures against plausible ranges.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import numpy.typing as npt

from sim import Scenario, World, load_scenario
from sim.register.register import Departure, JourneyOutcome, Outcome
from sim.units import DAY_S, DAYS_PER_MONTH, DAYS_PER_YEAR

HUMAN = ("live", "asynchronous", "callback")
Columns = dict[str, npt.NDArray[Any]]


def simulate(scenario: Scenario, regime: str, days: float, seed: int = 1) -> World:
    """Return a finished world of ``scenario`` under one of its regimes, by its default rules."""
    return World(scenario, regime=scenario.regimes[regime], seed=seed).run(days * DAY_S)


def figures(world: World, days: float) -> dict[str, float]:
    """Return the named figures (shares as shares, times in seconds unless the name says so)."""
    tables = [world.register.columns(t) for t in ("contacts", "journeys", "shifts", "churn")]
    contacts, journeys, shifts, churn = tables
    return {
        **_work(world, shifts),
        **_phone(world, contacts),
        **_automation(world, contacts),
        **_email(world, contacts),
        **_journeys(journeys),
        **_customers(world, churn, days),
        **_money(world, days),
    }


def _work(world: World, shifts: Columns) -> dict[str, float]:
    """Busy ÷ (scheduled - breaks), over all agents and by team."""
    paid = shifts["off_s"] - shifts["on_s"]
    available = paid - shifts["break_s"]
    result = {
        "paid agent hours a week": float(paid.sum() / 3600 / max(1.0, _weeks(shifts))),
        "occupancy": float(shifts["busy_s"].sum() / available.sum()),
    }
    for place, name in enumerate(world.compiled.teams.names):
        team = shifts["team"] == place
        result[f"occupancy, {name}"] = float(shifts["busy_s"][team].sum() / available[team].sum())
    return result


def _weeks(shifts: Columns) -> float:
    return float(shifts["off_s"].max() / DAY_S / 7) if len(shifts["off_s"]) else 0.0


def _of_channel(world: World, contacts: Columns, name: str) -> npt.NDArray[np.bool_]:
    names = list(world.compiled.scenario.channels)
    place = names.index(name) if name in names else -2
    return np.asarray(contacts["channel"] == place)


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _phone(world: World, contacts: Columns) -> dict[str, float]:
    """Waiting time over all who queued; abandonment and transfers per queued phone contact."""
    outcome = contacts["outcome"]
    queued = _of_channel(world, contacts, "phone") & (contacts["queued_s"] >= 0)
    queued &= outcome != Outcome.OPEN
    answered = queued & (contacts["answered_s"] >= 0)
    until = np.where(answered, contacts["answered_s"], contacts["released_s"])
    wait = (until - contacts["queued_s"])[queued]
    served = contacts["released_s"] - contacts["answered_s"] + contacts["wrap_up_s"]
    # A call that is transferred is one call: its first leg, wherever it came from.
    legs = int((queued & (outcome == Outcome.TRANSFERRED)).sum())
    calls = int(answered.sum()) - legs
    return {
        "phone calls served": float(calls),
        "phone mean wait (s)": _mean(wait),
        "phone share answered in 20 s": _mean(wait[answered[queued]] <= 20),
        "phone abandonment": _mean(outcome[queued] == Outcome.ABANDONED),
        "phone handle time (s)": _mean(served[answered]),
        "transfers per call": legs / calls if calls else float("nan"),
    }


def _automation(world: World, contacts: Columns) -> dict[str, float]:
    """Share of automated contacts that end resolved, without a human in the same attempt."""
    channels = world.compiled.scenario.channels
    return {
        f"{name} resolved": _mean(
            contacts["outcome"][_of_channel(world, contacts, name)] == Outcome.RESOLVED
        )
        for name, channel in channels.items()
        if channel.kind == "automated"
    }


def _email(world: World, contacts: Columns) -> dict[str, float]:
    answered = _of_channel(world, contacts, "email") & (contacts["answered_s"] >= 0)
    response = (contacts["released_s"] - contacts["queued_s"])[answered] / 3600
    return {"email median response (h)": float(np.median(response)) if len(response) else np.nan}


def _journeys(journeys: Columns) -> dict[str, float]:
    closed = (journeys["outcome"] != JourneyOutcome.OPEN) & (journeys["cancel"] == 0)
    solved = journeys["outcome"][closed] == JourneyOutcome.RESOLVED
    human = closed & (journeys["human"] == 1)
    return {
        "journeys per day": float(len(journeys["outcome"]) / max(1.0, _days(journeys))),
        "contacts per journey": _mean(journeys["contacts"][closed]),
        "attempts per journey": _mean(journeys["attempts"][closed]),
        "first-contact resolution": _mean(journeys["first_contact_resolved"][closed]),
        "first-contact resolution, with a human": _mean(journeys["first_contact_resolved"][human]),
        "journeys resolved": _mean(solved),
        "journeys without a human": 1 - _mean(journeys["human"][closed]),
    }


def _days(journeys: Columns) -> float:
    start = journeys["start_s"]
    return float(start.max() / DAY_S) if len(start) else 0.0


def _customers(world: World, churn: Columns, days: float) -> dict[str, float]:
    people = world.customers
    alive = np.array(people.alive) == 1
    left = int((churn["how"] != Departure.SAVED).sum())
    mood = np.array(people.mood)[alive]
    kept = 1 - left / people.n
    return {
        "annual churn": 1 - kept ** (DAYS_PER_YEAR / days),
        "mean mood": float(mood.mean()),
        "sd of mood": float(mood.std()),
    }


def _money(world: World, days: float) -> dict[str, float]:
    months = days / DAYS_PER_MONTH * world.customers.n
    totals = world.ledger.totals(days * DAY_S)
    return {
        "margin and sales per customer-month": (totals["margin"] + totals["sales"]) / months,
        "cost per customer-month": -(totals["staff"] + totals["contacts"] + totals["treatments"])
        / months,
    }


def main() -> None:
    """Print the figures of the named scenarios, a column for each scenario and regime."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", default=["telco", "helpdesk"])
    parser.add_argument("--regimes", default="multichannel,omnichannel")
    parser.add_argument("--days", type=float, default=90.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    table: dict[str, dict[str, float]] = {}
    for name in given.scenarios:
        scenario = load_scenario(name, {"population": {"scale": given.scale}})
        for regime in given.regimes.split(","):
            world = simulate(scenario, regime, given.days, given.seed)
            table[f"{scenario.name} {regime}"] = figures(world, given.days)
    rows = list(dict.fromkeys(key for column in table.values() for key in column))
    print("| figure | " + " | ".join(table) + " |\n|---|" + "---:|" * len(table))
    for row in rows:
        values = [column.get(row, float("nan")) for column in table.values()]
        print(f"| {row} | " + " | ".join("–" if v != v else f"{v:,.3g}" for v in values) + " |")


if __name__ == "__main__":
    main()
