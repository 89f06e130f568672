"""A policy's decision table: what it saw at each of its decisions, and what it did."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from experiments.running.engine import attempt
from experiments.running.replicate import window, world
from experiments.running.single import Source, ready
from policies.base import Policy
from sim.core.world import World
from sim.decisions.actions import KIND_NAMES
from sim.decisions.features import Feature, Features, Vector
from sim.decisions.view import View
from sim.errors import InputError
from sim.inputs.files import write_atomically
from sim.scenario import Scenario
from sim.units import DAY_S, HOUR_S

SHOWN = frozenset({"customer"})
"""Parts of a view that a policy gets whatever it `reads`; the kind and the time are columns."""


class Recorder:
    """Stands before a policy in a world and keeps what it sees; the policy decides as ever."""

    def __init__(self, policy: Policy, features: Features) -> None:
        self.policy, self.features = policy, features
        self.reads, self.listener = policy.reads, policy.listener
        read = SHOWN | policy.reads
        self.columns = [i for i, row in enumerate(features.table) if row.reads in read]
        self.vectors: list[Vector] = []
        self.views: list[tuple[float, tuple[int, ...], int]] = []

    def decide(self, view: View) -> int:
        """Return the policy's action."""
        action = self.policy.decide(view)
        self.vectors.append(self.features.of_view(view)[self.columns])
        self.views.append((view.week_s, view.actions, action))
        return action


def decision_table(config: Source, strategy: str, *, replication: int = 0) -> pl.DataFrame:
    """Simulate a replication as a run does; return a row for each decision that its policy took.

    Args:
        config: a shipped name, a path, a mapping, or what `load_config` gave.
        strategy: one of the config's.
        replication: its number, from 0, as in a run.

    Returns:
        `time_s` (from the start of the simulation, warm-up included), `weekday` (0 Monday), `hour`
        (0–24), `kind`; `journey`, `customer`, `contact` (−1: the decision is about none);
        `action`, `default` (the default rule's), `legal` (all that could be chosen, `;` between);
        and the features that the policy reads, in their units: counts, minutes, money, names of
        segment, intent and channel. What the regime hides is 0 or empty.

    Raises:
        InputError: no such strategy; or what a run would refuse.
        RunError: the replication failed.
    """
    loaded, made = ready(config, strategy, replication)
    features = Features(made.scenario, made.compiled.regime)
    recorder = Recorder(made.policy.fork(), features)

    def simulate(*job: Any) -> World:
        begun = world(*job)
        begun.who_decides(recorder, frozenset(made.decides), frozenset())
        return begun.run(window(loaded)[1])

    run: Any = simulate  # a world in place of a result, under the same guard
    done: World = attempt(run, loaded, strategy, replication)  # type: ignore[assignment]
    names = [action.name for action in made.compiled.actions]
    return pl.DataFrame(_decisions(done, recorder, names)).hstack(_seen(recorder, made.scenario))


def _decisions(done: World, recorder: Recorder, names: Sequence[str]) -> dict[str, Any]:
    """Return who, what and when of the policy's decisions, from the register."""
    kept = done.register.columns("decisions")
    own = {name: column[kept["by"] == 1] for name, column in kept.items()}
    week_s = np.array([week for week, _, _ in recorder.views], dtype=float)
    if [action for _, _, action in recorder.views] != own["action"].tolist():
        raise RuntimeError("the register and the policy tell of different decisions")
    return {
        "time_s": own["time_s"],
        "weekday": (week_s // DAY_S).astype(np.int64),
        "hour": week_s % DAY_S / HOUR_S,
        "kind": [KIND_NAMES[kind] for kind in own["kind"]],
        **{name: own[name] for name in ("journey", "customer", "contact")},
        "action": [names[action] for action in own["action"]],
        "default": [names[action] for action in own["default"]],
        "legal": [";".join(names[a] for a in legal) for _, legal, _ in recorder.views],
    }


def _seen(recorder: Recorder, scenario: Scenario) -> pl.DataFrame:
    """Return the features that the policy reads as columns, in their units."""
    table = [recorder.features.table[i] for i in recorder.columns]
    values = np.array(recorder.vectors).reshape(-1, len(table))
    columns: dict[str, Any] = {}
    blocks = _blocks(scenario)
    for i, feature in enumerate(table):
        block = next((b for b in blocks if feature.name.startswith(f"{b}.")), "")
        if not block:
            columns[feature.name] = _in_units(feature, values[:, i])
        elif block not in columns:
            words = blocks[block]
            columns[block] = _words(values[:, i : i + len(words)], words)
    return pl.DataFrame(columns)


def _blocks(scenario: Scenario) -> dict[str, list[str]]:
    """Return the features that stand for one name each, by the name of all of them."""
    channels = list(scenario.channels)
    return {
        "customer.segment": list(scenario.segments),
        "customer.intent": list(scenario.intents),
        "customer.channel": channels,
        "profile.last_channel": channels,
    }


def _words(shares: Any, words: Sequence[str]) -> list[str]:
    """Return the name whose feature is 1 in each row, or an empty text; shape (rows, names)."""
    return [words[int(row.argmax())] if row.any() else "" for row in shares]


def _in_units(feature: Feature, values: Any) -> pl.Series:
    """Return a feature unscaled; six digits are what its 32 bits hold."""
    wide = values.astype(np.float64)
    plain = np.expm1(wide) if feature.unit.startswith("log1p(") else wide
    return pl.Series(plain).round_sig_figs(6)


def save_decisions(config: Source, strategy: str, path: str | Path, *, replication: int = 0) -> int:
    """Write a `decision_table` as CSV or Parquet, by the file's suffix; return its rows.

    Raises:
        InputError: another suffix, or the file cannot be written; else as `decision_table`.
        RunError: as `decision_table`.
    """
    file, buffer = Path(path), io.BytesIO()
    if file.suffix.lower() not in (".csv", ".parquet"):
        raise InputError(f"out: must end in .csv or .parquet; got '{path}'")
    table = decision_table(config, strategy, replication=replication)
    if file.suffix.lower() == ".csv":
        table.write_csv(buffer)
    else:
        table.write_parquet(buffer)
    write_atomically(file, buffer.getbuffer())
    return len(table)
