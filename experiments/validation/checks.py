"""What a check is: settings, scored figures and series to plot, each figure with its verdict.

Figures are held against a reference at the 99.9% level, because there are many: with a hundred, a
right simulator fails one of them in about one seed of ten. So that a wide interval cannot
pass for agreement, its half-width must also be within a stated tolerance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import beta, t

from sim.errors import InputError

LEVEL = 0.999
Verdict = Literal["agrees", "differs", "too wide"]
Group = Literal["theory", "optima"]


@dataclass(frozen=True)
class Interval:
    """An estimate and its interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class ComparedFigure:
    """One figure beside its reference."""

    check: str
    figure: str
    unit: str
    reference: float
    source: str
    ours: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True)
class Plot:
    """Series over x: lines by name, and estimates with intervals as points."""

    title: str
    x_label: str
    y_label: str
    lines: Mapping[str, tuple[Sequence[float], Sequence[float]]]
    points: Sequence[tuple[float, Interval]] = ()


@dataclass(frozen=True)
class Result:
    """What a check found."""

    name: str
    rows: tuple[ComparedFigure, ...]
    plots: tuple[Plot, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every figure agrees."""
        return all(row.verdict == "agrees" for row in self.rows)


@dataclass(frozen=True)
class Effort:
    """How long a check simulates: `share` of its full runs, at least eight replications."""

    share: float = 1.0

    def runs(self, full: int) -> int:
        """Return the number of replications."""
        return max(8, round(full * self.share))

    def tolerance(self, full: float) -> float:
        """Return the half-width that is asked for, relative; wider for shorter runs."""
        return full / math.sqrt(min(1.0, self.share)) * (1.0 if self.share >= 1 else 2.5)


FULL, SHORT = Effort(), Effort(0.15)


@dataclass
class Sheet:
    """Collects the rows and plots of one check."""

    check: str
    effort: Effort
    rows: list[ComparedFigure] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)

    def figure(
        self,
        figure: str,
        found: Interval,
        reference: float,
        source: str,
        *,
        unit: str = "",
        tolerance: float = 0.03,
    ) -> None:
        """Hold an interval against a reference; `tolerance` is the relative half-width allowed."""
        most = self.effort.tolerance(tolerance) * abs(reference)
        self._hold(figure, found, reference, source, unit, most)

    def exact(
        self, figure: str, ours: float, reference: float, source: str, digits: int, unit: str = ""
    ) -> None:
        """Hold a computed value against a published one, to the digits that are printed."""
        inside = abs(ours - reference) <= 0.5000001 * 10.0**-digits
        self._add(figure, Interval(ours, ours, ours), reference, source, unit, inside)

    def at_zero(
        self, figure: str, found: Interval, width: float, source: str, unit: str = ""
    ) -> None:
        """Hold an interval against zero; `width` is the absolute half-width allowed."""
        self._hold(figure, found, 0.0, source, unit, self.effort.tolerance(width))

    def at_most(self, figure: str, ours: float, most: float, source: str, unit: str = "") -> None:
        """Hold a computed value against a largest one."""
        self._add(figure, Interval(ours, ours, ours), most, source, unit, ours <= most)

    def bound(self, figure: str, found: Interval, source: str, unit: str = "") -> None:
        """An optimality gap, which may be anything but clearly negative."""
        self._add(figure, found, 0.0, source, unit, found.high >= 0)

    def _hold(
        self, figure: str, found: Interval, reference: float, source: str, unit: str, most: float
    ) -> None:
        """The reference must be inside, and the half-width no more than `most`."""
        inside = found.low <= reference <= found.high
        wide = not (found.high - found.low) / 2 <= most
        self._add(figure, found, reference, source, unit, inside, "too wide" if wide else "agrees")

    def _add(
        self,
        figure: str,
        found: Interval,
        reference: float,
        source: str,
        unit: str,
        inside: bool,
        otherwise: Verdict = "agrees",
    ) -> None:
        verdict: Verdict = otherwise if inside else "differs"
        values = (found.mean, found.low, found.high)
        self.rows.append(
            ComparedFigure(self.check, figure, unit, reference, source, *values, verdict)
        )

    def result(self) -> Result:
        """Return what was collected."""
        return Result(self.check, tuple(self.rows), tuple(self.plots))


@dataclass(frozen=True)
class Check:
    """A check by name: its scenario file, what it shows, and how it measures."""

    name: str
    title: str
    group: Group
    scenario: str
    measure: Callable[[Sheet], None]

    def run(self, effort: Effort = FULL) -> Result:
        """Simulate and score."""
        sheet = Sheet(self.name, effort)
        self.measure(sheet)
        return sheet.result()


def ratio(over: ArrayLike, under: ArrayLike = 1.0, level: float = LEVEL) -> Interval:
    """Interval of a ratio of means over independent replications, by linearisation.

    over, under: shape (n,), totals by replication (`under` may be 1.0: then a mean). Student's t.
    Raises InputError for fewer than two. Source: Cochran (1977), Sampling Techniques, ch. 6.
    """
    y = np.asarray(over, dtype=np.float64)
    x = np.broadcast_to(np.asarray(under, dtype=np.float64), y.shape)
    if y.ndim != 1 or len(y) < 2:
        raise InputError(f"over must hold at least two replications, not shape {y.shape}")
    mean = float(y.sum() / x.sum())
    error = float(np.std(y - mean * x, ddof=1) / math.sqrt(len(y)) / x.mean())
    half = float(t.ppf((1 + level) / 2, len(y) - 1)) * error
    return Interval(mean, mean - half, mean + half)


def controlled(values: ArrayLike, controls: ArrayLike, level: float = LEVEL) -> Interval:
    """Interval of a mean over replications, sharpened by control variates.

    values: shape (n,); controls: (n, k), each of known mean 0 (such as arrivals less the expected
    number). The intercept of a linear regression, with n-k-1 degrees of freedom. Raises InputError
    for too few replications. Source: Lavenberg & Welch (1981), Management Science 27(3).
    """
    y, c = np.asarray(values, dtype=np.float64), np.asarray(controls, dtype=np.float64)
    n, k = c.shape
    if len(y) != n or n < k + 2:
        raise InputError(f"values need at least {k + 2} replications, not {len(y)}")
    scale = np.std(c, axis=0)
    design = np.column_stack([np.ones(n), c / np.where(scale > 0, scale, 1.0)])
    weights = np.linalg.pinv(design.T @ design)
    fitted = weights @ design.T @ y
    residual = y - design @ fitted
    error = math.sqrt(float(residual @ residual) / (n - k - 1) * float(weights[0, 0]))
    half = float(t.ppf((1 + level) / 2, n - k - 1)) * error
    return Interval(float(fitted[0]), float(fitted[0]) - half, float(fitted[0]) + half)


def share(count: int, of: int, level: float = LEVEL) -> Interval:
    """Clopper-Pearson interval of a probability from independent trials."""
    tail = (1 - level) / 2
    low = float(beta.ppf(tail, count, of - count + 1)) if count else 0.0
    high = float(beta.ppf(1 - tail, count + 1, of - count)) if count < of else 1.0
    return Interval(count / of, low, high)


def stacked(totals: Sequence[Mapping[str, float]]) -> dict[str, NDArray[np.float64]]:
    """Totals of replications as one array by name, shape (replications,)."""
    return {name: np.array([one[name] for one in totals]) for name in totals[0]}
