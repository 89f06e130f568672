"""One replication of one strategy of a config, apart from a run: its register, its world."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.running.config.experiment import ExperimentConfig, load_config
from experiments.running.engine import attempt, check_strategy
from experiments.running.replicate import (
    PreparedStrategy,
    prepared,
    replicate,
)
from sim.errors import InputError
from sim.inputs import nearest
from sim.inputs.names import show
from sim.register.export import export
from sim.scenario import load_scenario

Source = str | Path | Mapping[str, Any] | ExperimentConfig


def ready(
    config: Source, strategy: str, replication: int
) -> tuple[ExperimentConfig, PreparedStrategy]:
    """Return a config and one of its strategies made ready, as a run would simulate it.

    Raises:
        InputError: no such strategy, a number that is none, a warm-up that a run would have to
            find, or what a run would refuse of the strategy.
    """
    loaded = config if isinstance(config, ExperimentConfig) else load_config(config)
    if strategy not in loaded.strategies:
        raise InputError(
            f"strategy: must be one of {', '.join(loaded.strategies)}; "
            f"got {show(strategy)}{nearest(strategy, loaded.strategies)}"
        )
    if isinstance(replication, bool) or not isinstance(replication, int) or replication < 0:
        raise InputError(f"replication: must be a whole number from 0 on; got {show(replication)}")
    if loaded.warm_up_days == "auto":
        raise InputError(
            "warm_up_days: must be a number for a single replication; got 'auto', which a run "
            "finds with a pilot (the run's manifest.json says what it found)"
        )
    firm = load_scenario(loaded.scenario, loaded.scenario_overrides(strategy))
    check_strategy(strategy, loaded.strategies[strategy], firm)
    try:
        return loaded, prepared(loaded, strategy)
    except InputError as error:
        raise InputError(f"strategies.{strategy}: {error}") from None


def export_register(
    config: Source,
    strategy: str,
    folder: str | Path,
    *,
    replication: int = 0,
    form: str = "parquet",
) -> tuple[list[Path], str]:
    """Simulate a replication as a run does and write its register.

    Args:
        config: a shipped name, a path, a mapping, or what `load_config` gave.
        strategy: one of the config's.
        folder: where the files go; made if missing.
        replication: its number, from 0; a run's replications are counted likewise.
        form: `parquet`, `csv` (a file for each table) or `xes` (an event log).

    Returns:
        The files, and the register's SHA-256: that in the `digests` of a run's manifest.

    Raises:
        InputError: as `ready`; an unknown format; or the folder cannot be written.
        RunError: the replication failed.
    """
    loaded, _ = ready(config, strategy, replication)
    result: Any = attempt(replicate, loaded, strategy, replication)
    return export(result.register, Path(folder), form, result.compiled), result.digest
