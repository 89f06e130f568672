"""The answer to `sweep`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.questions.results.worth import Spread, Worth


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

    `reference` is what the points' worth is taken from. `unmoved` are the strategies whose
    registers and metrics are the same at all points: the keys change nothing in them.
    """

    reference: str
    strategies: tuple[str, ...]
    metrics: tuple[str, ...]
    axes: tuple[Axis, ...]
    points: tuple[Point, ...]
    gaps: tuple[Gap, ...]
    crossings: tuple[Crossing, ...]
    unmoved: tuple[str, ...]
