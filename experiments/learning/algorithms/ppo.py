"""MaskablePPO, discounted by elapsed time, on normalised observations and rewards.

sb3-contrib's MaskablePPO with a rollout buffer that discounts each step by ``info["discount"]``
(Stable-Baselines3 has no hook for it). The reward is the environment's shaped one less the wages:
they are paid by the hour whatever is decided, and would only add noise. State is kept as plain
arrays: weights, the optimiser's moments, the normalisation, counters.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.buffers import MaskableRolloutBuffer
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.utils import ConstantSchedule

from experiments.learning.algorithms.networks import (
    NetworkLearner,
    decayed,
    layers_of,
)
from experiments.learning.task import Task
from policies.learned.model import Model
from sim.inputs import StrictModel


class Params(StrictModel):
    """Hyper-parameters.

    ``credit_h``: time constant of the discount: what a decision does is looked for in the hours
    that follow it (journeys take days; what they mean for years is in the shaped reward).
    ``rollout``: decisions between updates, over all ``worlds``. ``kl_stop``: divergence that ends
    an update. The learning rate falls linearly over ``decay_steps`` to a tenth. ``bootstrap``: an
    episode's last state is worth what the critic says of it; if false, nothing (nobody is left at
    the horizon, or their shaped rewards hold what they are worth if left in peace from then on).
    """

    worlds: int = Field(default=16, ge=1, le=256)
    rollout: int = Field(default=8192, ge=16)
    batch: int = Field(default=2048, ge=8)
    epochs: int = Field(default=6, ge=1, le=50)
    credit_h: float = Field(default=24.0, gt=0)
    gae_lambda: float = Field(default=0.9, ge=0, le=1)
    learning_rate: float = Field(default=1e-3, gt=0, le=1)
    decay_steps: int = Field(default=1_000_000, ge=1)
    entropy: float = Field(default=0.005, ge=0)
    clip: float = Field(default=0.2, gt=0, lt=1)
    kl_stop: float = Field(default=0.03, gt=0)
    bootstrap: bool = True
    hidden: tuple[int, ...] = Field(default=(64, 64), min_length=1, max_length=4)


class TimedBuffer(MaskableRolloutBuffer):
    """A rollout buffer whose steps are discounted by the time that they took.

    A_t = δ_t + d_t λ A_{t+1}, δ_t = r_t + d_t V_{t+1} - V_t, with d_t = ``discounts[t]``: GAE
    (Schulman et al. 2016) for a semi-Markov process. At a truncated episode the value of its last
    state is already in the reward (SB3's bootstrap), and the sum stops there.
    """

    def reset(self) -> None:
        """Empty the buffer."""
        self.discounts = np.ones((self.buffer_size, self.n_envs), dtype=np.float32)
        super().reset()

    def compute_returns_and_advantage(self, last_values: Any, dones: Any) -> None:
        """Fill ``advantages`` and ``returns``, shape (steps, worlds)."""
        after = last_values.clone().cpu().numpy().flatten()
        goes_on = 1.0 - dones.astype(np.float32)
        gae = np.zeros(self.n_envs, dtype=np.float32)
        for t in reversed(range(self.buffer_size)):
            d = self.discounts[t] * goes_on
            gae = self.rewards[t] + d * after - self.values[t] + d * self.gae_lambda * gae
            self.advantages[t] = gae
            after, goes_on = self.values[t], 1.0 - self.episode_starts[t]
        self.returns = self.advantages + self.values


class _TakeDiscounts(BaseCallback):
    """Copies ``info["discount"]`` into the buffer before the step is added; see ``bootstrap``."""

    def __init__(self, bootstrap: bool) -> None:
        super().__init__()
        self.bootstrap = bootstrap

    def _on_step(self) -> bool:
        model: Any = self.model
        buffer, infos = model.rollout_buffer, self.locals["infos"]
        buffer.discounts[buffer.pos] = [info["discount"] for info in infos]
        if not self.bootstrap:
            for info in infos:
                info["TimeLimit.truncated"] = False
        return True


class TimedPPO(NetworkLearner):
    """See the module."""

    params: Params

    def __init__(self, task: Task, params: Params) -> None:
        super().__init__(
            task,
            params,
            MaskablePPO,
            n_steps=max(1, params.rollout // params.worlds),
            n_epochs=params.epochs,
            gamma=1.0,  # SB3's bootstrap at a horizon; the buffer discounts by time
            gae_lambda=params.gae_lambda,
            clip_range=params.clip,
            ent_coef=params.entropy,
            target_kl=params.kl_stop,
            rollout_buffer_class=TimedBuffer,
        )

    def work(self, steps: int) -> dict[str, float]:
        """Train for whole rollouts, at least ``steps`` decisions."""
        goal, model, params = self.steps + steps, self.model, self.params
        while self.steps < goal:
            rate = decayed(params.learning_rate, self.steps, params.decay_steps)
            model.learning_rate = rate
            model.lr_schedule = ConstantSchedule(rate)
            take = _TakeDiscounts(params.bootstrap)
            model.learn(model.n_steps * params.worlds, take, reset_num_timesteps=False)
            self.steps += model.n_steps * params.worlds
            self.stretches += 1
        values = model.logger.name_to_value
        figures = {k.split("/")[1]: float(v) for k, v in values.items() if k.startswith("train/")}
        return {**figures, "reward_per_decision": self.worlds.mean_reward()}

    def candidates(self) -> list[Model]:
        """Return the greedy actor."""
        policy = self.model.policy
        layers = layers_of(policy.mlp_extractor.policy_net) + layers_of(policy.action_net)
        return [self.policy(layers)]
