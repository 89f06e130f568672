"""What every learner gets, and what every learner gives."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from experiments.learning.config import TrainConfig
from experiments.running.replicate import figures_of
from policies.base import Policy
from policies.learned.model import (
    Header,
    Model,
    action_names,
    feature_names,
    scenario_digest,
    structure_digest,
)
from policies.registry import make
from sim.decisions.actions import KIND_NAMES, Kind
from sim.decisions.features import recognises
from sim.env.setting import Setting, make_setting
from sim.errors import InputError
from sim.inputs import nearest
from sim.scenario import Scenario, load_scenario

Array = npt.NDArray[Any]
State = dict[str, Array]


@dataclass(frozen=True)
class Task:
    """A training config made ready: scenario, rule, setting of the training episodes.

    ``scenario`` holds the figures that policies are given; the simulated ``world`` may differ.
    """

    config: TrainConfig
    world: Scenario
    scenario: Scenario
    rule: Policy
    setting: Setting

    def arguments(self, **other: Any) -> dict[str, Any]:
        """Return the arguments of ``JourneyEnv`` for the training episodes."""
        episodes = self.config.episodes
        return {
            "scenario": self.world,
            "regime": self.config.regime,
            "decides": self.config.decides,
            "rule": self.rule,
            "rule_name": self.config.rule.use,
            "horizon_days": episodes.horizon_days,
            "warm_up_days": episodes.warm_up_days,
            "warm_up_worlds": episodes.warm_up_worlds,
            "warm_up_seed": self.config.seed,
            **other,
        }

    def header(self, form: Any, margin: float | None = None) -> Header:
        """Return the header of a learned policy, its training record still empty."""
        features, actions = feature_names(self.scenario), action_names(self.scenario)
        return Header(
            form=form,
            algorithm=self.config.algorithm.use,
            scenario=self.scenario.name,
            scenario_digest=scenario_digest(self.scenario),
            structure_digest=structure_digest(features, actions),
            features=features,
            actions=actions,
            decides=tuple(KIND_NAMES[kind] for kind in sorted(self.setting.decides)),
            matched=recognises(self.setting.regime),
            base=self.config.rule.model_dump(mode="json"),
            margin=margin,
        )


def make_task(config: TrainConfig) -> Task:
    """Return a config made ready.

    Raises:
        InputError: an unknown scenario, regime, rule or parameter.
    """
    world = load_scenario(config.scenario, config.overrides)
    scenario = figures_of(config.firm_figures, world)
    rule = make(config.rule.use, scenario, config.rule.params)
    empty = Task(config, world, scenario, rule, None)  # type: ignore[arg-type]
    return Task(config, world, scenario, rule, make_setting(**empty.arguments()))


class Learner(Protocol):
    """One algorithm at work. All state is in arrays, so that it survives a kill without pickle.

    ``steps`` counts decisions taken in training so far; ``candidates`` are the policies it would
    hand out now, of which the selection takes the best. Who works at run time only (``rollout``)
    has, beside ``steps``, nothing but a ``player`` for the evaluation.
    """

    steps: int

    def work(self, steps: int) -> dict[str, float]:
        """Train for about so many decisions; return figures for the log."""
        ...

    def state(self) -> State:
        """Return all that ``restore`` needs."""
        ...

    def restore(self, state: State) -> None:
        """Go on from a state."""
        ...

    def candidates(self) -> list[Model]:
        """Return the policies learned so far, at least one."""
        ...


def feature_columns(task: Task) -> npt.NDArray[np.int64]:
    """Return the features that the config lets the learner use.

    Raises:
        InputError: a pattern that no feature has.
    """
    names, patterns = feature_names(task.scenario), task.config.features or ("*",)
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise InputError(
                f"features: must name features of '{task.scenario.name}' (* stands for any text); "
                f"got '{pattern}'{nearest(pattern, names)}"
            )
    kept = [i for i, n in enumerate(names) if any(fnmatchcase(n, p) for p in patterns)]
    return np.array(kept, dtype=np.int64)


def customer_columns(task: Task) -> npt.NDArray[np.int64]:
    """Return the features that tell of a customer's decision (no line's head, no constant)."""
    names = feature_names(task.scenario)
    kept = [i for i in feature_columns(task) if not names[i].startswith("candidate.")]
    return np.array(kept, dtype=np.int64)


def kinds_of_actions(task: Task) -> npt.NDArray[np.int64]:
    """Return the kind of decision of each action, shape (actions,)."""
    return np.array([int(a.kind) for a in task.setting.compiled.actions], dtype=np.int64)


def one_customer_only(task: Task) -> None:
    """Refuse kinds of decision, and prices, that concern no single customer.

    Raises:
        InputError: names the algorithm and the kind.
    """
    if task.config.waiting_cost_per_h:
        raise InputError(
            f"waiting_cost_per_h: {task.config.algorithm.use} does not learn it; "
            "use maskable_ppo or dqn"
        )
    if Kind.DISPATCH in task.setting.decides:
        raise InputError(
            f"decides: {task.config.algorithm.use} learns from what a decision brings in one "
            "customer's journey, so it cannot learn 'dispatch'; leave that to the rule, or use "
            "maskable_ppo or dqn"
        )
