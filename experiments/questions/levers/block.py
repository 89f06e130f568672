"""The block `levers`: changes with a price, and a budget for them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated

from pydantic import Field

from experiments.questions.derived import Derived, base_name
from experiments.questions.effects import derive
from experiments.questions.measured import Weights
from experiments.questions.results import Price
from experiments.strategies.delta import Delta, clash
from experiments.strategies.names import check_titles
from experiments.strategies.strategy import Name, Strategy
from sim.inputs import StrictModel

MOST_LEVERS = 16
"""All sets of so many levers, 65,536, are gone through in a second."""

Money = Annotated[float, Field(ge=0, le=1e15)]


class PriceTag(StrictModel):
    """What a lever costs the whole firm: `once`, and `per_month` as long as it runs.

    In the scenario's currency, beyond what the simulation counts itself, as wages and contacts.
    """

    once: Money = 0.0
    per_month: Money = 0.0


class Lever(Delta):
    """A change of the strategy with its price."""

    price: PriceTag


class Levers(StrictModel):
    """Which of these changes shall we pay for first?

    Each is simulated alone in the strategy `of`, by default the reference. With a `budget` for the
    first year's prices, the set of levers that brings most within it is chosen and simulated too.
    """

    of: str = ""
    budget: Annotated[float, Field(gt=0, le=1e15)] | None = None
    levers: dict[Name, Lever] = Field(min_length=1, max_length=MOST_LEVERS)

    def base(self, reference: str) -> str:
        """Return the strategy that is changed."""
        return self.of or reference

    def derived(self, strategies: Mapping[str, Strategy], reference: str) -> dict[str, Derived]:
        """Return the strategies that are simulated for this, by name; the portfolio apart.

        Raises:
            ValueError: `of` is not declared, a lever is empty, or two have one title.
        """
        of = base_name(self.of, reference, strategies, "levers.of")
        check_titles(((n, d.title or n) for n, d in self.levers.items()), "levers.levers")
        return {
            strategy_of([name]): derive(strategies, of, lever, f"levers.levers.{name}")
            for name, lever in self.levers.items()
        }

    def together(self, names: tuple[str, ...], base: Strategy) -> Strategy:
        """Return the strategy with several levers."""
        for name in names:
            base = self.levers[name].applied(base)
        return base

    def clashes(self) -> set[frozenset[str]]:
        """Return the pairs of levers that set the same key, so that they exclude each other."""
        return {
            frozenset(pair)
            for pair in combinations(self.levers, 2)
            if clash(self.levers[pair[0]], self.levers[pair[1]]) is not None
        }

    def price(self, names: tuple[str, ...]) -> Price:
        """Return what several levers cost together."""
        once = sum(self.levers[name].price.once for name in names)
        per_month = sum(self.levers[name].price.per_month for name in names)
        return Price(once=once, per_month=per_month, first_year=once + 12 * per_month)


def strategy_of(levers: list[str] | tuple[str, ...]) -> str:
    """Return the name of the derived strategy with these levers."""
    return "levers " + " + ".join(levers)


def goals(block: Levers, reference: str) -> dict[str, Weights]:
    """Return what a stopping rule looks at: each lever's effect by a name of its own."""
    of = block.base(reference)
    return {strategy_of([n]): {strategy_of([n]): 1.0, of: -1.0} for n in block.levers}
