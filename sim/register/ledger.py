"""The ledger: discounted money by component, exact at any time.

Continuous flows (margin, staff) are kept as a rate and a correction, so that the value at a time
needs no accrual steps: value(t) = rate × D(t) + correction, D(t) the present value of one unit a
second from 0 to t.
"""

from __future__ import annotations

from typing import Any, Protocol

from sim.behaviour.money import annuity, discount_factor

COMPONENTS = ("margin", "sales", "staff", "contacts", "treatments")


class Scalars(Protocol):
    """Where the sums are: the core of a world."""

    def scalar(self, field: str) -> Any:
        """Return one number."""


class Ledger:
    """Discounted totals of a world; costs are negative."""

    __slots__ = ("_sums", "rate_per_s")

    def __init__(self, sums: Scalars, rate_per_s: float) -> None:
        self._sums = sums
        self.rate_per_s = rate_per_s

    def discount(self, time_s: float) -> float:
        """Return the present value of one unit at a time."""
        return discount_factor(time_s, self.rate_per_s)

    def totals(self, time_s: float) -> dict[str, float]:
        """Return the discounted value of each component up to a time."""
        so_far, of = annuity(time_s, self.rate_per_s), self._sums.scalar
        return {
            "margin": of("margin_rate") * so_far + of("margin_correction"),
            "sales": of("sales"),
            "staff": -(of("staff_rate") * so_far + of("staff_correction")),
            "contacts": -of("contact_costs"),
            "treatments": -of("treatment_costs"),
        }
