"""How well scores tell who does something from who does not: the area under the ROC curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Auc(NamedTuple):
    """The area under the ROC curve, with its standard error over cases.

    ``area``: the chance that one who does it scores higher than one who does not, ties counted
    half; 0.5 says nothing, 1 everything. NaN where nobody or everybody does it.
    """

    area: float
    error: float
    positive: int
    negative: int

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the normal interval within 0 and 1; NaN where the area is undefined."""
        reach = float(ndtri(0.5 + level / 2)) * self.error
        low, high = np.clip((self.area - reach, self.area + reach), 0.0, 1.0)
        return float(low), float(high)


def auc(scores: Floats, does: Flags) -> Auc:
    """Return the area under the ROC curve of scores, with DeLong's standard error.

    Source: DeLong, DeLong & Clarke-Pearson, Biometrics 44 (1988); by mid-ranks as in Sun & Xu,
    IEEE Signal Processing Letters 21 (2014). With one case on a side the error is NaN.

    Args:
        scores: shape (n,), none NaN; higher: likelier.
        does: shape (n,).
    """
    among, others = scores[does], scores[~does]
    m, n = among.size, others.size
    if not m or not n:
        return Auc(np.nan, np.nan, m, n)
    from scipy.stats import rankdata  # slow to import, and most runs do without

    ranks = rankdata(scores)
    of_each = (ranks[does] - rankdata(among)) / n  # the share of the others below it
    of_others = 1.0 - (ranks[~does] - rankdata(others)) / m
    error = np.nan
    if min(m, n) > 1:
        error = float(np.sqrt(of_each.var(ddof=1) / m + of_others.var(ddof=1) / n))
    return Auc(float(of_each.mean()), error, m, n)
