"""LinUCB: a contextual linear bandit per action, with what a journey brought as its reward.

Li, Chu, Langford & Schapire (2010). Scores xᵀθ + α σ √(xᵀ A⁻¹ x), with A = ridge + Σ x xᵀ and σ the
residuals' standard deviation. Rewards come late (when journeys end), so θ and A are renewed
after each episode. The policy handed out does not explore.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from experiments.learning.algorithms.ridge import HALVES, SUMS, Ridge
from experiments.learning.algorithms.scoring import Positive, Standard, linear_model
from experiments.learning.targets.gather import explore
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


class LinUCB:
    """See the module. State: the ridge's sums, the standardisation, counters."""

    def __init__(self, task: Task, params: Params) -> None:
        one_customer_only(task)
        self.task, self.params = task, params
        self.episode = Episode(task.setting)
        columns = customer_columns(task)
        self.standard = Standard(task.setting.features.size, columns)
        self.ridge = Ridge(kinds_of_actions(task), len(columns), 1, params.ridge)
        self.price = mean_wage_per_s(task.scenario)
        self.steps = self.episodes = 0
        self.rng = np.random.default_rng(task.config.seed)

    def work(self, steps: int) -> dict[str, float]:
        """Play episodes for about so many decisions, learning after each."""
        goal, rewards = self.steps + steps, []
        while self.steps < goal:
            self._prepare()
            data, taken = explore(
                self.episode,
                self.task.config.seed,
                self.episodes,
                self._choose,
                self.task.rule,
                self.params.tail_days,
                self.task.config.retention_weight,
            )
            half = self.episodes % HALVES
            self.steps += taken
            self.episodes += 1
            found, params = data.outcomes, self.params
            paid = params.labour * found.handle_s + params.crowding * found.crowded_s
            reward = found.money - self.price * paid
            rewards.append(float(reward.mean()) if len(reward) else 0.0)
            if not len(reward):
                continue
            if not self.standard.known:
                self.standard.learn(data.vectors)
            self.ridge.add(self.standard.of(data.vectors), data.actions, reward[:, None], half)
        return {"reward": float(np.mean(rewards)), "residual_sd": self._solved()[1]}

    def _solved(self) -> tuple[Floats, float]:
        found, sd = self.ridge.solve(shared=self.params.hybrid)
        return found[:, :, 0], float(sd[0])

    def _prepare(self) -> None:
        if self.standard.known:
            self._theta, self._sd = self._solved()
            self._factors = self.ridge.factors()

    def _choose(self, vector: Vector, legal: tuple[int, ...], usual: int) -> int:
        """Return the action with the largest upper bound; at random before anything is known."""
        if not self.standard.known:
            return int(legal[self.rng.integers(len(legal))])
        x = np.append(self.standard.of(vector), 1.0)
        rows = list(legal)
        spread = np.einsum("j,ajk->ak", x, self._factors[rows])
        bonus = np.sqrt((spread**2).sum(axis=1))
        scores = self._theta[rows] @ x + self.params.alpha * self._sd * bonus
        return int(legal[int(scores.argmax())])

    def candidates(self) -> list[Model]:
        """Return the greedy policy."""
        theta, _ = self._solved()
        tried = self.ridge.tried
        return [linear_model(self.task, self.standard, theta, tried, self.params.margin)]

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
