"""One step of policy improvement: a small network corrects what a rule thinks actions are worth.

The rule is followed but for at most one random action in a journey, so what a journey brings from
there on estimates the value of leaving the rule once (Bertsekas, Tsitsiklis & Wu 1997, without the
forks). Returns leave out luck that no decision makes: lifetime values are the firm's estimate
(``firm_value``), resolutions and sales count at their probabilities (``known_luck``), and what a
contact costs others is put in as the delays it passed on (``delays``).
The network learns the advantage that the rule's own values miss (as in residual policy learning,
Silver et al. 2018), in units of a customer's satisfaction, which evens out the noise between
customers of different worth. Its advantages are penalised towards zero, so that where the data say
nothing the rule stays as it is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from pydantic import Field

from experiments.learning.algorithms.networks import (
    layer_arrays,
    layers_of,
    optimiser_state,
    restore_optimiser,
    restore_weights,
    weights_of,
)
from experiments.learning.algorithms.scoring import CLIP, Standard
from experiments.learning.targets.deviations import Deviations, Samples
from experiments.learning.task import State, Task, customer_columns, one_customer_only
from policies.base import Policy
from policies.learned.model import Model
from policies.value.expected_value import ExpectedValue, Weights
from sim.env.episode import Episode
from sim.errors import InputError
from sim.inputs import StrictModel
from sim.inputs.tensors import Array

LEAST_SHARE = 0.05  # the unit's floor, as a share of its mean, and the last learning rate's share
FURTHEST = 10.0  # units; beyond lie business customers lost or won


class Params(StrictModel):
    """Hyper-parameters.

    ``explore``: probability of a random action at a decision whose journey has had none.
    ``delay_price``: share of the delays passed on to others that counts. ``penalty``: weight of the
    squared advantages beside the squared error. ``hidden``: units by layer. ``passes``: how often a
    sample is learned from, on average. ``keep``: episodes in memory. ``margin``: advantage over the
    rule's action, in money, that another must have. ``tail_days``: decisions of an episode's last
    days are left out, their journeys being open. ``known_luck``: take the luck of resolutions and
    sales out (``known_luck``), as only a simulator allows.
    """

    explore: float = Field(default=0.4, gt=0, le=1)
    delay_price: float = Field(default=1.0, ge=0, le=20)
    penalty: float = Field(default=0.1, ge=0, le=1000)
    hidden: tuple[int, ...] = Field(default=(32, 32), min_length=1, max_length=4)
    passes: float = Field(default=10.0, gt=0, le=100)
    batch: int = Field(default=2048, ge=2)
    learning_rate: float = Field(default=2e-3, gt=0, le=1)
    keep: int = Field(default=120, ge=1)
    margin: float = Field(default=0.5, ge=0)
    tail_days: float = Field(default=3.0, ge=0)
    known_luck: bool = True


class Corrector(torch.nn.Module):
    """A perceptron with an advantage for each action, and a head for what all actions share."""

    def __init__(self, inputs: int, actions: int, hidden: tuple[int, ...]) -> None:
        super().__init__()
        widths = (inputs, *hidden)
        layers: list[torch.nn.Module] = []
        for before, after in pairwise(widths):
            layers += [torch.nn.Linear(before, after), torch.nn.Tanh()]
        self.body = torch.nn.Sequential(*layers)
        self.advantages = torch.nn.Linear(widths[-1], actions)
        self.level = torch.nn.Linear(widths[-1], 1)
        torch.nn.init.zeros_(self.advantages.weight)
        torch.nn.init.zeros_(self.advantages.bias)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return advantages (n, actions) and levels (n,) of inputs (n, features)."""
        seen = self.body(x)
        return self.advantages(seen), self.level(seen)[:, 0]


