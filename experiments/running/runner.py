"""Run an experiment: replications over processes into a run folder, then the tables.

Every finished replication is kept at once, so an interrupted run loses none, and running again
goes on where it stopped. What comes out does not depend on the number of workers or the order in
which they finish.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Literal

import polars as pl

from experiments.running.config.experiment import ExperimentConfig, Precision
from experiments.running.engine import Engine, Firm, Replicate, attempt
from experiments.running.identity import Work, default_folder, digest_of, stamp
from experiments.running.manifest import describe_run
from experiments.running.summary import FloatArray, Values, steps, summarise, values_of
from experiments.running.warm_up import pilot_warm_up
from experiments.runtime.pool import Pool, default_workers, pool
from experiments.runtime.progress import Report, silent
from experiments.statistics import Precision as Goal
from experiments.statistics import StoppingRule
from experiments.store.lock import locked
from experiments.store.results import SCHEMAS, RunResults
from experiments.store.run_folder import (
    PILOT,
    REGISTER,
    Finished,
    Job,
    Replication,
    State,
    claim,
    discard,
    load,
    refuse_foreign,
    release,
    state,
    store,
    sweep,
)
from sim.errors import InputError
from sim.inputs.files import read_json, write_atomically
from sim.metrics.metrics import Metric

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
    firm = engine.describe(config)
    if settings.register is not None and engine.export is None:
        raise InputError("register: this engine keeps no register")
    identity = stamp(config, firm)
    folder = settings.folder or default_folder(config, identity)
    refuse_foreign(folder)
    with locked(folder):
        claim(folder, identity)
        sweep(folder)
        if settings.fresh:
            discard(folder)
        begin = Work.of(config, identity).begin
        try:
            with pool(settings.processes, settings.cluster) as workers:
                runner = _Runner(engine, folder, settings.register, workers, report, begin)
                resolved = _with_warm_up(config, runner)
                finished = runner.all(resolved)
        except InputError:
            release(folder)
            raise
        tables = summarise(finished, config.reference_name, engine.metrics)
        tables["provenance"] = _provenance(firm)
        manifest = describe_run(resolved, config, firm, digest_of(identity), finished) | {
            "command": settings.command,
            "workers": settings.processes,
            "started": begun.isoformat(timespec="seconds"),
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "duration_s": round(time.monotonic() - clock, 3),
        }
        results = RunResults.build(tables, manifest)
        results.save(folder)
    return FinishedRun(results, folder, runner.simulated, tuple(sorted(runner.damaged)))


@dataclass
class _Runner:
    """Runs jobs that are not finished yet, and counts them."""

    engine: Engine
    folder: Path
    register: str | None
    workers: Pool
    report: Report
    begin: Callable[[], None]
    simulated: int = 0
    damaged: set[Job] = field(default_factory=set)

    def all(self, config: ExperimentConfig) -> list[Finished]:
        """Run as many replications as the config or its stopping rule wants."""
        wanted = config.replications
        if isinstance(wanted, int):
            return self.first(config, wanted)
        rule, n = stopping_rule(wanted, config.strategies, config.reference_name), wanted.min
        while True:
            finished = self.first(config, n)
            values = values_of(finished)
            decision = rule.decide(
                rule_values(wanted, values, config.reference_name),
                rule_steps(wanted, values, self.engine.metrics),
            )
            if decision.stop:
                return finished
            n += decision.more

    def first(self, config: ExperimentConfig, n: int) -> list[Finished]:
        """Return the first `n` replications of every strategy, running those that are missing."""
        jobs = [Job(name, number) for number in range(n) for name in config.strategies]
        self.do(config, jobs, "replications")
        loaded = {job: load(self.folder, job) for job in jobs}
        damaged = [job for job, replication in loaded.items() if replication is None]
        if damaged:  # such as a file cut short by a failing disk: run these again
            self.damaged.update(damaged)
            self.do(config, damaged, "damaged replications", again=True)
            loaded |= {job: load(self.folder, job) for job in damaged}
        ordered = (loaded[Job(name, number)] for name in config.strategies for number in range(n))
        kept = [replication for replication in ordered if replication is not None]
        if len(kept) < len(jobs):
            raise InputError(f"{self.folder}: what was just written cannot be read back")
        return kept

    def do(
        self, config: ExperimentConfig, jobs: Sequence[Job], what: str, again: bool = False
    ) -> None:
        """Run `jobs`, except those that are kept already."""
        states = {job: state(self.folder, job, self.register) for job in jobs}
        self.damaged.update(job for job, found in states.items() if found is State.DAMAGED)
        open_jobs = [job for job in jobs if again or states[job] is not State.KEPT]
        done = len(jobs) - len(open_jobs)
        self.report(what, done, len(jobs))
        work = partial(
            run_job,
            config=config,
            replicate=self.engine.replicate,
            folder=self.folder.resolve(),
            export=self.engine.export if self.register is not None else None,
            register=self.register or "",
            begin=self.begin,
        )
        for _ in self.workers(work, open_jobs):
            done += 1
            self.simulated += 1
            self.report(what, done, len(jobs))


def run_job(
    job: Job,
    *,
    config: ExperimentConfig,
    replicate: Replicate,
    folder: Path,
    export: Export | None,
    register: str,
    begin: Callable[[], None],
) -> Job:
    """Run one replication and keep it; this is what a worker process does.

    Raises:
        InputError: what `replicate` refuses, or a folder that cannot be written.
        RunError: anything else that `replicate` raises, with the place where it was raised; or
            `begin` finds that this process has another source than the run.
    """
    begin()
    result = attempt(replicate, config, job.strategy, job.replication)
    store(folder, job, result, export and partial(_keep_register, export, result, register))
    return job


def stopping_rule(wanted: Precision, strategies: Iterable[str], reference: str) -> StoppingRule:
    """Return the rule over every strategy's mean or difference that is wanted."""
    goals = tuple(
        Goal(metric=f"{name}: {metric}", absolute=target.absolute, relative=target.relative)
        for metric, target in wanted.precision.items()
        for name in strategies
        if target.of == "mean" or name != reference
    )
    return StoppingRule(targets=goals, minimum=wanted.min, maximum=wanted.max, step=wanted.step)


