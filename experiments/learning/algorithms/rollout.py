"""Rollout: at each decision, try the actions in forks of the world, go on with the rule, compare.

One step of policy improvement over the rule at run time (Bertsekas, Tsitsiklis & Wu 1997), with
``forks`` other lucks for the future of each action, the same for all actions. It is slow, and a
**bound**: forks hold the customers' true state, which no firm sees. Nothing is trained.
"""

from __future__ import annotations

import numpy as np
from pydantic import Field

from experiments.learning.targets.changes import Listener
from experiments.learning.task import Task
from sim.core.world import World
from sim.decisions.actions import Decider, Kind
from sim.env.start import ALL, NONE, rule_fork
from sim.inputs import StrictModel
from sim.population.value import LifetimeValue
from sim.units import HOUR_S


class Params(StrictModel):
    """``hours`` that each fork runs; ``forks`` for each action; ``every``: which decisions.

    With ``every: 5`` each fifth decision looks ahead and the rule takes the others.
    ``other_luck``: the forks' future luck is not the world's own.
    """

    hours: float = Field(default=6.0, gt=0)
    forks: int = Field(default=4, ge=1)
    every: int = Field(default=1, ge=1)
    other_luck: bool = True


class Lookahead:
    """Plays a world, deciding its kinds by looking ahead in forks over a rule."""

    def __init__(
        self, rule: Decider, decides: frozenset[Kind], params: Params, retention_weight: float = 1.0
    ) -> None:
        self.rule, self.decides, self.params = rule, decides, params
        self.retention_weight = retention_weight
        self._value: LifetimeValue | None = None

    def __call__(self, world: World, until_s: float) -> None:
        """Advance a world to a time."""
        world.who_decides(rule_fork(self.rule), ALL - self.decides, self.decides)
        number = 0
        while world.advance(until_s):
            usual = self.rule.decide(world.pending_view(self.rule.reads))
            look = number % self.params.every == 0
            world.answer(self.best(world, usual, number) if look else usual)
            number += 1

    def best(self, world: World, usual: int, number: int) -> int:
        """Return the action with the largest mean value over its forks, the rule's if none."""
        assert world.pending is not None
        actions = [usual, *(a for a in world.pending.actions if a != usual)]
        values = [
            np.mean([self._branch(world, a, number, i) for i in range(self.params.forks)])
            for a in actions
        ]
        return actions[int(np.argmax(values))]

    def _branch(self, world: World, action: int, number: int, fork: int) -> float:
        """Return sales, costs and change of lifetime values in a fork after an action."""
        self._value = self._value or LifetimeValue(world)
        copy = world.fork()
        if self.params.other_luck:
            copy.reseed(2**61 + number, fork)
        listener = Listener(copy)
        before = copy.ledger.totals(copy.now)
        copy.answer(action)
        copy.who_decides(rule_fork(self.rule), ALL, NONE)
        copy.advance(copy.now + self.params.hours * HOUR_S)
        after = copy.ledger.totals(copy.now)
        money = sum(after[name] - before[name] for name in after if name != "margin")
        gained = listener.value_changes(self._value, self.retention_weight).money
        return money / copy.ledger.discount(copy.now) + float(gained.sum())


class Rollout:
    """What ``Lookahead`` needs of a training: nothing is learned, and no policy can be saved."""

    def __init__(self, task: Task, params: Params) -> None:
        self.task, self.params = task, params
        self.steps = 0

    def player(self) -> Lookahead:
        """Return who plays the worlds of the evaluation."""
        task, weight = self.task, self.task.config.retention_weight
        return Lookahead(task.rule, task.setting.decides, self.params, weight)
