"""The algorithms by name, with their hyper-parameters checked."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

from experiments.learning.config import TrainConfig
from experiments.learning.task import Learner, Task
from sim.errors import InputError
from sim.inputs import StrictModel, nearest, validate


class Algorithm(NamedTuple):
    """Where an algorithm is: module, class, and its idea in a line."""

    module: str
    name: str
    idea: str
    extra: str = ""


ALGORITHMS = {
    "dqn": Algorithm("dqn", "MaskedDQN", "deep Q-learning with masks, discounted by time", "learn"),
    "fitted_index": Algorithm("fitted_index", "FittedIndex", "regressed value of each action"),
    "lin_ucb": Algorithm("lin_ucb", "LinUCB", "contextual linear bandit, optimistic"),
    "maskable_ppo": Algorithm("ppo", "TimedPPO", "PPO with masks, discounted by time", "learn"),
    "policy_improvement": Algorithm(
        "improvement", "PolicyImprovement", "a network corrects a rule's own values", "learn"
    ),
    "rollout": Algorithm("rollout", "Rollout", "looks ahead in forks at run time (a bound)"),
}


def make_learner(task: Task) -> Learner:
    """Return the learner that a config names.

    Raises:
        InputError: an unknown algorithm or hyper-parameter, or a library that is not installed.
    """
    module, name = _module(task.config)
    learner: Learner = getattr(module, name)(task, check_params(task.config))
    return learner


def check_params(config: TrainConfig) -> Any:
    """Return the checked hyper-parameters of a config's algorithm; InputError where wrong."""
    module, _ = _module(config)
    model: type[StrictModel] = module.Params
    return validate(model, config.algorithm.params, "algorithm.params")


def _module(config: TrainConfig) -> tuple[Any, str]:
    use = config.algorithm.use
    found = ALGORITHMS.get(use)
    if found is None:
        raise InputError(
            f"algorithm.use: must be one of {', '.join(ALGORITHMS)}; got '{use}'"
            f"{nearest(use, ALGORITHMS)}"
        )
    try:
        return importlib.import_module(
            f"experiments.learning.algorithms.{found.module}"
        ), found.name
    except ModuleNotFoundError as error:
        if not found.extra or (error.name or "").startswith("experiments"):
            raise
        raise InputError(
            f"algorithm.use: {use} needs '{error.name}'; install optichannel[{found.extra}]"
        ) from None
