"""What a firm's tables refer to by number: laws, and lists of queues, teams and channels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from sim.behaviour.durations import Law

LAW_FIELDS = ("kind", "a", "b", "short_share", "short_mean_s", "mean_s", "longest_s")
Columns = dict[str, list[Any]]


class Tables(Protocol):
    """What takes a firm's rules: ``Rules`` of the engine."""

    def fill(self, table: str, columns: Columns) -> None:
        """Replace a table by rows of the columns given."""

    def put_column(self, table: str, field: str, values: list[Any]) -> None:
        """Set one field of all rows."""

    def put_scalar(self, field: str, number: float) -> None:
        """Set one number."""


class Laws:
    """The laws of durations, numbered as they are met."""

    def __init__(self) -> None:
        self.laws: list[Law] = []

    def number(self, law: Law | None) -> int:
        """Return the number of a law; -1: there is none."""
        if law is None:
            return -1
        self.laws.append(law)
        return len(self.laws) - 1

    def columns(self) -> Columns:
        """Return the laws met so far."""
        return {name: [getattr(law, name) for law in self.laws] for name in LAW_FIELDS}


class Links:
    """Lists of numbers, one after the other: each stands as a range."""

    def __init__(self) -> None:
        self.numbers: list[int] = []

    def ranges(self, lists: Iterable[Iterable[int]], name: str) -> Columns:
        """Return the ranges of lists, which are put at the end."""
        firsts, counts = [], []
        for numbers in lists:
            firsts.append(len(self.numbers))
            self.numbers += numbers
            counts.append(len(self.numbers) - firsts[-1])
        return {f"{name}_first": firsts, f"{name}_n": counts}

    def columns(self) -> Columns:
        """Return the lists met so far."""
        return {"number": self.numbers or [0]}
