"""What features say of beliefs: blocks of the feature table, and their numbers of a view.

They are shown where customers differ in something that lasts, so that there is something to
believe (``tells_apart``); elsewhere, and of who is not recognised, they are 0.
"""

from __future__ import annotations

from math import log1p

from sim.decisions.view import Belief
from sim.scenario import Scenario

MEAN_HIGH, VARIANCE_HIGH = 10.0, 100.0
LOG_HIGH = 16.0
ROWS: tuple[tuple[str, float, float, str], ...] = (
    ("known", 0.0, 1.0, "0/1"),
    ("churn", 0.0, 1.0, "1/month or renewal"),
    ("ability_mean", -MEAN_HIGH, MEAN_HIGH, "log-odds"),
    ("ability_variance", 0.0, VARIANCE_HIGH, "log-odds²"),
    ("acceptance_mean", -MEAN_HIGH, MEAN_HIGH, "log-odds"),
    ("acceptance_variance", 0.0, VARIANCE_HIGH, "log-odds²"),
    ("feeling", -MEAN_HIGH, MEAN_HIGH, "experience"),
    ("contacts", 0.0, LOG_HIGH, "log1p(contacts)"),
    ("failures", 0.0, LOG_HIGH, "log1p(contacts)"),
    ("usage", -MEAN_HIGH, MEAN_HIGH, "log-odds"),
    ("inactive", 0.0, LOG_HIGH, "log1p(weeks)"),
    ("tenure", 0.0, LOG_HIGH, "log1p(renewals)"),
    ("need_mean", -MEAN_HIGH, MEAN_HIGH, "log-odds"),
    ("need_variance", 0.0, VARIANCE_HIGH, "log-odds²"),
)
"""Name, bounds and unit of what is believed of the customer, in the order of ``Belief``."""


def tells_apart(scenario: Scenario) -> bool:
    """Return whether customers differ in something that lasts and leaves traces."""
    lasting, on = scenario.lasting, scenario.mechanisms
    resolving = (
        (on.difficulty and max(lasting.difficulty_sd, lasting.need_channel_sd))
        or (on.channel_fit and lasting.fit_sd)
        or (on.ability and lasting.ability_sd)
        or (on.lasting_acceptance and lasting.acceptance_sd)
    )
    leaving = (on.drift and scenario.retention.drift_sd) or (
        on.sleepers and scenario.retention.sleeping_share
    )
    concerned = on.concerns and scenario.concerns.kinds
    return bool(on.signals and (resolving or leaving or concerned))


def belief_rows(scenario: Scenario) -> list[tuple[str, float, float, str]]:
    """Return name, bounds and unit of every number, in order."""
    fits = [
        row
        for channel in scenario.channels
        for row in (
            (f"fit.{channel}.mean", -MEAN_HIGH, MEAN_HIGH, "log-odds"),
            (f"fit.{channel}.variance", 0.0, VARIANCE_HIGH, "log-odds²"),
        )
    ]
    reasons = [(f"reason.{concern}", 0.0, 1.0, "1") for concern in scenario.concerns.kinds]
    return [*ROWS, *fits, *reasons]


def belief_values(seen: Belief) -> list[float]:
    """Return the numbers of a belief, in the order of ``belief_rows``."""
    return [
        1.0,
        _within(seen.churn, 0.0, 1.0),
        _mean(seen.ability_mean),
        _variance(seen.ability_variance),
        _mean(seen.acceptance_mean),
        _variance(seen.acceptance_variance),
        _mean(seen.feeling),
        log1p(seen.contacts),
        log1p(seen.failures),
        _mean(seen.usage),
        log1p(seen.inactive),
        log1p(seen.tenure),
        _mean(seen.need_mean),
        _variance(seen.need_variance),
        *(x for fit in seen.fits for x in (_mean(fit.mean), _variance(fit.variance))),
        *seen.reasons,
    ]


def _within(x: float, low: float, high: float) -> float:
    return max(low, min(high, x))


def _mean(x: float) -> float:
    return _within(x, -MEAN_HIGH, MEAN_HIGH)


def _variance(x: float) -> float:
    return _within(x, 0.0, VARIANCE_HIGH)
