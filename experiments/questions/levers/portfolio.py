"""The set of levers that brings most within a budget: all sets are gone through."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations


def best_set(
    gains: Mapping[str, float],
    prices: Mapping[str, float],
    budget: float,
    excluded: Collection[frozenset[str]] = (),
) -> tuple[str, ...]:
    """Return the levers whose gains, less their prices, add up to most; empty if to nothing.

    As if there were no interactions between them. Of equal sets the cheapest is taken, then the
    one with the first levers.

    Args:
        gains: what each lever brings in the first year, in money.
        prices: of the first year, in money.
        budget: what the prices may add up to.
        excluded: pairs that cannot be had together.
    """
    best: tuple[float, float, tuple[str, ...]] = (0.0, 0.0, ())
    for chosen in _sets([name for name in gains if gains[name] > prices[name]]):
        price = sum(prices[name] for name in chosen)
        if price > budget or any(frozenset(pair) in excluded for pair in combinations(chosen, 2)):
            continue
        net = sum(gains[name] for name in chosen) - price
        if (net, -price) > best[:2]:
            best = net, -price, chosen
    return best[2]


def _sets(names: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield all sets of names, small ones first."""
    for size in range(1, len(names) + 1):
        yield from combinations(names, size)
