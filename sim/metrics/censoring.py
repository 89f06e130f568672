"""Right-censoring: what is still open when a run ends has lasted *at least* so long.

Leaving open journeys out makes a slow firm look better the shorter the run, for its slow journeys
are the open ones. Here each journey that has ended stands for itself and for those of which the
run's end has hidden the rest: it is weighted by 1 ÷ the chance of having been watched for so long.
The weighted share that has ended by t is the Kaplan-Meier estimate (Kaplan & Meier 1958, J. Am.
Stat. Assoc. 53, 457-481; as weights: Satten & Datta 2001, Am. Stat. 55, 207-210), that of one
kind of end the Aalen-Johansen estimate (Aalen & Johansen 1978, Scand. J. Stat. 5, 141-150), and a
weighted mean of costs that of Bang & Tsiatis (2000, Biometrika 87, 329-343).

It assumes that when a journey begins says nothing about how long it lasts. Where a backlog grows
this holds roughly only, and the days that a metric follows (`FOLLOW_UP_DAYS`) keep the error small.

Two kinds of metric, so that neither flatters: what is *good* when it happens soon (resolved, the
time it takes) is asked within those days, and what is open then counts as not done; what is *bad*
(given up, repeats, effort) or felt is asked of the whole journey, and stays undefined until nearly
all can be followed to their end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.units import DAY_S

FOLLOW_UP_DAYS = 5.0
"""Days for which a need is followed (assumption).

A working week and more: in the shipped firms, with recontacts on the next day and up to six
attempts, 2 needs in 1,000 or fewer last longer; a run of a week can still follow two days of them.
"""
FOLLOW_UP_S = FOLLOW_UP_DAYS * DAY_S
FOLLOWED = 0.1
"""The share of cases that must have begun `FOLLOW_UP_DAYS` before the run's end (assumption).

It does not depend on how they went, so that no luck decides in which runs a metric is defined.
"""
UNKNOWN = 0.01
"""The share of cases whose end may be unknown where a metric is defined (assumption)."""

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


def known(start_s: Floats, end_s: Floats, ended: Flags, close_s: float, *, whole: bool) -> Floats:
    """Return the weights of cases followed to their end, or for `FOLLOW_UP_S`; 0 for others.

    All are NaN, so that nothing averaged with them is known yet, where fewer than `FOLLOWED` of the
    cases began early enough although more than `UNKNOWN` are open; and, of ``whole`` cases, where
    the end of more than `UNKNOWN` lies beyond what the run can show.

    The open case that was watched longest stands, within `FOLLOW_UP_S`, for all that may last
    longer (Efron 1967, Proc. 5th Berkeley Symp. 4, 831-853, the other way round: open, not ended).

    Args:
        start_s: shape (n,).
        end_s: shape (n,), read where ``ended``.
        ended: shape (n,).
        close_s: when the run ends.
        whole: follow cases to their end, however late; else for `FOLLOW_UP_S`.
    """
    n = len(start_s)
    early = np.count_nonzero(start_s <= close_s - FOLLOW_UP_S)
    unknown = early < FOLLOWED * n and np.count_nonzero(~ended) > UNKNOWN * n
    duration = np.where(ended, end_s, close_s) - start_s
    if not whole:
        longest = min(FOLLOW_UP_S, float(duration.max(initial=0.0)))
        ended = ended | (duration >= longest)
        duration = np.minimum(duration, longest)
    weights = inverse_weights(duration, ended)
    if unknown or weights.sum() < (1.0 - UNKNOWN) * n:
        return np.full(n, np.nan)
    return weights


def mean(weights: Floats, values: npt.NDArray[Any], among: Flags | None = None) -> float:
    """Return the weighted mean (of those ``among``), NaN where it is unknown or empty."""
    weights = weights if among is None else weights[among]
    values = values if among is None else values[among]
    total = float(weights.sum())
    return float((weights * values).sum()) / total if total > 0.0 else float("nan")
