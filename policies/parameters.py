"""Declared parameters of a policy: default, bounds, and how to say that a value is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

from sim.errors import InputError
from sim.inputs import nearest
from sim.scenario import Scenario

Keys = Literal["", "intents", "segments", "channels"]


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One tunable parameter.

    ``kind`` is float, int, bool, str (one of ``choices``) or dict (a float by name, of the names
    in the scenario's section ``keys``; ``low`` and ``high`` bound its values). ``log``: search on
    a logarithmic scale.
    """

    kind: type
    default: Any
    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    keys: Keys = ""
    help: str = ""

    def check(self, key: str, value: Any, scenario: Scenario) -> Any:
        """Return ``value`` as ``kind``.

        Raises:
            InputError: names the key, the rule, the value and the nearest valid name.
        """
        if self.kind is dict:
            return self._table(key, value, scenario)
        if self.kind is str:
            if value not in self.choices:
                raise InputError(
                    f"{key}: must be one of {', '.join(self.choices)}; got {value!r}"
                    f"{nearest(value, self.choices)}"
                )
            return value
        if self.kind is bool:
            if not isinstance(value, bool):
                raise InputError(f"{key}: must be true or false; got {value!r}")
            return value
        return self._number(key, value)

    def _number(self, key: str, value: Any) -> float | int:
        whole = self.kind is int
        wrong = isinstance(value, bool) or not isinstance(value, int if whole else (int, float))
        if wrong or not isfinite(value):
            raise InputError(f"{key}: must be a {'whole ' if whole else ''}number; got {value!r}")
        if self.low is not None and value < self.low:
            raise InputError(f"{key}: must be at least {self.low:g}; got {value!r}")
        if self.high is not None and value > self.high:
            raise InputError(f"{key}: must be at most {self.high:g}; got {value!r}")
        return int(value) if whole else float(value)

    def _table(self, key: str, value: Any, scenario: Scenario) -> dict[str, float]:
        if not isinstance(value, Mapping):
            raise InputError(f"{key}: must map {self.keys} to numbers; got {value!r}")
        known = getattr(scenario, self.keys)
        for name in value:
            if name not in known:
                raise InputError(
                    f"{key}.{name}: not in {self.keys} of scenario '{scenario.name}'"
                    f"{nearest(name, known)}"
                )
        return {str(name): float(self._number(f"{key}.{name}", v)) for name, v in value.items()}


def parameter(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    log: bool = False,
    choices: tuple[str, ...] = (),
    keys: Keys = "",
    help: str = "",
) -> Any:
    """Return the declaration of a parameter, to stand as a class attribute of a policy.

    Such as ``wait_s: float = parameter(60.0)``. Its kind is that of the default; a number must lie
    within ``low`` and ``high``.
    """
    return Parameter(
        kind=type(default),
        default=default,
        low=low,
        high=high,
        log=log,
        choices=choices,
        keys=keys,
        help=help,
    )


def checked(
    owner: str, declared: Mapping[str, Parameter], given: Mapping[str, Any], scenario: Scenario
) -> dict[str, Any]:
    """Return the value of every declared parameter: the one given, or the default.

    Raises:
        InputError: an unknown parameter or a value that does not fit.
    """
    for name in given:
        if name not in declared:
            hint = nearest(name, declared) or "; it has no parameters"
            raise InputError(f"{owner}.{name}: unknown parameter{hint}")
    return {
        name: rule.check(f"{owner}.{name}", given.get(name, rule.default), scenario)
        for name, rule in declared.items()
    }
