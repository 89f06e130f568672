"""One episode: a world that runs from decision to decision. No Gymnasium in here."""

from __future__ import annotations

from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.world import World
from sim.decisions.actions import Kind
from sim.decisions.features import Vector
from sim.env.observation import Observer, cells_of
from sim.env.reward import Books
from sim.env.setting import Setting
from sim.env.start import ALL, Starts, rule_fork
from sim.population.value import LifetimeValue, ValueChange
from sim.register.ledger import COMPONENTS
from sim.units import DAY_S

Mask = npt.NDArray[np.bool_]
MASKS_KEPT = 4096
TERMINAL = "terminal_value"


class Episode:
    """A world between its decisions, with masks, observations and money.

    ``start`` and ``step`` leave the world at the next decision of the learner; a step without one
    ends at the horizon (``truncated``). Every step takes its decision: an action that is not legal
    stands for the default one and is counted in ``illegal``.
    """

    def __init__(self, setting: Setting, starts: Starts | None = None) -> None:
        self.setting = setting
        self.starts = starts or Starts(setting)
        self.observer = Observer(setting.features)
        self._seen = np.zeros(setting.features.size, dtype=np.float32)
        self._cells = cells_of(self._seen)
        self.n_actions = len(setting.compiled.actions)
        self._masks: dict[tuple[int, ...], Mask] = {}
        self._open = self._mask_of(tuple(range(self.n_actions)))
        self._value: LifetimeValue | None = None
        self.world: World | None = None
        self.truncated = True
        self.illegal = 0
        self.origin: tuple[int, int] | None = None

    # -- copies ------------------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without what is rebuilt from it: views of memory, read-only masks."""
        rebuilt = ("_cells", "_masks", "_open")
        return {name: value for name, value in vars(self).items() if name not in rebuilt}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the episode that a state was taken of."""
        vars(self).update(state)
        self._cells = cells_of(self._seen)
        self._masks = {}
        self._open = self._mask_of(tuple(range(self.n_actions)))

    # -- start -------------------------------------------------------------------------------

    def start(self, seed: int | None, replication: int, state: World | None = None) -> None:
        """Begin an episode at its first decision; see ``Starts`` for seeds and states."""
        if state is not None:
            world = self.starts.fork_of(state, seed, replication)
            self.start_s = world.now
        else:
            world = self.starts.world(seed or 0, replication)
            self.start_s = self.setting.warm_up_days * DAY_S
        self._hand_over(world)
        self.world = world
        self.end_s = self.start_s + self.setting.horizon_s
        self.actions: list[int] = []
        self.steps = 0
        self.origin = (seed or 0, replication) if state is None else None
        self.illegal = 0
        self.truncated = False
        self.books = Books(world.ledger, self.start_s)
        parts = (*COMPONENTS, TERMINAL) if self.setting.terminal_value else COMPONENTS
        self.components = dict.fromkeys(parts, 0.0)
        self.reward = self.raw = self.terminal = 0.0
        self.last_s = self.start_s
        self.elapsed_s = 0.0
        self._watch = None
        if self.setting.shaping:
            self._watch = ValueChange(self._values(world))
            world.watch = self._watch
        world.advance(self.end_s)
        self._clock(world.now)

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
        pending = world.pending
        self.steps += 1
        if pending is not None:
            if action not in pending.actions:
                action = pending.default
                self.illegal += 1
            self.actions.append(action)
            world.answer(action)
        terminal = 0.0
        if not world.advance(self.end_s):
            world.finish()
            self.truncated = True
            if self.setting.terminal_value:
                terminal = self._beyond(world)
        self._clock(world.now)
        self.raw, parts = self.books.since(world.ledger, world.now)
        self._book(parts, terminal)

    def _clock(self, now: float) -> None:
        self.elapsed_s = now - self.last_s if now > self.last_s else 0.0
        self.last_s = now

    def _book(self, parts: list[float], terminal: float) -> None:
        margin, sales, staff, contacts, treatments = parts
        components = self.components = {
            "margin": margin,
            "sales": sales,
            "staff": staff,
            "contacts": contacts,
            "treatments": treatments,
        }
        self.reward = self.raw
        if self.setting.terminal_value:
            components[TERMINAL] = self.terminal = terminal
            self.reward += terminal
        if self._watch is not None:
            gained, self._watch.total = self._watch.total, 0.0
            self.reward += gained / self._start_discount() - components["margin"] - terminal

    def _beyond(self, world: World) -> float:
        """Return the present value (at the start) of customers' margins beyond the horizon."""
        total = self._values(world).total(world)
        return total * world.ledger.discount(world.now) / self._start_discount()

    def _start_discount(self) -> float:
        assert self.world is not None
        return self.world.ledger.discount(self.start_s)

    # -- what is seen ------------------------------------------------------------------------

    def observation(self) -> Vector:
        """Return a new vector of the pending decision, shape (features,)."""
        assert self.world is not None
        self.observer.write(self.world, self._cells)
        return self._seen.copy()

    def write_observation(self, out: Vector) -> None:
        """Write the vector of the pending decision into ``out`` (contiguous float32)."""
        assert self.world is not None
        self.observer.write(self.world, cells_of(out))

    def mask(self) -> Mask:
        """Return which actions are legal, shape (actions,), read-only.

        All are when no decision is pending (after the last step), so that none is all false.
        """
        pending = self.world.pending if self.world is not None else None
        return self._open if pending is None else self._mask_of(pending.actions)

    def _mask_of(self, legal: tuple[int, ...]) -> Mask:
        mask = self._masks.get(legal)
        if mask is None:
            mask = np.zeros(self.n_actions, dtype=np.bool_)
            mask[list(legal)] = True
            mask.flags.writeable = False
            if len(self._masks) >= MASKS_KEPT:
                self._masks.clear()
            self._masks[legal] = mask
        return mask

    @property
    def discount(self) -> float:
        """The discount of the time that the last step took: exp(-rate × seconds)."""
        return exp(-self.setting.discount_per_s * self.elapsed_s)

    @property
    def default(self) -> int:
        """The default action of the pending decision (0 when none is pending)."""
        pending = self.world.pending if self.world is not None else None
        return 0 if pending is None else pending.default

    @property
    def kind(self) -> Kind | None:
        """The kind of the pending decision."""
        pending = self.world.pending if self.world is not None else None
        return None if pending is None else Kind(pending.kind)

    @property
    def net_value(self) -> float:
        """Net value so far, present value at the episode's start, in money."""
        return self.books.net_value
