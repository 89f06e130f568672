"""Jobs of a run: replications over processes, each kept at once and read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Engine, Replicate, attempt
from experiments.running.precision import by_cell
from experiments.runtime.pool import Pool
from experiments.runtime.progress import Report
from experiments.store.replications import (
    REGISTER,
    Finished,
    Job,
    Replication,
    State,
    load,
    state,
    store,
)
from sim.errors import InputError

Export = Callable[[Replication, Path, str], None]


@dataclass
class Runner:
    """Runs jobs that are not finished yet, and counts them.

    `same` names, by strategy, the equal one that is run in its place. `seconds` holds the work of
    each of the `simulated` replications.
    """

    engine: Engine
    folder: Path
    register: str | None
    workers: Pool
    report: Report
    begin: Callable[[], None]
    same: Mapping[str, str] = field(default_factory=dict)
    simulated: int = 0
    seconds: list[float] = field(default_factory=list)
    damaged: set[Job] = field(default_factory=set)

    def first(self, config: ExperimentConfig, numbers: Mapping[str, int]) -> list[Finished]:
        """Return the first replications of strategies, running those that are missing.

        Args:
            config: holds all the strategies.
            numbers: how many of each; the order is that of the result.
        """
        cells = by_cell(numbers, self.same)
        most = max(cells.values(), default=0)
        jobs = [Job(cell, i) for i in range(most) for cell, n in cells.items() if i < n]
        self.do(config, jobs, "replications")
        loaded = {job: load(self.folder, job) for job in jobs}
        damaged = [job for job, replication in loaded.items() if replication is None]
        if damaged:  # such as a file cut short by a failing disk: run these again
            self.damaged.update(damaged)
            self.do(config, damaged, "damaged replications", again=True)
            loaded |= {job: load(self.folder, job) for job in damaged}
        kept = [
            replace(found, job=Job(name, i))
            for name, n in numbers.items()
            for i in range(n)
            if (found := loaded[Job(self.same.get(name, name), i)]) is not None
        ]
        if len(kept) < sum(numbers.values()):
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
        for seconds in self.workers(work, open_jobs):
            done += 1
            self.simulated += 1
            self.seconds.append(seconds)
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
) -> float:
    """Run one replication and keep it, and return the seconds; what a worker process does.

    Raises:
        InputError: what `replicate` refuses, or a folder that cannot be written.
        RunError: anything else that `replicate` raises, with the place where it was raised; or
            `begin` finds that this process has another source than the run.
    """
    begin()
    started = time.perf_counter()
    result = attempt(replicate, config.only(job.strategy), job.strategy, job.replication)
    store(folder, job, result, export and partial(_keep_register, export, result, register))
    return time.perf_counter() - started


def _keep_register(export: Export, result: Replication, register: str, folder: Path) -> str:
    """Write a register below the folder given; what `store` calls."""
    target = folder / REGISTER
    target.mkdir()
    export(result, target, register)
    return register
