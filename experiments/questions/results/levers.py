"""The answer to `levers`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.questions.results.worth import Spread, Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a lever costs the whole firm: once, and each month, beyond what the simulation counts.

    `first_year` = `once` + 12 × `per_month`.
    """

    once: float
    per_month: float
    first_year: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One lever: its worth per customer, and what it brings the whole firm for its price.

    `gain_per_month` is the objective's worth × the firm's customers, per month of 365/12 days, if
    every month is like those of the run; nothing is deducted. `for_money` is a year's gain per
    unit of money of the first year's price (None where the price is zero). `payback_months` is
    once ÷ (gain - running price) a month; None: never, as far as the mean says; its interval comes
    from that of the gain, `payback_high` None: perhaps never. `left_open` as in `Effect`. `rank`
    counts from 1 by `for_money` (free levers first); levers that are unchanged have none.
    """

    name: str
    title: str
    strategy: str
    unchanged: bool
    price: Price
    worth: Mapping[str, Worth]
    left_open: Worth | None
    gain_per_month: Spread
    for_money: Spread | None
    payback_months: float | None
    payback_low: float | None
    payback_high: float | None
    rank: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The levers that bring most in the first year within the budget, and what they came to.

    Chosen by going through all sets of levers (those that set the same key are never in one):
    `added` is the sum of what each brings alone in its first year, less the prices, as if there
    were no interactions. Then the set was simulated together, as `strategy`: `measured` is what it
    brought, less the prices, and `worth` per customer. The choice favours levers that had luck, so
    `added` tends to be too high. `levers` is empty where no lever is worth its price.
    """

    budget: float
    levers: tuple[str, ...]
    strategy: str
    price: Price
    added: Spread
    measured: Spread
    worth: Mapping[str, Worth]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeversAnswer:
    """The answer to `levers`: by rank, then those that changed nothing.

    `customers` is the size of the whole firm that prices and gains are for, `days` what was
    measured.
    """

    of: str
    metrics: tuple[str, ...]
    customers: int
    days: float
    levers: tuple[Lever, ...]
    portfolio: Portfolio | None
