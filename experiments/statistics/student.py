"""Student's t for a mean, corrected for skewness.

The t interval covers too seldom when the values are skewed, because mean and standard deviation
then move together: with skewness 1 some 93.5% instead of 95% from ten values, and one tail is
wrong far more often than the other. Willink's interval ("A confidence interval and test for the
mean of an asymmetric distribution", Communications in Statistics: Theory and Methods 34, 2005;
Law, Simulation Modeling and Analysis, 5th ed., 2015, 4.5) corrects the statistic by the estimated
skewness, and equals the t interval where there is none. From fewer than `SKEWNESS_FROM` values the
skewness cannot be estimated and plain t is used. docs/results/coverage.md measures both.

`step` is the width of the lattice on which counts and shares lie (see `samples.variance_of`; 0:
the values are continuous).
"""

import math

from scipy.special import cbrt, stdtr, stdtrit

from experiments.statistics.samples import FloatArray, mean_of, share, variance_of

SKEWNESS_FROM = 10

CLAIM_FROM = 3
"""Values from which a p-value is given: two that agree by chance would prove anything."""


def bounds(sample: FloatArray, level: float, step: float = 0.0) -> tuple[float, float]:
    """The interval of the mean: NaN for n = 0, infinite for n = 1, of width 0 without spread."""
    tail = (1 - share(level, "level")) / 2
    mean = mean_of(sample)
    if sample.size < 2:
        bound = math.inf if sample.size else math.nan
        return -bound, bound
    error = math.sqrt(variance_of(sample, step) / sample.size)
    quantile = t_quantile(1 - tail, sample.size - 1)
    lean = _lean(sample, step)
    return mean - error * _inverse(quantile, lean), mean - error * _inverse(-quantile, lean)


def half_width(sample: FloatArray, level: float, step: float = 0.0) -> float:
    """Half the width of `bounds`: NaN for n = 0, infinite for n = 1."""
    low, high = bounds(sample, level, step)
    return (high - low) / 2


def one_sided_p(gaps: FloatArray, *, step: float = 0.0, cautious: bool = False) -> float:
    """P-value of "the mean is at most 0" against "above 0"; 1 below `CLAIM_FROM` values.

    Without spread the data decide alone: 0 if all values are above 0, else 1. `cautious` takes
    the larger of the corrected and the plain p-value: families of tests need tails so deep that
    an estimated skewness would make the corrected one too small.
    """
    if gaps.size < CLAIM_FROM:
        return 1.0
    mean, variance = mean_of(gaps), variance_of(gaps, step)
    if variance == 0:
        return 0.0 if mean > 0 else 1.0
    statistic, lean = mean / math.sqrt(variance / gaps.size), _lean(gaps, step)
    corrected = statistic + lean * statistic**2 / 3 + lean**2 * statistic**3 / 27 + lean / 6
    return t_tail(min(statistic, corrected) if cautious else corrected, gaps.size - 1)


def two_sided_p(gaps: FloatArray, *, step: float = 0.0, cautious: bool = False) -> float:
    """P-value of "the mean is 0"; 1 below `CLAIM_FROM` values."""
    sides = (one_sided_p(side, step=step, cautious=cautious) for side in (gaps, -gaps))
    return min(1.0, 2 * min(sides))


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t."""
    return float(stdtrit(df, probability))


def t_tail(statistic: float, df: float) -> float:
    """P(T ≥ statistic) of Student's t."""
    return float(stdtr(df, -statistic))


def _lean(sample: FloatArray, step: float) -> float:
    """Estimated skewness / √n; 0 where it cannot be told."""
    n, variance = sample.size, variance_of(sample, step)
    if n < SKEWNESS_FROM or variance == 0:
        return 0.0
    scaled = (sample - mean_of(sample)) / math.sqrt(variance)
    return float((scaled**3).sum()) * n / ((n - 1) * (n - 2)) / math.sqrt(n)


def _inverse(quantile: float, lean: float) -> float:
    """The uncorrected statistic whose corrected value is `quantile` (it is monotone)."""
    if abs(lean) < 1e-9:  # the limit; the formula below would lose all its digits
        return quantile
    return 3 / lean * (float(cbrt(1 + lean * (quantile - lean / 6))) - 1)
