"""The ledger: discounted money by component, exact at any time.

Continuous flows (margin, staff) are kept as a rate and a correction, so that the value at a time
needs no accrual steps: value(t) = rate × D(t) + correction, D(t) the present value of one unit a
second from 0 to t.
"""

from __future__ import annotations

from sim.behaviour.money import annuity, discount_factor

COMPONENTS = ("margin", "sales", "staff", "contacts", "treatments")


class Flow:
    """A piecewise-constant flow of money."""

    __slots__ = ("correction", "rate")

    def __init__(self) -> None:
        self.rate = 0.0
        self.correction = 0.0

    def change(self, by: float, so_far: float) -> None:
        """Change the rate by ``by`` (money a second) at the time whose annuity is given."""
        self.rate += by
        self.correction -= by * so_far


class Ledger:
    """Discounted totals; costs are negative."""

    __slots__ = ("contacts", "margin", "rate_per_s", "sales", "staff", "treatments")

    def __init__(self, rate_per_s: float) -> None:
        self.rate_per_s = rate_per_s
        self.margin = Flow()
        self.staff = Flow()
        self.sales = 0.0
        self.contacts = 0.0
        self.treatments = 0.0

    def flow(self, flow: Flow, by: float, time_s: float) -> None:
        """Change a flow's rate at a time."""
        flow.change(by, annuity(time_s, self.rate_per_s))

    def discount(self, time_s: float) -> float:
        """Return the present value of one unit at a time."""
        return discount_factor(time_s, self.rate_per_s)

    def totals(self, time_s: float) -> dict[str, float]:
        """Return the discounted value of each component up to a time."""
        so_far = annuity(time_s, self.rate_per_s)
        return {
            "margin": self.margin.rate * so_far + self.margin.correction,
            "sales": self.sales,
            "staff": -(self.staff.rate * so_far + self.staff.correction),
            "contacts": -self.contacts,
            "treatments": -self.treatments,
        }

    def fork(self) -> Ledger:
        """Return an independent copy."""
        copy = Ledger(self.rate_per_s)
        copy.margin.rate, copy.margin.correction = self.margin.rate, self.margin.correction
        copy.staff.rate, copy.staff.correction = self.staff.rate, self.staff.correction
        copy.sales, copy.contacts = self.sales, self.contacts
        copy.treatments = self.treatments
        return copy
