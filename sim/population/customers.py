"""Who the customers are: traits drawn once, and what changes over a run."""

from __future__ import annotations

from array import array

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.behaviour.durations import gamma_level
from sim.behaviour.retention import base_logit
from sim.errors import InputError
from sim.population.streams import Trait, uniforms
from sim.scenario.customers import Segment
from sim.tables.compiled import CODE, SKILL_BINS, Compiled
from sim.units import MONTH_S

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


_LASTING = (
    "announce", "base", "margin_per_s", "n", "offer_response", "segment", "skill", "skill_bin",
)  # fmt: skip
_CHANGING = (
    "alive", "expectation", "hazard", "hazard_at", "left_s", "mood", "renewal_day", "saves",
    "threshold",
)  # fmt: skip


class Customers:
    """All customers as parallel arrays: traits drawn once, and state."""

    __slots__ = (*_LASTING, *_CHANGING)

    def __init__(
        self, compiled: Compiled, key: int, n: int, segment: Integers | None = None
    ) -> None:
        scenario = compiled.scenario
        segments = list(scenario.segments.values())
        ids = np.arange(n, dtype=np.int64)

        def draw(purpose: int) -> Floats:
            return uniforms(key, ids, 0, purpose)

        if segment is None:
            shares = np.cumsum([s.share for s in segments])
            shares[-1] = 1.0
            segment = np.searchsorted(shares, draw(Trait.SEGMENT))
        elif n and not 0 <= segment.min() <= segment.max() < len(segments):
            raise InputError(
                f"segment: must be from 0 to {len(segments) - 1}, the segments' places; "
                f"got {segment.min()} to {segment.max()}"
            )
        self.segment = array(np.dtype(CODE).char, segment.astype(CODE).tobytes())
        self.n = n
        self.margin_per_s = _array(_margins(segments, segment, draw(Trait.MARGIN)))
        skill = _skills(segments, segment, draw(Trait.SKILL))
        self.skill = _array(skill)
        bins = np.minimum((skill * SKILL_BINS).astype(np.int8), SKILL_BINS - 1)
        self.skill_bin = array("b", bins.tobytes())
        self.threshold = _array(-np.log(draw(Trait.CHURN_THRESHOLD)))
        retention = scenario.retention
        if retention.clock == "contractual":
            base = base_logit(
                np.array([s.renewal.alpha for s in segments])[segment],
                np.array([s.renewal.beta for s in segments])[segment],
                draw(Trait.CHURN_BASE),
            )
        else:
            monthly = np.array([s.hazard_per_month for s in segments])[segment]
            base = monthly / MONTH_S
        self.base = _array(base)
        spread = draw(Trait.RENEWAL_DAY) if retention.spread_renewals else np.ones(n)
        day = np.maximum(1, np.ceil(spread * retention.period_days))
        self.renewal_day = array("q", day.astype(np.int64).tobytes())
        self.announce = _array(draw(Trait.ANNOUNCE))
        self.offer_response = _array(draw(Trait.OFFER))
        self.saves = array("q", bytes(8 * n))
        self.mood = array("d", bytes(8 * n))
        start = scenario.satisfaction.initial_expectation
        self.expectation = array("d", [start]) * n
        self.hazard = array("d", bytes(8 * n))
        self.hazard_at = array("d", bytes(8 * n))
        self.left_s = array("d", [-1.0]) * n
        self.alive = array("b", [1]) * n

    def fork(self) -> Customers:
        """Return an independent copy; traits that never change are shared."""
        copy = object.__new__(Customers)
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(copy, name, value[:] if name in _CHANGING else value)
        return copy


def _array(values: Floats) -> array[float]:
    return array("d", np.ascontiguousarray(values, dtype=np.float64).tobytes())


def _margins(segments: list[Segment], segment: Integers, u: Floats) -> Floats:
    """Gamma margins per customer: mean and cv by segment (gamma keeps them non-negative)."""
    mean = np.array([s.margin_per_month for s in segments])[segment] / MONTH_S
    cv = np.array([s.margin_cv for s in segments])[segment]
    result: Floats = mean * gamma_level(cv, u)
    return result


def _skills(segments: list[Segment], segment: Integers, u: Floats) -> Floats:
    """Digital skill per customer: normal around the segment's mean, kept within 0 and 1."""
    mean = np.array([s.digital_skill for s in segments])[segment]
    sd = np.array([s.digital_skill_sd for s in segments])[segment]
    result: Floats = np.clip(mean + sd * ndtri(u), 0.0, 1.0)
    return result
