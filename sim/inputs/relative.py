"""Changes relative to what is there: `"-20%"`, `"+10 points"`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self

from sim.errors import InputError

FORM = re.compile(r"([+\-\u2212])\s*([0-9]+(?:\.[0-9]+)?)\s*(%|points?)")
MOST_PERCENT = 10_000.0
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
        if not low <= changed <= high:
            bound = f"at least {low:g}" if changed < low else f"at most {high:g}"
            raise InputError(f"{where}: must be {bound}; {self} makes {changed:g} of {value:g}")
        return changed
