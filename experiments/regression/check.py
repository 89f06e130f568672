"""Regression: does the simulator still do what a baseline recorded?

Two comparisons. *Exact*: each replication's register has the digest that was recorded, and every
metric the value. It decides where it can: on the Python, NumPy and machine type of the baseline;
elsewhere the last bits of floating-point results may differ, so it is only reported. Another engine
is no other platform: both give the same bytes, and a check that finds they do not must fail.
*Statistical*: every metric's mean is shown to be within its tolerance of the recorded one (two
one-sided paired tests); it decides elsewhere, or everywhere when asked to. A change as large as the
tolerance passes with at most 5%, however few the replications; with too few, luck alone fails.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from experiments.regression.baseline import Baseline, MetricBaseline, platform_of, values_of
from experiments.regression.tolerances import tolerance_of
from experiments.statistics import equivalence_power, equivalent
from experiments.store.results import RunResults
from sim.errors import InputError

ALPHA = 0.05
"""Probability that a change as large as its tolerance passes."""
WEAK = 0.8
"""Least power that is usual in planning experiments (Cohen, Statistical Power Analysis, 1988)."""

State = Literal["identical", "equivalent", "moved", "undecided", "missing", "new"]
PASSING: tuple[State, ...] = ("identical", "equivalent", "new")


@dataclass(frozen=True)
class MetricChange:
    """One metric of one strategy: recorded and new mean, difference with its 90% interval.

    `power` is the probability that luck alone would leave it within its tolerance for all that can
    be told from so many replications; NaN where nothing was recorded.
    """

    strategy: str
    metric: str
    before: float
    now: float
    low: float
    high: float
    tolerance: float
    state: State
    power: float = math.nan


@dataclass(frozen=True)
class Power:
    """What the statistical comparison can tell, whether or not anything has changed.

    A change as large as the tolerance is noticed with probability `notices` or more, `metrics` were
    compared in all strategies together, and so many as `luck_alone_fails` of them would be expected
    not to pass if only luck differed. `weak` are those that pass with less than `WEAK`.
    """

    notices: float
    metrics: int
    luck_alone_fails: float
    weak: tuple[str, ...]


@dataclass(frozen=True)
class BaselineCheck:
    """The result of a comparison; `changed` are replications with another register, by strategy.

    `other_platform` and `other_engine` say what is another one than the baseline's, and how; empty:
    nothing is.
    """

    rows: tuple[MetricChange, ...]
    changed: Mapping[str, tuple[int, ...]]
    other_platform: str
    other_engine: str
    exact: bool

    @property
    def same(self) -> bool:
        """Whether every register and every metric is the recorded one."""
        metrics = all(row.state in ("identical", "new") for row in self.rows)
        return metrics and not any(self.changed.values())

    @property
    def equivalent(self) -> bool:
        """Whether every metric is shown to be within its tolerance."""
        return all(row.state in PASSING for row in self.rows)

    def fails(self, row: MetricChange) -> bool:
        """Whether a metric fails the comparison that decides."""
        return row.state not in (PASSING if not self.exact else ("identical", "new"))

    @property
    def power(self) -> Power:
        """What the statistical comparison can tell."""
        known = [row for row in self.rows if math.isfinite(row.power)]
        weak = dict.fromkeys(row.metric for row in known if row.power < WEAK)
        return Power(1 - ALPHA, len(known), math.fsum(1 - r.power for r in known), tuple(weak))

    @property
    def passed(self) -> bool:
        """Whether the check passes by the comparison that decides."""
        return self.equivalent and (self.same or not self.exact)


def compare(results: RunResults, baseline: Baseline, exact: bool | None = None) -> BaselineCheck:
    """Compare a run with a baseline.

    Args:
        results: a run of the config that the baseline was recorded for.
        baseline: what was recorded.
        exact: whether another register or value fails the check; None: on the baseline's platform
            only.

    Raises:
        InputError: the run has other strategies, replications, seed or horizon.
    """
    _check_comparable(results.manifest, baseline)
    other = _platform_difference(results.manifest["versions"], baseline.platform)
    digests: Mapping[str, list[str]] = results.manifest["digests"]
    changed = {
        strategy: tuple(
            number
            for number, (was, now) in enumerate(zip(recorded, digests[strategy], strict=True))
            if was != now
        )
        for strategy, recorded in baseline.digests.items()
    }
    measured = values_of(results.metrics)
    rows = [
        _row(strategy, name, measured.get(name, {}).get(strategy), baseline)
        for name, metric in baseline.metrics.items()
        for strategy in metric.values
    ]
    rows += [
        MetricChange(strategy, name, math.nan, _mean(values), math.nan, math.nan, math.nan, "new")
        for name, of in measured.items()
        if name not in baseline.metrics
        for strategy, values in of.items()
    ]
    exact = not other if exact is None else exact
    engines = _engine_difference(results.manifest["versions"], baseline.engine)
    return BaselineCheck(tuple(rows), changed, other, engines, exact)


def _check_comparable(manifest: Mapping[str, Any], baseline: Baseline) -> None:
    for key in ("seed", "replications", "horizon_days", "warm_up_days"):
        was, now = getattr(baseline, key), manifest[key]
        if was != now:
            raise InputError(
                f"{key}: must be as in the baseline ({was:g}); got {now:g}; "
                "--update records a new baseline"
            )
    if set(baseline.digests) != set(manifest["digests"]):
        was, now = ", ".join(baseline.digests), ", ".join(manifest["digests"])
        raise InputError(
            f"strategies: must be as in the baseline ({was}); got {now}; "
            "--update records a new baseline"
        )


def _platform_difference(versions: Mapping[str, Any], recorded: Mapping[str, str]) -> str:
    now = platform_of(versions)
    return ", ".join(
        f"{name} {recorded.get(name) or 'unknown'} → {value}"
        for name, value in now.items()
        if recorded.get(name) != value
    )


def _engine_difference(versions: Mapping[str, Any], recorded: str) -> str:
    now = str(versions.get("engine", ""))
    return f"{recorded} → {now}" if recorded and now != recorded else ""


def _row(
    strategy: str, name: str, now: tuple[float | None, ...] | None, baseline: Baseline
) -> MetricChange:
    metric = baseline.metrics[name]
    before = metric.values[strategy]
    mean = _mean(before)
    means = {key: _mean(one.values.get(strategy, ())) for key, one in baseline.metrics.items()}
    width = (metric.tolerance or tolerance_of(name)).width(name, means)
    width = width if math.isfinite(width) else 0.0
    mean_now = low = high = math.nan
    state: State = "missing"
    if now == before:
        mean_now, low, high, state = mean, 0.0, 0.0, "identical"
    elif now is not None:
        test = equivalent(_numbers(now), _numbers(before), width, alpha=ALPHA)
        states: dict[str, State] = {"equivalent": "equivalent", "different": "moved"}
        mean_now, low, high = _mean(now), test.low, test.high
        state = states.get(test.verdict, "undecided")
        if [v is None for v in now] != [v is None for v in before]:
            state = "moved"  # a figure that was undefined is no longer, or the other way round
    power = _power(metric, strategy, width)
    return MetricChange(strategy, name, mean, mean_now, low, high, width, state, power)


def _power(metric: MetricBaseline, strategy: str, width: float) -> float:
    """Return the power at no difference, given how the recorded replications vary.

    How much a paired difference varies is taken from those between the recorded strategies (root
    mean square of their standard deviations), which share their random numbers as a changed version
    would; of a single strategy it is that of independent runs, √2 times the metric's own.
    """
    own = np.array(_numbers(metric.values[strategy]))
    n = int(np.isfinite(own).sum())
    if n < 2:
        return 0.0 if n else math.nan
    others = [_numbers(of) for name, of in metric.values.items() if name != strategy]
    gaps = [own - np.array(other) for other in others]
    spreads = [float(np.nanvar(gap, ddof=1)) for gap in gaps if np.isfinite(gap).sum() > 1]
    variance = math.fsum(spreads) / len(spreads) if spreads else 2 * float(np.nanvar(own, ddof=1))
    return equivalence_power(math.sqrt(variance), n, width, alpha=ALPHA)


def _numbers(values: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _mean(values: tuple[float | None, ...]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else math.nan
