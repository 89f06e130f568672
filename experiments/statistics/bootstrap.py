"""Intervals of ratios by resampling whole replications: numerator and denominator together.

The percentile interval is too short for few replications; its tails are widened to what a t
interval would have (expanded percentile interval: Hesterberg, "What teachers should know about the
bootstrap", The American Statistician 69, 2015). Resampling is by a fixed seed: the same values give
the same interval.
"""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from experiments.statistics.intervals import Estimate
from experiments.statistics.samples import defined_pairs, share
from experiments.statistics.student import t_quantile

RESAMPLES = 10_000
SEED = 20_261


def bootstrap_ratio(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, level: float = 0.95
) -> Estimate:
    """A ratio of means over replications, with the paired bootstrap's interval.

    For shares of a difference that is itself estimated, such as how much of the way to a bound is
    closed: it holds for ratios whose denominator varies, where an interval that is symmetric does
    not. Where resampled denominators change sign the interval says little, and is wide.

    Args:
        numerator: shape (n,), one value per replication.
        denominator: shape (n,), the same replications; one with a NaN in either is left out.
        level: coverage of the interval.

    Raises:
        InputError: lengths differ, infinite values, wrong shape, or a level outside (0, 1).
    """
    top, bottom = defined_pairs(numerator, denominator, ("numerator", "denominator"))
    share(level, "level")
    n = top.size
    if not n or bottom.sum() == 0:
        return Estimate(math.nan, math.nan, math.nan, n)
    whole = float(top.sum() / bottom.sum())
    if n == 1:
        return Estimate(whole, -math.inf, math.inf, 1)
    drawn = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
    over, under = top[drawn].sum(axis=1), bottom[drawn].sum(axis=1)
    ratios = over[under != 0] / under[under != 0]
    tail = float(ndtr(-math.sqrt(n / (n - 1)) * t_quantile(0.5 + level / 2, n - 1)))
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return Estimate(whole, float(low), float(high), n)
