"""The space that is searched: a policy's declared parameters as dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.tuning.config import Range
from sim.errors import InputError
from sim.inputs import nearest

if TYPE_CHECKING:
    from policies.base import Policy
    from policies.parameters import Parameter
    from sim.scenario import Scenario

DIGITS = 4
"""Significant digits of what is tried: more would only pretend to be known."""


@dataclass(frozen=True)
class Dimension:
    """One number, truth or word that is searched.

    `parameter` belongs to the policy; `key` is a name within a parameter that is a table, else
    empty. `low` and `high` bound float and int; `choices` are the words.
    """

    parameter: str
    key: str
    kind: type
    start: Any
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Any, ...] = ()

    @property
    def name(self) -> str:
        """The dimension's name: `parameter` or `parameter.key`."""
        return f"{self.parameter}.{self.key}" if self.key else self.parameter

    def tidy(self, value: Any) -> Any:
        """Return a float with few digits, within the bounds; other values as they are."""
        if self.kind is not float:
            return value
        return min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)


def dimensions(
    strategy: str,
    policy: type[Policy],
    scenario: Scenario,
    given: Mapping[str, Any],
    search: Mapping[str, Range] | None,
) -> list[Dimension]:
    """Return what is searched for one strategy, in the order of declaration.

    Args:
        strategy: its name, for messages.
        policy: the class whose parameters are searched.
        scenario: gives the names within parameters that are tables.
        given: parameters that the strategy sets: fixed, or the start of those in `search`.
        search: ranges by parameter; None: every bounded parameter that is not given.

    Raises:
        InputError: an unknown parameter, an impossible range, or nothing to search.
    """
    declared = policy.parameters()
    for name in search or {}:
        if name not in declared:
            hint = nearest(name, declared)
            raise InputError(
                f"search.{strategy}.{name}: is no parameter of {policy.__name__}{hint}"
            )
    found: list[Dimension] = []
    for name, rule in declared.items():
        if search is None and name in given:
            continue
        if search is not None and name not in search:
            continue
        asked = (search or {}).get(name, Range())
        found += _of(f"search.{strategy}.{name}", name, rule, scenario, given, asked, search)
    if not found:
        raise InputError(f"strategies.{strategy}: {policy.__name__} has no parameter to search")
    return found


def parameters(space: list[Dimension], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the policy's parameters for a value of each dimension, by the dimension's name."""
    result: dict[str, Any] = {}
    for one in space:
        value = one.tidy(values[one.name])
        if one.key:
            result.setdefault(one.parameter, {})[one.key] = value
        else:
            result[one.parameter] = value
    return result


def _of(
    where: str,
    name: str,
    rule: Parameter,
    scenario: Scenario,
    given: Mapping[str, Any],
    asked: Range,
    search: Mapping[str, Range] | None,
) -> list[Dimension]:
    start = rule.check(where.removeprefix("search."), given.get(name, rule.default), scenario)
    if rule.kind in (bool, str):
        if asked.low is not None or asked.high is not None or asked.log is not None:
            raise InputError(f"{where}: has no bounds, as it is {rule.kind.__name__}")
        return [Dimension(name, "", rule.kind, start, choices=_choices(where, rule, asked))]
    bounds = _bounds(where, rule, asked)
    if bounds is None:
        if search is None:
            return []  # without bounds there is nothing to search between
        raise InputError(f"{where}: needs low and high, as the policy declares no bounds")
    low, high, log = bounds
    if rule.kind is dict:
        keys = list(getattr(scenario, rule.keys))
        return [
            Dimension(name, key, float, _inside(start.get(key, low), low, high), low, high, log)
            for key in keys
        ]
    return [Dimension(name, "", rule.kind, _inside(start, low, high), low, high, log)]


def _choices(where: str, rule: Parameter, asked: Range) -> tuple[Any, ...]:
    if rule.kind is bool:
        return (False, True)
    for choice in asked.choices or ():
        if choice not in rule.choices:
            hint = nearest(choice, rule.choices)
            raise InputError(f"{where}.choices: must be among the declared; got '{choice}'{hint}")
    return asked.choices or rule.choices


def _bounds(where: str, rule: Parameter, asked: Range) -> tuple[float, float, bool] | None:
    if asked.choices is not None:
        raise InputError(f"{where}.choices: is for words; this is a number")
    low = rule.low if asked.low is None else asked.low
    high = rule.high if asked.high is None else asked.high
    if low is None or high is None:
        return None
    log = rule.log if asked.log is None else asked.log
    for key, value, bad in (
        ("low", low, rule.low is not None and low < rule.low),
        ("high", high, rule.high is not None and high > rule.high),
    ):
        if bad:
            raise InputError(
                f"{where}.{key}: must be within the declared {rule.low:g} to {rule.high:g}; "
                f"got {value:g}"
            )
    if low >= high:
        raise InputError(f"{where}: low must be below high; got {low:g} and {high:g}")
    if log and low <= 0:
        raise InputError(f"{where}: a logarithmic scale needs low above 0; got {low:g}")
    if rule.kind is int and (low % 1 or high % 1):
        raise InputError(f"{where}: low and high must be whole; got {low:g} and {high:g}")
    return low, high, log


def _inside(value: Any, low: float, high: float) -> Any:
    """Return a start within the range, as a search cannot begin outside of it."""
    if not math.isfinite(value):
        return low
    inside = min(max(value, low), high)
    return int(inside) if isinstance(value, int) else inside
