"""When to stop replicating: every metric precise enough, at two looks in a row.

Sequential sampling to a fixed half-width (Chow & Robbins, Annals of Mathematical Statistics 36,
1965) covers less often than stated, because it tends to stop when the sample happens to vary
little. Three brakes, whose effect docs/results/coverage.md measures: a minimum of replications,
looks only every `step` replications, and a second look that must confirm the first (the look-ahead
of Hoad, Robinson & Davies, Journal of the Operational Research Society 61, 2010).
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy.typing as npt

from experiments.statistics.samples import FloatArray, as_sample, defined, mean_of, share
from experiments.statistics.student import half_width
from sim.errors import InputError
from sim.inputs import unknown_name


@dataclass(frozen=True, kw_only=True)
class Precision:
    """The half-width wanted for one metric: in its unit, or as a share of its true mean."""

    metric: str
    absolute: float | None = None
    relative: float | None = None

    def __post_init__(self) -> None:
        """Refuse anything but one positive target."""
        given = [value for value in (self.absolute, self.relative) if value is not None]
        if len(given) != 1:
            raise InputError(f"{self.metric}: give either an absolute or a relative half-width")
        if not (given[0] > 0 and math.isfinite(given[0])):
            raise InputError(f"{self.metric}: half-width must be above 0, got {given[0]!r}")

    def target(self, mean: float) -> float:
        """The half-width to reach, given the mean so far.

        A relative error g against the *true* mean needs g / (1 + g) of the estimated one (Law,
        Simulation Modeling and Analysis, 5th ed., 2015, 9.4.1).
        """
        if self.absolute is not None:
            return self.absolute
        assert self.relative is not None  # one of the two, see __post_init__
        return abs(mean) * self.relative / (1 + self.relative)


@dataclass(frozen=True)
class Reached:
    """Where one metric stands: its half-width at the rule's level against the target."""

    metric: str
    mean: float
    half_width: float
    target: float
    n: int

    @property
    def met(self) -> bool:
        """Whether the target is reached; not if the metric is undefined."""
        return self.half_width <= self.target


@dataclass(frozen=True)
class Decision:
    """Stop, or how many `more` replications to run before asking again (0 when stopping).

    `reached` says whether all targets were met and confirmed, or the maximum ended it.
    """

    stop: bool
    more: int
    reached: bool
    metrics: tuple[Reached, ...]


@dataclass(frozen=True, kw_only=True)
class StoppingRule:
    """Replicate until every metric has its precision, all together at `level` (Bonferroni).

    The rule has no memory: the same replications always give the same decision, whoever ran them
    and in however many sittings.

    Args:
        targets: one `Precision` per metric; a key may name anything with a value per replication,
            a paired difference too.
        minimum: replications before the first look, at least 2. Below 20, coverage suffers.
        maximum: replications at which to stop in any case.
        step: replications between looks.
        level: joint coverage of the intervals of all metrics.

    Raises:
        InputError: no target, a metric named twice, or sizes out of order.
    """

    targets: tuple[Precision, ...]
    minimum: int = 20
    maximum: int = 200
    step: int = 10
    level: float = 0.95

    def __post_init__(self) -> None:
        """Refuse rules that could never decide."""
        names = [target.metric for target in self.targets]
        if not names or len(set(names)) < len(names):
            raise InputError(f"targets: need at least one, each metric once, got {names}")
        if self.minimum < 2:
            raise InputError(f"minimum: must be at least 2, got {self.minimum}")
        if self.maximum < self.minimum:
            raise InputError(f"maximum: must be at least {self.minimum}, got {self.maximum}")
        if self.step < 1:
            raise InputError(f"step: must be at least 1, got {self.step}")
        share(self.level, "level")

    def decide(
        self,
        values: Mapping[str, npt.ArrayLike],
        steps: Mapping[str, float] | None = None,
        among: Collection[str] | None = None,
    ) -> Decision:
        """Stop, or say how many more replications to run.

        A metric that never varies counts as precise, unless it lies on a lattice; one with fewer
        than two defined values does not. At most as many replications as there are already are
        asked for at once, because the forecast from few of them is poor.

        Args:
            values: per metric shape (n,), in the order of the replications; further metrics are
                ignored.
            steps: widths of the lattices of counts and shares, by metric (see `estimate`).
            among: the metrics that are asked about, which are replicated apart from the others
                (None: all); the level holds for all metrics of the rule together in any case.

        Raises:
            InputError: a metric of the rule is missing, lengths differ, or infinite values.
        """
        samples = self._samples(values, among)
        n = next(iter(samples.values())).size
        widths = steps or {}
        now = self._reached(samples, n, widths)
        met = n >= self.minimum and all(metric.met for metric in now)
        confirmed = met and self._met_before(samples, n, widths)
        if confirmed or n >= self.maximum:
            return Decision(True, 0, met, now)
        if n < self.minimum:
            return Decision(False, self.minimum - n, False, now)
        more = self.step if met else self._forecast(now, n)
        return Decision(False, min(more, self.maximum - n), False, now)

    def _samples(
        self, values: Mapping[str, npt.ArrayLike], among: Collection[str] | None
    ) -> dict[str, FloatArray]:
        names = [t.metric for t in self.targets if among is None or t.metric in among]
        for name in names:
            if name not in values:
                raise unknown_name("targets", name, values)
        samples = {name: as_sample(values[name], name) for name in names}
        sizes = {name: sample.size for name, sample in samples.items()}
        if len(set(sizes.values())) > 1:
            raise InputError(f"values: every metric needs the same replications, got {sizes}")
        return samples

    def _reached(
        self, samples: Mapping[str, FloatArray], n: int, steps: Mapping[str, float]
    ) -> tuple[Reached, ...]:
        """How the first n replications do."""
        level = 1 - (1 - self.level) / len(self.targets)
        rows = []
        for target in self.targets:
            if target.metric not in samples:
                continue
            sample = defined(samples[target.metric][:n], target.metric)
            mean = mean_of(sample)
            half = half_width(sample, level, steps.get(target.metric, 0.0))
            rows.append(Reached(target.metric, mean, half, target.target(mean), sample.size))
        return tuple(rows)

    def _met_before(
        self, samples: Mapping[str, FloatArray], n: int, steps: Mapping[str, float]
    ) -> bool:
        """Whether the targets were met one step earlier too."""
        before = n - self.step
        return before >= self.minimum and all(m.met for m in self._reached(samples, before, steps))

    def _forecast(self, now: tuple[Reached, ...], n: int) -> int:
        """Replications still needed if the spread stays, in whole steps."""
        need = 0.0
        for metric in now:
            if metric.met:
                continue
            known = metric.target > 0 and math.isfinite(metric.half_width)
            need = max(need, n * (metric.half_width / metric.target) ** 2 if known else math.inf)
        more = min(need, 2.0 * n) - n
        return max(1, math.ceil(more / self.step)) * self.step
