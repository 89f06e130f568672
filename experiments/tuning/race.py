"""Racing candidates under common random numbers: who gets no more replications."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from experiments.statistics import paired_difference


def beaten(candidate: npt.ArrayLike, best: npt.ArrayLike, alpha: float) -> bool:
    """Tell whether a candidate is worse than the best so far, by a one-sided paired t test.

    The test of racing algorithms (Maron & Moore, NIPS 1993; Birattari et al., GECCO 2002), paired
    because both met the same luck.

    Args:
        candidate: scores, shape (n,), one per replication; higher is better.
        best: scores of the best so far, shape (m,) with m ≥ n, the same replications first.
        alpha: the error of the test.
    """
    ours = np.asarray(candidate, dtype=float)
    theirs = np.asarray(best, dtype=float)[: ours.size]
    return bool(paired_difference(ours, theirs, level=1 - 2 * alpha).high < 0)


def survivors(
    scores: Mapping[int, Sequence[float]], best: Sequence[float], keep: float, alpha: float
) -> list[int]:
    """Return the candidates that go on, in the order given.

    Args:
        scores: by candidate, shape (n,) over the same replications.
        best: scores of the best so far over these replications and perhaps more.
        keep: the share of the candidates that may go on (at least one).
        alpha: error of the test against the best so far.
    """
    places = max(1, math.ceil(keep * len(scores)))
    # Ties are broken by the candidates' order, so that the same scores give the same race.
    ranked = sorted(scores, key=lambda name: (-math.fsum(scores[name]), name))[:places]
    return [n for n in scores if n in ranked and not beaten(scores[n], best, alpha)]
