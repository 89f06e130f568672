"""Snapshots of an episode on disk: how it began and which actions were taken, not its objects.

A snapshot is a NumPy archive of plain arrays (nothing is ever unpickled): a header in JSON with the
resolved scenario, and the actions. Loading simulates them again, from the same seed, and compares
the register's digest, so a snapshot of another version of the simulator is refused, not bent.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from sim.compiled import DAY_S
from sim.decisions import Decider
from sim.env.episode import Episode
from sim.env.journey import JourneyEnv
from sim.env.setting import DAYS_PER_YEAR
from sim.errors import InputError

FORMAT, VERSION = "optichannel-snapshot", 1


def save_snapshot(env: JourneyEnv, path: str | Path) -> None:
    """Write the current state of an environment's episode to a file (``.npz`` by custom).

    Raises:
        InputError: no episode is running, or it began at a state given by ``options``.
        OSError: the file cannot be written; an older one of that name is then kept.
    """
    episode = env.episode
    if episode.world is None:
        raise InputError("snapshot: no episode has begun; reset the environment first")
    if episode.origin is None:
        raise InputError(
            "snapshot: the episode began at a state given in options; "
            "only episodes that begin with a seed can be saved"
        )
    header = json.dumps(_header(episode)).encode()
    target = Path(path)
    partial = target.with_name(f".{target.name}.partial")
    with partial.open("wb") as file:
        np.savez_compressed(
            file,
            header=np.frombuffer(header, dtype=np.uint8),
            actions=np.array(episode.actions, dtype=np.int32),
        )
    partial.replace(target)


def _header(episode: Episode) -> dict[str, Any]:
    setting, world, origin = episode.setting, episode.world, episode.origin
    assert world is not None and origin is not None
    channels = setting.compiled.channels
    return {
        "format": FORMAT,
        "version": VERSION,
        "setting": {
            "scenario": setting.scenario.model_dump(mode="json"),
            "regime": setting.regime.model_dump(mode="json"),
            "channels": [n for n, on in zip(channels.names, channels.enabled, strict=True) if on],
            "decides": [kind.name.lower() for kind in sorted(setting.decides)],
            "rule_name": setting.rule_name,
            "horizon_days": setting.horizon_days,
            "warm_up_days": setting.warm_up_days,
            "warm_up_seed": setting.warm_up_seed,
            "warm_up_worlds": setting.warm_up_worlds,
            "discount_per_year": setting.discount_per_s * DAYS_PER_YEAR * DAY_S,
            "shaping": setting.shaping,
            "terminal_value": setting.terminal_value,
        },
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
    setting = header["setting"]
    name = setting["rule_name"]
    if (rule is None) != (name == "default"):
        raise InputError(
            f"snapshot {path}: was made with the rule {name!r}; "
            + ("pass that policy as rule" if rule is None else "pass no rule")
        )
    env = JourneyEnv(setting.pop("scenario"), rule=rule, **setting)
    env.reset(seed=header["seed"], options={"replication": header["replication"]})
    episode = env.episode
    for step in range(header["steps"]):
        if episode.truncated:
            break
        episode.step(actions[step] if step < len(actions) else 0)
    world = env.world
    if world.now != header["time_s"] or world.register.digest() != header["digest"]:
        raise InputError(
            f"snapshot {path}: playing its {len(actions)} actions gives another register than it "
            "had; the simulator, the rule or the file has changed"
        )
    return env


def _read(path: Path) -> tuple[dict[str, Any], list[int]]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            header = json.loads(archive["header"].tobytes().decode())
            actions = archive["actions"]
    except FileNotFoundError:
        raise InputError(f"snapshot {path}: no such file") from None
    except (OSError, ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise InputError(f"snapshot {path}: not a snapshot, or a damaged one ({error})") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"snapshot {path}: not a snapshot of this simulator")
    if header.get("version") != VERSION:
        raise InputError(
            f"snapshot {path}: has format version {header.get('version')!r}; this is {VERSION}"
        )
    missing = {"setting", "seed", "replication", "steps", "time_s", "digest"} - set(header)
    if missing or actions.ndim != 1 or actions.dtype.kind != "i":
        raise InputError(f"snapshot {path}: damaged: {', '.join(sorted(missing)) or 'actions'}")
    return header, actions.tolist()
