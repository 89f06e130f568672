"""Policies side by side in worlds of the same luck: net value, what lies beyond, retention.

Nothing is shaped here: ``net_value`` is the KPI, money that flowed. ``future_value`` is the
expected discounted margin of the customers who are left at the end (at their true churn rates, in
the mood they are in), ``value`` the sum of both. ``expected_value`` puts what contacts did to
customers' expected lifetime values in the place of margins: the same question with less luck in
the answer. ``objective`` is that figure with the config's weight on lifetime values; the selection
of checkpoints uses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.learning.targets.changes import Listener
from experiments.learning.targets.waiting_cost import waiting_costs, waiting_prices
from experiments.learning.task import Task
from experiments.runtime.progress import Report, silent
from experiments.statistics import paired_difference
from sim.core.world import World
from sim.env.setting import Setting, make_setting
from sim.env.start import Starts, inline
from sim.metrics.kpis import Facts, kpis
from sim.population.value import LifetimeValue
from sim.units import DAY_S

Floats = npt.NDArray[np.float64]
KPIS = ("net_value", "retention", "margin_kept", "cost", "resolved_share", "effort_per_journey")


class Bench:
    """Worlds of one test: warmed up under the rule, then each policy in turn under one luck."""

    def __init__(self, task: Task, seed: int, horizon_days: float) -> None:
        arguments = task.arguments(horizon_days=horizon_days, warm_up_seed=seed)
        self.setting: Setting = make_setting(**arguments)
        self.task, self.seed, self.prices = task, seed, waiting_prices(task)
        self.starts = Starts(self.setting)
        self._value: LifetimeValue | None = None

    def play(self, player: Any, replication: int) -> dict[str, float]:
        """Return the figures of one replication.

        Args:
            player: a policy, or a function that plays a world to a time itself.
            replication: number of the luck.
        """
        world = self.starts.world(self.seed, replication)
        start = self.setting.warm_up_days * DAY_S
        end = start + self.setting.horizon_s
        self._value = self._value or LifetimeValue(world)
        listener = Listener(world)
        before = world.ledger.totals(start)
        if callable(player):
            player(world, end)
            world.finish()
        else:
            mine = getattr(player, "decides", self.setting.decides)
            rule = self.task.rule
            inline(world, player, mine, None if player is rule else rule).run(end)
        return self._figures(listener, before, start, end)

    def _waited(self, world: World, start: float) -> float:
        """Return what waits that the config prices have cost, present value at the start."""
        if not self.prices:
            return 0.0
        scale, discount = 1 / world.ledger.discount(start), world.ledger.discount
        costs, released = (
            waiting_costs(world, self.prices),
            world.register.column("contacts", "released_s"),
        )
        later = released > start
        pairs = zip(costs[later].tolist(), released[later].tolist(), strict=True)
        return scale * sum([cost * discount(time_s) for cost, time_s in pairs], start=0.0)

    def _figures(
        self, listener: Listener, before: Mapping[str, float], start: float, end: float
    ) -> dict[str, float]:
        world = listener.world
        facts = Facts.of(world.compiled, world.customers, start, end)
        measured = kpis(world.register, facts)
        figures = {name: measured[name] for name in KPIS}
        scale = 1 / world.ledger.discount(start)
        assert self._value is not None
        beyond = self._value.total(world) * world.ledger.discount(world.now) * scale
        after = world.ledger.totals(end)
        spent = sum(after[name] - before[name] for name in after if name != "margin") * scale
        changes = listener.value_changes(self._value)
        pairs = zip(changes.time_s.tolist(), changes.money.tolist(), strict=True)
        gained = sum(gain * world.ledger.discount(time_s) for time_s, gain in pairs) * scale
        waited = self._waited(world, start)
        figures["net_value"] -= waited
        figures["future_value"] = beyond
        figures["value"] = figures["net_value"] + beyond
        figures["expected_value"] = spent + gained - waited
        figures["objective"] = spent + self.task.config.retention_weight * gained - waited
        return figures


def side_by_side(
    bench: Bench, players: Mapping[str, Any], replications: int, report: Report = silent
) -> dict[str, dict[str, Floats]]:
    """Return figures by player and name, shape (replications,) each, under common luck."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in players}
    total = replications * len(players)
    for replication in range(replications):
        for name, player in players.items():
            rows[name].append(bench.play(player, replication))
            report("evaluating", sum(map(len, rows.values())), total)
    return {
        name: {key: np.array([row[key] for row in played]) for key in played[0]}
        for name, played in rows.items()
    }


def differences(
    figures: Mapping[str, Mapping[str, Floats]], judged: str
) -> dict[str, dict[str, dict[str, float]]]:
    """Return ``judged`` minus every other player, paired, with 95% intervals: by other and figure.

    An undefined replication of a figure is left out of that figure.
    """

    def gap(key: str, values: Floats) -> dict[str, float]:
        gap = paired_difference(figures[judged][key], values)
        return {"mean": gap.mean, "low": gap.low, "high": gap.high, "n": gap.n}

    return {
        name: {key: gap(key, values) for key, values in of_player.items()}
        for name, of_player in figures.items()
        if name != judged
    }
