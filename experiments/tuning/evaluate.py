"""Evaluations over processes: each a replication of a strategy with some parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Engine, Replicate, attempt
from experiments.runtime.pool import Pool, RunError
from experiments.strategies.strategy import PolicyChoice, Strategy
from experiments.tuning.objective import score
from experiments.tuning.store import Evaluation, Evaluations, Metrics
from sim.errors import InputError


def with_params(strategy: Strategy, params: Mapping[str, Any]) -> Strategy:
    """Return a strategy whose policy has these parameters, beside those that it sets itself."""
    both = {**strategy.policy.params, **params}
    return strategy.model_copy(
        update={"policy": PolicyChoice(use=strategy.policy.use, params=both)}
    )


def evaluate(
    evaluation: Evaluation, *, config: ExperimentConfig, replicate: Replicate
) -> tuple[Evaluation, Metrics | str]:
    """Simulate one evaluation; this is what a worker process does.

    Returns:
        The metrics, or the message with which the policy refused its parameters.

    Raises:
        RunError: the replication failed for another reason; the message gives the parameters.
    """
    name = evaluation.strategy
    strategy = with_params(config.strategies[name], evaluation.parameters)
    tried = config.model_copy(update={"strategies": {**config.strategies, name: strategy}})
    try:
        return evaluation, dict(attempt(replicate, tried, name, evaluation.replication).metrics)
    except InputError as error:
        return evaluation, str(error)
    except RunError as error:
        raise RunError(f"{error} (with {evaluation.params})") from None


@dataclass(frozen=True)
class Evaluator:
    """Evaluates candidates of one config, each evaluation once.

    `weights` make the score of its metrics.
    """

    config: ExperimentConfig
    engine: Engine
    weights: Mapping[str, float]
    store: Evaluations
    workers: Pool

    def run(self, wanted: Iterable[Evaluation]) -> None:
        """Do those evaluations that are not kept yet."""
        missing = [one for one in dict.fromkeys(wanted) if self.store.get(one) is None]
        work = partial(evaluate, config=self.config, replicate=self.engine.replicate)
        for evaluation, found in self.workers(work, missing):
            self.store.put(evaluation, found)

    def scores(self, strategy: str, params: Mapping[str, Any], n: int) -> list[float] | str:
        """Return the scores of the first `n` replications, which must be kept.

        A text instead says why the candidate is no candidate: the policy refuses its parameters,
        or a metric of the objective is undefined.
        """
        values = []
        for number in range(n):
            found = self.store.get(Evaluation.of(strategy, params, number))
            if found is None or isinstance(found, str):
                return found or f"replication {number} is missing"
            value = score(found, self.weights)
            if value != value:
                names = [k for k in self.weights if found.get(k, float("nan")) != found.get(k)]
                return f"the metric {', '.join(names)} is undefined in replication {number}"
            values.append(value)
        return values


def jobs(
    strategy: str, candidates: Sequence[Mapping[str, Any]], first: int, last: int
) -> list[Evaluation]:
    """Return the evaluations of candidates on the replications from `first` to before `last`."""
    return [Evaluation.of(strategy, p, n) for n in range(first, last) for p in candidates]
