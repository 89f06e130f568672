"""Networks as plain arrays: weights and the state of Adam, out of torch and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from stable_baselines3.common.utils import set_random_seed

from experiments.learning.envs.normalised import Normalised
from experiments.learning.task import State, Task
from policies.learned.model import Model
from sim.inputs.tensors import Array

Layers = list[tuple[Array, Array]]


def layers_of(module: Any) -> Layers:
    """Return weights and biases of the linear layers in a module, from input to output."""
    found = [m for m in module.modules() if isinstance(m, torch.nn.Linear)]
    return [(m.weight.detach().numpy().copy(), m.bias.detach().numpy().copy()) for m in found]


def network_model(task: Task, worlds: Normalised, layers: Layers, *, relu: bool = False) -> Model:
    """Return a policy that scores actions with a perceptron."""
    mean, scale = worlds.standard()
    arrays: dict[str, Array] = {"mean": mean, "scale": scale}
    arrays["clip"] = np.array([worlds.clip_obs])
    arrays["relu"] = np.array([float(relu)])
    for i, (weights, bias) in enumerate(layers):
        arrays[f"weights.{i}"], arrays[f"bias.{i}"] = weights, bias
    return Model(task.header("network"), arrays)


def decayed(rate: float, steps: int, over: int) -> float:
    """Return a learning rate that falls linearly to a tenth over so many decisions."""
    return rate * (1 - 0.9 * min(1.0, steps / over))


def weights_of(module: Any, prefix: str) -> State:
    """Return all parameters of a module as arrays."""
    return {f"{prefix}/{k}": v.detach().numpy().copy() for k, v in module.state_dict().items()}


def restore_weights(module: Any, prefix: str, state: State) -> None:
    """Set all parameters of a module; RuntimeError where shapes differ."""
    found = {
        name[len(prefix) + 1 :]: torch.from_numpy(np.array(array))
        for name, array in state.items()
        if name.startswith(f"{prefix}/")
    }
    module.load_state_dict(found)


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


def network_state(model: Any, worlds: Normalised, steps: int, stretches: int) -> State:
    """Return weights, moments, normalisation and counters of a Stable-Baselines3 model."""
    return {
        **weights_of(model.policy, "policy"),
        **optimiser_state(model.policy.optimizer),
        **worlds.state(),
        "counters": np.array([steps, stretches]),
    }


def restore_network(model: Any, worlds: Normalised, seed: int, state: State) -> tuple[int, int]:
    """Set what ``network_state`` has kept, go on with further luck; return the counters."""
    restore_weights(model.policy, "policy", state)
    restore_optimiser(model.policy.optimizer, state)
    worlds.restore(state)
    steps, stretches = (int(x) for x in state["counters"])
    worlds.skip(stretches)
    model.num_timesteps = steps
    set_random_seed(seed + steps)
    return steps, stretches
