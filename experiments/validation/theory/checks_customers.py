"""Checks of retention and journeys: renewal curves, hazard clocks, containment and recontact."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from experiments.validation.checks import Check, Interval, Plot, Sheet, ratio, share, stacked
from experiments.validation.simulate import load, worlds
from experiments.validation.theory import retention
from sim.errors import InputError
from sim.inputs.document import missing_file
from sim.inputs.files import read_text
from sim.register.register import JourneyOutcome, Outcome, Register
from sim.units import DAY_S, MONTH_S

FADER = "Fader & Hardie (2007)"
PARAMETERS = {"regular": (0.7041, 1.1820), "high_end": (0.6681, 3.8061)}


def _left(scenario_name: str, days: float) -> tuple[NDArray[np.float64], NDArray[np.int16]]:
    """When each customer left (-1: never), and their segment; one replication."""
    (world,) = worlds(load(scenario_name), days, 1, shifts=True)
    return np.array(world.customers.left_s), np.asarray(world.customers.segment)


def _survivors(left: NDArray[np.float64], at_s: float) -> Interval:
    kept = int(np.sum((left < 0) | (left > at_s)))
    return share(kept, len(left))


def renewals(sheet: Sheet) -> None:
    """Shifted-beta-geometric survival after renewals, both published parameter sets."""
    left, segment = _left("renewals", 125.0)
    periods = list(range(13))
    for k, (label, (alpha, beta)) in enumerate(PARAMETERS.items()):
        exact = retention.sbg_survival(periods, alpha, beta)
        mine = left[segment == k]
        found = [_survivors(mine, (10 * t + 5) * DAY_S) for t in periods]
        for t in (1, 4, 8, 12):
            figure = f"{label}: retained after {t} renewals"
            sheet.figure(figure, found[t], float(exact[t]), FADER, tolerance=0.06)
        fitted = retention.fit_sbg([point.mean for point in found])
        forecast = retention.sbg_survival(12, fitted.alpha, fitted.beta)
        sheet.figure(
            f"{label}: S(12) of a curve fitted to ours",
            Interval(float(forecast), found[12].low, found[12].high),
            float(exact[12]),
            FADER,
            tolerance=0.06,
        )
        lines = {label: (periods, exact.tolist())}
        points = list(zip([float(t) for t in periods], found, strict=True))
        sheet.plots.append(Plot(f"Retention, {label}", "renewals", "share", lines, points))


def base_in_force(sheet: Sheet) -> None:
    """Survivors of a base whose customers have renewed before, by segment."""
    left, segment = _left("base_in_force", 245.0)
    rules = load("base_in_force")
    periods = list(range(25))
    longest = rules.retention.longest_tenure
    for k, (label, group) in enumerate(rules.segments.items()):
        alpha, beta = group.renewal.alpha, group.renewal.beta
        exact = retention.renewed_base(periods, alpha, beta, longest)
        mine = left[segment == k]
        found = [_survivors(mine, (10 * t + 5) * DAY_S) for t in periods]
        for t in (1, 6, 12, 24):
            figure = f"{label}: retained after {t} more renewals"
            source = f"{FADER}, after survival"
            sheet.figure(figure, found[t], float(exact[t]), source, tolerance=0.03)
        lines = {label: (periods, exact.tolist())}
        lines["as if all were new"] = periods, retention.sbg_survival(periods, alpha, beta).tolist()
        points = list(zip([float(t) for t in periods], found, strict=True))
        title = f"Retention of a base in force, {label}"
        sheet.plots.append(Plot(title, "renewals", "share", lines, points))


def published_retention(sheet: Sheet, path: Path) -> None:
    """Fit the first eight values of each published series; forecast years 8 to 12."""
    try:
        rows = list(csv.DictReader(read_text(path).splitlines()))
        series = {label: [float(row[label]) for row in rows] for label in PARAMETERS}
    except FileNotFoundError:
        raise missing_file(path) from None
    except (KeyError, TypeError, ValueError, csv.Error):
        wanted = ", ".join(PARAMETERS)
        raise InputError(f"{path}: needs numeric columns {wanted} in a CSV with commas") from None
    for label, (alpha, beta) in PARAMETERS.items():
        if len(series[label]) < 13:
            raise InputError(f"{path}: needs years 0 to 12, has {len(series[label])}")
        fitted = retention.fit_sbg(series[label][:8])
        # Three decimals; the published α and β are themselves rounded to four.
        sheet.exact(f"{label}: fitted α", fitted.alpha, alpha, FADER, 3)
        sheet.exact(f"{label}: fitted β", fitted.beta, beta, FADER, 3)
        forecast = 100 * retention.sbg_survival(np.arange(8, 13), fitted.alpha, fitted.beta)
        off = 100 * float(np.max(np.abs(forecast / np.array(series[label][8:13]) - 1)))
        worst = 2.0 if label == "regular" else 4.1
        sheet.at_most(f"{label}: worst error in years 8 to 12", off, worst, FADER, "%")


def hazard(sheet: Sheet) -> None:
    """Survival on the hazard clock: exp(-hazard × time), and not only at midnight."""
    left, segment = _left("hazard", 366.0)
    for k, (label, rules) in enumerate(load("hazard").segments.items()):
        mine = left[segment == k]
        times = [0.37, 1.0, 3.3, 6.0, 9.0, 12.0]
        exact = retention.hazard_survival(times, [rules.hazard_per_month])
        found = [_survivors(mine, t * MONTH_S) for t in times]
        for t, reference, point in zip(times, exact, found, strict=True):
            if t in (0.37, 3.3, 6.0):
                figure = f"{label}: retained after {t:g} months"
                sheet.figure(figure, point, float(reference), "exp(-ht)", tolerance=0.06)
        grid = np.linspace(0, 12, 49)
        curve = retention.hazard_survival(grid, [rules.hazard_per_month])
        lines = {label: (grid.tolist(), curve.tolist())}
        points = list(zip(times, found, strict=True))
        sheet.plots.append(Plot(f"Survival, {label}", "months", "share", lines, points))


def bot(sheet: Sheet) -> None:
    """A journey before bot and humans, as an absorbing chain."""
    scenario = load("bot")
    totals = [_journeys(world.register) for world in worlds(scenario, 6, sheet.effort.runs(20))]
    found = stacked(totals)
    rules = scenario.channels["bot"].automation
    assert rules is not None
    resolution = scenario.intents["request"].resolution
    back = scenario.returns.recontact_probability
    first = scenario.segments["everyone"].preference["bot"]
    exact = retention.bot_journey(
        retention.BotJourney(
            first, resolution["bot"], rules.detection, resolution["phone"], back, back, first
        )
    )
    source = "absorbing chain; Kemeny & Snell (1960)"
    for figure, over, under, reference in (
        ("contacts a journey", "attempts", "journeys", exact.contacts),
        ("bot contacts a journey", "bot", "journeys", exact.bot_contacts),
        ("human contacts a journey", "human", "journeys", exact.human_contacts),
        ("journeys resolved", "resolved", "journeys", exact.resolved),
        ("contained", "contained", "bot", exact.containment),
        ("contained and resolved", "verified", "bot", exact.verified_containment),
    ):
        value = ratio(found[over], found[under])
        sheet.figure(figure, value, reference, source, tolerance=0.02)


def _journeys(register: Register) -> dict[str, float]:
    """Totals of the journeys that are over; a hand-over is one contact with two legs."""
    journeys, contacts = register.columns("journeys"), register.columns("contacts")
    # All that began before the last day, when nearly every one is over.
    early = journeys["start_s"] < journeys["end_s"].max() - DAY_S
    mine = np.isin(contacts["journey"], journeys["journey"][early])
    legs = {name: values[mine] for name, values in contacts.items()}
    by_bot = legs["channel"] == 1
    handed = legs["outcome"] == Outcome.HANDED_OVER
    return {
        "journeys": float(early.sum()),
        "resolved": float(np.sum(journeys["outcome"][early] == JourneyOutcome.RESOLVED)),
        "attempts": float(len(by_bot) - handed.sum()),
        "bot": float(by_bot.sum()),
        "human": float(np.sum(~by_bot)),
        "contained": float(np.sum(by_bot & ~handed)),
        "verified": float(np.sum(by_bot & (legs["outcome"] == Outcome.RESOLVED))),
    }


CHECKS = (
    Check("renewals", "Renewals: shifted beta-geometric", "theory", "renewals", renewals),
    Check("base_in_force", "Renewals of a base in force", "theory", "base_in_force", base_in_force),
    Check("hazard", "Leave at any time", "theory", "hazard", hazard),
    Check("bot", "Containment and recontact", "theory", "bot", bot),
)
