"""The block `factorial`: what factors are worth alone, together, and in each other's presence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Literal, Self

from pydantic import Field, model_validator

from experiments.questions.derived import Derived, base_name
from experiments.questions.factorial.design import MOST_FACTORS, Plan, fraction, full, members
from experiments.strategies.delta import Delta, clash
from experiments.strategies.names import check_titles
from experiments.strategies.strategy import Name, Strategy
from sim.inputs import StrictModel

MOOT = "has two levels that are the same: switching it changes nothing"


class TwoLevels(StrictModel):
    """A factor: what its two levels change in the strategy; `off` by default nothing."""

    title: str = ""
    off: Delta = Delta()
    on: Delta

    def level(self, *, on: bool) -> Delta:
        """Return one of the levels."""
        return self.on if on else self.off


class Factorial(StrictModel):
    """What are these factors worth, alone and together?

    The strategy `of`, by default the reference, is simulated with every combination of the
    factors' levels; or, with a `resolution` of 3, 4 or 5, with the smallest regular fraction of
    them that has it, and beside it with all factors off, all on, and each on alone.
    """

    of: str = ""
    factors: dict[Name, TwoLevels] = Field(min_length=2, max_length=MOST_FACTORS)
    resolution: Literal[3, 4, 5] | None = None

    @model_validator(mode="after")
    def _compatible(self) -> Self:
        for (first, one), (second, other) in combinations(self.factors.items(), 2):
            for a, b in ((a, b) for a in (one.off, one.on) for b in (other.off, other.on)):
                key = clash(a, b)
                if key is not None:
                    raise ValueError(
                        f"factors: '{first}' and '{second}' clash: both set {'.'.join(key)}; "
                        "put them into one factor, or drop one"
                    )
        return self

    @property
    def plan(self) -> Plan:
        """The design."""
        k = len(self.factors)
        return full(k) if self.resolution is None else fraction(k, self.resolution)

    def base(self, reference: str) -> str:
        """Return the strategy that is changed."""
        return self.of or reference

    def cells(self) -> tuple[int, ...]:
        """Return all cells that are simulated: none, each alone, all, and those of the design."""
        k = len(self.factors)
        wanted = (0, *(1 << i for i in range(k)), (1 << k) - 1)
        return tuple(dict.fromkeys((*wanted, *self.plan.cells)))

    def cell_name(self, cell: int) -> str:
        """Return the name of the derived strategy of a cell: a digit for each factor, 1 is on."""
        return "factorial " + "".join(str(cell >> i & 1) for i in range(len(self.factors)))

    def derived(self, strategies: Mapping[str, Strategy], reference: str) -> dict[str, Derived]:
        """Return the strategies that are simulated for this, by name.

        Raises:
            ValueError: `of` is not declared, a factor's levels say nothing, or two have one title.
        """
        of = base_name(self.of, reference, strategies, "factorial.of")
        check_titles(((n, f.title or n) for n, f in self.factors.items()), "factorial.factors")
        for name, factor in self.factors.items():
            if not factor.on.paths() | factor.off.paths():
                raise ValueError(f"factorial.factors.{name}: must change something; got no key")
        return dict(self._derived(strategies[of]))

    def _derived(self, base: Strategy) -> Iterator[tuple[str, Derived]]:
        none, names = self.cell_name(0), list(self.factors)
        for cell in self.cells():
            strategy = base
            for i, factor in enumerate(self.factors.values()):
                strategy = factor.level(on=bool(cell >> i & 1)).applied(strategy)
            alone = cell.bit_count() == 1
            where = f"factorial.factors.{names[members(cell)[0]]}" if alone else "factorial"
            yield self.cell_name(cell), Derived(none, strategy, where, MOOT if alone else "")