def rule_values(wanted: Precision, values: Values, reference: str) -> dict[str, FloatArray]:
    """Return what the stopping rule looks at: shape (replications,) for each of its targets."""
    for metric in wanted.precision:
        if metric not in values:
            known = ", ".join(values)
            raise InputError(f"replications.precision.{metric}: no such metric; has {known}")
    return {
        f"{name}: {metric}": own - values[metric][reference] if target.of == "difference" else own
        for metric, target in wanted.precision.items()
        for name, own in values[metric].items()
    }


def rule_steps(
    wanted: Precision, values: Values, metrics: Mapping[str, Metric]
) -> dict[str, float]:
    """Return the widths of the lattices of the stopping rule's targets."""
    widths = steps(values, metrics)
    return {
        f"{name}: {metric}": widths[metric]
        for metric in wanted.precision
        for name in values[metric]
    }


def _with_warm_up(config: ExperimentConfig, runner: _Runner) -> ExperimentConfig:
    if config.warm_up_days != "auto":
        return config
    kept = runner.folder / PILOT  # a pilot says the same each time, so once is enough
    try:
        days = float(read_json(kept)["warm_up_days"])
    except (OSError, InputError, ValueError, KeyError, TypeError):
        days = pilot_warm_up(config, runner.engine.replicate, runner.workers, runner.report)
        write_atomically(kept, json.dumps({"warm_up_days": days}).encode())
    return config.with_warm_up(days)


def _keep_register(export: Export, result: Replication, register: str, folder: Path) -> str:
    """Write a register below the folder given; what `store` calls."""
    target = folder / REGISTER
    target.mkdir()
    export(result, target, register)
    return register


def _provenance(firm: Firm) -> pl.DataFrame:
    rows = [{**asdict(row), "value": f"{row.value:g}"} for row in firm.provenance]
    return pl.DataFrame(rows, schema=SCHEMAS["provenance"], orient="row")
