"""What outcomes say of a chance's parts: a step of a filter for sums of normal log-odds.

The log-odds of a success are a known intercept plus unknown parts, each believed to be normal; with
the mean and variance V of their sum the chance is believed to be q = ``chance_given`` (resolution).
An outcome moves each part in proportion to its variance, as in a Kalman filter: by the covariance
of part and outcome, which is the part's variance times the slope of q, over the variance of the
outcome (assumed density filtering, Minka 2001; the slope is q (1 - q) / √(1 + π/8 V)). Outcomes may
be coded wrongly: what is then seen is a success with probability ε₀ + (1 - ε₀ - ε₁) q, where ε₀ is
the probability that a failure is coded as a success and ε₁ the reverse. How near this comes to the
exact posterior is tested on a grid.
"""

from __future__ import annotations

from math import sqrt

from sim.behaviour.resolution import LOGIT_SQUASH


def seen_chance(q: float, heard: float, miscoded: float, missed: float) -> float:
    """Return the probability that a success is seen.

    Args:
        q: chance of a success where the need was heard rightly.
        heard: probability that it was.
        miscoded: ε₀, that a failure is coded as a success.
        missed: ε₁, that a success is coded as a failure.
    """
    return miscoded + (1.0 - miscoded - missed) * heard * q


def slope_of(q: float, heard: float, miscoded: float, missed: float, variance: float) -> float:
    """Return how fast the probability that a success is seen grows with the log-odds."""
    slope = q * (1.0 - q) / sqrt(1.0 + LOGIT_SQUASH * variance)
    return (1.0 - miscoded - missed) * heard * slope


def pull(
    q: float, heard: float, miscoded: float, missed: float, seen: float, variance: float
) -> float:
    """Return how far an outcome moves the log-odds, for each unit of a part's variance.

    ``seen`` is 1 for a success, 0 for none; ``variance`` that of all unknown parts together.
    """
    mean = seen_chance(q, heard, miscoded, missed)
    spread = mean * (1.0 - mean)
    if spread <= 0.0:
        return 0.0
    return slope_of(q, heard, miscoded, missed, variance) * (seen - mean) / spread


def shrinkage(q: float, heard: float, miscoded: float, missed: float, variance: float) -> float:
    """Return what an outcome takes off a part's variance, for each unit of its square."""
    mean = seen_chance(q, heard, miscoded, missed)
    spread = mean * (1.0 - mean)
    if spread <= 0.0:
        return 0.0
    slope = slope_of(q, heard, miscoded, missed, variance)
    return slope * slope / spread


def was_success(q: float, heard: float, miscoded: float, missed: float, seen: float) -> float:
    """Return the probability that an outcome was a success, given how it was coded."""
    mean = seen_chance(q, heard, miscoded, missed)
    if seen > 0.5:
        return (1.0 - missed) * heard * q / mean if mean > 0.0 else 0.0
    return missed * heard * q / (1.0 - mean) if mean < 1.0 else 0.0
