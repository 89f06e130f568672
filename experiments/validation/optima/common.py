"""What the decision problems share: checks of their parameters, and plain rules."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import ClassVar, TypeVar

from sim.errors import InputError

StateT = TypeVar("StateT", bound=Hashable)
Flows = list[tuple[float, StateT]]


class Parameters:
    """Of a decision problem: numbers or tuples of them, none negative; None where not given.

    probabilities: the fields that are, or hold, probabilities.
    """

    probabilities: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        """Raise InputError for a negative number, or a probability above 1."""
        for key, value in vars(self).items():
            numbers = value if isinstance(value, tuple) else () if value is None else (value,)
            if not all(number >= 0 for number in numbers):
                raise InputError(f"{key} must be at least 0, not {value!r}")
            if key in self.probabilities and max(numbers) > 1:
                raise InputError(f"{key} must be a probability, not {value!r}")


def at_random(state: Hashable, allowed: Sequence[str]) -> Mapping[str, float]:
    """Every allowed action alike."""
    return {action: 1 / len(allowed) for action in allowed}


def prefer(*wanted: str) -> Callable[[Hashable, Sequence[str]], str]:
    """A rule that takes the first of `wanted` that is allowed, else the first allowed action."""

    def rule(state: Hashable, allowed: Sequence[str]) -> str:
        return next((action for action in wanted if action in allowed), allowed[0])

    return rule
