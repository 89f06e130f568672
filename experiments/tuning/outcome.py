"""What a tuning leaves: the best parameters to paste, the trials, what mattered."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from experiments.statistics import PairedDifference, paired_difference
from experiments.strategies.strategy import Strategy
from experiments.tuning.config import TuneConfig
from experiments.tuning.evaluate import with_params
from experiments.tuning.search import Trial
from experiments.tuning.space import Dimension
from sim.inputs.files import write_atomically

BEST, TRIALS, IMPORTANCE = "best.yaml", "trials.csv", "importance.csv"
CHECK = "validation"


@dataclass(frozen=True)
class Tuned:
    """One strategy after its tuning.

    `seen` is the paired gain of the best trial on the replications it was chosen by: it flatters.
    `unseen` is that of the validation, by metric and for `objective`; empty without one.
    """

    name: str
    strategy: Strategy
    space: tuple[Dimension, ...]
    trials: tuple[Trial, ...]
    best: Trial
    start: Mapping[str, Any]
    seen: PairedDifference
    importance: Mapping[str, float]
    unseen: Mapping[str, PairedDifference] = field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether any trial did better than the untuned policy."""
        return dict(self.best.params) != dict(self.start)

    def summary(self) -> dict[str, Any]:
        """Return the outcome as plain values, without the single trials."""
        return {
            "policy": self.strategy.policy.use,
            "params": {**self.strategy.policy.params, **self.best.params},
            "untuned": dict(self.start),
            "trials": len(self.trials),
            "replications": sum(len(trial.scores) for trial in self.trials),
            "seen": _interval(self.seen),
            "unseen": {name: _interval(found) for name, found in self.unseen.items()},
            "importance": dict(self.importance),
        }


def gain_of(best: Trial, start_scores: Sequence[float]) -> PairedDifference:
    """Return the paired gain of a trial over the untuned policy, replications shared."""
    return paired_difference(best.scores, start_scores[: len(best.scores)])


def write(folder: Path, config: TuneConfig, tuned: Sequence[Tuned], head: Sequence[str]) -> None:
    """Write best parameters, trials and importance into the folder, each file whole or not at all.

    Raises:
        InputError: a file cannot be written.
    """
    write_atomically(folder / BEST, best_yaml(config, tuned, head).encode())
    write_atomically(folder / TRIALS, _table(_trial_rows(tuned)).encode())
    write_atomically(folder / IMPORTANCE, _table(_importance_rows(tuned)).encode())


def best_yaml(config: TuneConfig, tuned: Sequence[Tuned], head: Sequence[str]) -> str:
    """Return a document with the tuned strategies, which an experiment config can extend."""
    strategies = {}
    for one in tuned:
        best = with_params(one.strategy, one.best.params)
        plain = best.model_dump(mode="json", exclude_defaults=True)
        plain["policy"] = {"use": best.policy.use, "params": dict(best.policy.params)}
        strategies[one.name] = plain
    text = yaml.safe_dump({"strategies": strategies}, sort_keys=False, allow_unicode=True)
    return "".join(f"# {line}\n" for line in head) + text


def _trial_rows(tuned: Sequence[Tuned]) -> list[dict[str, Any]]:
    rows = []
    for one in tuned:
        for trial in one.trials:
            row: dict[str, Any] = {"strategy": one.name, "trial": trial.number}
            row |= {"state": trial.state, "replications": len(trial.scores)}
            row["gain"] = trial.gain if trial.scores else ""
            row["objective"] = sum(trial.scores) / len(trial.scores) if trial.scores else ""
            row["best"] = int(trial.number == one.best.number)
            row |= {d.name: d.of(trial.params) for d in one.space}
            rows.append(row)
    return rows


def _importance_rows(tuned: Sequence[Tuned]) -> list[dict[str, Any]]:
    return [
        {"strategy": one.name, "parameter": name, "importance": round(share, 4)}
        for one in tuned
        for name, share in one.importance.items()
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _interval(found: PairedDifference) -> dict[str, Any]:
    return {"mean": found.mean, "low": found.low, "high": found.high, "n": found.n}
