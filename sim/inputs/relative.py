"""Changes relative to what is there: `"-20%"`, `"+10 points"`.

Where documents are laid over each other, what is changed and the changes of it are kept together
as a text (`"0.45 then +10 points"`, `chain`) until it is known which key it is for, with its
bounds and its default; `sim.inputs.resolve` then makes the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from sim.errors import InputError

FORM = re.compile(r"([+\-\u2212])\s*([0-9]+(?:\.[0-9]+)?)\s*(%|points?)")
MOST_PERCENT = 10_000.0
DIGITS = 12
"""Significant digits of a changed value, so that 0.7 and 10 points more is 0.8, not 0.7999…"""
THEN = " then "
HELP = 'a relative change looks like "-20%" or, for a share, "+10 points"'


@dataclass(frozen=True)
class Relative:
    """A change by a percentage of the value, or by percentage points of a share.

    `amount` carries the sign: -20 for `"-20%"`. There is no plain difference such as `+3`, because
    YAML reads an unquoted `+3` as the value 3.
    """

    amount: float
    unit: Literal["%", "points"]

    @classmethod
    def parse(cls, text: object, where: str) -> Self:
        """Return the change that `text` says: a sign, a number, and `%` or `points`.

        Raises:
            InputError: begins with `where`; another form, or beyond `MOST_PERCENT`.
        """
        change = FORM.fullmatch(text.strip()) if isinstance(text, str) else None
        if change is None:
            raise InputError(f"{where}: {HELP}; got {text!r}")
        amount = float(change[2]) * (1 if change[1] == "+" else -1)
        if abs(amount) > MOST_PERCENT:
            raise InputError(f"{where}: must not be beyond {MOST_PERCENT:,.0f}; got {text!r}")
        return cls(amount, "%" if change[3] == "%" else "points")

    def __str__(self) -> str:
        """Return the change as it is written."""
        return f"{self.amount:+g}" + ("%" if self.unit == "%" else " points")

    def apply(
        self,
        value: float | None,
        where: str,
        low: float = -float("inf"),
        high: float = float("inf"),
    ) -> float:
        """Return the changed value.

        Args:
            value: what is there; for points, a share between 0 and 1.
            where: what the message begins with.
            low: the least value that is allowed.
            high: the greatest.

        Raises:
            InputError: nothing is there, or zero of which a percentage says nothing; points of what
                is no share; a result outside the bounds.
        """
        if value is None:
            raise InputError(f"{where}: {self} of what has no value; give the value itself")
        if self.unit == "points":
            if not 0 <= value <= 1:
                raise InputError(f"{where}: points change a share between 0 and 1; it is {value:g}")
            low, high = max(low, 0.0), min(high, 1.0)
            changed = value + self.amount / 100
        elif value == 0:
            raise InputError(f"{where}: {self} of 0 changes nothing; give the value itself")
        else:
            changed = value * (1 + self.amount / 100)
        changed = float(f"{changed:.{DIGITS}g}")
        if not low <= changed <= high:
            bound = f"at least {low:g}" if changed < low else f"at most {high:g}"
            raise InputError(f"{where}: must be {bound}; {self} makes {changed:g} of {value:g}")
        return changed


@dataclass(frozen=True)
class Chain:
    """Changes one after the other, of `start`: a number, or what is there (None).

    `gone`: what was there has been deleted, or is no number, so that they are changes of nothing.
    """

    changes: tuple[Relative, ...]
    start: float | None = None
    gone: bool = False

    def __str__(self) -> str:
        """Return the text that stands for it in a document."""
        known = self.gone or self.start is not None
        start = [json.dumps(self.start)] if known else []
        return THEN.join([*start, *map(str, self.changes)])

    def apply(
        self,
        value: float | None,
        where: str,
        low: float = -float("inf"),
        high: float = float("inf"),
    ) -> float:
        """Return the value after all changes; a whole number stays one where it comes out whole.

        Args:
            value: what is there, if nothing else is known (`start`).
            where: what the message begins with.
            low: the least value that is allowed.
            high: the greatest.

        Raises:
            InputError: as `Relative.apply`.
        """
        first = self.start if self.start is not None else value
        now = first
        for change in self.changes:
            now = change.apply(now, where, low, high)
        assert now is not None  # there is one change at least
        return int(now) if isinstance(first, int) and now == int(now) else now


def read_chain(value: object) -> Chain | None:
    """Return the changes that a value in a document stands for; None where it is another value."""
    if not isinstance(value, str):
        return None
    first, *rest = value.split(THEN)
    start, gone = _start(first) if rest else (None, False)
    parts: Sequence[str] = rest if gone or start is not None else [first, *rest]
    if not all(FORM.fullmatch(part.strip()) for part in parts):
        return None
    return Chain(tuple(Relative.parse(part, value) for part in parts), start, gone)


def chain(below: object, above: Chain, *, composing: bool) -> Any:
    """Return what stands for changes laid over a value.

    Args:
        below: the value that is changed; None where it is deleted.
        above: the changes; those that know what they start from replace what is there.
        composing: nothing is known yet of what `below` itself will be laid over.
    """
    earlier = read_chain(below)
    if above.gone or above.start is not None:
        known = above
    elif earlier is not None:
        known = Chain((*earlier.changes, *above.changes), earlier.start, earlier.gone)
    elif isinstance(below, (int, float)) and not isinstance(below, bool):
        known = Chain(above.changes, below)
    else:
        known = Chain(above.changes, None, gone=True)
    return str(known if composing else Chain(known.changes, known.start))


def _start(text: str) -> tuple[float | None, bool]:
    """Return the number that a chain starts from, and whether it starts from nothing."""
    try:
        start = json.loads(text)
    except ValueError:
        return None, False
    if start is None:
        return None, True
    return (start, False) if type(start) in (int, float) else (None, False)
