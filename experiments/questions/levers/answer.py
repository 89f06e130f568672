"""The answer to `levers`: what each brings the firm for its price, and the best set of them.

A lever's worth per customer over the run's days, × the customers of the whole firm ÷ the days, is
its gain; months have 365 ÷ 12 days. That a whole year is like the days of the run is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from experiments.questions.effects import left_open, paired
from experiments.questions.levers.block import Levers, strategy_of
from experiments.questions.levers.portfolio import best_set
from experiments.questions.measured import Measured, Weights, spread_of, worths
from experiments.questions.results import (
    Lever,
    LeversAnswer,
    Portfolio,
    Price,
    Spread,
    Worth,
)
from experiments.statistics.samples import FloatArray, defined, mean_of

MONTH_DAYS = 365 / 12


@dataclass(frozen=True)
class Firm:
    """What turns worths per customer into money of the firm: its customers, and the days."""

    customers: int
    days: float

    @property
    def months_worth(self) -> float:
        """The factor from a worth per customer over the run's days to the firm's month."""
        return self.customers * MONTH_DAYS / self.days


def chosen(block: Levers, reference: str, measured: Measured, firm: Firm) -> tuple[str, ...]:
    """Return the levers of the best portfolio within the budget; empty without a budget.

    Args:
        block: the question.
        reference: the run's.
        measured: of each lever and the strategy that they change.
        firm: its size and the run's days.
    """
    if block.budget is None:
        return ()
    of, metric = block.base(reference), measured.metrics[0]
    year: dict[str, float] = {}
    for name in block.levers:
        if not measured.same(strategy_of([name]), of):
            known = defined(measured.gaps(metric, _against(of, [name])))
            year[name] = 12 * firm.months_worth * mean_of(known) if known.size else 0.0
    prices = {name: block.price((name,)).first_year for name in year}
    return best_set(year, prices, block.budget, block.clashes())


def answer(block: Levers, reference: str, measured: Measured, firm: Firm) -> LeversAnswer:
    """Return the levers by rank, and the portfolio, which is among the measured.

    Args:
        block: the question.
        reference: the run's.
        measured: of each lever, the portfolio, and the strategy that they change.
        firm: its size and the run's days.
    """
    of = block.base(reference)
    worth, unchanged = paired(measured, of, {n: strategy_of([n]) for n in block.levers})
    levers = [
        _lever(block, name, worth[name], measured, of, firm, unchanged=name in unchanged)
        for name in block.levers
    ]
    levers.sort(key=_place)
    ranked = [_ranked(lever, rank) for rank, lever in enumerate(levers, 1)]
    return LeversAnswer(
        of=of,
        metrics=measured.metrics,
        customers=firm.customers,
        days=firm.days,
        levers=tuple(ranked),
        portfolio=_portfolio(block, reference, measured, firm),
    )


def _against(of: str, levers: list[str] | tuple[str, ...]) -> Weights:
    return {strategy_of(levers): 1.0, of: -1.0}


def _lever(
    block: Levers,
    name: str,
    worth: Mapping[str, Worth],
    measured: Measured,
    of: str,
    firm: Firm,
    *,
    unchanged: bool,
) -> Lever:
    price, lever = block.price((name,)), block.levers[name]
    gain = _gain(measured.gaps(measured.metrics[0], _against(of, [name])), measured, firm)
    payback, soon, late = (_payback(price, end) for end in (gain.mean, gain.high, gain.low))
    return Lever(
        name=name,
        title=lever.title or name,
        strategy=strategy_of([name]),
        unchanged=unchanged,
        price=price,
        worth=worth,
        left_open=left_open(measured, strategy_of([name]), of),
        gain_per_month=gain,
        for_money=None if unchanged else _for_money(price, gain),
        payback_months=payback,
        payback_low=soon,
        payback_high=late,
        rank=None if unchanged else 0,
    )


def _gain(gaps: FloatArray, measured: Measured, firm: Firm) -> Spread:
    step = measured.widths.get(measured.metrics[0], 0.0) * firm.months_worth
    return spread_of(gaps * firm.months_worth, step)


def _for_money(price: Price, gain: Spread) -> Spread | None:
    """Return a year's gain per unit of the first year's price."""
    if not price.first_year:
        return None
    ends = (gain.mean, gain.low, gain.high)
    mean, low, high = (None if end is None else 12 * end / price.first_year for end in ends)
    return Spread(mean=mean, low=low, high=high, n=gain.n)


def _payback(price: Price, gain: float | None) -> float | None:
    """Return the months until what was paid once has come back; None: never, or not known."""
    if gain is None:
        return None
    left = gain - price.per_month
    if left <= 0:
        return None
    return price.once / left


def _place(lever: Lever) -> tuple[bool, bool, float]:
    """Sort by value for money: free levers first, by their gain; those without effect last."""
    if lever.for_money is not None:
        return lever.unchanged, True, -(lever.for_money.mean or 0.0)
    gain = lever.gain_per_month.mean or 0.0
    return lever.unchanged, gain <= 0, -gain


def _ranked(lever: Lever, rank: int) -> Lever:
    return replace(lever, rank=None if lever.unchanged else rank)


def _portfolio(block: Levers, reference: str, measured: Measured, firm: Firm) -> Portfolio | None:
    if block.budget is None:
        return None
    of, names = block.base(reference), chosen(block, reference, measured, firm)
    price, metric = block.price(names), measured.metrics[0]
    size = len(measured.values[metric][of])
    alone = sum((measured.gaps(metric, _against(of, [n])) for n in names), np.zeros(size))
    together = measured.gaps(metric, _against(of, names)) if names else np.zeros(size)

    def first_year(gaps: FloatArray) -> Spread:
        return spread_of(12 * firm.months_worth * gaps - price.first_year)

    return Portfolio(
        budget=block.budget,
        levers=names,
        strategy=strategy_of(names) if names else "",
        price=price,
        added=first_year(alone),
        measured=first_year(together),
        worth=worths(measured, {"": _against(of, names)})[""] if names else {},
    )
