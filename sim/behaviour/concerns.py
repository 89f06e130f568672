"""What troubles customers, and so tilts what they need and says why they leave."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS: Final = 10_000
CLOSE: Final = 1e-13  # of the margins


def tilted(shares: Any, weights: Any, tilt: Any) -> Floats:
    """Return what customers of each concern need, so that all of them together need what is stated.

    The joint distribution whose odds ratios are those of ``tilt`` and whose margins are given, by
    iterative proportional fitting. Source: Deming & Stephan (1940), Annals of Mathematical
    Statistics 11(4).

    Args:
        shares: of the intents among all needs, shape (intents,); they sum to 1.
        weights: of the concerns among customers, shape (concerns,); they sum to 1.
        tilt: factors of the odds, shape (concerns, intents), positive.

    Returns:
        Shares of the intents by concern, shape (concerns, intents); each row sums to 1.
    """
    mix, held = np.asarray(shares, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    rows = np.asarray(tilt, dtype=np.float64) * mix
    rows /= rows.sum(axis=1, keepdims=True)
    for _ in range(ROUNDS):
        whole = held @ rows
        if np.max(np.abs(whole - mix)) < CLOSE:
            break
        rows = rows * np.divide(mix, whole, out=np.ones_like(mix), where=whole > 0)
        rows /= rows.sum(axis=1, keepdims=True)
    return rows
