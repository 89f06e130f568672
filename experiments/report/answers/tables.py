"""The answers as tables that people read; the page, the console and LaTeX show the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from experiments.questions.results import (
    Contrast,
    Crossing,
    EffectsAnswer,
    Factor,
    FactorialAnswer,
    Lever,
    LeversAnswer,
    SweepAnswer,
    Worth,
)
from experiments.report.answers.numbers import (
    cell,
    decimals,
    metric_of,
    money,
    payback,
    place,
    price,
    worth_scale,
)
from experiments.report.answers.verdicts.levers import pays
from experiments.report.charts.compare import axis_label
from experiments.report.formatting import PERCENT, PLAIN, listing, number
from experiments.report.tables import Cell
from experiments.report.verdict.wording import RunContext

TIMES = " \u00d7 "
NOTHING = "changed nothing"
BOLD = "Bold: can be told from zero, corrected for the number of rows (Holm)."
INTERACTIONS = 8
"""So many are shown at first, the largest."""
ALIASES = 2
"""So many aliases of a contrast are written out."""

Row = list[str | Cell]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """A table of an answer: texts in the first `words` columns, then values with intervals.

    `name` is that of the table of figures behind it (`experiments.questions.tables`). `brief` rows
    are shown where there is little room, None: all. A value that can be told from zero is `best`.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    words: int = 1
    brief: int | None = None
    note: str = BOLD
    totals: frozenset[int] = field(default_factory=frozenset)


def _in_metrics(
    worths: Sequence[Mapping[str, Worth]], metrics: Sequence[str], setting: RunContext
) -> tuple[list[str], list[list[Cell]]]:
    """Return a head for each metric, and each worth's cells; a worth that is empty has dashes."""
    scales = {m: worth_scale(m, worths, setting.currency) for m in metrics}
    digits = {m: decimals(scales[m], [of[m] for of in worths if m in of]) for m in metrics}
    heads = [axis_label(metric_of(m), scales[m]) for m in metrics]
    return heads, [[cell(of.get(m), scales[m], digits[m]) for m in metrics] for of in worths]


def effects_tables(answer: EffectsAnswer, setting: RunContext) -> list[AnswerTable]:
    """Return each change's worth in value, retention and cost, by rank."""
    heads, cells = _in_metrics([e.worth for e in answer.effects], answer.metrics, setting)
    rows: list[Row] = [
        [effect.title, NOTHING if effect.unchanged else values[0], *values[1:]]
        for effect, values in zip(answer.effects, cells, strict=True)
    ]
    base = setting.title(answer.of)
    return [
        AnswerTable("effects", f"What each change of {base} is worth", ["Change", *heads], rows)
    ]


def factorial_tables(answer: FactorialAnswer, setting: RunContext) -> list[AnswerTable]:
    """Return the factors with all together, then every contrast in every metric."""
    return [_factors(answer, setting), _contrasts(answer, setting)]


def _factors(answer: FactorialAnswer, setting: RunContext) -> AnswerTable:
    metric = answer.metrics[0]
    titles = {f.name: _with_levels(f) for f in answer.factors}
    main = {c.factors[0]: c.worth for c in answer.contrasts if len(c.factors) == 1}
    columns = [{s.factor: s.worth for s in answer.shapley}, answer.alone, main]
    every = [of for column in columns for of in column.values()] + [answer.total]
    scale = worth_scale(metric, every, setting.currency)
    digits = decimals(scale, [of[metric] for of in every])
    rows: list[Row] = []
    for part in answer.shapley:
        shapley, alone, effect = (cell(of[part.factor][metric], scale, digits) for of in columns)
        about = Cell("–", "")
        if part.share is not None:
            found = cell(part.share, PERCENT, decimals(PERCENT, [part.share]))
            about = Cell(found.value, found.interval, part.worth[metric].shown)
        rows.append([titles[part.factor], shapley, about, alone, effect])
    rows.append(
        ["All against none", cell(answer.total[metric], scale, digits), *[Cell("", "")] * 3]
    )
    label = axis_label(metric_of(metric), scale)
    return AnswerTable(
        "shapley",
        f"Factors of {setting.title(answer.of)}: {label[:1].lower()}{label[1:]}",
        ["Factor", "Shapley value", "Share of the total", "Alone", "Main effect"],
        rows,
        totals=frozenset({len(rows) - 1}),
    )


def _with_levels(factor: Factor) -> str:
    """Return a factor's title, with its levels where these have names of their own."""
    levels = (factor.on, factor.off)
    return factor.title + ("" if levels == ("on", "off") else f" ({' against '.join(levels)})")


def _contrasts(answer: FactorialAnswer, setting: RunContext) -> AnswerTable:
    titles = {factor.name: factor.title for factor in answer.factors}
    heads, cells = _in_metrics([c.worth for c in answer.contrasts], answer.metrics, setting)
    fraction = answer.design.resolution is not None

    def names(contrast: Contrast) -> list[str]:
        own = TIMES.join(titles[factor] for factor in contrast.factors)
        if not fraction:
            return [own]
        others = [TIMES.join(titles[f] for f in alias) for alias in contrast.aliases[:ALIASES]]
        more = len(contrast.aliases) - len(others)
        return [own, "; ".join([*others, *[f"{more} more"] * bool(more)]) or "–"]

    rows: list[Row] = [
        [*names(contrast), *values]
        for contrast, values in zip(answer.contrasts, cells, strict=True)
    ]
    words = ["Main effect or interaction", *["Or instead of it"] * fraction]
    return AnswerTable(
        "contrasts",
        "Main effects, then interactions by size",
        [*words, *heads],
        rows,
        words=len(words),
        brief=len(answer.factors) + INTERACTIONS,
    )


