"""Money over time: discounting, and the value of a customer who may leave.

Rates are per unit of the time given: seconds in the simulator, months in the policies' figures.
"""

from __future__ import annotations

from math import exp, expm1
from typing import Any

import numpy as np


def discount_factor(time: float, rate: float) -> float:
    """Return the present value of one unit of money at a time: exp(-rate × time)."""
    return exp(-rate * time)


def discount_factors(time: Any, rate: Any) -> Any:
    """Return ``discount_factor`` of arrays."""
    return np.exp(-rate * time)


def annuity(time: float, rate: float) -> float:
    """Return the present value of a flow of one a unit of time until ``time``.

    (1 - exp(-rate × time)) / rate, ``time`` itself without a rate.
    """
    return time if rate == 0 else -expm1(-rate * time) / rate


def annuities(time: Any, rate: Any, flow: Any = 1.0) -> Any:
    """Return ``annuity`` × ``flow`` of arrays; an array of rates holds no 0."""
    if isinstance(rate, (int, float)) and rate == 0:
        return flow * time
    return flow * -np.expm1(-rate * time) / rate


def lifetime_value(margin: Any, hazard: float, rate: float) -> Any:
    """Return the expected discounted margin (a number or an array) under a constant hazard.

    margin / (hazard + rate), 0 where it would be endless: the simple retention model (Gupta &
    Lehmann 2003).
    """
    total = hazard + rate
    return margin / total if total > 0 else 0.0 * margin
