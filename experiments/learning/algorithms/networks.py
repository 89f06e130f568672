"""Networks as plain arrays: weights and the state of Adam, out of torch and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from stable_baselines3.common.utils import set_random_seed

from experiments.learning.envs.normalised import Normalised, training_worlds
from experiments.learning.task import State, Task
from policies.learned.model import Model
from sim.inputs.tensors import Array

Layers = list[tuple[Array, Array]]


def layers_of(module: Any) -> Layers:
    """Return weights and biases of the linear layers in a module, from input to output."""
    found = [m for m in module.modules() if isinstance(m, torch.nn.Linear)]
    return [(m.weight.detach().numpy().copy(), m.bias.detach().numpy().copy()) for m in found]


def layer_arrays(layers: Layers) -> dict[str, Array]:
    """Return layers under the names that a learned policy's file has for them."""
    return {
        f"{name}.{i}": array
        for i, layer in enumerate(layers)
        for name, array in zip(("weights", "bias"), layer, strict=True)
    }


def decayed(rate: float, steps: int, over: int) -> float:
    """Return a learning rate that falls linearly to a tenth over so many decisions."""
    return rate * (1 - 0.9 * min(1.0, steps / over))


def weights_of(module: Any, prefix: str) -> State:
    """Return all parameters of a module as arrays."""
    return {f"{prefix}/{k}": v.detach().numpy().copy() for k, v in module.state_dict().items()}


def restore_weights(module: Any, prefix: str, state: State) -> None:
    """Set all parameters of a module; RuntimeError where shapes differ."""
    start = f"{prefix}/"
    module.load_state_dict(
        {
            name.removeprefix(start): torch.from_numpy(np.array(array))
            for name, array in state.items()
            if name.startswith(start)
        }
    )


def optimiser_state(optimiser: Any) -> State:
    """Return Adam's moments and step counts."""
    result: State = {}
    for i, moments in optimiser.state_dict()["state"].items():
        for name, value in moments.items():
            result[f"adam/{i}/{name}"] = np.array(torch.as_tensor(value).detach().numpy())
    return result


def restore_optimiser(optimiser: Any, state: State) -> None:
    """Set Adam's moments and step counts."""
    whole = optimiser.state_dict()
    for name, array in state.items():
        if name.startswith("adam/"):
            _, i, key = name.split("/")
            whole["state"].setdefault(int(i), {})[key] = torch.from_numpy(np.array(array))
    optimiser.load_state_dict(whole)


class NetworkLearner:
    """A Stable-Baselines3 model at work in the worlds of a training.

    State: weights, moments, normalisation and counters. ``params`` has ``worlds``, ``credit_h``,
    ``batch``, ``learning_rate`` and ``hidden``, as each learner explains them.
    """

    params: Any

    def __init__(self, task: Task, params: Any, algorithm: Any, **settings: Any) -> None:
        torch.set_num_threads(1)
        self.task, self.params = task, params
        self.steps = self.stretches = 0
        self.worlds: Normalised = training_worlds(task, params.worlds, params.credit_h)
        self.model = algorithm(
            "MlpPolicy",
            self.worlds,
            batch_size=params.batch,
            learning_rate=params.learning_rate,
            policy_kwargs={"net_arch": list(params.hidden)},
            seed=task.config.seed,
            device="cpu",
            **settings,
        )

    def policy(self, layers: Layers, *, relu: bool = False) -> Model:
        """Return a policy that scores actions with a perceptron."""
        mean, scale = self.worlds.standard()
        arrays: dict[str, Array] = {
            "mean": mean,
            "scale": scale,
            "clip": np.array([self.worlds.clip_obs]),
            "relu": np.array([float(relu)]),
        }
        return Model(self.task.header("network"), arrays | layer_arrays(layers))

    def state(self) -> State:
        """Return weights, moments, normalisation and counters."""
        return {
            **weights_of(self.model.policy, "policy"),
            **optimiser_state(self.model.policy.optimizer),
            **self.worlds.state(),
            "counters": np.array([self.steps, self.stretches]),
        }

    def restore(self, state: State) -> None:
        """Go on with new episodes of further luck."""
        restore_weights(self.model.policy, "policy", state)
        restore_optimiser(self.model.policy.optimizer, state)
        self.worlds.restore(state)
        self.steps, self.stretches = (int(x) for x in state["counters"])
        self.worlds.skip(self.stretches)
        self.model.num_timesteps = self.steps
        set_random_seed(self.task.config.seed + self.steps)
