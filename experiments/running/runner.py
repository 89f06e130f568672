"""Run an experiment: replications over processes into a run folder, then the tables.

Every finished replication is kept at once, so an interrupted run loses none, and running again
goes on where it stopped. What comes out does not depend on the number of workers or the order in
which they finish.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

import polars as pl

from experiments.running.answering import answered
from experiments.running.cells import Cells, cells_of
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Engine, Firm
from experiments.running.identity import Work, default_folder, digest_of, stamp
from experiments.running.jobs import Runner
from experiments.running.manifest import describe_run, stored_seconds
from experiments.running.precision import afforded, more, start
from experiments.running.summary import summarise, values_of
from experiments.running.warm_up import pilot_warm_up
from experiments.runtime.pool import default_workers, pool
from experiments.runtime.progress import Report, silent
from experiments.store.lock import locked
from experiments.store.replications import Finished, Job, Replication
from experiments.store.results import SCHEMAS, RunResults
from experiments.store.run_folder import PILOT, claim, discard, refuse_foreign, release, sweep
from sim.errors import InputError
from sim.inputs.files import read_json, write_atomically

Export = Callable[[Replication, Path, str], None]
RegisterFormat = Literal["parquet", "csv", "xes"]
"""Formats in which a replication's register can be kept."""


@dataclass(frozen=True)
class FinishedRun:
    """A finished run: its results and folder, and what was done this time.

    `simulated` counts the replications that were run; `damaged` are those among them that were kept
    but could no longer be read as they had been written.
    """

    results: RunResults
    folder: Path
    simulated: int
    damaged: tuple[Job, ...] = ()


@dataclass(frozen=True)
class Settings:
    """How a run is done, as opposed to what is run.

    `folder` defaults to `runs/<name>-<digest>`; `register` is the format in which each
    replication's register is kept (None: not kept); `command` goes into the manifest; `fresh` says
    to keep nothing that an earlier run finished there.
    """

    workers: int = 0
    folder: Path | None = None
    register: RegisterFormat | None = None
    cluster: str = ""
    command: str = ""
    fresh: bool = False

    @property
    def processes(self) -> int:
        """The number of workers, by default one for each core."""
        return self.workers or default_workers()


def run_experiment(
    config: ExperimentConfig,
    engine: Engine,
    settings: Settings | None = None,
    report: Report = silent,
) -> FinishedRun:
    """Simulate every strategy and return the results, also saved in the run folder.

    Raises:
        InputError: the config does not fit its scenario, the folder is another run's or cannot
            be written. Whatever was finished stays; a folder where nothing was is given up.
        RunError: a replication failed for another reason; the message says which.
    """
    settings = settings or Settings()
    begun, clock = datetime.now(UTC), time.monotonic()
    cells = cells_of(config, engine)
    if settings.register is not None and engine.export is None:
        raise InputError("register: this engine keeps no register")
    identity = stamp(cells.whole, cells.firm)
    folder = settings.folder or default_folder(config, identity)
    refuse_foreign(folder)
    with locked(folder):
        claim(folder, identity)
        sweep(folder)
        if settings.fresh:
            discard(folder)
        begin = Work.of(cells.whole, identity).begin
        try:
            with pool(settings.processes, settings.cluster) as workers:
                runner = Runner(
                    engine, folder, settings.register, workers, report, begin, cells.same
                )
                days = _warm_up_days(config, runner)
                finished = _replicated(config, cells.whole.with_warm_up(days), cells, runner)
                asked = answered(config, days, cells, runner, finished)
        except InputError:
            release(folder)
            raise
        declared = [one for one in finished if one.job.strategy in config.strategies]
        tables = summarise(declared, config.reference_name, engine.metrics)
        tables["provenance"] = _provenance(cells.firm)
        firm, digest = cells.firm.only(config.strategies), digest_of(identity)
        manifest = describe_run(config, days, firm, digest, declared) | asked.manifest
        manifest |= _times(begun, time.monotonic() - clock, runner)
        manifest |= {"command": settings.command, "workers": settings.processes}
        results = RunResults.build(tables, manifest, asked.frames)
        results.save(folder)
    return FinishedRun(results, folder, runner.simulated, tuple(sorted(runner.damaged)))


def _times(begun: datetime, duration_s: float, runner: Runner) -> dict[str, Any]:
    """Return what the manifest says of times; a run's is the median, as first ones take longer."""
    each = median(runner.seconds) if runner.seconds else stored_seconds(runner.folder)
    return {
        "started": begun.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "duration_s": round(duration_s, 3),
        "seconds_per_run": each,
    }


def _replicated(
    config: ExperimentConfig, resolved: ExperimentConfig, cells: Cells, runner: Runner
) -> list[Finished]:
    """Run as many replications of each strategy as the config or its stopping rule wants.

    Args:
        config: as given; it says how many.
        resolved: the config with all strategies and its warm-up in days.
        cells: which of the strategies are equal.
        runner: does the work.
    """
    numbers = start(config)
    while True:
        finished = runner.first(resolved, numbers)
        wanted = more(config, numbers, values_of(finished), runner.engine.metrics)
        wanted = afforded(numbers, wanted, cells.same, config.most_runs)
        if wanted == numbers:
            return finished
        numbers = wanted


def _warm_up_days(config: ExperimentConfig, runner: Runner) -> float:
    """Return the days that are not measured; a pilot of the declared strategies finds them."""
    if config.warm_up_days != "auto":
        return config.warm_up_days
    kept = runner.folder / PILOT  # a pilot says the same each time, so once is enough
    try:
        days = float(read_json(kept)["warm_up_days"])
    except (OSError, InputError, ValueError, KeyError, TypeError):
        days = pilot_warm_up(config, runner.engine.replicate, runner.workers, runner.report)
        write_atomically(kept, json.dumps({"warm_up_days": days}).encode())
    return days


def _provenance(firm: Firm) -> pl.DataFrame:
    rows = [{**asdict(row), "value": f"{row.value:g}"} for row in firm.provenance]
    return pl.DataFrame(rows, schema=SCHEMAS["provenance"], orient="row")
