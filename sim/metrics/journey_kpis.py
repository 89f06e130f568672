"""KPIs of journeys and of what their customers feel, with the run's end allowed for.

See `sim.metrics.censoring`: what a firm promises is asked within `FOLLOW_UP_DAYS` of the need, what
it costs customers over their whole journey.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.metrics.censoring import FOLLOW_UP_S, Flags, Floats, known, mean
from sim.metrics.facts import Columns, Facts, select
from sim.metrics.facts import mean as plain_mean
from sim.register.register import JourneyOutcome, Outcome
from sim.units import HOUR_S


def journey_kpis(journeys: Columns, facts: Facts) -> dict[str, float]:
    """Needs that began in the window, cancellations apart."""
    needs = select(journeys, journeys["cancel"] == 0)
    open_, outcome = needs["outcome"] == JourneyOutcome.OPEN, needs["outcome"]
    lasted = needs["end_s"] - needs["start_s"]
    in_time = ~open_ & (lasted <= FOLLOW_UP_S)
    resolved = in_time & (outcome == JourneyOutcome.RESOLVED)
    soon, whole = _weights(needs, facts, whole=False), _weights(needs, facts, whole=True)
    return {
        "journeys": float(len(outcome)),
        "open_share": plain_mean(open_),
        "resolved_share": mean(soon, resolved),
        "first_contact_resolution": mean(soon, resolved & (needs["first_contact_resolved"] == 1)),
        "time_to_resolution_h": mean(
            soon, np.minimum(lasted, FOLLOW_UP_S) / HOUR_S, resolved | ~in_time
        ),
        "given_up_share": mean(whole, outcome == JourneyOutcome.GIVEN_UP),
        "contacts_per_journey": mean(whole, needs["contacts"]),
        "effort_per_journey": mean(whole, needs["effort"]),
        "recontact_share": mean(whole, needs["attempts"] > 1),
        "human_share": mean(whole, needs["human"]),
    }


def _weights(journeys: Columns, facts: Facts, *, whole: bool) -> Floats:
    ended = journeys["outcome"] != JourneyOutcome.OPEN
    return known(journeys["start_s"], journeys["end_s"], ended, facts.end_s, whole=whole)


def customer_kpis(
    contacts: Columns, surveys: Columns, journeys: Columns, facts: Facts
) -> dict[str, float]:
    """Satisfaction, felt and surveyed, of attempts and journeys that began in the window.

    What is still open will be felt later and often worse: it is allowed for by weights.
    """
    still = contacts["outcome"] == Outcome.OPEN
    attempts = select(contacts, still | _ends_attempt(contacts["outcome"]))
    ended = attempts["outcome"] != Outcome.OPEN
    times = attempts["start_s"], attempts["released_s"]
    weights = known(*times, ended, facts.end_s, whole=True)
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
    weight[number] = _weights(journeys, facts, whole=True)
    return weight[surveys["journey"]]
