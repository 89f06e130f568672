"""What a trained policy's file tells of its training, besides the evaluation's figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from experiments.learning.evaluate import Bench, Floats
from experiments.learning.explain.choices import best_rule, choices
from policies.learned.policy import Learned
from sim.inputs.files import read_text

MOST_POINTS = 200


def record(
    log: Path,
    bench: Bench,
    players: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, Floats]],
    judged: str,
) -> dict[str, Any]:
    """Return learning curve, number of customers, and what is done differently.

    Args:
        log: a line of JSON for each checkpoint.
        bench: the held-out luck of the evaluation.
        players: who was evaluated, by name.
        figures: of each, the evaluation's figures.
        judged: the learned policy's name.
    """
    task, player = bench.task, players[judged]
    people, config = task.scenario.population, task.config
    customers = max(1, round(people.customers * people.scale))
    told: dict[str, Any] = {"curve": curve(log), "customers": customers}
    if isinstance(player, Learned):
        name = best_rule(players, figures, judged)
        use = config.compare[name].use if name in config.compare else config.rule.use
        changes = choices(bench, player, players[name])
        told["choices"] = {"rule": name, "policy": use, **changes}
    return told


def curve(log: Path, most: int = MOST_POINTS) -> dict[str, list[float]]:
    """Return ``steps``, ``seconds`` and ``gain`` of the selections in a log, at most so many.

    ``gain`` is the selection's: the objective over the rule's, in money of the whole firm. A line
    cut short by a kill is passed over.
    """
    rows: list[tuple[float, float, float]] = []
    lines = read_text(log).splitlines() if log.exists() else []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"steps", "seconds", "gain"} <= set(entry):
            row = (int(entry["steps"]), round(entry["seconds"], 1), round(entry["gain"], 2))
            if not rows or row[0] > rows[-1][0]:
                rows.append(row)
    if len(rows) > most:
        best = max(range(len(rows)), key=lambda i: rows[i][2])
        evenly = np.linspace(0, len(rows) - 1, most - 1).round().astype(int).tolist()
        rows = [rows[i] for i in sorted({*evenly, best})]
    return {name: [row[i] for row in rows] for i, name in enumerate(("steps", "seconds", "gain"))}
