"""The space that is searched: a policy's declared parameters as dimensions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from experiments.tuning.config import Range
from policies.parameters import KeyedBy, LogScale, checked, mark_of
from sim.errors import InputError
from sim.inputs import nearest

if TYPE_CHECKING:
    from policies.base import Policy
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

    def of(self, params: Mapping[str, Any]) -> Any:
        """Return the dimension's value in a policy's parameters; None where they do not set it."""
        value = params.get(self.parameter)
        return value.get(self.key) if self.key and isinstance(value, dict) else value

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
    start = checked(policy, given, scenario, f"strategies.{strategy}.policy.params")
    found: list[Dimension] = []
    for name, field in declared.items():
        where = f"search.{strategy}.{name}"
        if search is None and name not in given:
            found += _of(where, name, field, start[name], scenario, None)
        elif search is not None and name in search:
            found += _of(where, name, field, start[name], scenario, search[name])
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
    where: str, name: str, field: FieldInfo, start: Any, scenario: Scenario, asked: Range | None
) -> list[Dimension]:
    """Return the dimensions of one parameter; `asked` is what `search` says of it, if it does."""
    words = _words(field)
    if words:
        kind, choices = type(start), _choices(where, words, asked or Range(), type(start))
        return [Dimension(name, "", kind, start, choices=choices)]
    keyed = mark_of(field, KeyedBy)
    number = FieldInfo.from_annotation(get_args(field.annotation)[1]) if keyed else field
    bounds = _bounds(where, number, asked)
    if bounds is None:
        return []
    low, high, log = bounds
    if keyed:
        return [
            Dimension(name, key, float, _inside(start.get(key, low), low, high), low, high, log)
            for key in getattr(scenario, keyed.section)
        ]
    kind = int if number.annotation is int else float
    return [Dimension(name, "", kind, _inside(start, low, high), low, high, log)]


def _words(field: FieldInfo) -> tuple[Any, ...]:
    """Return the values of a truth or of words; empty for all else."""
    if field.annotation is bool:
        return (False, True)
    return get_args(field.annotation) if get_origin(field.annotation) is Literal else ()


def _choices(where: str, words: tuple[Any, ...], asked: Range, kind: type) -> tuple[Any, ...]:
    if asked.low is not None or asked.high is not None or asked.log is not None:
        raise InputError(f"{where}: has no bounds, as it is {kind.__name__}")
    for choice in asked.choices or ():
        if choice not in words:
            hint = nearest(choice, words)
            raise InputError(f"{where}.choices: must be among the declared; got '{choice}'{hint}")
    return asked.choices or words


def _bounds(where: str, field: FieldInfo, asked: Range | None) -> tuple[float, float, bool] | None:
    """Return low, high and scale of a number; None where nothing bounds what nobody asks for."""
    numeric = field.annotation in (int, float)
    least, most = _bound(field, "ge", "gt"), _bound(field, "le", "lt")
    if asked is None and (not numeric or least is None or most is None):
        return None
    if not numeric:
        raise InputError(f"{where}: cannot be searched, as it is no number, truth or word")
    asked = asked or Range()
    if asked.choices is not None:
        raise InputError(f"{where}.choices: is for words; this is a number")
    low = least if asked.low is None else asked.low
    high = most if asked.high is None else asked.high
    if low is None or high is None:
        raise InputError(f"{where}: needs low and high, as the policy declares no bounds")
    for key, value, bad in (
        ("low", low, least is not None and low < least),
        ("high", high, most is not None and high > most),
    ):
        if bad:
            raise InputError(
                f"{where}.{key}: must be within the declared {_shown(least)} to {_shown(most)}; "
                f"got {value:g}"
            )
    if low >= high:
        raise InputError(f"{where}: low must be below high; got {low:g} and {high:g}")
    log = mark_of(field, LogScale) is not None if asked.log is None else asked.log
    if log and low <= 0:
        raise InputError(f"{where}: a logarithmic scale needs low above 0; got {low:g}")
    if field.annotation is int and (low % 1 or high % 1):
        raise InputError(f"{where}: low and high must be whole; got {low:g} and {high:g}")
    return low, high, log


def _bound(field: FieldInfo, closed: str, opened: str) -> float | None:
    """Return the bound that a field's constraint states; a whole number lies one within an open."""
    for mark in field.metadata:
        if getattr(mark, closed, None) is not None:
            return float(getattr(mark, closed))
        if getattr(mark, opened, None) is not None:
            step = int(field.annotation is int) * (1 if opened == "gt" else -1)
            return float(getattr(mark, opened) + step)
    return None


def _shown(bound: float | None) -> str:
    return "any" if bound is None else f"{bound:g}"


def _inside(value: Any, low: float, high: float) -> Any:
    """Return a start within the range, as a search cannot begin outside of it."""
    if not math.isfinite(value):
        return low
    inside = min(max(value, low), high)
    return int(inside) if isinstance(value, int) else inside
