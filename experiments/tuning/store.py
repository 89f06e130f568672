"""Finished evaluations, kept in an embedded database so that none is done twice."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError

FILE = "evaluations.sqlite"


@dataclass(frozen=True)
class Evaluation:
    """One replication of a strategy with some parameters."""

    strategy: str
    params: str
    replication: int

    @classmethod
    def of(cls, strategy: str, params: Mapping[str, Any], replication: int) -> Evaluation:
        """Return the evaluation of plain parameters, whatever their order."""
        return cls(strategy, json.dumps(params, sort_keys=True), replication)

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters as plain values."""
        return dict(json.loads(self.params))


Metrics = dict[str, float]


class Evaluations:
    """Metrics by evaluation, or why a policy refused its parameters.

    Each is committed at once, so a process that is killed loses what was under way only.

    Raises:
        InputError: the file is damaged or cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.kept: dict[Evaluation, Metrics | str] = {}
        try:
            with closing(self._open()) as base:
                for row in base.execute("SELECT strategy, params, replication, found FROM done"):
                    self.kept[Evaluation(*row[:3])] = _read(row[3])
        except (sqlite3.Error, ValueError) as error:
            raise InputError(f"{self.path}: cannot be used: {error}") from None

    def put(self, evaluation: Evaluation, found: Mapping[str, float] | str) -> None:
        """Keep what an evaluation found: its metrics (NaN: undefined), or why it was refused."""
        row = (evaluation.strategy, evaluation.params, evaluation.replication, _write(found))
        try:
            with closing(self._open()) as base, base:
                base.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", row)
        except sqlite3.Error as error:
            raise InputError(f"{self.path}: cannot be written: {error}") from None
        self.kept[evaluation] = found if isinstance(found, str) else dict(found)

    def get(self, evaluation: Evaluation) -> Metrics | str | None:
        """Return what was found, or None."""
        return self.kept.get(evaluation)

    def _open(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, timeout=30.0)
        base.execute(
            "CREATE TABLE IF NOT EXISTS done (strategy TEXT, params TEXT, replication INTEGER, "
            "found TEXT, PRIMARY KEY (strategy, params, replication))"
        )
        return base


def _write(found: Mapping[str, float] | str) -> str:
    if isinstance(found, str):
        return json.dumps(found, ensure_ascii=False)
    plain = {name: float(v) if math.isfinite(v) else None for name, v in found.items()}
    return json.dumps(plain, allow_nan=False)


def _read(text: str) -> Metrics | str:
    found = json.loads(text)
    if isinstance(found, str):
        return found
    return {name: math.nan if v is None else float(v) for name, v in found.items()}
