"""Repeat a case and judge the share counted against the aim."""

import zlib
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from experiments.statistics.coverage.cases import CoverageCase
from experiments.statistics.coverage.trials import ERROR, LEVEL

AIM = (0.94, 0.96)


@dataclass(frozen=True)
class Coverage:
    """The share counted over `experiments`, with its exact 95% binomial interval."""

    name: str
    counts: str
    share: float
    low: float
    high: float
    aim: str
    verdict: str
    size: str
    mean_size: float
    experiments: int


def measure(case: CoverageCase, experiments: int, seed: int) -> Coverage:
    """Repeat a case; its random numbers depend on the seed and its name, not on other cases."""
    rng = np.random.default_rng([seed, zlib.crc32(case.name.encode())])
    results = [case.trial(rng) for _ in range(experiments)]
    count = sum(counted for counted, _ in results)
    bounds = binomtest(count, experiments).proportion_ci(LEVEL)
    aim, verdict = _judge(case, count / experiments, bounds.low, bounds.high)
    return Coverage(
        name=case.name,
        counts=case.counts,
        share=count / experiments,
        low=float(bounds.low),
        high=float(bounds.high),
        aim=aim,
        verdict=verdict,
        size=case.size,
        mean_size=sum(size for _, size in results) / experiments,
        experiments=experiments,
    )


def _judge(case: CoverageCase, share: float, low: float, high: float) -> tuple[str, str]:
    """(aim, verdict); a miss that chance explains is called unclear."""
    floor, ceiling = AIM
    if case.counts == "wrong":
        aim, floor, ceiling = f"≤ {ERROR:.0%}", 0.0, ERROR
    elif case.counts in ("covered together", "covered at least"):
        # Bonferroni promises at least the level, and so do intervals of few possible values.
        aim, ceiling = f"≥ {floor:.0%}", 1.0
    else:
        aim = f"{floor:.0%} to {ceiling:.0%}"
    if case.contrast:
        return aim, "contrast"
    if floor <= share <= ceiling:
        return aim, "met"
    return aim, "unclear" if low <= ceiling and high >= floor else "missed"
