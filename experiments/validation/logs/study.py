"""Simulate a test log again and again: with the fit, and with fits to resampled training logs.

The first give the prediction. The second give its interval, which so holds the luck of one test
period and what is not known of the parameters (Efron 1979; whole days or customers are resampled).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

import polars as pl

from experiments.runtime.pool import default_workers, pool
from experiments.runtime.progress import Report, silent
from experiments.validation.logs.rows import LogRow, Measure, compared
from sim.errors import InputError


class LogReplication(NamedTuple):
    """One replication, of `of` in all; `refit`: with parameters fitted to a resampled log."""

    number: int
    of: int
    refit: bool


class Study(Protocol):
    """Gives the figures of one simulated test period; None when a resampled log is too thin."""

    def once(self, job: LogReplication) -> pl.DataFrame | None:
        """Simulate one job."""


@dataclass(frozen=True)
class Effort:
    """Replications with the fit, refits, seed and processes (None: one a core)."""

    replications: int = 40
    refits: int = 40
    seed: int = 1
    workers: int | None = None


@dataclass(frozen=True)
class LogResult:
    """What a log check found; `notes` say what was left out or replaced, and what was given."""

    name: str
    title: str
    given: str
    rows: tuple[LogRow, ...]
    notes: tuple[str, ...]


def simulate(
    study: Study, effort: Effort, report: Report = silent
) -> tuple[list[pl.DataFrame], list[pl.DataFrame], list[str]]:
    """Figures of the replications and of the refits, in order, and notes on what failed."""
    of = effort.replications + effort.refits
    jobs = [LogReplication(number, of, number >= effort.replications) for number in range(of)]
    found: dict[int, pl.DataFrame | None] = {}
    with pool(min(effort.workers or default_workers(), of)) as spread:
        for number, frame in spread(partial(_numbered, study), jobs):
            found[number] = frame
            report("simulating", len(found), of)
    plain = [frame for n in range(effort.replications) if (frame := found[n]) is not None]
    refitted = [frame for n in range(effort.replications, of) if (frame := found[n]) is not None]
    notes = []
    thin = effort.refits - len(refitted)
    if thin:
        notes.append(f"{thin} of {effort.refits} resampled training logs were too thin to fit")
    if not refitted:
        notes.append("intervals hold the luck of the test period only, not the fit's uncertainty")
    return plain, refitted or plain, notes


def _numbered(study: Study, job: LogReplication) -> tuple[int, pl.DataFrame | None]:
    return job.number, study.once(job)


def result(
    name: str,
    title: str,
    given: str,
    study: Study,
    observed: pl.DataFrame,
    measures: Sequence[Measure],
    effort: Effort,
    notes: Sequence[str],
    report: Report = silent,
) -> LogResult:
    """Simulate, compare, and collect the notes. Raises `InputError` when nothing is comparable."""
    plain, spread, more = simulate(study, effort, report)
    rows, few = compared(observed, plain, spread, measures)
    if not rows:
        raise InputError(f"{name}: the test log has nothing that the training log can predict")
    if few:
        more.append(f"{few} figures of fewer than 20 observed values are not shown")
    return LogResult(name, title, given, tuple(rows), (*notes, *more))
