"""The reward: money since the last decision, by component, adding up to the objective exactly."""

from __future__ import annotations

from math import fsum

from sim.behaviour.money import annuity
from sim.register.ledger import COMPONENTS, Ledger


class Increments:
    """Differences of running totals whose exact sums are the totals, to the last bit.

    A difference of two floats is rounded; what rounding leaves over is carried into the next one
    (two-sum: Knuth, TAOCP vol. 2, 4.2.2), so errors do not pile up over an episode.
    """

    __slots__ = ("carries", "carry", "last")

    def __init__(self, n: int) -> None:
        self.last = [0.0] * n
        self.carry = [0.0] * n
        self.carries = False

    def to(self, totals: tuple[float, ...]) -> list[float]:
        """Return the increments that lead to the totals."""
        steps, last, carry = [], self.last, self.carry
        carries = False
        for i, total in enumerate(totals):
            old = last[i]
            step = total - old
            if step or carry[i]:
                back = step - total
                rest = (total - (step - back)) - (old + back) + carry[i]
                if rest:
                    difference = step
                    step += rest
                    part = step - difference
                    rest = (difference - (step - part)) + (rest - part)
                    carries = carries or rest != 0
                carry[i] = rest
                last[i] = total
            steps.append(step)
        self.carries = carries
        return steps

    @property
    def given(self) -> float:
        """The sum of all increments given out, rounded once."""
        return fsum(self.last + [-c for c in self.carry]) if self.carries else fsum(self.last)


class Books:
    """The money of an episode, as present values at its start."""

    def __init__(self, ledger: Ledger, start_s: float) -> None:
        self._rate = ledger.rate_per_s
        self._scale = 1.0 / ledger.discount(start_s)
        base = ledger.totals(start_s)
        self._base = [base[name] for name in COMPONENTS]
        self._parts = Increments(len(COMPONENTS))
        self._whole = Increments(1)

    def since(self, ledger: Ledger, now: float) -> tuple[float, list[float]]:
        """Return (increment of net value, increments by component) since the last call."""
        so_far = annuity(now, self._rate)
        scale, (margin, sales, staff, contacts, treatments) = self._scale, self._base
        flow, wages = ledger.margin, ledger.staff
        parts = self._parts.to(
            (
                (flow.rate * so_far + flow.correction - margin) * scale,
                (ledger.sales - sales) * scale,
                (-(wages.rate * so_far + wages.correction) - staff) * scale,
                (-ledger.contacts - contacts) * scale,
                (-ledger.treatments - treatments) * scale,
            )
        )
        return self._whole.to((self._parts.given,))[0], parts

    @property
    def net_value(self) -> float:
        """The sum of all increments given out: net value, as the KPI of the same window."""
        return self._parts.given
