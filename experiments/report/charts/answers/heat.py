"""A sweep over two keys as heat maps: what a strategy is worth at every pair of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from experiments.questions.results import SweepAnswer, Worth
from experiments.report.answers.numbers import decimals, metric_of, place, worth_scale
from experiments.report.charts.answers.rows import hover
from experiments.report.figure import Figure, axis, layout, rounded
from experiments.report.formatting import Scale
from experiments.report.palette import Style
from experiments.report.verdict.wording import RunContext

SHADES = [[0.0, "#d55e00"], [0.5, "#f4f4f4"], [1.0, "#0072b2"]]
"""Worse than the reference, as it, better."""
WRITTEN = 8
"""Up to so many values of the first key there is room for a number in each cell."""


def heat_maps(
    answer: SweepAnswer, styles: Mapping[str, Style], setting: RunContext
) -> list[Figure]:
    """Return a map for each strategy, all on one scale; a star marks what is told from zero."""
    metric = answer.metrics[0]
    scale = worth_scale(metric, [point.worth for point in answer.points], setting.currency)
    worths = [point.worth[metric] for point in answer.points]
    digits = decimals(scale, worths)
    most = max((abs(of.mean or 0.0) * scale.factor for of in worths), default=0.0) or 1.0
    return [_map(answer, styles[n], setting, scale, digits, most) for n in answer.strategies]


def _map(
    answer: SweepAnswer,
    style: Style,
    setting: RunContext,
    scale: Scale,
    digits: int,
    most: float,
) -> Figure:
    metric, (first, second) = answer.metrics[0], answer.axes
    at = {p.at: p.worth[metric] for p in answer.points if p.strategy == style.name}
    rows = [[at[x, y] for x in first.x] for y in second.x]
    against, better = setting.title(answer.reference), metric_of(metric).label
    return Figure(
        f"sweep-map-{answer.strategies.index(style.name) + 1}",
        [
            {
                "type": "heatmap",
                "x": [place(x, first) for x in first.x],
                "y": [place(y, second) for y in second.x],
                "z": [
                    rounded([None if of.mean is None else of.mean * scale.factor for of in row])
                    for row in rows
                ],
                "text": [_written(row, scale, digits, few=len(first.x) <= WRITTEN) for row in rows],
                "texttemplate": "%{text}",
                "zmin": -most,
                "zmax": most,
                "colorscale": SHADES,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "hovertext": [
                    [hover(f"{place(x, first)}, {place(y, second)}", of, scale, digits,
                           told=of.shown) for x, of in zip(first.x, row, strict=True)]
                    for y, row in zip(second.x, rows, strict=True)
                ],
                "hoverinfo": "text",
            }
        ],
        layout(
            max(240, 120 + 40 * len(second.x)),
            xaxis=axis(first.key, showgrid=False, ticks=""),
            yaxis=axis(second.key, showgrid=False, ticks=""),
            hovermode="closest",
        ),
        f"{better} of {style.label} against {against} as it is, by {first.key} and {second.key}.",
        f"{style.label} against {against} as it is ({scale.unit}; * told from zero)",
    )  # fmt: skip


def _written(row: Sequence[Worth], scale: Scale, digits: int, *, few: bool) -> list[str]:
    return [
        scale.show(of.mean, digits, signed=True) + ("*" if of.shown else "") if few else ""
        for of in row
    ]
