"""Means, paired differences and ratios over replications, with t intervals made for skewed data.

A replication is one value: replications are independent, what happens inside one is not (Law,
Simulation Modeling and Analysis, 5th ed., 2015, ch. 9). The intervals are those of `student`, a
little longer on the side of the longer tail. Too little data gives an honest answer
rather than an error: no value, mean NaN; one value, an interval from minus to plus infinity; two,
an interval but no claim (p is 1); no spread at all, an interval of width zero, unless the values
lie on a lattice whose `step` is given (`samples.variance_of`). Means with limits keep their
interval inside (`scales`); differences have none.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.statistics.samples import (
    FloatArray,
    as_sample,
    defined,
    defined_pairs,
    differences,
    mean_of,
    share,
    variance_of,
)
from experiments.statistics.scales import UNLIMITED, Limits, inside
from experiments.statistics.student import bounds, two_sided_p


@dataclass(frozen=True)
class Estimate:
    """A mean with its interval, in the unit of the values; `n` defined replications."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half the interval's width: infinite for one replication, NaN for none."""
        return (self.high - self.low) / 2


@dataclass(frozen=True)
class PairedDifference:
    """The mean of `a - b` with interval, two-sided p-value and gain of common random numbers.

    `variance_ratio` = (var a + var b) / var(a - b): how many times more replications unpaired
    runs would need for the same interval. Infinite if the differences do not vary though the
    values do; NaN if nothing varies or n < 2. In `ties` of the n pairs both values are the same.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int
    ties: int
    variance_ratio: float


def estimate(
    values: npt.ArrayLike, level: float = 0.95, *, step: float = 0.0, within: Limits = UNLIMITED
) -> Estimate:
    """The mean over replications with its interval.

    Where every value lies on a limit, as when nobody left, the interval reaches as far as the cases
    seen cannot exclude: at a share of tail^(1 ÷ cases) all of them would still have been alike.

    Args:
        values: shape (n,), one per replication; NaN is left out.
        level: coverage of the interval.
        step: width of the lattice of counts and shares, 1 ÷ cases in a replication (0: none).
        within: least and greatest value possible; the interval stays between them.

    Raises:
        InputError: infinite values, wrong shape, or a level outside (0, 1).
    """
    sample = defined(values)
    mean, n = mean_of(sample), sample.size
    low, high = bounds(sample, level, step)
    unseen = -math.log((1 - level) / 2) * step / max(n, 1)
    return Estimate(mean, *inside(mean, low, high, within, unseen), n)


def paired_difference(
    a: npt.ArrayLike, b: npt.ArrayLike, level: float = 0.95, *, step: float = 0.0
) -> PairedDifference:
    """The mean of `a - b` over replications that share their random numbers.

    The paired t interval needs no equal variances and no assumption on the correlation that
    common random numbers induce (Law 2015, 10.2.1). From three pairs on `p` is below 1 - level
    just when the interval leaves out 0; fewer are no ground for a claim, and p is 1.

    Args:
        a: shape (n,), one value per replication.
        b: shape (n,), the same replications in the same order; a pair with a NaN is left out.
        level: coverage of the interval.
        step: width of the lattice of counts and shares, 1 ÷ cases in a replication (0: none).

    Raises:
        InputError: lengths differ, infinite values, wrong shape, or a level outside (0, 1).
    """
    first, second = defined_pairs(a, b)
    gaps = differences(first, second)
    low, high = bounds(gaps, level, step)
    return PairedDifference(
        mean=mean_of(gaps),
        low=low,
        high=high,
        p=two_sided_p(gaps, step=step),
        n=gaps.size,
        ties=int((gaps == 0).sum()),
        variance_ratio=_variance_ratio(first, second, gaps),
    )


def ratio_pseudo_values(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> FloatArray:
    """Jackknife pseudo-values of a ratio of means, shape (n,), NaN where undefined.

    Their mean is the ratio with its first-order bias removed, and they are nearly independent:
    give those of two strategies to `paired_difference` to compare ratios (Miller, "The jackknife:
    a review", Biometrika 61, 1974).

    Args:
        numerator: shape (n,), totals per replication, such as seconds waited.
        denominator: shape (n,), such as contacts; a replication with a NaN in either gets a NaN
            and does not take part.

    Raises:
        InputError: lengths differ, infinite values, or wrong shape.
    """
    x, y = defined_pairs(numerator, denominator, ("numerator", "denominator"))
    used = ~(np.isnan(as_sample(numerator)) | np.isnan(as_sample(denominator)))
    result, n = np.full(used.size, np.nan), x.size
    rest = y.sum() - y
    if n < 2 or y.sum() == 0 or (rest == 0).any():
        return result
    whole = x.sum() / y.sum()
    result[used] = n * whole - (n - 1) * (x.sum() - x) / rest
    return result


def ratio_of_means(
    numerator: npt.ArrayLike, denominator: npt.ArrayLike, level: float = 0.95
) -> Estimate:
    """A ratio of means over replications, with the jackknife's interval.

    For figures such as "abandoned of offered", pooled over replications; the mean of the
    replications' own ratios is another figure (use `estimate`). The interval is undefined (NaN)
    if the mean denominator is 0, or becomes 0 when one replication is left out.

    Args:
        numerator: shape (n,), totals per replication.
        denominator: shape (n,); a replication with a NaN in either is left out.
        level: coverage of the interval.

    Raises:
        InputError: lengths differ, infinite values, wrong shape, or a level outside (0, 1).
    """
    top, bottom = defined_pairs(numerator, denominator, ("numerator", "denominator"))
    share(level, "level")
    n = top.size
    whole = float(top.sum() / bottom.sum()) if n and bottom.sum() != 0 else math.nan
    if n == 1 and not math.isnan(whole):
        return Estimate(whole, -math.inf, math.inf, 1)
    pseudo = defined(ratio_pseudo_values(top, bottom))
    if pseudo.size == 0:
        return Estimate(whole, math.nan, math.nan, n)
    return estimate(pseudo, level)


def _variance_ratio(a: FloatArray, b: FloatArray, gaps: FloatArray) -> float:
    if gaps.size < 2:
        return math.nan
    unpaired, paired = variance_of(a) + variance_of(b), variance_of(gaps)
    if paired == 0:
        return math.inf if unpaired > 0 else math.nan
    return unpaired / paired
