"""Offline data sets for other libraries: episodes in Minari's layout, with propensities.

Minari's storage `parquet` (https://minari.farama.org, 0.5) asks nothing but Parquet and JSON of who
writes it, so neither Minari nor PyArrow is needed here, and everybody can read it:
`data/metadata.json` says the spaces, `data/<episode>/part-0.parquet` holds an episode. What Minari
has no place for (masks, propensities, whom a decision was about) stands in `infos`; each episode's
register stands in `registers/<episode>/`, for what came of a contact or a journey.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from experiments.learning.datasets.episodes import Played, play, setting_of
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import attempt
from experiments.running.single import Source, ready
from experiments.runtime.progress import Report, silent
from experiments.store.run_folder import UNFINISHED
from sim.env.journey import spaces
from sim.env.setting import Setting
from sim.errors import InputError
from sim.inputs.files import cannot_write, write_atomically
from sim.inputs.names import show
from sim.register.export import export

MINARI = "0.5.4"
"""The version of Minari whose layout this is."""
MOST_DECISIONS = 131_000
"""Decisions of an episode that Minari reads in one piece."""


@dataclass(frozen=True)
class DataSet:
    """What was written: where, how many episodes and decisions, mean net value of an episode."""

    folder: Path
    episodes: int
    decisions: int
    net_value: float


def save_dataset(
    config: Source,
    strategy: str,
    folder: str | Path,
    *,
    episodes: int = 10,
    explore: float = 0.1,
    report: Report = silent,
) -> DataSet:
    """Play episodes of a strategy whose policy explores, and write them as a data set.

    Episode i is replication i of the config: its days after its warm-up, in which the policy does
    not explore. With probability `explore` a decision is any legal action, each equally likely,
    else the policy's. Rewards are net value in money, as present value at the episode's start
    (`sim.env.JourneyEnv`, unshaped); they add up to the episode's.

    Args:
        config: a shipped name, a path, a mapping, or what `load_config` gave.
        strategy: one of the config's; the kinds of decision that its policy takes are recorded.
        folder: made if missing; must be empty.
        episodes: how many.
        explore: 0–1; with 0, no other action than the policy's has a propensity.
        report: is told of progress.

    Raises:
        InputError: a number out of range; a folder that is not empty; a warm-up that is no whole
            number of days; an episode of no decision, or of more than 131,000; or what a run would
            refuse. Nothing is left of what was begun.
        RunError: the policy failed; likewise.
    """
    if isinstance(explore, bool) or not isinstance(explore, int | float) or not 0 <= explore <= 1:
        raise InputError(f"explore: must be from 0 to 1; got {show(explore)}")
    if isinstance(episodes, bool) or not isinstance(episodes, int) or episodes < 1:
        raise InputError(f"episodes: must be a whole number from 1 on; got {show(episodes)}")
    place = Path(folder)
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise InputError(f"out: must be a new folder, or an empty one; got '{place}'")
    loaded, made = ready(config, strategy, 0)
    setting = setting_of(loaded, strategy, made)

    def one(config: ExperimentConfig, strategy: str, number: int) -> Any:
        return play(setting, made.policy.fork(), config.seed, number, explore)

    decisions, worth = 0, 0.0
    with _whole(place) as work:
        for number in range(episodes):
            report("episodes", number, episodes)
            played: Any = attempt(one, loaded, strategy, number)
            _write(work, number, loaded.seed, played)
            decisions += len(played.actions)
            worth += float(played.rewards.sum())
        report("episodes", episodes, episodes)
        about = {
            "total_episodes": episodes,
            "total_steps": decisions,
            "dataset_id": dataset_id(made.scenario.name, strategy),
            "algorithm_name": f"{loaded.strategies[strategy].policy.use}, explore {explore:g}",
            "seed": loaded.seed,
            **_spaces(setting),
        }
        _write_json(work / "data" / "metadata.json", about)
    return DataSet(place, episodes, decisions, worth / episodes)


@contextmanager
def _whole(place: Path) -> Iterator[Path]:
    """Give a folder to work in, which takes its place once all is in it; else nothing is left.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=place.parent, prefix=UNFINISHED))
    except OSError as error:
        raise cannot_write(place, error) from None
    try:
        yield work
        os.chmod(work, 0o755)
        os.replace(work, place)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def dataset_id(scenario: str, strategy: str) -> str:
    """Return the name of a data set as Minari wants it: `optichannel/telco-learned-v0`."""
    words = re.sub(r"[^\w-]+", "-", f"{scenario}-{strategy}")
    return f"optichannel/{words}-v0"


def _spaces(setting: Setting) -> dict[str, Any]:
    """Return what Minari's metadata say of the spaces, and the names that ours have."""
    box, discrete = spaces(setting)
    seen = {
        "type": "Box",
        "dtype": str(box.dtype),
        "shape": list(box.shape or ()),
        "low": box.low.tolist(),
        "high": box.high.tolist(),
    }
    done = {"type": "Discrete", "dtype": "int64", "start": 0, "n": int(discrete.n)}
    return {
        "data_format": "parquet",
        "minari_version": MINARI,
        "jpeg_encoding": False,
        "observation_space": json.dumps(seen),
        "action_space": json.dumps(done),
        "features": [feature.name for feature in setting.features.table],
        "actions": [action.name for action in setting.compiled.actions],
    }


def _write(place: Path, number: int, seed: int, played: Played) -> None:
    n = len(played.actions)
    if n > MOST_DECISIONS:
        raise InputError(
            f"episodes: an episode may have {MOST_DECISIONS:,} decisions, or readers cut it; got "
            f"{n:,}: shorten horizon_days or the population's scale"
        )
    buffer = io.BytesIO()
    frame(played).write_parquet(buffer, row_group_size=n + 1)
    write_atomically(place / "data" / str(number) / "part-0.parquet", buffer.getbuffer())
    about = {"id": number, "total_steps": n, "seed": seed, "options": {"replication": number}}
    _write_json(place / "data" / str(number) / "metadata.json", about)
    compiled = played.world.compiled
    export(played.world.register, place / "registers" / str(number), "parquet", compiled)


def frame(played: Played) -> pl.DataFrame:
    """Return an episode as Minari keeps it: a row a decision, and one for the end.

    The last row holds the last observation and mask; its other values are padding.
    """
    n = len(played.observations)
    infos = [_matrix("action_mask", played.masks, pl.Int8())]
    for name, values in played.more.items():
        infos.append(pl.Series(name, np.append(values, _PADDING.get(name, 0))))
    end = np.arange(n) == n - 2
    return pl.DataFrame(
        {
            "observations": _matrix("observations", played.observations, pl.Float32()),
            "actions": np.append(played.actions, 0),
            "rewards": np.append(played.rewards, 0.0),
            "terminations": np.zeros(n, dtype=bool),
            "truncations": end,
        }
    ).with_columns(pl.DataFrame(infos).to_struct("infos"))


_PADDING = {"propensity": 1, "kind": -1, "journey": -1, "customer": -1, "contact": -1}


def _matrix(name: str, values: Any, kind: pl.DataType) -> pl.Series:
    return pl.Series(name, values, dtype=pl.Array(kind, values.shape[1]))


def _write_json(path: Path, content: dict[str, Any]) -> None:
    write_atomically(path, (json.dumps(content, indent=2) + "\n").encode())
