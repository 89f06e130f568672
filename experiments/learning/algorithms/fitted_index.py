"""A fitted index rule: what each action brings in a journey, regressed on the features.

Decisions are explored with probability ``explore``, uniformly over the legal actions, else taken by
the rule. Three targets are regressed by action: money, agents' seconds, and seconds of contacts
that had to wait. Their combination at several prices of crowding and several margins over the
rule's action are the candidates; the selection, which plays whole worlds, sees what single
journeys do not show, the effect on others.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from experiments.learning.algorithms.journey_regression import JourneyRegression
from experiments.learning.algorithms.scoring import Positive
from experiments.learning.targets.gather import Choose
from experiments.learning.task import Task
from policies.learned.model import Model
from sim.decisions.features import Vector
from sim.inputs import StrictModel


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


class FittedIndex(JourneyRegression):
    """See the module."""

    params: Params

    def __init__(self, task: Task, params: Params) -> None:
        super().__init__(task, params, targets=3)

    def work(self, steps: int) -> dict[str, float]:
        """Play episodes for about so many decisions."""
        goal, money = self.steps + steps, []
        while self.steps < goal:
            data = self.play(self._explorer())
            self.learn(data, np.column_stack(data.outcomes))
            if len(data.actions):
                money.append(float(data.outcomes.money.mean()))
        _, sd = self.solve()
        return {"money": float(np.mean(money)) if money else 0.0, "residual_sd": float(sd[0])}

    def _explorer(self) -> Choose:
        """Return who acts in the next episode, with luck of its own."""
        rng = np.random.default_rng((self.task.config.seed, self.episodes))

        def choose(vector: Vector, legal: tuple[int, ...], usual: int) -> int:
            if rng.random() < self.params.explore:
                return int(legal[rng.integers(len(legal))])
            return usual

        return choose

    def candidates(self) -> list[Model]:
        """Return a policy for every price of crowding and every margin."""
        coefficients, _ = self.solve()
        money, handle, crowded = np.moveaxis(coefficients, 2, 0)
        base = money - self.price * self.params.labour * handle
        return [
            self.policy(base - self.price * crowding * crowded, margin)
            for crowding in self.params.crowding
            for margin in self.params.margins
        ]
