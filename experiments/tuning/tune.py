"""Tune the strategies of a config, and check the outcome on luck that no trial has seen."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.running.engine import Engine
from experiments.running.identity import digest_of, stamp
from experiments.running.runner import Settings, run_experiment
from experiments.running.summary import steps
from experiments.runtime.pool import pool
from experiments.runtime.progress import Report, silent
from experiments.statistics import PairedDifference, paired_difference
from experiments.store.lock import locked
from experiments.store.results import RunResults
from experiments.store.run_folder import claim, refuse_foreign
from experiments.tuning.config import TuneConfig
from experiments.tuning.evaluate import Evaluator, with_params
from experiments.tuning.objective import formula, score, weights_of
from experiments.tuning.outcome import CHECK, Tuned, gain_of, write
from experiments.tuning.search import Search, importance, leader, quiet
from experiments.tuning.space import Dimension, dimensions
from experiments.tuning.store import Evaluations
from sim.errors import InputError
from sim.inputs.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.strategies.strategy import Strategy

STUDY, SUMMARY = "study.sqlite", "tuning.json"
SUFFIX = " tuned"


@dataclass(frozen=True)
class Tuning:
    """A finished tuning: its folder, the strategies, and the validation run's results."""

    folder: Path
    objective: str
    tuned: tuple[Tuned, ...]
    validation: RunResults | None


def tune(
    config: TuneConfig,
    engine: Engine,
    settings: Settings | None = None,
    *,
    resume: bool = False,
    report: Report = silent,
) -> Tuning:
    """Tune every strategy of the config and write the outcome into a folder.

    Args:
        config: what is tuned.
        engine: the simulator.
        settings: workers and folder (by default `runs/<name>-<digest>`).
        resume: go on with the trials that the folder has.
        report: called as trials finish.

    Raises:
        InputError: the config does not fit its scenario or policies, the folder is another's,
            cannot be written, or has trials while `resume` is not set.
        RunError: a replication failed; finished trials are kept.
    """
    settings = settings or Settings()
    experiment = config.experiment()
    weights = weights_of(config.objective, engine.better)
    # What determines the trials, apart from how many there are.
    apart = {"title", "description", "validation", "trials", "scenario", "overrides"}
    digest = digest_of(config.model_dump(mode="json", exclude=apart))
    identity = stamp(experiment, engine.describe(experiment)) | {"tuning": digest}
    spaces = {name: space_of(config, name) for name in config.strategies}
    folder = settings.folder or Path("runs") / f"{config.name}-{digest_of(identity)[:8]}"
    if not resume and (folder / STUDY).exists():
        raise InputError(
            f"{folder}: has trials already; go on with --resume, or choose another --out"
        )
    refuse_foreign(folder)
    with locked(folder):
        claim(folder, identity)
        tuned = []
        with pool(settings.processes) as workers:
            evaluator = Evaluator(experiment, engine, weights, Evaluations(folder), workers)
            for name, space in spaces.items():
                with _study(folder, name) as study:
                    search = Search(study, name, space, config, evaluator)
                    tuned.append(_one(search, config.strategies[name], config.trials, report))
        checked = None
        if config.validation is not None:
            checked = _validate(config, engine, settings, folder, tuned, report)
            tuned = [replace(one, unseen=unseen(checked, one.name, weights)) for one in tuned]
        write(folder, config, tuned, _head(config, weights, tuned))
        result = Tuning(folder, formula(weights), tuple(tuned), checked)
        write_atomically(
            folder / SUMMARY, (json.dumps(tuning_summary(result), indent=2) + "\n").encode()
        )
    return result


def space_of(config: TuneConfig, name: str) -> list[Dimension]:
    """Return what is searched for one strategy of a config.

    Raises:
        InputError: as `experiments.tuning.space.dimensions`, or an unknown policy.
    """
    from experiments.running.replicate import scenario_of
    from policies.registry import find

    choice = config.strategies[name].policy
    scenario = scenario_of(config.experiment(), name)
    return dimensions(name, find(choice.use), scenario, choice.params, config.search.get(name))


