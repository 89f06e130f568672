"""What two workers save, and what common random numbers save, on a shipped experiment."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from experiments.running.config.experiment import ExperimentConfig, load_config
from experiments.running.engine import simulator
from experiments.running.runner import Settings, run_experiment
from experiments.statistics import paired_difference
from experiments.store.results import RunResults

METRIC = "net_value"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Variance of a difference with other random numbers / with common ones.

    The saving in replications for the same precision: (var a + var b) / var(a - b).
    """

    strategy: str
    neighbour: str
    metric: str
    variance_ratio: float


@dataclass(frozen=True, slots=True)
class Report:
    """Wall seconds by number of workers (median over rounds), the speed-up, variance ratios."""

    config: str
    replications: int
    seconds: Mapping[str, float]
    speed_up: float
    ratios: Sequence[Ratio]


def measure(config: ExperimentConfig, workers: int = 2, rounds: int = 1) -> Report:
    """Run the experiment with one worker and with several, in turn, into temporary folders.

    Raises:
        InputError: the config does not fit its scenario.
    """
    seconds: dict[int, list[float]] = {1: [], workers: []}
    for _ in range(rounds):
        for count, times in seconds.items():
            with tempfile.TemporaryDirectory() as folder:
                settings = Settings(workers=count, folder=Path(folder) / "run")
                started = time.perf_counter()
                results = run_experiment(config, simulator(), settings).results
                times.append(time.perf_counter() - started)
    gains = [alone / shared for alone, shared in zip(*seconds.values(), strict=True)]
    return Report(
        config.name,
        int(results.manifest["replications"]),
        {str(count): median(times) for count, times in seconds.items()},
        median(gains),
        variance_ratios(results, list(config.strategies)),
    )


def variance_ratios(results: RunResults, strategies: Sequence[str]) -> list[Ratio]:
    """Return the ratio on net value for each two neighbouring strategies."""
    found = results.metrics.filter(metric=METRIC).sort("replication")
    values = {name: found.filter(strategy=name)["value"].to_list() for name in strategies}
    return [
        Ratio(a, b, METRIC, paired_difference(values[a], values[b]).variance_ratio)
        for a, b in pairwise(strategies)
    ]


def prepared(source: str, replications: int) -> ExperimentConfig:
    """Return a config by name or path, with a number of replications of its own.

    Raises:
        InputError: no such config, or a wrong one.
    """
    return load_config(source, [f"replications={replications}"])
