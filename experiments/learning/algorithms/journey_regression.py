"""What learners share that regress what a journey brought on the features, action by action."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.learning.algorithms.ridge import HALVES, SUMS, Floats, Ridge
from experiments.learning.algorithms.scoring import Standard, linear_model
from experiments.learning.targets.gather import Choose, Data, explore
from experiments.learning.task import (
    State,
    Task,
    customer_columns,
    kinds_of_actions,
    one_customer_only,
)
from policies.learned.model import Model
from policies.value.firm_figures import mean_wage_per_s
from sim.env.episode import Episode


class JourneyRegression:
    """A ridge regression of ``targets`` figures. State: its sums, the standardisation, counters.

    ``params`` has ``ridge``, ``hybrid`` and ``tail_days``, as both learners explain them.
    """

    params: Any

    def __init__(self, task: Task, params: Any, targets: int) -> None:
        one_customer_only(task)
        self.task, self.params = task, params
        self.episode = Episode(task.setting)
        columns = customer_columns(task)
        self.standard = Standard(task.setting.features.size, columns)
        self.ridge = Ridge(kinds_of_actions(task), len(columns), targets, params.ridge)
        self.price = mean_wage_per_s(task.scenario)
        self.steps = self.episodes = 0

    def play(self, choose: Choose) -> Data:
        """Return the decisions of the next episode, and count them."""
        task, tail_days = self.task, self.params.tail_days
        seed, weight = task.config.seed, task.config.retention_weight
        data, taken = explore(
            self.episode, seed, self.episodes, choose, task.rule, tail_days, weight
        )
        self.steps += taken
        return data

    def learn(self, data: Data, targets: Floats) -> None:
        """Add the episode that was played, with targets (n, targets), and go on to the next."""
        half = self.episodes % HALVES
        self.episodes += 1
        if len(data.actions):
            if not self.standard.known:
                self.standard.learn(data.vectors)
            self.ridge.add(self.standard.of(data.vectors), data.actions, targets, half)

    def solve(self) -> tuple[Floats, Floats]:
        """Return coefficients (actions, features + 1, targets) and residual sd (targets,)."""
        return self.ridge.solve(shared=self.params.hybrid)

    def policy(self, coefficients: Floats, margin: float | None) -> Model:
        """Return a policy of linear scores, coefficients (actions, features + 1) in money."""
        return linear_model(self.task, self.standard, coefficients, self.ridge.tried, margin)

    def state(self) -> State:
        """Return sums, standardisation and counters."""
        sums = {name: getattr(self.ridge, name) for name in SUMS}
        counters = np.array([self.steps, self.episodes])
        return {**sums, **self.standard.state(), "counters": counters}

    def restore(self, state: State) -> None:
        """Go on with the next episode."""
        for name in SUMS:
            setattr(self.ridge, name, state[name])
        self.standard.restore(state)
        self.steps, self.episodes = (int(x) for x in state["counters"])
