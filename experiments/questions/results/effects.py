"""The answer to `effects`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.questions.results.worth import Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One delta of the block `effects`, as with it minus without it.

    `strategy` is the derived strategy that was simulated with it. `unchanged`: its register was
    that of the base in every replication, so that it changed nothing, which is no result; then
    `worth` is empty. `left_open` is the difference in the share of journeys that are open at the
    run's end, whose cost and harm are in no figure yet; None where that was not measured.
    """

    name: str
    title: str
    strategy: str
    unchanged: bool
    worth: Mapping[str, Worth]
    left_open: Worth | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsAnswer:
    """The answer to `effects`: each delta's worth, largest first in the objective; then null ones.

    `of` is the strategy that the deltas change.
    """

    of: str
    metrics: tuple[str, ...]
    effects: tuple[Effect, ...]
