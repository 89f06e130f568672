"""What levers bring in the first year beside what they cost in it, and the budget's best."""

from __future__ import annotations

from experiments.questions.results import Lever, LeversAnswer, Spread
from experiments.report.answers.numbers import decimals
from experiments.report.charts.answers.rows import BETTER, INK, OPEN, WORSE, bar, in_rows
from experiments.report.figure import Figure, Section, rounded
from experiments.report.formatting import Scale, safe, scale_for
from experiments.report.verdict.wording import RunContext

TOGETHER = "#009e73"


def levers_figures(answer: LeversAnswer, setting: RunContext) -> Section:
    """Return one figure: a bar for each lever by rank, then for the budget's best set."""
    told = [lever for lever in answer.levers if not lever.unchanged]
    if not told:
        return Section(missing="Nothing is drawn: no lever changed anything.")
    return Section([_year(answer, told, setting)])


def _year(answer: LeversAnswer, told: list[Lever], setting: RunContext) -> Figure:
    metric = answer.metrics[0]
    rows = [(f"{lever.rank}. {lever.title}", _yearly(lever)) for lever in told]
    prices = [lever.price.first_year for lever in told]
    colours = [_shade(lever, metric) for lever in told]
    chosen = answer.portfolio
    if chosen is not None and len(chosen.levers) > 1:
        price = chosen.price.first_year
        rows.append(("Budget's best, simulated together", _with(chosen.measured, price)))
        rows.append(("The same, each alone, added up", _with(chosen.added, price)))
        prices += [price, price]
        colours += [TOGETHER, OPEN]
    every = [end for _, of in rows for end in (of.mean, of.low, of.high)]
    scale = scale_for("currency", [*every, *prices], setting.currency)
    bars = [(float(place), name, of) for place, (name, of) in enumerate(rows)]
    digits = decimals(scale, [of for _, of in rows])
    return in_rows(
        "levers-year",
        [
            bar(bars, colours, scale, digits),
            _prices([name for name, _ in rows], prices, scale),
        ],
        [name for name, _ in rows],
        scale.unit,
        f"What {len(told)} levers bring and cost the whole firm in the first year.",
        "What it brings in the first year (bar) and what it costs (diamond)",
    )


def _prices(names: list[str], prices: list[float], scale: Scale) -> dict[str, object]:
    digits = scale.decimals(list(prices), [])
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded([price * scale.factor for price in prices]),
        "y": [float(place) for place in range(len(prices))],
        "marker": {"color": INK, "symbol": "diamond", "size": 11},
        "hovertext": [
            f"<b>{safe(name)}</b><br>price in the first year {scale.show(price, digits)}"
            for name, price in zip(names, prices, strict=True)
        ],
        "hoverinfo": "text",
    }


def _yearly(lever: Lever) -> Spread:
    gain = lever.gain_per_month
    mean, low, high = (None if v is None else 12 * v for v in (gain.mean, gain.low, gain.high))
    return Spread(mean=mean, low=low, high=high, n=gain.n)


def _with(net: Spread, price: float) -> Spread:
    """Return what is brought before the price is taken off."""
    mean, low, high = (None if v is None else v + price for v in (net.mean, net.low, net.high))
    return Spread(mean=mean, low=low, high=high, n=net.n)


def _shade(lever: Lever, metric: str) -> str:
    if not lever.worth[metric].shown:
        return OPEN
    return BETTER if (lever.gain_per_month.mean or 0.0) > 0 else WORSE
