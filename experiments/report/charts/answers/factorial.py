"""What factors are worth: their parts of the total, what each brings alone, interactions."""

from __future__ import annotations

from experiments.questions.results import FactorialAnswer, Worth
from experiments.report.answers.numbers import decimals, metric_of, worth_scale
from experiments.report.charts.answers.effects import heading
from experiments.report.charts.answers.rows import (
    INK,
    Trace,
    bar,
    ends_of,
    hover,
    in_rows,
    marks,
    shade,
)
from experiments.report.figure import Figure, Section, errors, rounded
from experiments.report.formatting import Scale
from experiments.report.metrics import direction
from experiments.report.verdict.wording import RunContext

MOST = 8
"""So many interactions are drawn, the largest."""
TIMES = " \u00d7 "


def factorial_figures(answer: FactorialAnswer, setting: RunContext) -> Section:
    """Return the factors as bars, and the largest interactions as a forest plot."""
    figures = [_factors(answer, setting)]
    if any(len(contrast.factors) > 1 for contrast in answer.contrasts):
        figures.append(_interactions(answer, setting))
    return Section(figures)


def _factors(answer: FactorialAnswer, setting: RunContext) -> Figure:
    name = answer.metrics[0]
    metric, titles = metric_of(name), {factor.name: factor.title for factor in answer.factors}
    shares = sorted(answer.shapley, key=lambda share: -(share.worth[name].mean or 0.0))
    parts = [share.worth[name] for share in shares]
    alone = [answer.alone[share.factor][name] for share in shares]
    every = [*parts, *alone, answer.total[name]]
    scale = worth_scale(name, [{name: of} for of in every], setting.currency)
    digits, good = decimals(scale, every), direction(metric)
    labels = [*(titles[share.factor] for share in shares), "All against none"]
    sizes = [*parts, answer.total[name]]
    bars = [(float(place), labels[place], of) for place, of in enumerate(sizes)]
    shades = [shade(of, good) for of in sizes]
    own = [(float(place), labels[place], of) for place, of in enumerate(alone)]
    return in_rows(
        "factorial-factors",
        [
            bar(bars, shades, scale, digits),
            *_alone(own, scale, digits),
        ],
        labels,
        scale.unit,
        f"{metric.label}: the Shapley values of {len(shares)} factors, what each brings alone, and "
        "all against none, with intervals.",
        f"{heading(metric)}: Shapley value (bar), alone (diamond)",
    )


def _alone(rows: list[tuple[float, str, Worth]], scale: Scale, digits: int) -> list[Trace]:
    """Return a mark for what each factor brings with all others off, a little below its bar."""
    known = [row for row in rows if row[2].mean is not None]
    if not known:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": rounded([(of.mean or 0.0) * scale.factor for _, _, of in known]),
            "y": [place + 0.36 for place, _, _ in known],
            "error_x": errors([ends_of(of) for _, _, of in known], scale.factor, INK, width=3),
            "marker": {"color": INK, "symbol": "diamond", "size": 8},
            "hovertext": [
                hover(f"{title}, alone", of, scale, digits, told=of.shown) for _, title, of in known
            ],
            "hoverinfo": "text",
        }
    ]


def _interactions(answer: FactorialAnswer, setting: RunContext) -> Figure:
    name = answer.metrics[0]
    metric, titles = metric_of(name), {factor.name: factor.title for factor in answer.factors}
    every = [contrast for contrast in answer.contrasts if len(contrast.factors) > 1]
    found = every[:MOST]
    scale = worth_scale(name, [contrast.worth for contrast in found], setting.currency)
    digits = decimals(scale, [contrast.worth[name] for contrast in found])
    labels = [TIMES.join(titles[factor] for factor in contrast.factors) for contrast in found]
    rows = [(float(i), labels[i], contrast.worth[name]) for i, contrast in enumerate(found)]
    which = f"the largest {len(found)} of {len(every)}" if len(found) < len(every) else "all"
    return in_rows(
        "factorial-interactions",
        marks(rows, scale, digits, direction(metric)),
        labels,
        scale.unit,
        f"{metric.label}: interactions of factors, {which}, with intervals.",
        f"Interactions, {which}: worth less (←) or more (→) together",
    )
