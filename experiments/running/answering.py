"""From finished replications to the answers of a config's questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import polars as pl

from experiments.questions import leaving
from experiments.questions.blocks import Questions
from experiments.questions.derived import Derived
from experiments.questions.levers import strategy_of
from experiments.questions.measured import Measured, finite
from experiments.questions.tables import ANSWER_TABLES, frames_of
from experiments.running.cells import Cells
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.jobs import Runner
from experiments.running.summary import steps, values_of
from experiments.store.replications import Finished


@dataclass(frozen=True)
class Answered:
    """The answers' tables, and what the manifest says of them."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)


def answered(
    config: ExperimentConfig,
    warm_up_days: float,
    cells: Cells,
    runner: Runner,
    finished: Sequence[Finished],
) -> Answered:
    """Return the answers to a config's questions; nothing where it asks none.

    The best portfolio of levers is known only now, so that it is simulated here.
    """
    questions = config.questions
    if not questions.blocks and config.leaving is None:
        return Answered()
    days, reference = config.horizon_days, config.reference_name
    measured = _measured(finished, runner)
    firms = cells.firm.contents
    chosen = questions.portfolio(measured, reference, firms, days)
    if chosen:
        name, portfolio = _portfolio(questions, config, chosen)
        cells = cells.with_strategy(runner.engine, name, portfolio)
        runner.same = cells.same
        n = sum(one.job.strategy == portfolio.of for one in finished)
        together = runner.first(cells.whole.with_warm_up(warm_up_days), {name: n})
        finished = [*finished, *together]
        measured = _measured(finished, runner)
    answers = questions.answers(measured, reference, config.strategies, firms, days)
    if config.leaving is not None:
        told = leaving.answer(config.leaving, config.strategies, measured, days)
        answers = replace(answers, leaving=told)
    derived = [name for name in cells.whole.strategies if name not in config.strategies]
    own = [name for name in derived if cells.same.get(name, name) == name]
    answers = replace(answers, derived=len(derived), simulated=len(own))
    of_derived = [one for one in finished if one.job.strategy not in config.strategies]
    cell_rows = pl.DataFrame(
        list(_cell_rows(of_derived)), schema=ANSWER_TABLES["cells"], orient="row"
    )
    same = {name: cells.same[name] for name in derived if name in cells.same and name not in own}
    return Answered(
        frames_of(answers) | {"cells": cell_rows},
        {"answers": answers.plain(), "same_cells": same},
    )


def _measured(finished: Sequence[Finished], runner: Runner) -> Measured:
    values = values_of(finished)
    digests: dict[str, tuple[str, ...]] = {}
    for one in finished:
        digests[one.job.strategy] = (*digests.get(one.job.strategy, ()), one.digest)
    return Measured(values, steps(values, runner.engine.metrics), digests)


def _portfolio(
    questions: Questions, config: ExperimentConfig, chosen: tuple[str, ...]
) -> tuple[str, Derived]:
    assert questions.levers is not None
    of = questions.levers.base(config.reference_name)
    together = questions.levers.together(chosen, config.strategies[of])
    where = f"levers.levers ({' with '.join(chosen)})"
    return strategy_of(chosen), Derived(of, together, where)


def _cell_rows(finished: Iterable[Finished]) -> Iterable[dict[str, Any]]:
    for one in finished:
        job = asdict(one.job)
        for metric, value in one.metrics.items():
            yield {
                "cell": job["strategy"],
                "replication": job["replication"],
                "metric": metric,
                "value": finite(value),
            }
