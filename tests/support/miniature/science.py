"""The miniature's science: of this file the unit takes what its model calls."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, gamma, inf, log
from typing import Final

import numpy as np

from sim.native_types import U64

CONSTANT: Final = 0
EXPONENTIAL: Final = 1
NEVER: Final = EXPONENTIAL + 1
MIX: Final = 0x9E3779B97F4A7C15
MASK: Final = 0xFFFFFFFFFFFFFFFF
STEP: Final = 2.0**-53
ENDLESS: Final = inf


@dataclass(frozen=True, slots=True)
class Law:
    """A duration's law, in seconds."""

    kind: int
    mean_s: float


def uniform(key: U64, number: U64) -> float:
    """Return the uniform of a number."""
    z = (key + number * MIX) & MASK
    z = ((z ^ (z >> 31)) * MIX) & MASK
    return ((z >> 12) + 0.5) * STEP


def duration_s(law: Law, u: float) -> float:
    """Return a duration."""
    if law.kind == EXPONENTIAL:
        return -law.mean_s * log(u)
    return ENDLESS if law.kind == NEVER else law.mean_s


def patience_left(waited_s: float, scale_s: float = 300.0) -> float:
    """Return a share."""
    return exp(-waited_s / scale_s)


def not_called(shape: float) -> float:
    """Stays out of the unit: its `gamma` is Python's."""
    return gamma(1 + 1 / shape)


def of_arrays(waited_s: np.ndarray) -> np.ndarray:
    """Stays out of the unit."""
    return np.exp(-waited_s)
