"""The block `sweep`: strategies over values of one or two keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from experiments.questions.derived import Derived, base_name
from experiments.strategies.delta import Delta, PolicyDelta, clash
from experiments.strategies.strategy import Strategy
from sim.errors import InputError
from sim.inputs import StrictModel
from sim.inputs.compose import keys_of
from sim.inputs.relative import DIGITS, Relative

MOST_POINTS = 101
OF_STRATEGY = ("policy", "regime", "staffing")
"""What a key may begin with, to mean the strategy's and not the scenario's."""


def _change(value: float | str) -> float | str:
    if isinstance(value, str):
        try:
            Relative.parse(value, "it")
        except InputError as error:
            raise ValueError(str(error).removeprefix("it: ").partition("; got")[0]) from None
    return value


Value = Annotated[float | str, AfterValidator(_change)]


class Values(StrictModel):
    """Values of a swept key: listed, or `points` evenly from `from` to `to`, both included.

    All are numbers, or all relative changes in one unit of what each strategy has.
    """

    values: Annotated[list[Value], Field(min_length=2, max_length=MOST_POINTS)] | None = None
    begin: Value | None = Field(default=None, alias="from")
    to: Value | None = None
    points: int = Field(default=5, ge=2, le=MOST_POINTS)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ends = [end for end in (self.begin, self.to) if end is not None]
        if len(ends) != (0 if self.values else 2):
            raise ValueError("give either values, or from and to")
        if self.values and "points" in self.model_fields_set:
            raise ValueError("points: goes with from and to; values are as many as they are")
        given = self.values or ends
        units = {Relative.parse(v, "").unit if isinstance(v, str) else "" for v in given}
        if len(units) > 1:
            raise ValueError("must be all numbers, or all changes in one unit (% or points)")
        x = self.x
        if len(set(x)) < len(x):
            raise ValueError("must not have a value twice")
        return self

    @property
    def unit(self) -> str:
        """`%` or `points` of changes, empty of numbers."""
        first = (self.values or (self.begin,))[0]
        return Relative.parse(first, "").unit if isinstance(first, str) else ""

    @property
    def x(self) -> tuple[float, ...]:
        """The values along the axis, ascending: the changes' amounts, or the numbers."""
        given = self.values or [end for end in (self.begin, self.to) if end is not None]
        x = [Relative.parse(v, "").amount if isinstance(v, str) else float(v) for v in given]
        if self.values is None:
            even = np.linspace(x[0], x[1], self.points)
            x = [float(f"{value:.{DIGITS}g}") for value in even]
        return tuple(sorted(x))

    def written(self, x: float) -> float | str:
        """Return a value as an override has it; a whole number stays one."""
        if self.unit:
            return f"{x:+g}" + ("%" if self.unit == "%" else " points")
        return int(x) if x == int(x) else x


def _short(value: Any) -> Any:
    return {"values": value} if isinstance(value, list) else value


_LIST = {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string"}]}}
_SCHEMA = WithJsonSchema({"anyOf": [_LIST, {"type": "object"}]})
Swept = Annotated[Values, BeforeValidator(_short), _SCHEMA]


class Sweep(StrictModel):
    """How do strategies do as one or two numbers change, and where do they change places?

    `keys` are the scenario's, as in `overrides` (`channels.voicebot.automation.recognition`), or a
    strategy's own that begin with `staffing`, `policy` (a parameter) or `regime`. Each has a list
    of values, or `{from: …, to: …, points: 5}`; all numbers, or all changes in one unit of what
    each strategy has. `strategies` are by default all that are declared.
    """

    strategies: tuple[str, ...] = ()
    keys: dict[str, Swept] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        deltas = [delta_of(key, values.written(values.x[0])) for key, values in self.keys.items()]
        if len(deltas) == 2 and clash(*deltas) is not None:
            raise ValueError(f"keys: must not be the same; got {' and '.join(self.keys)}")
        return self

    def of(self, strategies: Mapping[str, Strategy]) -> tuple[str, ...]:
        """Return the strategies that are swept."""
        return self.strategies or tuple(strategies)

    def points(self) -> list[tuple[float, ...]]:
        """Return all points, a value for each key; the first key's change slowest."""
        return list(product(*(values.x for values in self.keys.values())))

    def point_name(self, strategy: str, at: tuple[float, ...]) -> str:
        """Return the name of the derived strategy of a point: places on the axes, from 1."""
        return point_name(strategy, [values.x for values in self.keys.values()], at)

    def derived(self, strategies: Mapping[str, Strategy], reference: str) -> dict[str, Derived]:
        """Return the strategies that are simulated for this, by name.

        Raises:
            ValueError: a strategy is not declared.
        """
        for name in self.strategies:
            base_name(name, reference, strategies, "sweep.strategies")
        return dict(self._derived(strategies))

    def _derived(self, strategies: Mapping[str, Strategy]) -> Iterator[tuple[str, Derived]]:
        for name, at in product(self.of(strategies), self.points()):
            strategy, said = strategies[name], []
            for (key, values), x in zip(self.keys.items(), at, strict=True):
                value = values.written(x)
                strategy = delta_of(key, value).applied(strategy)
                said.append(f"{key} ({value})")
            yield (
                self.point_name(name, at),
                Derived(name, strategy, f"sweep.keys: {', '.join(said)}"),
            )


def point_name(strategy: str, axes: Sequence[tuple[float, ...]], at: tuple[float, ...]) -> str:
    """Return the name of the derived strategy of a point: places on the axes, from 1."""
    places = [axis.index(x) + 1 for axis, x in zip(axes, at, strict=True)]
    return f"sweep {strategy} " + " ".join(map(str, places))


def delta_of(key: str, value: float | str) -> Delta:
    """Return the delta that sets a swept key.

    Raises:
        ValueError: the key is none, or nothing of a strategy that can be swept.
    """
    try:
        first, *rest = keys_of(key, "keys")
    except InputError as error:
        raise ValueError(str(error)) from None
    if first not in OF_STRATEGY:
        return Delta(overrides=_nested([first, *rest], value))
    if not rest or (first == "staffing" and len(rest) > 1):
        raise ValueError(f"keys: '{key}' must name what of it is swept, as in {first}.NAME")
    if first == "policy":
        return Delta(policy=PolicyDelta(params=_nested(rest, value)))
    if first == "regime":
        return Delta(regime=_nested(rest, value))
    return Delta.model_validate({"staffing": {rest[0]: value}})


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    first, *rest = keys
    return {first: _nested(rest, value) if rest else value}
