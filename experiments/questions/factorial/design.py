"""Two-level designs: the cells of a full one, or of a regular fraction with its aliases.

A fraction of 2^(k-q) cells is made of the full design in k - q of the factors; each of the q others
follows from a product of some of these (levels -1 and 1), its generator. The products of generators
are the words of the defining relation, and the shortest word is the resolution: at III main effects
may be aliased with interactions of two, at IV with those of three, at V interactions of two are
clear of each other too (Box & Hunter, Technometrics 3, 1961). Of the fractions of the resolution
asked for, the smallest is taken, and of these one with the fewest short words (minimum aberration:
Fries & Hunter, Technometrics 22, 1980).

Factors are numbered from 0. A product of factors is a set of bits: factor i is `1 << i`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

MOST_FACTORS = 10


@dataclass(frozen=True)
class Plan:
    """Which cells are run.

    `cells` are sets of bits: the factors that are on. `words` of the defining relation (none: a
    full design), `generators` give the product that each generated factor follows.
    """

    factors: int
    cells: tuple[int, ...]
    generators: tuple[tuple[int, int], ...] = ()
    words: tuple[int, ...] = ()

    @property
    def resolution(self) -> int | None:
        """The length of the shortest word; None of a full design."""
        return min((word.bit_count() for word in self.words), default=None)

    def aliases(self, product: int) -> tuple[int, ...]:
        """Return the products that cannot be told from one, shortest first."""
        return tuple(sorted((product ^ word for word in self.words), key=order))

    def contrasts(self) -> tuple[int, ...]:
        """Return the products whose contrasts can be told apart: the shortest of each alias set."""
        found: list[int] = []
        seen: set[int] = {0, *self.words}
        for product in sorted(range(1, 1 << self.factors), key=order):
            if product not in seen:
                found.append(product)
                seen |= {product, *self.aliases(product)}
        return tuple(found)


def order(product: int) -> tuple[int, tuple[int, ...]]:
    """Sort products by length, then by their factors."""
    return product.bit_count(), members(product)


def members(product: int) -> tuple[int, ...]:
    """Return the factors of a product, or those that are on in a cell."""
    return tuple(i for i in range(product.bit_length()) if product >> i & 1)


def sign(cell: int, product: int) -> int:
    """Return a product's value in a cell, -1 or 1; factors are -1 where off and 1 where on."""
    return -1 if (product.bit_count() - (cell & product).bit_count()) % 2 else 1


def full(factors: int) -> Plan:
    """Return the design of all 2^factors cells."""
    return Plan(factors, tuple(range(1 << factors)))


@lru_cache(maxsize=64)
def fraction(factors: int, resolution: int) -> Plan:
    """Return the smallest regular fraction of at least a resolution; full if no smaller has it.

    The cell with all factors on is in it.
    """
    for base in range(1, factors):
        found = _least_aberration(factors, base, resolution)
        if found is not None:
            return _plan(factors, base, found)
    return full(factors)


def _least_aberration(factors: int, base: int, resolution: int) -> tuple[int, ...] | None:
    """Return the products that generate the factors beyond `base`, or None where there are none."""
    usable = [p for p in range(1, 1 << base) if p.bit_count() >= resolution - 1]
    best: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    for chosen in combinations(usable, factors - base):
        lengths = sorted(word.bit_count() for word in _words(base, chosen))
        if lengths[0] < resolution:
            continue
        pattern = tuple(lengths.count(length) for length in range(resolution, factors + 1))
        if best is None or pattern < best[0]:
            best = pattern, chosen
    return None if best is None else best[1]


def _words(base: int, products: tuple[int, ...]) -> Iterator[int]:
    """Yield the words of the defining relation."""
    first = [product | 1 << (base + i) for i, product in enumerate(products)]
    for taken in range(1, 1 << len(first)):
        word = 0
        for i in members(taken):
            word ^= first[i]
        yield word


def _plan(factors: int, base: int, products: tuple[int, ...]) -> Plan:
    cells = []
    for cell in range(1 << base):
        made = sum(1 << (base + i) for i, p in enumerate(products) if sign(cell, p) > 0)
        cells.append(cell | made)
    generators = tuple((base + i, product) for i, product in enumerate(products))
    return Plan(factors, tuple(cells), generators, tuple(sorted(_words(base, products), key=order)))
