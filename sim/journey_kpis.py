"""KPIs of journeys and of what their customers feel, with the run's end allowed for.

A need is followed for `FOLLOW_UP_DAYS`: what has not happened by then counts as not happened, so
that a figure means the same in a short and in a long run. See `sim.censoring`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.censoring import FOLLOW_UP_S, Flags, Floats, known, mean
from sim.facts import Columns, Facts, ratio, select
from sim.facts import mean as plain_mean
from sim.register import JourneyOutcome, Outcome


def journey_kpis(journeys: Columns, contacts: Columns, facts: Facts) -> dict[str, float]:
    """Needs that began in the window, cancellations apart; ``contacts`` that began in it."""
    needs = select(journeys, journeys["cancel"] == 0)
    lasted, ended = _lasted(needs, facts)
    weights = known(lasted, ended, FOLLOW_UP_S)
    in_time = ended & (lasted <= FOLLOW_UP_S)
    resolved = in_time & (needs["outcome"] == JourneyOutcome.RESOLVED)
    found = _marks(needs, contacts, ~in_time)
    return {
        "journeys": float(len(lasted)),
        "open_share": plain_mean(~ended),
        "resolved_share": mean(weights, resolved),
        "given_up_share": mean(weights, in_time & (needs["outcome"] == JourneyOutcome.GIVEN_UP)),
        "first_contact_resolution": mean(
            weights, resolved & (needs["first_contact_resolved"] == 1)
        ),
        "contacts_per_journey": mean(weights, found.contacts),
        "time_to_resolution_h": mean(
            weights, np.minimum(lasted, FOLLOW_UP_S) / 3600, resolved | ~in_time
        ),
        "effort_per_journey": mean(weights, found.effort),
        "recontact_share": mean(weights, found.again),
        "human_share": mean(weights, found.human),
    }


def _lasted(journeys: Columns, facts: Facts) -> tuple[Floats, Flags]:
    """Return how long journeys have lasted so far, seconds, and which have ended."""
    ended = journeys["outcome"] != JourneyOutcome.OPEN
    return np.where(ended, journeys["end_s"], facts.end_s) - journeys["start_s"], ended


class _Marks(NamedTuple):
    """What has come together by a need's end, or in its first days where it lasts longer."""

    contacts: npt.NDArray[Any]
    effort: Floats
    again: Flags
    human: Flags


def _marks(needs: Columns, contacts: Columns, late: Flags) -> _Marks:
    """Return the needs' marks; those of ``late`` ones are counted from their contacts."""
    marks = _Marks(needs["contacts"], needs["effort"], needs["attempts"] > 1, needs["human"] == 1)
    if not late.any():
        return marks
    number = needs["journey"]
    size = int(max(number.max(), contacts["journey"].max(initial=0))) + 1
    until = np.full(size, -np.inf)
    until[number[late]] = needs["start_s"][late] + FOLLOW_UP_S
    rows = select(contacts, contacts["start_s"] <= until[contacts["journey"]])
    of, until_s = rows["journey"], until[rows["journey"]]
    talked = (rows["agent"] >= 0) & (rows["answered_s"] <= until_s)

    def count(weights: npt.NDArray[Any] | None = None) -> Floats:
        total = np.bincount(of, weights=weights, minlength=size)
        return total[number].astype(np.float64)

    return _Marks(
        np.where(late, count(), marks.contacts),
        np.where(late, count(rows["effort"]), marks.effort),
        np.where(late, count(rows["attempt"] > 1) > 0, marks.again),
        np.where(late, count(talked) > 0, marks.human),
    )


def customer_kpis(
    contacts: Columns, surveys: Columns, journeys: Columns, facts: Facts
) -> dict[str, float]:
    """Satisfaction, felt and surveyed, of attempts and journeys that began in the window.

    What is still open will be felt later and often worse: it is allowed for by weights.
    """
    still = contacts["outcome"] == Outcome.OPEN
    attempts = select(contacts, still | _ends_attempt(contacts["outcome"]))
    ended = attempts["outcome"] != Outcome.OPEN
    weights = known(attempts["released_s"] - attempts["start_s"], ended)
    of, nps = _survey_weights(surveys, journeys, facts), surveys["nps"]
    return {
        "satisfaction": mean(weights, attempts["gap"]),
        "csat": mean(of, surveys["csat"]),
        "ces": mean(of, surveys["ces"]),
        "nps": 100 * (mean(of, nps >= 9) - mean(of, nps <= 6)),
    }


def _ends_attempt(outcome: npt.NDArray[np.int64]) -> Flags:
    legs = (Outcome.HANDED_OVER, Outcome.TRANSFERRED, Outcome.SUPERSEDED, Outcome.LEFT)
    ends: Flags = ~np.isin(outcome, (*legs, Outcome.OPEN))
    return ends


def _survey_weights(surveys: Columns, journeys: Columns, facts: Facts) -> Floats:
    """Return each answer's weight: that of its journey, 0 if that began before the window."""
    number = journeys["journey"]
    size = int(max(number.max(initial=0), surveys["journey"].max(initial=0))) + 1
    weight = np.zeros(size)
    weight[number] = known(*_lasted(journeys, facts))
    return weight[surveys["journey"]]


def cost_per_resolution(cost: float, journeys: Columns, facts: Facts) -> float:
    """Return the cost ÷ the needs resolved in the window, whenever they began."""
    resolved = (journeys["outcome"] == JourneyOutcome.RESOLVED) & (journeys["cancel"] == 0)
    return ratio(cost, float(len(facts.during(select(journeys, resolved), "end_s")["end_s"])))
