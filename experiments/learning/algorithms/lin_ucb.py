"""LinUCB: a contextual linear bandit per action, with what a journey brought as its reward.

Li, Chu, Langford & Schapire (2010). Scores xᵀθ + α σ √(xᵀ A⁻¹ x), with A = ridge + Σ x xᵀ and σ the
residuals' standard deviation. Rewards come late (when journeys end), so θ and A are renewed
after each episode. The policy handed out does not explore.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from experiments.learning.algorithms.journey_regression import JourneyRegression
from experiments.learning.algorithms.scoring import Positive
from experiments.learning.task import Task
from policies.learned.model import Model
from sim.decisions.features import Vector
from sim.inputs import StrictModel


class Params(StrictModel):
    """Hyper-parameters.

    ``alpha``: width of the bonus, in residual standard deviations. ``ridge``: penalties
    on coefficients, of which each kind takes the one that predicts best; the bonus has the
    smallest. ``hybrid``: actions of one kind share a prior fit.
    ``labour``: share of the mean wage that an agent's second costs; ``crowding``: the same again
    for contacts that had to wait (they delay others). ``margin``: with a number, the policy keeps
    to the rule's action unless another promises that much more money. ``tail_days``: decisions of
    an episode's last days are left out, their journeys being open.
    """

    alpha: float = Field(default=0.5, ge=0, le=10)
    ridge: tuple[Positive, ...] = Field(default=(10.0, 100.0, 1000.0), min_length=1)
    hybrid: bool = True
    labour: float = Field(default=0.25, ge=0, le=20)
    crowding: float = Field(default=1.0, ge=0, le=20)
    margin: float | None = Field(default=None, ge=0)
    tail_days: float = Field(default=3.0, ge=0)


class LinUCB(JourneyRegression):
    """See the module."""

    params: Params

    def __init__(self, task: Task, params: Params) -> None:
        super().__init__(task, params, targets=1)
        self.rng = np.random.default_rng(task.config.seed)

    def work(self, steps: int) -> dict[str, float]:
        """Play episodes for about so many decisions, learning after each."""
        goal, params, rewards = self.steps + steps, self.params, []
        while self.steps < goal:
            if self.standard.known:
                self._coefficients, self._sd = self.solve()
                self._factors = self.ridge.factors()
            data = self.play(self._choose)
            brought = data.outcomes
            paid = params.labour * brought.handle_s + params.crowding * brought.crowded_s
            reward = brought.money - self.price * paid
            rewards.append(float(reward.mean()) if len(reward) else 0.0)
            self.learn(data, reward[:, None])
        _, sd = self.solve()
        return {"reward": float(np.mean(rewards)), "residual_sd": float(sd[0])}

    def _choose(self, vector: Vector, legal: tuple[int, ...], usual: int) -> int:
        """Return the action with the largest upper bound; at random before anything is known."""
        if not self.standard.known:
            return int(legal[self.rng.integers(len(legal))])
        x = np.append(self.standard.of(vector), 1.0)
        rows = list(legal)
        spread = np.einsum("j,ajk->ak", x, self._factors[rows])
        bonus = np.sqrt((spread**2).sum(axis=1))
        scores = self._coefficients[rows, :, 0] @ x + self.params.alpha * self._sd[0] * bonus
        return int(legal[int(scores.argmax())])

    def candidates(self) -> list[Model]:
        """Return the greedy policy."""
        coefficients, _ = self.solve()
        return [self.policy(coefficients[:, :, 0], self.params.margin)]