class PolicyImprovement:
    """See the module. State: weights, optimiser, standardisation, counters; not the samples."""

    def __init__(self, task: Task, params: Params) -> None:
        one_customer_only(task)
        if type(task.rule).action_values is Policy.action_values:
            raise InputError(
                f"rule: policy_improvement corrects what a rule thinks that actions are worth, and "
                f"'{task.config.rule.use}' does not say; take best_channel"
            )
        self.task, self.params = task, params
        torch.set_num_threads(1)
        torch.manual_seed(task.config.seed)
        episode = Episode(task.setting)
        self.deviations = Deviations(
            episode=episode,
            rule=task.rule,
            tail_days=params.tail_days,
            delay_price=params.delay_price,
            retention_weight=task.config.retention_weight,
            known_luck=params.known_luck,
        )
        self.tables = ExpectedValue(task.scenario, Weights(0.0, 0.0, 1.0))
        self.standard = Standard(task.setting.features.size, customer_columns(task))
        self.network = Corrector(
            task.setting.features.size, len(task.setting.compiled.actions), params.hidden
        )
        self.optimiser = torch.optim.Adam(self.network.parameters(), lr=params.learning_rate)
        self.memory: deque[Samples] = deque(maxlen=params.keep)
        self.steps = self.episodes = 0

    def work(self, steps: int) -> dict[str, float]:
        """Play episodes for about so many decisions, then learn from what is remembered."""
        goal, new = self.steps + steps, 0
        while self.steps < goal:
            seed, explore = self.task.config.seed, self.params.explore
            samples, taken = self.deviations.play(seed, self.episodes, explore, self.tables)
            self.steps += max(1, taken)
            self.episodes += 1
            if len(samples.actions):
                self.memory.append(samples)
                new += len(samples.actions)
        return self._learn(new) if new else {"loss": 0.0, "advantage_sd": 0.0}

    def _learn(self, new: int) -> dict[str, float]:
        data = Samples(*(np.concatenate(parts) for parts in zip(*self.memory, strict=True)))
        if not self.standard.known:
            self.standard.learn(data.vectors.astype(np.float32))
        batch = min(self.params.batch, len(data.actions))
        rng = np.random.default_rng((self.task.config.seed, self.episodes))
        for group in self.optimiser.param_groups:
            group["lr"] = self.params.learning_rate * self._decay()
        losses, sizes = [], []
        for _ in range(max(1, round(self.params.passes * new / batch))):
            loss, size = self._update(data, rng.integers(len(data.actions), size=batch))
            losses.append(loss)
            sizes.append(size)
        return {"loss": float(np.mean(losses)), "advantage_sd": float(np.mean(sizes)) ** 0.5}

    def _decay(self) -> float:
        budget = self.task.config.budget.steps
        return 1.0 if budget is None else max(LEAST_SHARE, 1 - self.steps / budget)

    def _update(self, data: Samples, rows: Array) -> tuple[float, float]:
        """Take a gradient step; return the squared error and the mean squared advantage."""
        values, actions = data.values[rows], data.actions[rows]
        units = np.maximum(data.units[rows], LEAST_SHARE * float(data.units.mean()))
        missed = data.returns[rows] - values[np.arange(len(rows)), actions]
        target = torch.from_numpy(np.clip(missed / units, -FURTHEST, FURTHEST))
        legal = torch.from_numpy(np.isfinite(values).astype(np.float32))
        inputs = (data.vectors[rows].astype(np.float32) - self.standard.mean) * self.standard.scale
        found, level = self.network(torch.from_numpy(np.clip(inputs, -CLIP, CLIP)))
        chosen = found.gather(1, torch.from_numpy(actions)[:, None])[:, 0]
        error = ((chosen + level - target) ** 2).mean()
        size = ((found**2) * legal).sum() / legal.sum()
        loss: Any = error + self.params.penalty * size
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(error.item()), float(size.item())

    def candidates(self) -> list[Model]:
        """Return the corrected rule."""
        layers = layers_of(self.network.body) + layers_of(self.network.advantages)
        arrays = {**self.standard.state(), "clip": np.array([CLIP]), **layer_arrays(layers)}
        header = replace(self.task.header("network", self.params.margin), adds=True)
        return [Model(header, arrays)]

    def state(self) -> State:
        """Return weights, moments, standardisation and counters."""
        return {
            **weights_of(self.network, "network"),
            **optimiser_state(self.optimiser),
            **self.standard.state(),
            "counters": np.array([self.steps, self.episodes]),
        }

    def restore(self, state: State) -> None:
        """Go on with the next episode; the memory fills anew."""
        restore_weights(self.network, "network", state)
        restore_optimiser(self.optimiser, state)
        self.standard.restore(state)
        self.steps, self.episodes = (int(x) for x in state["counters"])
