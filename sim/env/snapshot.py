"""Snapshots of an episode on disk: how it began and which actions were taken, not its objects.

A snapshot is a safetensors file: a header with the resolved scenario, and the actions. Loading
simulates them again, from the same seed, and compares the register's digest, so a snapshot of
another version of the simulator is refused, not bent.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from sim.decisions.actions import Decider
from sim.env.episode import Episode
from sim.env.journey import JourneyEnv
from sim.errors import InputError
from sim.inputs import StrictModel, validate
from sim.inputs.tensors import Layout, load_tensors, save_tensors
from sim.units import YEAR_S

LAYOUT = Layout(
    what="a snapshot",
    format="optichannel-snapshot",
    version=2,
    members="actions",
    dtypes=("I32",),
    renew="play the episode again and save it anew",
)


class _Setting(StrictModel):
    """Arguments of ``make_setting`` as plain values; the scenario is checked when it is loaded."""

    scenario: dict[str, Any]
    regime: dict[str, Any]
    channels: list[str]
    decides: list[str]
    rule_name: str
    horizon_days: float
    warm_up_days: int
    warm_up_seed: int
    warm_up_worlds: int = Field(le=1_000)
    discount_per_year: float
    shaping: bool
    terminal_value: bool


class _Header(StrictModel):
    """How an episode began, how many steps it took, and what they came to."""

    format: str
    version: int
    setting: _Setting
    seed: int = Field(ge=0, lt=2**63)
    replication: int = Field(ge=0, lt=2**31)
    steps: int = Field(ge=0)
    time_s: float
    digest: str


def save_snapshot(env: JourneyEnv, path: str | Path) -> None:
    """Write the current state of an environment's episode to a file (``.safetensors`` by custom).

    Raises:
        InputError: no episode is running, it began at a state given by ``options``, or the file
            cannot be written (an older one of that name is then kept).
    """
    episode = env.episode
    if episode.world is None:
        raise InputError("snapshot: no episode has begun; reset the environment first")
    if episode.origin is None:
        raise InputError(
            "snapshot: the episode began at a state given in options; "
            "only episodes that begin with a seed can be saved"
        )
    actions = np.array(episode.actions, dtype=np.int32)
    save_tensors(Path(path), LAYOUT, _header(episode), {"actions": actions})


def _header(episode: Episode) -> dict[str, Any]:
    setting, world, origin = episode.setting, episode.world, episode.origin
    assert world is not None and origin is not None
    channels = setting.compiled.channels
    values = vars(setting) | {
        "scenario": setting.scenario.model_dump(mode="json"),
        "regime": setting.regime.model_dump(mode="json"),
        "channels": [n for n, on in zip(channels.names, channels.enabled, strict=True) if on],
        "decides": [kind.name.lower() for kind in sorted(setting.decides)],
        "discount_per_year": setting.discount_per_s * YEAR_S,
    }
    return {
        "setting": {name: values[name] for name in _Setting.model_fields},
        "seed": origin[0],
        "replication": origin[1],
        "steps": episode.steps,
        "time_s": world.now,
        "digest": world.register.digest(),
    }


def load_snapshot(path: str | Path, rule: Decider | None = None) -> JourneyEnv:
    """Return an environment in the state of a snapshot; ``env.look()`` gives what it shows.

    Args:
        path: a file of ``save_snapshot``.
        rule: the rule of the episode, where the snapshot names one.

    Raises:
        InputError: the file is missing, corrupt or foreign, needs a rule, or this version of the
            simulator plays its actions to another register.
    """
    header, actions = _read(Path(path))
    setting, name = header.setting.model_dump(), header.setting.rule_name
    if (rule is None) != (name == "default"):
        raise InputError(
            f"snapshot {path}: was made with the rule {name!r}; "
            + ("pass that policy as rule" if rule is None else "pass no rule")
        )
    try:
        env = JourneyEnv(setting.pop("scenario"), rule=rule, **setting)
        env.reset(seed=header.seed, options={"replication": header.replication})
    except InputError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"snapshot {path}: cannot be played: {reason}") from None
    episode = env.episode
    for step in range(header.steps):
        if episode.truncated:
            break
        episode.step(actions[step] if step < len(actions) else 0)
    world = env.world
    if world.now != header.time_s or world.register.digest() != header.digest:
        raise InputError(
            f"snapshot {path}: playing its {len(actions)} actions gives another register than it "
            "had; the simulator, the rule or the file has changed"
        )
    return env


def _read(path: Path) -> tuple[_Header, list[int]]:
    content, arrays = load_tensors(path, LAYOUT)
    actions = arrays.get("actions")
    if actions is None or actions.ndim != 1:
        raise InputError(f"{path}: is not a snapshot, or is damaged: it holds no list of actions")
    try:
        header = validate(_Header, content, "header")
    except (InputError, RecursionError):
        raise InputError(
            f"{path}: is not a snapshot, or is damaged: its header has wrong values"
        ) from None
    return header, actions.tolist()
