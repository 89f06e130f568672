"""Offsets of days, drawn anew for every predicted day.

Estimates on the training days, each with the variance that luck within the day alone would give,
tell the variance between days (DerSimonian & Laird 1986, Controlled Clinical Trials 7). A handful
of days is no large sample: draws are Student's, and hold that the mean is estimated too.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
import numpy.typing as npt

FEWEST_DAYS = 3
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DayEffect:
    """Standard deviation between days, estimated from `days` of them (none: no effect)."""

    sd: float = 0.0
    days: int = 0

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Offsets of `size` new days, shape (size,).

        t with days - 1 degrees of freedom; the mean's error, shared by all, has variance sd²/days.
        """
        if self.days < FEWEST_DAYS:
            return np.zeros(size)
        normal = rng.standard_normal(size) + rng.standard_normal() / sqrt(self.days)
        freedom = self.days - 1
        scale = sqrt(freedom / rng.chisquare(freedom))
        return np.asarray(self.sd * scale * normal, dtype=np.float64)


NONE = DayEffect()


def between_days(estimates: Floats, variances: Floats) -> DayEffect:
    """Method of moments; both of shape (days,), each variance that of luck within the day."""
    days = len(estimates)
    if days < FEWEST_DAYS:
        return NONE
    weight = 1 / variances
    mean = float((weight * estimates).sum() / weight.sum())
    excess = float((weight * (estimates - mean) ** 2).sum()) - (days - 1)
    scale = float(weight.sum() - (weight**2).sum() / weight.sum())
    return DayEffect(sqrt(max(0.0, excess / scale)), days)
