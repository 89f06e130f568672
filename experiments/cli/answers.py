"""The answers to a run's questions on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.questions.results import (
    Answers,
    EffectsAnswer,
    FactorialAnswer,
    LeversAnswer,
    Spread,
    SweepAnswer,
    Worth,
)
from experiments.report.answers import sentences
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
from experiments.report.formatting import scale_for
from experiments.report.page import setting_of
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.store.results import RunResults

SHOWN_INTERACTIONS = 8


def print_answers(results: RunResults, console: Console) -> None:
    """Print the answers to what the run was asked; nothing if it was asked nothing."""
    answers = Answers.of(results.manifest)
    if answers is None:
        return
    setting = setting_of(results)
    money_of, titled = setting.currency, setting.title
    if answers.effects is not None:
        show(_effects(answers.effects, money_of, titled), console)
        _say(console, sentences.effects_sentences(answers.effects, titled))
    if answers.factorial is not None:
        show(_factors(answers.factorial, money_of), console)
        if any(len(contrast.factors) > 1 for contrast in answers.factorial.contrasts):
            show(_interactions(answers.factorial, money_of), console)
        _say(console, sentences.design_sentences(answers.factorial, money_of, titled))
    if answers.sweep is not None:
        show(_sweep(answers.sweep, money_of, titled), console, keys=len(answers.sweep.axes))
        _say(console, sentences.crossing_sentences(answers.sweep, titled))
    if answers.levers is not None:
        show(_levers(answers.levers, money_of), console)
        _say(console, sentences.levers_sentences(answers.levers, money_of, titled))


def _say(console: Console, said: Iterable[str]) -> None:
    for sentence in said:
        console.print(text(sentence))
    console.print("* can be told from zero", style="dim")


def _worths(
    table: Table,
    rows: Sequence[tuple[str, Mapping[str, Worth]]],
    metrics: Sequence[str],
    currency: str,
) -> None:
    """Add a row for each worth and a column for each metric."""
    scales = {m: worth_scale(m, [of for _, of in rows], currency) for m in metrics}
    digits = {
        m: decimals(scale, [of[m] for _, of in rows if m in of]) for m, scale in scales.items()
    }
    for metric in metrics:
        unit = scales[metric].unit
        label = metric_of(metric).label
        table.add_column(text(f"{label}\n{unit}" if unit else label), justify="right")
    for name, of in rows:
        cells = [_shown(of.get(m), scales[m], digits[m]) for m in metrics]
        table.add_row(text(name), *map(text, cells))


def _shown(of: Worth | Spread | None, scale: Any, digits: int) -> str:
    found = cell(of, scale, digits)
    return f"{found.value}{' *' if found.best else ''}\n{found.interval}"


def _effects(answer: EffectsAnswer, currency: str, titled: sentences.Titled) -> Table:
    table = Table(title=text(f"effects: what each change of '{titled(answer.of)}' is worth"))
    table.add_column("change")
    rows = [(effect.title, effect.worth) for effect in answer.effects if not effect.unchanged]
    _worths(table, rows, answer.metrics, currency)
    return table


def _factors(answer: FactorialAnswer, currency: str) -> Table:
    table = Table(title=text(f"factorial: {metric_of(answer.metrics[0]).label.lower()}"))
    objective, titles = answer.metrics[0], {f.name: f.title for f in answer.factors}
    main = {c.factors[0]: c.worth for c in answer.contrasts if len(c.factors) == 1}
    columns = [main, {s.factor: s.worth for s in answer.shapley}, answer.alone]
    every = [of for column in columns for of in column.values()] + [answer.total]
    scale = worth_scale(objective, every, currency)
    digits = decimals(scale, [of[objective] for of in every])
    table.add_column(text(f"factor\n{scale.unit}"))
    for head in ("main effect", "Shapley value", "alone"):
        table.add_column(head, justify="right")
    table.add_column("share", justify="right")
    for share in answer.shapley:
        cells = [_shown(column[share.factor][objective], scale, digits) for column in columns]
        part = share.share
        percent = scale_for("share", [], "")
        about = "–" if part is None else _shown(part, percent, decimals(percent, [part]))
        table.add_row(text(titles[share.factor]), *map(text, [*cells, about]))
    total = _shown(answer.total[objective], scale, digits)
    table.add_row("all against none", "", text(total), "", "")
    return table


def _interactions(answer: FactorialAnswer, currency: str) -> Table:
    every = [c for c in answer.contrasts if len(c.factors) > 1]
    rows = every[:SHOWN_INTERACTIONS]
    hidden = f" (the largest {len(rows)} of {len(every)})" if len(rows) < len(every) else ""
    table = Table(title=text(f"interactions{hidden}"))
    table.add_column("interaction")
    titles = {factor.name: factor.title for factor in answer.factors}
    named = [(sentences.TIMES.join(titles[f] for f in c.factors), c.worth) for c in rows]
    _worths(table, named, answer.metrics, currency)
    return table


def _sweep(answer: SweepAnswer, currency: str, titled: sentences.Titled) -> Table:
    objective = answer.metrics[0]
    scale = worth_scale(objective, [point.worth for point in answer.points], currency)
    digits = decimals(scale, [point.worth[objective] for point in answer.points])
    label = metric_of(objective).label.lower()
    title = f"sweep: {label} against {titled(answer.reference)}, {scale.unit}"
    table = Table(title=text(title))
    for axis in answer.axes:
        now = "" if axis.now is None else f"\n(now {axis.now:g})"
        table.add_column(text(axis.key + now), justify="right")
    for name in answer.strategies:
        table.add_column(text(titled(name)), justify="right")
    at = {(point.strategy, point.at): point.worth[objective] for point in answer.points}
    for x in dict.fromkeys(point.at for point in answer.points):
        places = [place(value, axis) for value, axis in zip(x, answer.axes, strict=True)]
        cells = [_shown(at[name, x], scale, digits) for name in answer.strategies]
        table.add_row(*map(text, [*places, *cells]))
    return table


def _levers(answer: LeversAnswer, currency: str) -> Table:
    table = Table(title=text("levers, by what they bring for the money"))
    table.add_column("lever")
    heads = ("once", "a month", "gain a month", "gain ÷ price, first year", "payback, months")
    for head in heads:
        table.add_column(head, justify="right")
    for lever in answer.levers:
        if lever.unchanged:
            continue
        ratio = lever.for_money
        plain = scale_for("ratio", [], "")
        back = payback(lever)
        table.add_row(
            text(f"{lever.rank}. {lever.title}"),
            text(price(lever.price.once, currency)),
            text(price(lever.price.per_month, currency)),
            text(money(lever.gain_per_month, currency).replace(" (", "\n").rstrip(")")),
            text("–" if ratio is None else _shown(ratio, plain, decimals(plain, [ratio]))),
            text(f"{back.value}\n{back.interval}"),
        )
    return table
