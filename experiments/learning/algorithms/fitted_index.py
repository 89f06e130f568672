"""A fitted index rule: what each action brings in a journey, regressed on the features.

Decisions are explored with probability ``explore``, uniformly over the legal actions, else taken by
the rule. Three targets are regressed by action: money, agents' seconds, and seconds of contacts
that had to wait. Their combination at several prices of crowding and several margins over the
rule's action are the candidates; the selection, which plays whole worlds, sees what single
journeys do not show, the effect on others.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from experiments.learning.algorithms.ridge import HALVES, SUMS, Ridge
from experiments.learning.algorithms.scoring import Positive, Standard, linear_model
from experiments.learning.targets.gather import Data, explore
from experiments.learning.task import (
    State,
    Task,
    customer_columns,
    kinds_of_actions,
    one_customer_only,
)
from policies.learned.model import Model
from policies.value.firm_figures import mean_wage_per_s
from sim.decisions.features import Vector
from sim.env.episode import Episode
from sim.inputs import StrictModel

Floats = npt.NDArray[np.float64]


class Params(StrictModel):
    """Hyper-parameters.

    ``explore``: probability of exploring.
    ``ridge``: penalties on coefficients, of which each kind takes the one that predicts best.
    ``hybrid``: actions of one kind share a prior fit. ``labour``: share of the mean wage that an
    agent's second costs.
    ``crowding``: shares of the wage, tried in the selection, that a second of a contact costs
    which had to wait. ``margins``: advantages over the rule's action, in money, tried likewise.
    ``tail_days``: decisions of an episode's last days are left out.
    """

    explore: float = Field(default=0.4, gt=0, le=1)
    ridge: tuple[Positive, ...] = Field(default=(30.0, 300.0, 3000.0), min_length=1)
    hybrid: bool = True
    labour: float = Field(default=0.25, ge=0, le=20)
    crowding: tuple[float, ...] = Field(default=(0.0, 1.0, 3.0), min_length=1, max_length=20)
    margins: tuple[float, ...] = Field(default=(0.0, 1.0), min_length=1, max_length=20)
    tail_days: float = Field(default=3.0, ge=0)


class FittedIndex:
    """See the module. State: the ridge's sums, the standardisation, counters."""

    def __init__(self, task: Task, params: Params) -> None:
        one_customer_only(task)
        self.task, self.params = task, params
        self.episode = Episode(task.setting)
        columns = customer_columns(task)
        self.standard = Standard(task.setting.features.size, columns)
        self.ridge = Ridge(kinds_of_actions(task), len(columns), 3, params.ridge)
        self.price = mean_wage_per_s(task.scenario)
        self.steps = self.episodes = 0

    def work(self, steps: int) -> dict[str, float]:
        """Play episodes for about so many decisions."""
        goal, money = self.steps + steps, []
        while self.steps < goal:
            data, taken = self._episode()
            half = self.episodes % HALVES
            self.steps += taken
            self.episodes += 1
            if not len(data.actions):
                continue
            if not self.standard.known:
                self.standard.learn(data.vectors)
            targets = np.column_stack(data.outcomes)
            self.ridge.add(self.standard.of(data.vectors), data.actions, targets, half)
            money.append(float(data.outcomes.money.mean()))
        _, sd = self.ridge.solve(shared=self.params.hybrid)
        return {"money": float(np.mean(money)) if money else 0.0, "residual_sd": float(sd[0])}

    def _episode(self) -> tuple[Data, int]:
        seed, number, params = self.task.config.seed, self.episodes, self.params
        rng = np.random.default_rng((seed, number))

        def choose(vector: Vector, legal: tuple[int, ...], usual: int) -> int:
            if rng.random() < params.explore:
                return int(legal[rng.integers(len(legal))])
            return usual

        weight = self.task.config.retention_weight
        return explore(self.episode, seed, number, choose, self.task.rule, params.tail_days, weight)

    def candidates(self) -> list[Model]:
        """Return a policy for every price of crowding and every margin."""
        found, _ = self.ridge.solve(shared=self.params.hybrid)
        base = found[:, :, 0] - self.price * self.params.labour * found[:, :, 1]
        return [
            linear_model(
                self.task,
                self.standard,
                base - self.price * crowding * found[:, :, 2],
                self.ridge.tried,
                margin,
            )
            for crowding in self.params.crowding
            for margin in self.params.margins
        ]

    def state(self) -> State:
        """Return sums, standardisation and counters."""
        ridge, standard = self.ridge, self.standard
        return {
            **{name: getattr(ridge, name) for name in SUMS},
            "mean": standard.mean,
            "scale": standard.scale,
            "counters": np.array([self.steps, self.episodes]),
        }

    def restore(self, state: State) -> None:
        """Go on with the next episode."""
        for name in SUMS:
            setattr(self.ridge, name, state[name])
        self.standard.mean, self.standard.scale = state["mean"], state["scale"]
        self.steps, self.episodes = (int(x) for x in state["counters"])
