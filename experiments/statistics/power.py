"""How likely an equivalence test is to find what it looks for."""

import math

import numpy as np
from scipy.special import chdtri, ndtr

from experiments.statistics.student import CLAIM_FROM, t_quantile
from sim.errors import InputError

POINTS = 2000


def equivalence_power(
    deviation: float, n: int, tolerance: float, *, difference: float = 0.0, alpha: float = 0.05
) -> float:
    """Return the probability that the paired test of `equivalent` shows equivalence.

    With normal differences, the mean m and the standard deviation s are independent and the test
    passes where |m| ≤ tolerance - t(1 - alpha, n - 1) · s / √n, so the power is the mean over s,
    s² ~ deviation² · χ²(n - 1) / (n - 1), of Φ((w - difference) √n / deviation) -
    Φ((-w - difference) √n / deviation) with w that bound, 0 where w is negative (Phillips, Journal
    of Pharmacokinetics and Biopharmaceutics 18, 1990). At `difference` = ± tolerance it is at most
    alpha. The mean is taken over `POINTS` quantiles of equal probability. `equivalent` is more
    careful still from ten replications on, where it allows for skewness.

    Args:
        deviation: standard deviation of a paired difference, ≥ 0, in the unit of the values.
        n: replications; with fewer than `CLAIM_FROM` nothing can be shown.
        tolerance: largest difference that does not matter, ≥ 0, in the unit of the values.
        difference: the true difference, in the unit of the values.
        alpha: probability of calling different runs equivalent.

    Raises:
        InputError: a deviation or tolerance that is negative or not finite.
    """
    for name, value in (("deviation", deviation), ("tolerance", tolerance)):
        if not (value >= 0 and math.isfinite(value)):
            raise InputError(f"{name}: must be finite and at least 0, got {value!r}")
    if n < CLAIM_FROM:
        return 0.0
    if deviation == 0:
        return 1.0 if abs(difference) <= tolerance else 0.0
    upper_tails = (np.arange(POINTS) + 0.5) / POINTS
    spread = np.sqrt(chdtri(n - 1, upper_tails) / (n - 1))  # s ÷ deviation
    error = deviation / math.sqrt(n)
    width = tolerance / error - t_quantile(1 - alpha, n - 1) * spread
    shift = difference / error
    passes = np.where(width > 0, ndtr(width - shift) - ndtr(-width - shift), 0.0)
    return float(passes.mean())