def sweep_tables(answer: SweepAnswer, setting: RunContext) -> list[AnswerTable]:
    """Return every strategy's worth at every point, and where strategies change places."""
    metric = answer.metrics[0]
    scale = worth_scale(metric, [point.worth for point in answer.points], setting.currency)
    digits = decimals(scale, [point.worth[metric] for point in answer.points])
    at = {(point.strategy, point.at): point.worth[metric] for point in answer.points}
    rows: list[Row] = [
        [place(value, axis) for value, axis in zip(x, answer.axes, strict=True)]
        + [cell(at[name, x], scale, digits) for name in answer.strategies]
        for x in dict.fromkeys(point.at for point in answer.points)
    ]
    keys = [a.key + ("" if a.now is None else f" (now {number(a.now)})") for a in answer.axes]
    label = axis_label(metric_of(metric), scale)
    against = f"{setting.title(answer.reference)} as it is"
    curves = AnswerTable(
        "sweep",
        f"{label} against {against}",
        [*keys, *(setting.title(name) for name in answer.strategies)],
        rows,
        words=len(answer.axes),
    )
    return [curves, *_crossings(answer, setting)]


def _crossings(answer: SweepAnswer, setting: RunContext) -> list[AnswerTable]:
    if not answer.crossings:
        return []
    first, *second = answer.axes
    rows: list[Row] = []
    for crossing in answer.crossings:
        beside = [place(crossing.beside, second[0])] if crossing.beside is not None else []
        pair = f"{setting.title(crossing.first)} and {setting.title(crossing.second)}"
        rows.append(
            [
                metric_of(crossing.metric).label,
                pair,
                *beside,
                _places(crossing, answer),
                setting.title(crossing.left),
                setting.title(crossing.right),
            ]
        )
    places = f"Change places at {first.key}"
    words = ["Metric", "Strategies", *(axis.key for axis in second)]
    heads = [*words, places, "Better below", "Better above"]
    title = "Where strategies change places, with 95% intervals"
    return [AnswerTable("crossings", title, heads, rows, words=len(words), brief=0, note="")]


def _places(crossing: Crossing, answer: SweepAnswer) -> Cell:
    axis = answer.axes[0]
    if crossing.apart:
        return Cell("nowhere in the range", "")
    low = "below the range" if crossing.low is None else place(crossing.low, axis, 3)
    high = "beyond it" if crossing.high is None else place(crossing.high, axis, 3)
    found = listing([place(x, axis, 3) for x in crossing.at]) or "perhaps nowhere"
    return Cell(found, f"{low} to {high}")


def levers_tables(answer: LeversAnswer, setting: RunContext) -> list[AnswerTable]:
    """Return the ranked list with prices and what they bring, and the budget's best."""
    metric, currency = answer.metrics[0], setting.currency
    plain = [lever.for_money for lever in answer.levers if lever.for_money is not None]
    digits = decimals(PLAIN, plain)
    rows: list[Row] = []
    for lever in answer.levers:
        cost: Row = [price(lever.price.once, currency), price(lever.price.per_month, currency)]
        if lever.unchanged:
            rows.append([lever.title, *cost, NOTHING, Cell("–", ""), Cell("–", "")])
            continue
        gain = _money(money(lever.gain_per_month, currency), told=lever.worth[metric].shown)
        ratio = cell(lever.for_money, PLAIN, digits)
        if lever.for_money is not None:
            ratio = Cell(ratio.value, ratio.interval, pays(lever, metric))
        rows.append([f"{lever.rank}. {lever.title}", *cost, gain, ratio, _back(lever)])
    ranked = AnswerTable(
        "levers",
        f"Levers of {setting.title(answer.of)}, by value for money",
        ["Lever", "Once", "A month", "Gain a month", "Gain ÷ price, first year",
         "Payback (months)"],
        rows,
        note="Bold: a gain that can be told from zero; from 1 as a multiple of the price; a "
        "payback with an end.",
    )  # fmt: skip
    return [ranked, *_portfolio(answer, setting)]


def _back(lever: Lever) -> Cell:
    if not lever.price.once and not lever.price.per_month:
        return Cell("no price", "")
    found = payback(lever)
    return Cell(found.value, found.interval, lever.payback_high is not None)


def _money(said: str, *, told: bool) -> Cell:
    value, _, ends = said.partition(" (")
    return Cell(value, ends.rstrip(")"), told)


def _portfolio(answer: LeversAnswer, setting: RunContext) -> list[AnswerTable]:
    chosen, currency = answer.portfolio, setting.currency
    if chosen is None or not chosen.levers:
        return []
    titles = {lever.name: lever.title for lever in answer.levers}
    rows: list[Row] = [
        ["Levers", listing([titles[name] for name in chosen.levers])],
        ["Budget of the first year", price(chosen.budget, currency)],
        ["Price in the first year", price(chosen.price.first_year, currency)],
        ["Simulated together, less the price", _clear(money(chosen.measured, currency))],
        ["Each alone, added up, less the price", _clear(money(chosen.added, currency))],
    ]
    title = "The budget's best, in the first year"
    return [AnswerTable("portfolio", title, ["", "First year"], rows, note="")]


def _clear(said: str) -> Cell:
    return _money(said, told=False)
