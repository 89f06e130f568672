"""Intervals of means that have a least or a greatest value, such as shares and waits.

Symmetric intervals of small shares reach below 0, and cover too seldom where the values are skewed
towards the open side. On another scale the interval stays inside by itself: each arm is taken over
by the slope at the mean (delta method) and brought back. With one limit it is the cube root, which
makes gamma-like values such as waits nearly normal (Wilson & Hilferty, Proceedings of the National
Academy of Sciences 17, 1931), with two the arcsine of the root, which makes the variance of shares
constant (Bartlett, Journal of the Royal Statistical Society Supplement 3, 1936). Logarithm and
logit would cover as often, but with two replications their intervals are no use: t is 12.7, and
exp(12.7 × …) is everything. Far from the limits nothing changes. docs/results/coverage.md
measures it.
"""

import math

from scipy.special import cbrt

Limits = tuple[float, float]
UNLIMITED: Limits = (-math.inf, math.inf)


def inside(
    mean: float, low: float, high: float, within: Limits, unseen: float = 0.0
) -> tuple[float, float]:
    """The interval from `low` to `high` around `mean`, kept inside `within`.

    Args:
        mean: the mean; outside `within` it leaves the interval as it is.
        low: its lower bound, which may lie outside; infinite bounds (no interval) stay.
        high: its upper bound, as `low`.
        within: the least and greatest value possible, or the least and infinity; where there is no
            least value, the interval stays as it is.
        unseen: what the mean may be away from a limit where every value lies on it.
    """
    least, greatest = within
    known = math.isfinite(low) and math.isfinite(high) and least <= mean <= greatest
    if not known or math.isinf(least):
        return low, high
    if mean in within:
        return max(least, mean - unseen), min(greatest, mean + unseen)
    back = _from_root if math.isinf(greatest) else _from_arcsine
    return back(mean, low - mean, within), back(mean, high - mean, within)


def _from_root(mean: float, arm: float, within: Limits) -> float:
    root = float(cbrt(mean - within[0]))
    return within[0] + max(0.0, root + arm / (3 * root**2)) ** 3


def _from_arcsine(mean: float, arm: float, within: Limits) -> float:
    width = within[1] - within[0]
    share = (mean - within[0]) / width
    slope = 1 / (2 * width * math.sqrt(share * (1 - share)))
    angle = math.asin(math.sqrt(share)) + arm * slope
    return within[0] + width * math.sin(min(max(angle, 0.0), math.pi / 2)) ** 2