def unseen(
    results: RunResults, name: str, weights: Mapping[str, float]
) -> dict[str, PairedDifference]:
    """Return tuned minus untuned on the validation's replications: the objective, its metrics."""
    from sim.metrics.metrics import METRICS

    before, after = _values(results, name), _values(results, name + SUFFIX)
    known = dict.fromkeys(key for row in (*before, *after) for key in row)
    columns = {
        key: {
            which: np.array([row.get(key, math.nan) for row in rows])
            for which, rows in (("before", before), ("after", after))
        }
        for key in known
    }
    widths = steps(columns, METRICS)
    gains = {
        "objective": paired_difference(
            [score(row, weights) for row in after], [score(row, weights) for row in before]
        )
    }
    for metric in dict.fromkeys([*weights, "retention", "cost_per_customer"]):
        if all(metric in row for row in (*before, *after)):
            found = columns[metric]
            gains[metric] = paired_difference(found["after"], found["before"], step=widths[metric])
    return gains


def tuning_summary(tuning: Tuning) -> dict[str, Any]:
    """Return a tuning as plain values."""
    return {
        "folder": str(tuning.folder),
        "objective": tuning.objective,
        "strategies": {one.name: one.summary() for one in tuning.tuned},
    }


def _one(search: Search, strategy: Strategy, trials: int, report: Report) -> Tuned:
    def tell(done: int, gain: float) -> None:
        report(f"{search.strategy}: best gain {gain:+.4g}", done, trials)

    tell(0, 0.0)
    found = search.run(trials, tell)
    best = leader(found)
    if best is None:  # cannot be: the untuned policy is a trial and is never pruned
        raise InputError(f"strategies.{search.strategy}: no trial was complete")
    return Tuned(
        name=search.strategy,
        strategy=strategy,
        space=tuple(search.space),
        trials=tuple(found),
        best=best,
        start=search.start,
        seen=gain_of(best, search.start_scores),
        importance=importance(search.space, found),
    )


@contextmanager
def _study(folder: Path, name: str) -> Iterator[Any]:
    """Give the Optuna study of one strategy, in the folder's database."""
    with quiet() as optuna:
        path = (folder / STUDY).resolve()
        try:
            storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
            study = optuna.create_study(
                storage=storage, study_name=name, direction="maximize", load_if_exists=True
            )
        except Exception as error:  # SQLAlchemy's many, of which none is ours to import
            reason = str(error).splitlines()[0]
            raise InputError(f"{path}: cannot be used as a study: {reason}") from None
        try:
            yield study
        finally:
            storage.remove_session()
            storage.engine.dispose()


def _validate(
    config: TuneConfig,
    engine: Engine,
    settings: Settings,
    folder: Path,
    tuned: list[Tuned],
    report: Report,
) -> RunResults:
    strategies: dict[str, Strategy] = {}
    for one in tuned:
        strategies[one.name] = one.strategy
        strategies[one.name + SUFFIX] = with_params(one.strategy, one.best.params).model_copy(
            update={"title": f"{one.strategy.title or one.name}, tuned"}
        )
    experiment = config.experiment(strategies, validation=True)
    there = replace(settings, folder=folder / CHECK)
    _make_way(folder / CHECK, stamp(experiment, engine.describe(experiment)))
    return run_experiment(experiment, engine, there, report).results


def _make_way(folder: Path, identity: Mapping[str, str]) -> None:
    """Remove a validation of other parameters, which more trials have since replaced."""
    import shutil

    if not folder.exists():
        return
    try:
        claim(folder, identity)
    except InputError:
        shutil.rmtree(folder)


def _values(results: RunResults, strategy: str) -> list[dict[str, float]]:
    """Return the metrics of each replication, in their order."""
    rows = results.metrics.filter(strategy=strategy)
    found: dict[int, dict[str, float]] = {}
    for row in rows.iter_rows(named=True):
        value = float("nan") if row["value"] is None else row["value"]
        found.setdefault(row["replication"], {})[row["metric"]] = value
    return [found[number] for number in sorted(found)]


def _head(config: TuneConfig, weights: Mapping[str, float], tuned: list[Tuned]) -> list[str]:
    lines = [
        f"Tuned by `optichannel tune` ({config.name}): the most {formula(weights)}.",
        f"Seed {config.seed}, {config.replications} replications of {config.horizon_days:g} days "
        f"after {config.warm_up_days:g}; {config.trials} trials each.",
    ]
    for one in tuned:
        seen = f"{one.name}: {one.seen.mean:+.4g} on the tuning seed"
        if "objective" in one.unseen:
            gain = one.unseen["objective"]
            seen += f", {gain.mean:+.4g} [{gain.low:.4g}, {gain.high:.4g}] on others"
        lines.append(seen + ".")
    return lines
