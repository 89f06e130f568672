"""What a learned policy does differently from the best rule it was compared with.

The learned policy plays a stretch of a held-out world; at each of its decisions the rule is asked
what it would do in the same view. What is kept is small and plain: the most frequent changes by
kind of decision, and a map over the two features that tell most about where the two differ. The
world is the learned policy's, so this is not what the rule would meet in its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from experiments.learning.evaluate import Bench, Floats
from experiments.learning.explain.mutual_information import (
    Binned,
    Bools,
    Ints,
    binned,
    most_telling,
)
from policies.base import Policy
from policies.learned.policy import Learned
from sim.decisions.actions import KIND_NAMES
from sim.decisions.features import Vector
from sim.decisions.view import View
from sim.env.start import inline
from sim.units import DAY_S

DAYS = 7.0
MOST_DECISIONS = 50_000
MOST_CHANGES = 3
LONGEST = 60  # characters of a name that is kept


class Watch:
    """Decides as the learned policy does, and notes what a rule would have done.

    Attributes:
        vectors: features of each learned decision.
        rows: of each, kind, learned action, the rule's action, seconds since Monday 0:00.
    """

    def __init__(self, learned: Learned, rival: Policy, rule: Policy) -> None:
        self.learned, self.rival, self.rule = learned.fork(), rival.fork(), rule.fork()
        self.reads = learned.reads | rival.reads | rule.reads
        self.decides = learned.decides
        self.vectors: list[Vector] = []
        self.rows: list[tuple[int, int, int, float]] = []

    def decide(self, view: View) -> int:
        """Return the learned policy's action."""
        action = self.learned.decide(view)
        if view.kind in self.learned.learned and len(self.rows) < MOST_DECISIONS:
            other = self.rival if view.kind in self.rival.decides else self.rule
            self.vectors.append(self.learned.vector(view))
            self.rows.append((view.kind, action, other.decide(view), view.week_s))
        return action


def best_rule(
    players: Mapping[str, Any], figures: Mapping[str, Mapping[str, Floats]], judged: str
) -> str:
    """Return the compared rule with the highest expected value; bounds are no rules."""
    rules = [n for n, p in players.items() if n != judged and not getattr(p, "bound", False)]
    return max(rules, key=lambda name: float(figures[name]["expected_value"].mean()))


def choices(bench: Bench, learned: Learned, rival: Policy) -> dict[str, Any]:
    """Return the record of what differs, as plain values.

    Args:
        bench: held-out luck; its first replication is played, for a week at most.
        learned: the policy that decides.
        rival: the rule that is asked.
    """
    setting = bench.setting
    days = min(DAYS, setting.horizon_s / DAY_S)
    watch = Watch(learned, rival, bench.task.rule)
    world = inline(bench.starts.world(bench.seed, 0), watch, watch.decides, bench.task.rule)
    world.run((setting.warm_up_days + days) * DAY_S)
    names = [action.name.partition(":")[2][:LONGEST] for action in setting.compiled.actions]
    return {"seed": bench.seed, "days": days, **described(watch, names)}


def described(watch: Watch, names: list[str]) -> dict[str, Any]:
    """Return counts, changes and map of what was watched, with the actions' names."""
    rows = watch.rows
    kinds, taken, usual = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    differs: Bools = taken != usual
    found: dict[str, Any] = {
        "decisions": len(rows),
        "differs": int(differs.sum()),
        "kinds": [
            _kind(kind, taken[kinds == kind], usual[kinds == kind], names)
            for kind in np.unique(kinds).tolist()
        ],
        "features": [],
        "cells": [],
    }
    if rows:
        week_s = np.array([row[3] for row in rows])
        table = watch.learned.features.table
        telling = most_telling(binned(np.array(watch.vectors), week_s, table), differs)
        found["features"] = [_axis(one, bits) for one, bits in telling]
        if telling:
            found["cells"] = _cells(telling[0][0], telling[1][0], kinds, taken, usual, names)
    return found


def _kind(kind: int, taken: Ints, usual: Ints, names: list[str]) -> dict[str, Any]:
    pairs = Counter(zip(usual.tolist(), taken.tolist(), strict=True))
    changed = [(pair, count) for pair, count in pairs.most_common() if pair[0] != pair[1]]
    return {
        "kind": KIND_NAMES[kind],
        "decisions": len(taken),
        "differs": int((taken != usual).sum()),
        "changes": [
            {"rule": names[was], "learned": names[now], "decisions": count}
            for (was, now), count in changed[:MOST_CHANGES]
        ],
    }


def _axis(one: Binned, bits: float) -> dict[str, Any]:
    bins = [label[:LONGEST] for label in one.bins]
    return {"name": one.name[:LONGEST], "unit": one.unit, "bins": bins, "bits": round(bits, 4)}


def _cells(
    first: Binned, second: Binned, kinds: Ints, taken: Ints, usual: Ints, names: list[str]
) -> list[list[dict[str, Any]]]:
    """Return a cell for each bin of the first feature (rows) and of the second (columns)."""
    return [
        [
            _cell(kinds[here], taken[here], usual[here], names)
            for j in range(len(second.bins))
            for here in [(first.codes == i) & (second.codes == j)]
        ]
        for i in range(len(first.bins))
    ]


def _cell(kinds: Ints, taken: Ints, usual: Ints, names: list[str]) -> dict[str, Any]:
    differs = taken != usual
    cell: dict[str, Any] = {"decisions": len(taken), "differs": int(differs.sum())}
    if differs.any():
        rows = zip(*(a[differs].tolist() for a in (kinds, usual, taken)), strict=True)
        ((kind, was, now), count) = Counter(rows).most_common(1)[0]
        change = {"kind": KIND_NAMES[kind], "rule": names[was], "learned": names[now]}
        cell["change"] = {**change, "decisions": count}
    return cell
