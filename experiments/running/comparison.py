"""One call from a config, or from strategies, to finished results."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from experiments.running.config.experiment import ExperimentConfig, load_config
from experiments.running.runner import FinishedRun, RegisterFormat, Settings, run_experiment
from experiments.runtime.progress import Report, silent
from experiments.store.results import RunResults
from sim.errors import InputError
from sim.inputs import nearest
from sim.inputs.names import show


def run(
    config: str | Path | Mapping[str, Any] | ExperimentConfig,
    *,
    workers: int | None = None,
    folder: str | Path | None = None,
    register: RegisterFormat | None = None,
    cluster: str = "",
    fresh: bool = False,
    command: str = "",
    report: Report = silent,
) -> FinishedRun:
    """Simulate and compare the strategies of a config, in a run folder.

    Args:
        config: a shipped name, a path, a mapping with the keys of a config file, or what
            `load_config` gave (which also lays single settings over a file).
        workers: processes (None: one for each core); the results do not depend on it.
        folder: the run folder (None: `runs/<name>-<digest>`). Replications that it has of the same
            config and source are used again.
        register: the format in which each replication's register is kept (None: not kept).
        cluster: the address of a Dask cluster to work on instead.
        fresh: simulate anew what the folder has finished.
        command: what the manifest says was called.
        report: is told of progress: what, how many are done, how many there are.

    Returns:
        `results`: Polars frames, a row for each strategy and metric (and replication, hour, …; see
        `RunResults`), in seconds, shares 0–1 and the scenario's currency unless a metric's unit
        says otherwise; `folder`; and how many replications were `simulated` this time.

    Raises:
        InputError: the config or an argument is not valid, or the folder is another run's.
        RunError: a replication failed; those that finished are kept.
    """
    from experiments.running.engine import simulator  # when called, so that tests put in their own

    if not isinstance(config, ExperimentConfig):
        config = load_config(config)
    settings = Settings(
        workers=_workers(workers),
        folder=None if folder is None else Path(folder),
        register=_format(register),
        cluster=cluster,
        command=command,
        fresh=fresh,
    )
    return run_experiment(config, simulator(), settings, report)


def compare(
    scenario: str | Path,
    strategies: Mapping[str, str | Mapping[str, Any]],
    *,
    days: float = 28.0,
    workers: int | None = None,
    folder: str | Path | None = None,
    report: Report = silent,
    **more: Any,
) -> RunResults:
    """Simulate strategies of one firm side by side, each replication under the same luck.

    Args:
        scenario: a shipped name or a path.
        strategies: by name, the keys of a config's strategy (`policy`, `regime`, `channels`,
            `decides`, `staffing`, `overrides`), or the policy's name alone. The first is the
            reference that differences are taken from.
        days: what is measured, after `warm_up_days`.
        workers: as `run`.
        folder: as `run`.
        report: as `run`.
        more: further keys of a config: `replications` (10), `seed` (1), `warm_up_days` (0),
            `reference`, `overrides` of the scenario…

    Returns:
        Polars frames, among them `estimates` (strategy, metric, mean, low, high: 95% intervals),
        `differences` (strategy, reference, metric, mean, low, high, p, …: paired) and `metrics`
        (strategy, replication, metric, value). Units are those of `sim.METRICS`.

    Raises:
        InputError: names the key, the rule, the value and the nearest valid name.
        RunError: a replication failed; those that finished are kept.
    """
    if not isinstance(strategies, Mapping):
        raise InputError(f"strategies: must be a mapping of names; got {show(strategies)}")
    config = {
        "name": "comparison",
        "scenario": str(scenario) if isinstance(scenario, Path) else scenario,
        "horizon_days": days,
        "strategies": {
            name: {"policy": chosen} if isinstance(chosen, str) else chosen
            for name, chosen in strategies.items()
        },
        **more,
    }
    return run(config, workers=workers, folder=folder, report=report).results


def _workers(number: int | None) -> int:
    """Return the number that `Settings` takes, 0 for one process for each core."""
    if number is None:
        return 0
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        raise InputError(f"workers: must be a whole number from 1 on; got {show(number)}")
    return number


def _format(register: RegisterFormat | None) -> RegisterFormat | None:
    known = get_args(RegisterFormat)
    if register is not None and register not in known:
        raise InputError(
            f"register: must be one of {', '.join(known)}; got {show(register)}"
            f"{nearest(register, known)}"
        )
    return register
