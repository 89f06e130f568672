"""The firm's rule at the front door: off a busy live channel, to a bot or to a backlog."""

from __future__ import annotations

import copy
from typing import Self

from sim.decisions.actions import Decider, Kind
from sim.decisions.view import View
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED, LIVE
from sim.tables.compiled import Compiled

LEVELS_MIN = (float("inf"), 10.0, 5.0, 2.0, 0.0)
"""Expected waits, in minutes, from which a level steers away: never ... always."""


class FrontDoor:
    """Steers contacts off a live channel whose expected wait has reached a threshold.

    Automation is tried from ``automation_min`` on, a backlog (e-mail) from ``deflection_min`` on;
    within each the channel with the best resolution of the seen intent is offered. Other decisions
    go to ``inner`` (None: the firm's default rule).
    """

    def __init__(self, compiled: Compiled, inner: Decider | None = None) -> None:
        self.reads = frozenset({"loads"}) | (inner.reads if inner is not None else frozenset())
        self.inner = inner
        self.automation_min = self.deflection_min = float("inf")
        self._table = compiled

    def fork(self) -> Self:
        """Return a copy with thresholds of its own."""
        other = copy.copy(self)
        fork = getattr(self.inner, "fork", None)
        other.inner = fork() if fork is not None else self.inner
        return other

    @property
    def listener(self) -> object:
        """Who listens below this rule."""
        return getattr(self.inner, "listener", None)

    def decide(self, view: View) -> int:
        """Return the index of a legal action."""
        if view.kind == Kind.ENTRY:
            steered = self._steer(view)
            if steered >= 0:
                return steered
        return view.default if self.inner is None else self.inner.decide(view)

    def _steer(self, view: View) -> int:
        table, loads, seen = self._table, view.loads, view.customer
        requested = table.actions[view.default].target
        if loads is None or seen is None or table.channels.kind[requested] != LIVE:
            return -1
        wait_min = loads[requested].expected_wait_s / 60
        for kind, least in ((AUTOMATED, self.automation_min), (ASYNCHRONOUS, self.deflection_min)):
            if wait_min >= least:
                best = self._best(view.actions, kind, seen.intent)
                if best >= 0:
                    return best
        return -1

    def _best(self, legal: tuple[int, ...], kind: int, intent: int) -> int:
        table = self._table
        settles = table.resolution[intent]
        able = [
            a
            for a in legal
            for c in [table.actions[a].target]
            if table.channels.kind[c] == kind and settles[c] > 0
        ]
        return max(able, key=lambda a: settles[table.actions[a].target], default=-1)
