"""Derived strategies: what a block of a config adds to the strategies that are simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.strategies.strategy import Strategy
from sim.inputs import nearest


@dataclass(frozen=True)
class Derived:
    """A strategy that a block makes of a named one.

    `of` is that one; `where` the key of the config that it comes from, for messages. `moot` says
    what it means if it is the same as `of` (a mistake); empty where that is in order.
    """

    of: str
    strategy: Strategy
    where: str
    moot: str = ""


def base_name(given: str, reference: str, strategies: Mapping[str, Strategy], where: str) -> str:
    """Return the strategy that a block is about: the one given, else the reference.

    Raises:
        ValueError: it is not declared; names the nearest.
    """
    name = given or reference
    if name not in strategies:
        hint = nearest(name, strategies)
        raise ValueError(f"{where}: must be one of the strategies; got '{name}'{hint}")
    return name
