"""What the questions of an experiment came to: plain frozen records, one class an answer.

Tables, console and page are made from these. They are kept as plain values in the run's manifest
under `answers`; `Answers.of` reads them back.

Money is in the scenario's currency; per-customer figures count the customers who are active when
measuring starts, over the run's days. Shares are 0–1, times in days or months as the name says.
Every interval is a 95% interval over replications; None stands for what could not be said (an
undefined metric, or a single replication). `metrics` names what each answer is given in: first the
objective, which things are ranked by (the value counted beyond the run that the verdict uses, else
the net value of the run's days), then retention and cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean over `n` replications with its interval."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What something is worth in one metric: the paired difference that it makes.

    `p_holm` is corrected for all things that are ranked beside it in the same metric. In `ties` of
    the `n` pairs both values are the same.
    """

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    n: int
    ties: int

    @property
    def shown(self) -> bool:
        """Whether it can be told from zero: by its interval and corrected for its neighbours."""
        if self.low is None or self.high is None or self.p_holm is None:
            return False
        return not self.low <= 0 <= self.high and self.p_holm < 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One delta of the block `effects`, as with it minus without it.

    `strategy` is the derived strategy that was simulated with it. `unchanged`: its register was
    that of the base in every replication, so that it changed nothing, which is no result; then
    `worth` is empty.
    """

    name: str
    title: str
    strategy: str
    unchanged: bool
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectsAnswer:
    """The answer to `effects`: each delta's worth, largest first in the objective; then null ones.

    `of` is the strategy that the deltas change.
    """

    of: str
    metrics: tuple[str, ...]
    effects: tuple[Effect, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A swept key: `x` are its values along the axis, ascending.

    `unit` is `%` or `points` where the values are changes of what each strategy has (then `x` is
    the change: -20 for `-20%`), else empty. `now` is what the strategies have, where that is one
    number for all.
    """

    key: str
    unit: str
    x: tuple[float, ...]
    now: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A strategy at one point of the sweep; `at` has a value for each axis, in their order.

    `values` are its levels; the expected value has a meaning in differences only, so that `worth`
    gives the paired difference from the run's reference as it is declared (nowhere swept).
    """

    strategy: str
    at: tuple[float, ...]
    values: Mapping[str, Spread]
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The paired difference `first` minus `second` at one point of the sweep."""

    first: str
    second: str
    at: tuple[float, ...]
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where two strategies change places along the first axis, in one metric.

    `at` are the zeros of the mean difference, linear between the points; empty where it has none.
    `low` and `high` enclose every place where the paired difference cannot be told from zero (95%
    at each place), None where these places reach the end of the range: there the crossing may lie
    beyond it. `apart`: it can be told from zero everywhere, so that they do not cross in the range.
    `left` has the better mean at the axis' lower end, `right` at the upper one. `beside` holds the
    value on the second axis, if there is one.
    """

    metric: str
    first: str
    second: str
    beside: float | None
    at: tuple[float, ...]
    low: float | None
    high: float | None
    apart: bool
    left: str
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepAnswer:
    """The answer to `sweep`: curves (points by strategy), gaps between pairs, and crossings.

    `reference` is what the points' worth is taken from.
    """

    reference: str
    strategies: tuple[str, ...]
    metrics: tuple[str, ...]
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    gaps: tuple[Gap, ...]
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a lever costs the whole firm: once, and each month, beyond what the simulation counts.

    `first_year` = `once` + 12 × `per_month`.
    """

    once: float
    per_month: float
    first_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever: its worth per customer, and what it brings the whole firm for its price.

    `gain_per_month` is the objective's worth × the firm's customers, per month of 365/12 days, if
    every month is like those of the run; nothing is deducted. `for_money` is a year's gain per
    unit of money of the first year's price (None where the price is zero). `payback_months` is
    once ÷ (gain - running price) a month; None: never, as far as the mean says; its interval comes
    from that of the gain, `payback_high` None: perhaps never. `rank` counts from 1 by `for_money`
    (free levers first); levers that are unchanged have none.
    """

    name: str
    title: str
    strategy: str
    unchanged: bool
    price: Price
    worth: Mapping[str, Worth]
    gain_per_month: Spread
    for_money: Spread | None
    payback_months: float | None
    payback_low: float | None
    payback_high: float | None
    rank: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The levers that bring most in the first year within the budget, and what they came to.

    Chosen by going through all sets of levers (those that set the same key are never in one):
    `added` is the sum of what each brings alone in its first year, less the prices, as if there
    were no interactions. Then the set was simulated together, as `strategy`: `measured` is what it
    brought, less the prices, and `worth` per customer. The choice favours levers that had luck, so
    `added` tends to be too high. `levers` is empty where no lever is worth its price.
    """

    budget: float
    levers: tuple[str, ...]
    strategy: str
    price: Price
    added: Spread
    measured: Spread
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeversAnswer:
    """The answer to `levers`: by rank, then those that changed nothing.

    `customers` is the size of the whole firm that prices and gains are for, `days` what was
    measured.
    """

    of: str
    metrics: tuple[str, ...]
    customers: int
    days: float
    levers: tuple[Lever, ...]
    portfolio: Portfolio | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to all questions of a run; None where a question was not asked.

    `simulated` counts the strategies that were run for them beside the declared ones; `derived`
    all that they speak of: equal ones were run once.
    """

    effects: EffectsAnswer | None = None
    factorial: FactorialAnswer | None = None
    sweep: SweepAnswer | None = None
    levers: LeversAnswer | None = None
    derived: int = 0
    simulated: int = 0

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Answers | None:
        """Return the answers in a run's manifest; None where the run was asked nothing."""
        kept = manifest.get("answers")
        return TypeAdapter(cls).validate_python(kept) if kept else None

    def plain(self) -> dict[str, Any]:
        """Return the answers as plain values, as the manifest and `--json` have them."""
        return asdict(self)
