"""The verdict on `levers`: what to pay for first, what else pays, and what the budget buys."""

from __future__ import annotations

from experiments.questions.results import Lever, LeversAnswer
from experiments.report.answers.numbers import money, payback, price, times
from experiments.report.answers.verdicts.phrases import LUCK, flattered, quoted, single
from experiments.report.formatting import listing
from experiments.report.verdict.wording import RunContext


def pays(lever: Lever, metric: str) -> bool:
    """Tell whether a lever is shown to bring more than its price in the first year."""
    if lever.unchanged or not lever.worth[metric].shown:
        return False
    if lever.for_money is None:
        return (lever.gain_per_month.mean or 0.0) > 0
    return lever.for_money.low is not None and lever.for_money.low > 1


def levers_verdict(answer: LeversAnswer, setting: RunContext) -> list[str]:
    """Say which lever to pay for first, which others pay, and what the budget's best came to."""
    metric, base = answer.metrics[0], setting.title(answer.of)
    told = [v for v in answer.levers if not v.unchanged and v.worth[metric].mean is not None]
    nothing = [lever.title for lever in answer.levers if lever.unchanged]
    if not told:
        return [f"None of the levers changed anything in {base}."] if nothing else []
    paying = [lever for lever in told if pays(lever, metric)]
    said = []
    if single(told[0].worth[metric]):
        said += [f"In the single replication, '{told[0].title}' comes first.", LUCK]
    elif paying:
        said += [_first(paying[0], setting), *flattered(paying[0].left_open)]
        if paying[1:]:
            said.append(f"Then {quoted([lever.title for lever in paying[1:]])}.")
    else:
        ratio = told[0].for_money
        near = f" ({times(ratio)} its price)" if ratio is not None else ""
        said.append(
            f"No lever is shown to bring back its price in the first year; '{told[0].title}' comes "
            f"nearest{near}."
        )
    rest = [lever.title for lever in told if lever not in paying and not _loses(lever, metric)]
    if rest and paying:
        said.append(f"Not shown to pay in the first year: {quoted(rest)}.")
    losing = [lever.title for lever in told if _loses(lever, metric)]
    if losing:
        said.append(f"Whatever the price, {quoted(losing)} would lose money.")
    if nothing:
        said.append(f"{quoted(nothing)} changed nothing.")
    return [*said, *_portfolio(answer, setting)]


def _loses(lever: Lever, metric: str) -> bool:
    return lever.worth[metric].shown and (lever.worth[metric].mean or 0.0) < 0


def _first(lever: Lever, setting: RunContext) -> str:
    year = money(lever.gain_per_month, setting.currency, signed=False, factor=12)
    if lever.for_money is None:
        return f"Do '{lever.title}' first: it has no price and brings {year} a year."
    back = payback(lever)
    months = f"{back.value} months" + (f" ({back.interval})" if back.interval else "")
    when = f", and what is paid once is back after {months}" if lever.price.once else ""
    return (
        f"Pay for '{lever.title}' first: for {price(lever.price.first_year, setting.currency)} in "
        f"the first year it brings {year}, {times(lever.for_money)} its price{when}."
    )


def _portfolio(answer: LeversAnswer, setting: RunContext) -> list[str]:
    chosen, currency = answer.portfolio, setting.currency
    if chosen is None:
        return []
    within = f"a budget of {price(chosen.budget, currency)} for the first year"
    if not chosen.levers:
        return [f"No lever is worth its price within {within}."]
    titles = {lever.name: lever.title for lever in answer.levers}
    named = listing([f"'{titles[name]}'" for name in chosen.levers])
    best = f"Best within {within}: {named}, for {price(chosen.price.first_year, currency)}"
    if len(chosen.levers) == 1:
        return [f"{best}; net of it {money(chosen.measured, currency)} in that year."]
    return [
        f"{best}.",
        f"Simulated together they bring {money(chosen.measured, currency)} net of their "
        f"prices in that year; each alone, added up, it would be {money(chosen.added, currency)}.",
    ]
