"""Means and paired differences with their intervals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean over `n` replications with its interval."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What something is worth in one metric: the paired difference that it makes.

    `p_holm` is corrected for all things that are ranked beside it in the same metric. In `ties` of
    the `n` pairs both values are the same.
    """

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    n: int
    ties: int

    @property
    def shown(self) -> bool:
        """Whether it can be told from zero: by its interval and corrected for its neighbours."""
        if self.low is None or self.high is None or self.p_holm is None:
            return False
        return not self.low <= 0 <= self.high and self.p_holm < 0.05
