"""What the decision problems share: checks of their parameters, and plain rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from sim.errors import InputError

StateT = TypeVar("StateT", bound=Hashable)
Flows = list[tuple[float, StateT]]


def non_negative(model: object) -> None:
    """Raise InputError for a negative number in a model's fields, however nested."""
    for key, value in vars(model).items():
        numbers: list[Any] = [value]
        while numbers:
            number = numbers.pop()
            if isinstance(number, tuple):
                numbers.extend(number)
            elif number is not None and not number >= 0:
                raise InputError(f"{key} must be at least 0, not {value!r}")


def probabilities(model: object, *keys: str) -> None:
    """Raise InputError for a named field above 1, or with an entry above 1."""
    for key in keys:
        value = getattr(model, key)
        if max(value if isinstance(value, tuple) else (value,)) > 1:
            raise InputError(f"{key} must be a probability, not {value!r}")


def at_random(state: Hashable, allowed: Sequence[str]) -> Mapping[str, float]:
    """Every allowed action alike."""
    return {action: 1 / len(allowed) for action in allowed}


def prefer(*wanted: str) -> Callable[[Hashable, Sequence[str]], str]:
    """A rule that takes the first of `wanted` that is allowed, else the first allowed action."""

    def rule(state: Hashable, allowed: Sequence[str]) -> str:
        return next((action for action in wanted if action in allowed), allowed[0])

    return rule
