"""The objective: a weighted sum of metrics, to be maximised."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.errors import InputError
from sim.inputs import nearest


def weights_of(objective: str | Mapping[str, float], better: Mapping[str, str]) -> dict[str, float]:
    """Return the weight of each metric in the sum that is maximised.

    Args:
        objective: a metric's name, or weights by metric.
        better: `higher`, `lower` or `neither` by metric.

    Raises:
        InputError: an unknown metric, a single one without a direction, or only zero weights.
    """
    weights = {objective: math.nan} if isinstance(objective, str) else dict(objective)
    for name in weights:
        if name not in better:
            raise InputError(f"objective: unknown metric '{name}'{nearest(name, better)}")
    if isinstance(objective, str):
        sign = {"higher": 1.0, "lower": -1.0}.get(better[objective])
        if sign is None:
            raise InputError(
                f"objective: neither more nor less of '{objective}' is better; "
                f"give a weight, such as {{{objective}: -1}}"
            )
        return {objective: sign}
    if not any(weights.values()):
        raise InputError(f"objective: at least one weight must not be 0; got {weights}")
    return weights


def score(metrics: Mapping[str, Any], weights: Mapping[str, float]) -> float:
    """Return Σ weight × metric; NaN where a metric with a weight is undefined."""
    return math.fsum(w * float(metrics.get(name, math.nan)) for name, w in weights.items() if w)


def formula(weights: Mapping[str, float]) -> str:
    """Return the sum in words, such as `net_value_per_customer + 300 × retention`."""
    terms = []
    for name, weight in weights.items():
        size = "" if abs(weight) == 1 else f"{abs(weight):g} × "
        sign = "\u2212 " if weight < 0 else "+ "
        terms.append(f"{sign}{size}{name}")
    return " ".join(terms).removeprefix("+ ")
