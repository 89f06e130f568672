"""How fast Stable-Baselines3 itself is, on the simplest environment there is (CartPole)."""

from __future__ import annotations

import time

import gymnasium as gym
import numpy as np
import torch
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import DummyVecEnv

WORLDS, ROLLOUT, BATCH, EPOCHS = 8, 2048, 256, 4


def stepping(steps: int) -> float:
    """Return CPU seconds of ``steps`` frames of eight CartPoles in a ``DummyVecEnv``."""
    env = DummyVecEnv([lambda: gym.make("CartPole-v1") for _ in range(WORLDS)])
    env.reset()
    actions = np.random.default_rng(1).integers(2, size=(max(1, steps // WORLDS), WORLDS))
    started = time.process_time()
    for row in actions:
        env.step(row)
    return time.process_time() - started


def learning(steps: int) -> float:
    """Return CPU seconds for ``steps`` frames of PPO on eight CartPoles, torch on one thread.

    Rollouts of 2,048 frames, batches of 256, four epochs: an ordinary fast setting. PPO takes whole
    rollouts; their time is scaled to ``steps``.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        env = DummyVecEnv([lambda: gym.make("CartPole-v1") for _ in range(WORLDS)])
        model = PPO(
            "MlpPolicy",
            env,
            n_steps=ROLLOUT // WORLDS,
            batch_size=BATCH,
            n_epochs=EPOCHS,
            seed=1,
            device="cpu",
        )
        started = time.process_time()
        model.learn(steps)
        return (time.process_time() - started) * steps / model.num_timesteps
    finally:
        torch.set_num_threads(threads)
