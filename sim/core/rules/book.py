"""Rules on their way into a world's tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from sim.core.codes import RULE_CUSTOMER_CHOICE
from sim.decisions.actions import Kind

Numbers = dict[str, float]


class Shape(NamedTuple):
    """What a rule's lists go by: numbers of segments, intents and channels, names of actions."""

    segments: int
    intents: int
    channels: int
    actions: tuple[str, ...]


class Tables(Protocol):
    """What takes rules: a ``Simulation`` of either engine, or a desk."""

    def fill(self, table: str, columns: dict[str, list[Any]]) -> None:
        """Replace a table by rows of the columns given."""


class Book:
    """Collects rules, which get their numbers as they are added, and writes them at once.

    ``shape`` is that of the world: a rule made for another firm has no place in it.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.rows: dict[str, list[Numbers]] = {}
        self.numbers: list[float] = []
        self.signals = 0

    def figures(self, values: Iterable[Any]) -> int:
        """Add a list of numbers, which may hold lists; return where it begins."""
        first = len(self.numbers)
        self._flatten(values)
        return first

    def _flatten(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, (list, tuple)):
                self._flatten(value)
            else:
                self.numbers.append(float(value))

    def channels(self, lists: Iterable[Iterable[int]]) -> int:
        """Add lists of channels, each ended by -1 and as long as there are channels at least."""
        n = self.shape.channels
        return self.figures([([*numbers] + [-1] * n)[:n] for numbers in lists])

    def network(self, units: int) -> None:
        """Make room for a network of so many units, its inputs among them."""
        self.signals = max(self.signals, units)

    def add(self, table: str, **fields: float) -> int:
        """Add a row to a table; return its number."""
        rows = self.rows.setdefault(table, [])
        rows.append(fields)
        return len(rows) - 1

    def rule(
        self,
        form: int = RULE_CUSTOMER_CHOICE,
        table: str = "",
        *,
        decides: Iterable[Kind],
        reads: frozenset[str] = frozenset(),
        **fields: float,
    ) -> int:
        """Add a rule; return its number.

        Args:
            form: which function decides: see ``codes``.
            table: where its own record stands.
            decides: kinds of decision that it takes.
            reads: groups of the view that it looks at.
            fields: its own record.
        """
        at = self.add(table, **fields) if table else 0
        kinds = sum(1 << kind for kind in decides)
        looks = {f"reads_{group}": group in reads for group in READS_IN_ORDER}
        return self.add("rules", form=form, at=at, kinds=kinds, **looks)

    def write(self, core: Tables) -> None:
        """Write the rules into a world, in place of those that it had."""
        for table, rows in self.rows.items():
            core.fill(table, {name: [row[name] for row in rows] for name in rows[0]})
        if "predictors" not in self.rows:
            core.fill("predictors", {"loaded": [0]})
        core.fill("figure_rows", {"value": self.numbers})
        core.fill("signals", {"value": [0.0] * self.signals})


READS_IN_ORDER = ("profile", "loads", "candidates", "hidden", "intents", "belief")


def tables_of_a_decision(
    actions: int, intents: int, channels: int, queues: int, concerns: int
) -> list[tuple[str, str, float, int]]:
    """Return the tables that decisions are taken with: name, a field, its value, number of rows."""
    return [
        ("legal", "action", 0, actions),
        ("seen_nows", "uniform", 0.5, 1),
        ("seen_customers", "segment", -1, 1),
        ("seen_profiles", "last_channel", -1, 1),
        ("seen_intents", "probability", 0.0, intents),
        ("seen_beliefs", "known", 0, 1),
        ("seen_fits", "mean", 0.0, channels),
        ("seen_reasons", "probability", 0.0, concerns),
        ("seen_loads", "open", 1, channels),
        ("seen_candidates", "segment", -1, queues),
        ("seen_hidden", "known", 0, 1),
        ("seen_chances", "resolves", 0, channels),
        ("ranks", "front", 0, queues),
        ("worths", "money", 0.0, actions),
        ("cases", "segment", -1, 1),
    ]
