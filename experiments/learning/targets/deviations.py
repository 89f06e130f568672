"""Episodes under a rule that is left once in a journey: what single deviations bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.learning.targets.changes import Changes, Listener
from experiments.learning.targets.control_variate import known_luck
from experiments.learning.targets.delays import delay_costs, served
from experiments.learning.targets.firm_value import FirmValue
from experiments.learning.targets.outcomes import Decided, outcomes
from policies.base import Policy
from policies.value.expected_value import ExpectedValue
from sim.core.world import World
from sim.env.episode import Episode
from sim.units import DAY_S

Floats = npt.NDArray[np.float32]
ILLEGAL = -np.inf
Noted = tuple[npt.NDArray[np.float16], Floats, float, int]
"""A decision: its vector, the rule's values of all actions, the unit, the action taken."""


class Samples(NamedTuple):
    """Decisions of an episode.

    ``vectors`` (n, features) in half precision; ``values`` (n, actions), the rule's, -inf where not
    legal; ``units`` (n,), money of a unit of satisfaction; ``actions`` (n,); ``returns`` (n,):
    money of the rest of the journey, less what its agents' time cost other customers.
    """

    vectors: npt.NDArray[np.float16]
    values: Floats
    units: Floats
    actions: npt.NDArray[np.int64]
    returns: Floats


@dataclass(kw_only=True)
class Deviations:
    """Plays episodes by a rule, leaving it at most once in each journey."""

    episode: Episode
    rule: Policy
    tail_days: float
    delay_price: float
    retention_weight: float
    known_luck: bool
    value: FirmValue | None = field(default=None, init=False)

    def play(
        self, seed: int, number: int, explore: float, tables: ExpectedValue
    ) -> tuple[Samples, int]:
        """Return an episode's samples, and how many decisions were taken.

        Args:
            seed: the episode's luck.
            number: its number.
            explore: probability of a random legal action where the journey has had none.
            tables: what waiting does to contacts, and what resolving them is worth.
        """
        episode, rng = self.episode, np.random.default_rng((seed, number))
        episode.start(seed, number)
        world = episode.world
        assert world is not None
        self.value = self.value or FirmValue(world, self.retention_weight)
        listener = Listener(world, luck=self.known_luck)
        until = episode.end_s - self.tail_days * DAY_S
        width = len(episode.setting.compiled.actions)
        noted: list[Noted] = []
        decided: list[Decided] = []
        left: set[int] = set()
        while not episode.truncated:
            pending = world.pending
            if pending is None:
                episode.step(0)
                continue
            view = world.pending_view(self.rule.reads)
            action, valued = self.rule.decide(view), self.rule.action_values(view)
            if pending.contact >= 0 and valued is not None:
                if pending.journey not in left and rng.random() < explore:
                    left.add(pending.journey)
                    action = int(pending.actions[rng.integers(len(pending.actions))])
                if world.now <= until:
                    values = np.full(width, ILLEGAL, dtype=np.float32)
                    values[list(pending.actions)] = valued.money
                    vector = episode.observation().astype(np.float16)
                    noted.append((vector, values, valued.unit, action))
                    decided.append(Decided(world.now, pending.customer, pending.journey))
            episode.step(action)
        changes = listener.value_changes(self.value)
        if self.known_luck:
            changes += known_luck(listener, self.value, tables)
        return self._samples(world, noted, decided, changes, tables), episode.steps

    def _samples(
        self,
        world: World,
        noted: list[Noted],
        decided: list[Decided],
        changes: Changes,
        tables: ExpectedValue,
    ) -> Samples:
        money = outcomes(decided, changes, world.register).money
        passed_on = self._passed_on(world, decided, tables)
        vectors, values, units, actions = zip(*noted, strict=True) if noted else ((),) * 4
        setting = self.episode.setting
        return Samples(
            np.array(vectors, dtype=np.float16).reshape(-1, setting.features.size),
            np.array(values, dtype=np.float32).reshape(-1, len(setting.compiled.actions)),
            np.array(units, dtype=np.float32),
            np.array(actions, dtype=np.int64),
            (money - self.delay_price * passed_on).astype(np.float32),
        )

    def _passed_on(
        self, world: World, decided: list[Decided], tables: ExpectedValue
    ) -> npt.NDArray[np.float64]:
        """Return what agents' time cost other customers after each decision, in its journey."""
        assert self.value is not None
        costs = delay_costs(served(world.register), world, self.value, tables)
        later: dict[int, list[tuple[float, float]]] = {}
        rows = world.register.rows("contacts", "contact", "journey", "released_s")
        for contact, journey, released_s in rows:
            cost = costs.get(contact)
            if cost:
                later.setdefault(journey, []).append((released_s, cost))
        return np.array(
            [sum(c for at, c in later.get(one.journey, ()) if at >= one.time_s) for one in decided]
        )
