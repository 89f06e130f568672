"""Worths and spreads as people read them: rounded to what their intervals support."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from experiments.questions.results import Axis, Lever, Spread, Worth
from experiments.report.formatting import (
    MINUS,
    PERCENT,
    PLAIN,
    Scale,
    difference_scale,
    half_width,
    number,
    scale_for,
    visible,
)
from experiments.report.tables import Cell
from sim.metrics.metrics import METRICS, Metric


def metric_of(name: str) -> Metric:
    """Return what is known of a metric; of an unknown one its name."""
    known = METRICS.get(name)
    return known or Metric(name, name.replace("_", " ").capitalize(), "", "journey", "neither", "")


def worth_scale(metric: str, worths: Iterable[Mapping[str, Worth]], currency: str) -> Scale:
    """Return the scale of paired differences of a metric that stand in one column."""
    known = [of[metric] for of in worths if metric in of]
    ends = [end for of in known for end in (of.mean, of.low, of.high)]
    return difference_scale(scale_for(metric_of(metric).unit, ends, currency))


def decimals(scale: Scale, of: Iterable[Worth | Spread]) -> int:
    """Return the decimals for values that stand in one column.

    The largest of those that are clear of zero is not shown as 0.
    """
    known = list(of)
    halves = [half_width(each.low, each.high) for each in known]
    clear = [abs(each.mean or 0.0) for each in known if (each.low or 0.0) * (each.high or 0.0) > 0]
    digits = scale.decimals([each.mean for each in known], halves)
    return visible(max(clear, default=0.0), digits, scale.factor)


def cell(of: Worth | Spread | None, scale: Scale, digits: int) -> Cell:
    """Return a worth or spread with its interval; `best` where a worth can be told from zero."""
    if of is None:
        return Cell("–", "")
    signed = isinstance(of, Worth)
    value = scale.show(of.mean, digits, signed=signed)
    shown = isinstance(of, Worth) and of.shown
    return Cell(value, scale.interval(of.low, of.high, digits, signed=signed), shown)


def money(of: Spread, currency: str, *, signed: bool = True, factor: float = 1.0) -> str:
    """Return an amount of the firm's money with its interval, times a factor."""
    of = Spread(**{end: None if v is None else v * factor for end, v in _ends(of)}, n=of.n)
    scale = scale_for("currency", [of.mean, of.low, of.high], currency)
    digits = decimals(scale, [of])
    ends = scale.interval(of.low, of.high, digits, signed=signed)
    return scale.show(of.mean, digits, signed=signed) + (f" ({ends})" if ends else "")


def _ends(of: Spread) -> list[tuple[str, float | None]]:
    return [("mean", of.mean), ("low", of.low), ("high", of.high)]


def times(of: Spread) -> str:
    """Return a ratio with its interval: `12 times (9 to 15)`."""
    found = cell(of, PLAIN, decimals(PLAIN, [of]))
    return f"{found.value} times" + (f" ({found.interval})" if found.interval else "")


def share_text(of: Spread) -> str:
    """Return a share with its interval: `62%, 55 to 70%`."""
    found = cell(of, PERCENT, decimals(PERCENT, [of]))
    return ", ".join(filter(None, [found.value, found.interval]))


def price(amount: float, currency: str) -> str:
    """Return a price."""
    scale = scale_for("currency", [amount], currency)
    return scale.show(amount, scale.decimals([amount], []))


def place(x: float, axis: Axis, digits: int = 4) -> str:
    """Return a value on a swept axis: `+10 points`, `−20%`, `0.45`."""
    if not axis.unit:
        return number(x, digits)
    sign = "+" if x > 0 else MINUS if x < 0 else "\u00b1"
    return f"{sign}{abs(x):.3g}" + ("%" if axis.unit == "%" else " points")


def payback(lever: Lever) -> Cell:
    """Return the months of a lever's payback with their interval."""
    ends = [_months(end) for end in (lever.payback_low, lever.payback_high)]
    return Cell(_months(lever.payback_months), "" if ends[0] == ends[1] else " to ".join(ends))


def _months(value: float | None) -> str:
    if value is None:
        return "never"
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"
