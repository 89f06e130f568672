"""The reward: money since the last decision, by component, adding up to the objective exactly."""

from __future__ import annotations

from math import fsum

from sim.money import COMPONENTS, Ledger
from sim.retention import discounted


class Increments:
    """Differences of a running total whose exact sum is the total, to the last bit.

    A difference of two floats is rounded; what rounding leaves over is carried into the next one
    (two-sum: Knuth, TAOCP vol. 2, 4.2.2), so errors do not pile up over an episode.
    """

    __slots__ = ("carry", "last")

    def __init__(self) -> None:
        self.last = 0.0
        self.carry = 0.0

    def to(self, total: float) -> float:
        """Return the increment that leads to ``total``."""
        last = self.last
        if total == last and not self.carry:
            return 0.0
        step = total - last
        back = step - total
        rest = (total - (step - back)) - (last + back) + self.carry
        increment = step + rest
        part = increment - step
        self.carry = (step - (increment - part)) + (rest - part)
        self.last = total
        return increment


class Books:
    """The money of an episode, as present values at its start."""

    def __init__(self, ledger: Ledger, start_s: float) -> None:
        self._rate = ledger.rate_per_s
        self._scale = 1.0 / ledger.discount(start_s)
        base = ledger.totals(start_s)
        self._base = [base[name] for name in COMPONENTS]
        self._parts = [Increments() for _ in COMPONENTS]
        self._whole = Increments()

    def since(self, ledger: Ledger, now: float) -> tuple[float, list[float]]:
        """Return (increment of net value, increments by component) since the last call."""
        annuity = discounted(now, self._rate)
        scale, (margin, sales, staff, contacts, treatments) = self._scale, self._base
        flow, wages = ledger.margin, ledger.staff
        totals = (
            (flow.rate * annuity + flow.correction - margin) * scale,
            (ledger.sales - sales) * scale,
            (-(wages.rate * annuity + wages.correction) - staff) * scale,
            (-ledger.contacts - contacts) * scale,
            (-ledger.treatments - treatments) * scale,
        )
        parts = [part.to(total) for part, total in zip(self._parts, totals, strict=True)]
        return self._whole.to(self.net_value), parts

    @property
    def net_value(self) -> float:
        """The sum of all increments given out: net value, as the KPI of the same window."""
        return fsum([x for part in self._parts for x in (part.last, -part.carry)])
