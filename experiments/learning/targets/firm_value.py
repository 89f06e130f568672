"""Customers' lifetime values as a firm can estimate them: by segment, margin and mood.

The simulator knows each customer's own churn rate; with it, what a decision brought would mostly
tell whether the customer happened to be a fickle one. Averaged over a segment's customers, the
estimate asks the same question with less luck in the answer.
"""

from __future__ import annotations

import numpy as np

from sim.core.state.world_state import WorldState
from sim.core.world import World
from sim.population.value import LifetimeValue, at_mood

SAMPLE = 400  # customers of a segment
GRID = 25  # moods
NEAR = 0.25


class FirmValue:
    """Mean discounted months of margin by segment and mood, from a sample of a world's customers.

    ``of`` has the meaning and unit (money now) of ``LifetimeValue.of``, times ``weight``.
    """

    def __init__(self, world: World, weight: float = 1.0) -> None:
        exact, people = LifetimeValue(world), world.customers
        self.limit = world.compiled.scenario.satisfaction.mood_limit
        moods = np.linspace(-self.limit, self.limit, GRID)
        segments = np.asarray(people.segment)
        alive = np.asarray(people.alive, dtype=bool)
        self.table: list[list[float]] = []
        for segment in range(len(world.compiled.scenario.segments)):
            members = np.flatnonzero(alive & (segments == segment))
            chosen = members[:: max(1, len(members) // SAMPLE)].tolist()
            paying = [c for c in chosen if people.margin_per_s[c] > 0]
            self.table.append(
                [
                    sum(exact.of(world, c, mood) / people.margin_per_s[c] for c in paying)
                    * weight
                    / max(1, len(paying))
                    for mood in moods.tolist()
                ]
            )

    def of(self, world: WorldState, customer: int, mood: float) -> float:
        """Return the expected discounted margin of a customer in a mood."""
        people = world.customers
        row = self.table[people.segment[customer]]
        return people.margin_per_s[customer] * at_mood(row, mood, self.limit)

    def per_mood(self, world: WorldState, customer: int) -> float:
        """Return what one unit of mood is worth about the neutral mood."""
        of = self.of
        return (of(world, customer, NEAR) - of(world, customer, -NEAR)) / (2 * NEAR)
