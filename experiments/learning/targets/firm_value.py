"""Customers' lifetime values as a firm can estimate them: by segment, margin and mood.

The simulator knows each customer's own churn rate; with it, what a decision brought would mostly
tell whether the customer happened to be a fickle one. Averaged over a segment's customers, the
estimate asks the same question with less luck in the answer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.core.people import People
from sim.core.world import World
from sim.population.lasting_value import Moved
from sim.population.value import LifetimeValue
from sim.units import DAY_S

SAMPLE = 400  # customers of a segment
GRID = 25  # moods
NEAR = 0.25
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class FirmValue:
    """Mean discounted months of margin by segment and mood, from a sample of a world's customers.

    ``table`` has shape (segments, moods): money now for each unit of margin a second, times
    ``weight``.
    """

    def __init__(self, world: World, weight: float = 1.0) -> None:
        people, scenario = world.customers, world.compiled.scenario
        self.limit = scenario.satisfaction.mood_limit
        segment, alive = np.asarray(people.segment), np.asarray(people.alive) == 1
        means = []
        for number in range(len(scenario.segments)):
            members = np.flatnonzero(alive & (segment == number))
            means.append(self._means(world, members[:: max(1, len(members) // SAMPLE)]))
        self.table = np.array(means) * weight

    def _means(self, world: World, customers: Ints) -> list[float]:
        """Return the mean value for each unit of margin, by mood."""
        margin = np.asarray(world.customers.margin_per_s)[customers]
        paying, margin = customers[margin > 0], margin[margin > 0]
        exact, people = LifetimeValue(world), world.customers
        days = np.asarray(people.renewal_day)[paying] - world.now / DAY_S
        return [
            float((exact.worth(people, paying, np.full(len(paying), mood), days) / margin).sum())
            / max(1, len(paying))
            for mood in np.linspace(-self.limit, self.limit, GRID).tolist()
        ]

    def worth(
        self,
        people: People,
        customers: Ints,
        moods: Floats,
        days: Floats,
        moved: Moved | None = None,
    ) -> Floats:
        """Return the expected discounted margins of customers in moods.

        Arguments and shapes are those of ``LifetimeValue.worth``; ``days`` and ``moved``
        tell the firm nothing.
        """
        at = (moods + self.limit) / (2 * self.limit) * (GRID - 1)
        low = np.clip(at.astype(np.int64), 0, GRID - 2)
        segment = np.asarray(people.segment)[customers]
        below, above = self.table[segment, low], self.table[segment, low + 1]
        found: Floats = np.asarray(people.margin_per_s)[customers] * (
            below + (at - low) * (above - below)
        )
        return found

    def per_mood(self, people: People, customers: Ints) -> Floats:
        """Return what one unit of mood is worth about the neutral mood, by customer."""
        near = np.full(len(customers), NEAR)
        gain = self.worth(people, customers, near, near) - self.worth(
            people, customers, -near, near
        )
        return gain / (2 * NEAR)
