"""Whether two sets of runs are the same for practical purposes: two one-sided tests."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from experiments.statistics.samples import (
    FloatArray,
    defined,
    defined_pairs,
    differences,
    mean_of,
    variance_of,
)
from experiments.statistics.student import CLAIM_FROM, bounds, one_sided_p, t_quantile, t_tail
from sim.errors import InputError

Verdict = Literal["equivalent", "different", "undecided"]


@dataclass(frozen=True)
class Equivalence:
    """The verdict on `a - b` against `± tolerance`, in the unit of the values.

    `p` is the larger of the two one-sided p-values of "not equivalent"; `low` and `high` bound the
    interval of level 1 - 2 alpha. At most alpha, and so with the interval inside the tolerance, it
    is "equivalent"; with the interval wholly outside "different"; else "undecided", and more
    replications would tell.
    """

    verdict: Verdict
    mean: float
    low: float
    high: float
    p: float
    tolerance: float
    n_a: int
    n_b: int

    @property
    def equivalent(self) -> bool:
        """Whether equivalence was shown."""
        return self.verdict == "equivalent"


def equivalent(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    tolerance: float,
    *,
    paired: bool = True,
    alpha: float = 0.05,
    step: float = 0.0,
) -> Equivalence:
    """Test that the mean of `a - b` lies within `± tolerance` (Schuirmann's two one-sided tests).

    Absence of a significant difference is no proof of sameness; here sameness has to be shown, and
    it is shown falsely with probability at most alpha (Schuirmann, Journal of Pharmacokinetics and
    Biopharmaceutics 15, 1987). Without spread the means decide alone, bounds included. With
    fewer than three replications the verdict is "undecided" and p is 1.

    Args:
        a: shape (n,), one value per replication; NaN is left out.
        b: shape (n,); if paired, of the same replications in the same order.
        tolerance: largest difference that does not matter, ≥ 0, in the unit of the values.
        paired: same random numbers on both sides; else Welch's test of independent runs.
        alpha: probability of calling different runs equivalent.
        step: width of the lattice of counts and shares, 1 ÷ cases in a replication (0: none).

    Raises:
        InputError: negative tolerance, unequal lengths when paired, infinite values.
    """
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha: must lie strictly between 0 and 0.5, got {alpha!r}")
    if not (tolerance >= 0 and math.isfinite(tolerance)):
        raise InputError(f"tolerance: must be finite and at least 0, got {tolerance!r}")
    if paired:
        first, second = defined_pairs(a, b)
        found = _paired(differences(first, second), tolerance, alpha, step)
    else:
        first, second = defined(a, "a"), defined(b, "b")
        found = _welch(first, second, tolerance, alpha, step)
    mean, low, high, p = found
    verdict: Verdict = "undecided"
    if p <= alpha:
        verdict = "equivalent"
    elif min(first.size, second.size) >= CLAIM_FROM and (low > tolerance or high < -tolerance):
        verdict = "different"
    return Equivalence(verdict, mean, low, high, p, tolerance, first.size, second.size)


def _paired(
    gaps: FloatArray, tolerance: float, alpha: float, step: float
) -> tuple[float, float, float, float]:
    """(mean, low, high, p)."""
    mean = mean_of(gaps)
    if gaps.size >= CLAIM_FROM and variance_of(gaps, step) == 0:
        return mean, mean, mean, _without_spread(mean, tolerance)
    sides = (gaps + tolerance, tolerance - gaps)
    p = max(one_sided_p(side, step=step, cautious=True) for side in sides)
    return mean, *bounds(gaps, 1 - 2 * alpha, step), p


def _welch(
    a: FloatArray, b: FloatArray, tolerance: float, alpha: float, step: float
) -> tuple[float, float, float, float]:
    """(mean, low, high, p), with Satterthwaite's degrees of freedom."""
    if not (a.size and b.size):
        return math.nan, math.nan, math.nan, 1.0
    mean = float(differences(np.array([mean_of(a)]), np.array([mean_of(b)]))[0])
    if min(a.size, b.size) < 2:
        return mean, -math.inf, math.inf, 1.0
    va, vb = variance_of(a, step) / a.size, variance_of(b, step) / b.size
    claims = min(a.size, b.size) >= CLAIM_FROM
    if va + vb == 0:
        return mean, mean, mean, _without_spread(mean, tolerance) if claims else 1.0
    # Shares of the total: tiny variances would underflow when squared.
    wa, wb = va / (va + vb), vb / (va + vb)
    df = 1 / (wa**2 / (a.size - 1) + wb**2 / (b.size - 1))
    error = math.sqrt(va + vb)
    half = t_quantile(1 - alpha, df) * error
    p = t_tail((tolerance - abs(mean)) / error, df) if claims else 1.0
    return mean, mean - half, mean + half, p


def _without_spread(mean: float, tolerance: float) -> float:
    return 0.0 if abs(mean) <= tolerance else 1.0
