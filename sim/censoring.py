"""Right-censoring: what is still open when a run ends has lasted *at least* so long.

Leaving open journeys out makes a slow firm look better the shorter the run, for its slow journeys
are the open ones. Here each journey that has ended stands for itself and for those of which the
run's end has hidden the rest: it is weighted by 1 ÷ the chance of having been watched for so long.
The weighted share that has ended by t is the Kaplan-Meier estimate (Kaplan & Meier 1958, J. Am.
Stat. Assoc. 53, 457-481; as weights: Satten & Datta 2001, Am. Stat. 55, 207-210), that of one
kind of end the Aalen-Johansen estimate (Aalen & Johansen 1978, Scand. J. Stat. 5, 141-150), and a
weighted mean of costs that of Bang & Tsiatis (2000, Biometrika 87, 329-343).

It assumes that when a journey begins says nothing about how long it lasts. Where a backlog grows
this holds roughly only; the days that a metric follows (`FOLLOW_UP_DAYS`) keep the error small.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FOLLOW_UP_DAYS = 7.0
"""Days for which a need is followed: within these, a further contact counts as a repeat.

Call centres count repeats within some days to a month; in the shipped firms, next-day recontacts
and up to six attempts end fewer than 2 journeys in 10,000 later than this (assumption).
"""
FOLLOW_UP_S = FOLLOW_UP_DAYS * 86_400.0
UNKNOWN = 0.01
"""The share of cases whose end may lie beyond the run before a metric is undefined (assumption)."""

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def inverse_weights(duration: Floats, ended: Flags) -> Floats:
    """Return 1 ÷ G(duration-) for what has ended and 0 for what is open, shape (n,).

    G is the Kaplan-Meier estimate of being watched longer than a time; at ties ends come first.
    The weights sum to n times the Kaplan-Meier share that has ended by the longest duration.

    Args:
        duration: shape (n,), ≥ 0, to the end or, where open, to the end of the run.
        ended: shape (n,).
    """
    censored = np.sort(duration[~ended])
    m = len(censored)
    if m == 0:
        return np.ones(len(duration))
    earlier = np.searchsorted(censored, duration[ended], side="left")
    longer = len(earlier) - np.cumsum(np.bincount(earlier, minlength=m + 1))[:m]
    at_risk = longer + m - np.arange(m)
    watched = np.concatenate(([1.0], np.cumprod(1.0 - 1.0 / at_risk)))
    weights = np.zeros(len(duration))
    weights[ended] = 1.0 / watched[earlier]
    return weights


def known(duration: Floats, ended: Flags, follow_up: float = np.inf) -> Floats:
    """Return the weights of cases that have ended or were followed for ``follow_up``, else 0.

    All are NaN where more than `UNKNOWN` of the cases could not be watched to their end: then
    nothing that is averaged with them is known yet. Shape (n,), ``duration`` in the unit of
    ``follow_up``.
    """
    weights = inverse_weights(np.minimum(duration, follow_up), ended | (duration >= follow_up))
    if weights.sum() < (1.0 - UNKNOWN) * len(weights):
        return np.full(len(weights), np.nan)
    return weights


def mean(weights: Floats, values: npt.NDArray[Any], among: Flags | None = None) -> float:
    """Return the weighted mean (of those ``among``), NaN where it is unknown or empty."""
    weights = weights if among is None else weights[among]
    values = values if among is None else values[among]
    total = float(weights.sum())
    return float(weights @ values) / total if total > 0.0 else float("nan")
