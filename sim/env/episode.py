"""One episode: a world that runs from decision to decision. No Gymnasium in here."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.core.codes import DECISION, REACHED
from sim.core.world import World
from sim.decisions.actions import Kind
from sim.decisions.features import Vector
from sim.env.setting import Setting
from sim.env.sheet import DISCOUNT, ELAPSED_S, NET, Masks, Outcomes, Sheet
from sim.env.start import ALL, Starts, rule_fork
from sim.population.value import LifetimeValue
from sim.population.value_change import ValueChange
from sim.register.ledger import COMPONENTS
from sim.units import DAY_S

TERMINAL = "terminal_value"


class Episode:
    """A world between its decisions, with masks, observations and money.

    ``start`` and ``step`` leave the world at the next decision of the learner; a step without one
    ends at the horizon (``truncated``). Every step takes its decision: an action that is not legal
    stands for the default one and is counted in ``illegal``. What there is to see stands in a row
    of a ``sheet`` (None: one of its own).
    """

    def __init__(
        self,
        setting: Setting,
        starts: Starts | None = None,
        sheet: Sheet | None = None,
        row: int = 0,
    ) -> None:
        self.setting = setting
        self.starts = starts or Starts(setting)
        self.sheet = sheet or Sheet(setting)
        self.row = row
        self.adds = setting.shaping or setting.terminal_value  # to the money of a step
        self._value: LifetimeValue | None = None
        self._change: ValueChange | None = None
        self.world: World | None = None
        self.truncated = True
        self.start_s = self.end_s = 0.0
        self.terminal = self.gained = 0.0
        self.origin: tuple[int, int] | None = None
        self._look_at_row()

    def _look_at_row(self) -> None:
        sheet, row = self.sheet, self.row
        self._seen: Vector = sheet.observations[row]
        self._mask: Masks = sheet.masks[row]
        self._outcome: Outcomes = sheet.outcomes[row]

    # -- copies ------------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without what is rebuilt from it: views of the sheet."""
        views = ("_seen", "_mask", "_outcome")
        return {name: value for name, value in vars(self).items() if name not in views}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the episode that a state was taken of."""
        vars(self).update(state)
        self._look_at_row()
        if self.world is not None:
            self.world.listen(moods=self.setting.shaping)

    # -- start -------------------------------------------------------------------------------

    def start(self, seed: int | None, replication: int, state: World | None = None) -> None:
        """Begin an episode at its first decision; see ``Starts`` for seeds and states."""
        setting = self.setting
        if state is not None:
            world = self.starts.fork_of(state, seed, replication)
            self.start_s = world.now
        else:
            world = self.starts.world(seed or 0, replication)
            self.start_s = setting.warm_up_days * DAY_S
        self._hand_over(world)
        self.world = world
        self.end_s = self.start_s + setting.horizon_s
        self.origin = (seed or 0, replication) if state is None else None
        self.truncated = False
        self.terminal = self.gained = 0.0
        world.core.begin_learning(self.start_s, self.end_s, setting.discount_per_s)
        if setting.shaping:
            world.listen(moods=True)
            self._change = ValueChange(self._values(world), world)
        world.advance(self.end_s)
        self.sheet.board.begin(world.core, self.row)

    def _hand_over(self, world: World) -> None:
        """Leave the learner's kinds open; a decision that waits already stays open."""
        rule = rule_fork(self.setting.rule)
        world.who_decides(rule, ALL - self.setting.decides, self.setting.decides)

    def _values(self, world: World) -> LifetimeValue:
        if self._value is None:
            self._value = LifetimeValue(world)
        return self._value

    # -- step --------------------------------------------------------------------------------

    def step(self, action: int) -> None:
        """Take the pending decision and go on to the next one; book the money in between.

        The first step books what has come in since the episode's start.
        """
        world = self.world
        if world is None or self.truncated:
            raise RuntimeError("the episode is over: reset it")
        code = self.sheet.board.step(world.core, self.row, action)
        if code != DECISION:
            self.settle(code)
        if self.adds:
            self.add()

    def settle(self, code: int) -> None:
        """Settle what a step came back for, and go on to its end."""
        assert self.world is not None
        while self.world.settle(code):
            code = self.sheet.board.go_on(self.world.core, self.row)
        self.truncated = code == REACHED

    def add(self) -> None:
        """Find what a step is worth beside its money: the terminal value, the change of values."""
        world = self.world
        assert world is not None
        discount = world.ledger.discount
        if self.truncated and self.setting.terminal_value:
            total = self._values(world).total(world)
            self.terminal = total * discount(world.now) / discount(self.start_s)
        if self._change is not None:
            self.gained = self._change.since(world) / discount(self.start_s)

    # -- what is seen ------------------------------------------------------------------------

    def observation(self) -> Vector:
        """Return a new vector of the pending decision, shape (features,)."""
        return self._seen.copy()

    def new_mask(self) -> Masks:
        """Return a new mask of the actions that are legal, shape (actions,).

        All are when no decision is pending (after the last step), so that none is all false.
        """
        return self._mask.copy()

    def mask(self) -> Masks:
        """Return which actions are legal, as ``new_mask``, read-only."""
        mask = self._mask.copy()
        mask.flags.writeable = False
        return mask

    def outcome(self) -> list[float]:
        """Return the last step's row of the sheet's ``outcomes`` as numbers."""
        numbers: list[float] = self._outcome.tolist()
        return numbers

    @property
    def components(self) -> dict[str, float]:
        """The money of the last step by component."""
        money = dict(zip(COMPONENTS, self.outcome(), strict=False))
        return money | {TERMINAL: self.terminal} if self.setting.terminal_value else money

    @property
    def raw(self) -> float:
        """Net value since the decision before, in money."""
        return self.outcome()[NET]

    @property
    def reward(self) -> float:
        """The reward of the last step: net value, or what it is shaped to."""
        money = self.outcome()
        reward = money[NET]
        if self.setting.terminal_value:
            reward += self.terminal
        if self._change is not None:
            reward += self.gained - money[0] - self.terminal
        return reward

    @property
    def elapsed_s(self) -> float:
        """Seconds that the last step took."""
        return self.outcome()[ELAPSED_S]

    @property
    def discount(self) -> float:
        """The discount of the time that the last step took: exp(-rate × seconds)."""
        return self.outcome()[DISCOUNT]

    @property
    def default(self) -> int:
        """The default action of the pending decision (0 when none is pending)."""
        core = self.world.core if self.world is not None else None
        return core.default_action if core is not None and core.pending else 0

    @property
    def kind(self) -> Kind | None:
        """The kind of the pending decision."""
        core = self.world.core if self.world is not None else None
        return Kind(core.pending_kind) if core is not None and core.pending else None

    # -- what has been -----------------------------------------------------------------------

    def _told(self, field: str) -> Any:
        return 0 if self.world is None else self.world.core.value("learners", 0, field)

    @property
    def steps(self) -> int:
        """Steps so far."""
        return int(self._told("steps"))

    @property
    def illegal(self) -> int:
        """Actions so far that were not legal."""
        return int(self._told("illegal"))

    @property
    def net_value(self) -> float:
        """Net value so far, present value at the episode's start, in money."""
        return float(self._told("net_value"))

    @property
    def actions(self) -> list[int]:
        """The actions that were taken, one for each decision of the learner."""
        if self.world is None:
            return []
        first, column = self._told("first_decision"), self.world.register.column
        kinds = list(map(int, self.setting.decides))
        mine = np.isin(column("decisions", "kind")[first:], kinds)
        actions: list[int] = column("decisions", "action")[first:][mine].tolist()
        return actions
