"""The answer to `factorial`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.questions.results.worth import Spread, Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A factor of the design with its two levels; `unchanged` as in `Effect`, when alone."""

    name: str
    title: str
    off: str
    on: str
    unchanged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Which cells of a two-level design were run.

    `fraction` is `full`, `1/2`, `1/4` …; `cells` of the design itself; `resolution` None if full.
    `generators` say how factors follow from others (`E = A × B × C × D`, as tuples (factor,
    factors)), `words` are the products that are constant over the design (the defining relation).
    `extra` are cells beside the fraction: none, all and each factor alone.
    """

    fraction: str
    cells: int
    resolution: int | None
    generators: tuple[tuple[str, tuple[str, ...]], ...]
    words: tuple[tuple[str, ...], ...]
    extra: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A main effect (one factor) or an interaction (several) in every metric.

    A main effect is the mean over the design's cells with the factor on minus the mean with it
    off. An interaction of two is half the difference between the effect of one with the other on
    and with it off, and so on (Box, Hunter & Hunter, Statistics for Experimenters, 2005, ch. 5).
    In a fraction it cannot be told from its `aliases`: what is given is the sum of all of them.
    """

    factors: tuple[str, ...]
    aliases: tuple[tuple[str, ...], ...]
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A factor's Shapley value: its worth averaged over all orders of switching the factors on.

    `worth` sums over the factors to all against none (in a fraction: but for what `remainder`
    says). `share` is the part of that total in the objective (may be below 0 or above 1), given
    only where the total can be told from zero.
    """

    factor: str
    worth: Mapping[str, Worth]
    share: Spread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorialAnswer:
    """The answer to `factorial`.

    `contrasts` hold the main effects in the factors' order, then the interactions by size of the
    objective; each of the two kinds is corrected for its number. `alone` gives each factor's worth
    with all others off; `total` all factors on against none. `remainder` is total minus the sum of
    the Shapley values, in a fraction where these need not sum to it: zero if no three factors
    interact (at resolution 3: no two). Elsewhere it is None: a fraction whose words are all even,
    as most of resolution 4, puts what three factors do together into the main effects.
    """

    of: str
    metrics: tuple[str, ...]
    factors: tuple[Factor, ...]
    design: Design
    contrasts: tuple[Contrast, ...]
    shapley: tuple[Share, ...]
    alone: Mapping[str, Mapping[str, Worth]]
    total: Mapping[str, Worth]
    remainder: Mapping[str, Worth] | None
