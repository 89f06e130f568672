"""Taking known luck out of what decisions brought: a control variate for resolutions and sales.

Whether a contact is resolved is a draw at a probability that the simulator knows. What resolving
is worth, times (resolved - probability), has expectation zero whatever was decided before; taken
out of the money it leaves every expectation as it is, and much less variance (as the martingale
control variates of Henderson & Glynn 2002 do). The same for the sale of a resolved contact. Only
training in a simulator can do this: a real firm's outcomes come without their chances.
"""

from __future__ import annotations

from collections.abc import Callable

from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue
from sim.core.state.records import Contact
from sim.core.state.world_state import WorldState

Book = Callable[[int, float, float], None]
"""Takes customer, time and money."""


class KnownLuck:
    """Books the luck of resolutions and sales with the opposite sign.

    Args:
        value: what moods are worth.
        tables: what a resolution is worth by intent, by the firm's figures (another figure than the
            true one takes out less luck, and moves no expectation).
        book: is given customer, time and money.
    """

    def __init__(self, value: FirmValue, tables: ExpectedValue, book: Book) -> None:
        self.value, self.tables, self.book = value, tables, book

    def resolution(
        self, world: WorldState, contact: Contact, probability: float, resolved: bool
    ) -> None:
        """Book what the draw brought beyond its expectation."""
        journey, people, tables = contact.journey, world.customers, self.tables
        worth = tables.saved[journey.intent] + tables.sale[journey.intent][contact.channel]
        if people.alive[journey.customer] and people.threshold[journey.customer] != float("inf"):
            unit = world.compiled.mood_weight[journey.segment][journey.intent]
            unit *= self.value.per_mood(world, journey.customer)
            worth += unit * tables.gain[journey.intent]
        self.book(journey.customer, world.now, (probability - resolved) * worth)

    def sale(self, world: WorldState, contact: Contact, expected: float, margin: float) -> None:
        """Book what was sold beyond what was expected."""
        self.book(contact.journey.customer, world.now, expected - margin)
