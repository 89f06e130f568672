"""Figures that set the strategies side by side: the trade-off and the differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from experiments.report.figure import Figure, Section, allowed, axis, errors, layout, rounded
from experiments.report.formatting import (
    Scale,
    decimals_for,
    difference_scale,
    half_width,
    per,
    scale_for,
    wrapped,
)
from experiments.report.metrics import HEADLINE_GROUPS, against, direction, headlines, rows_of
from experiments.report.palette import Style, by_strategy, front_last
from experiments.report.verdict.wording import Effect
from sim.metrics.metrics import Metric, limits

Row = dict[str, Any]

ROUNDING = 1e-9
"""Values that differ by less, as a part of them, are the same."""


def axis_label(metric: Metric, scale: Scale) -> str:
    """The metric's label with its unit, without what the label says already."""
    what = per(metric.unit)
    if what and metric.label.endswith(what):
        return f"{metric.label} ({scale.unit.removesuffix(what).strip()})"
    return f"{metric.label} ({scale.unit})" if scale.unit else metric.label


def tradeoff(
    estimates: pl.DataFrame,
    metrics: Mapping[str, Metric],
    styles: Mapping[str, Style],
    currency: str,
) -> Section:
    """Retention against cost, each strategy a cross of its two intervals."""
    heads = headlines(metrics, estimates["metric"].unique().to_list())
    if "retention" not in heads or "cost" not in heads:
        lacking = "retention" if "retention" not in heads else "cost"
        return Section(missing=f"Retention against cost is not drawn: the run has no {lacking}.")
    across, up = heads["cost"], heads["retention"]
    x, y = rows_of(estimates, across.name), rows_of(estimates, up.name)
    names = [name for name in front_last(styles, x) if name in y]
    xs = scale_for(across.unit, [x[n]["mean"] for n in names], currency)
    ys = scale_for(up.unit, [y[n]["mean"] for n in names], currency)
    data = [_cross(styles[n], x[n], y[n], xs, ys, label=not styles[n].faint) for n in names]
    figure = Figure(
        "tradeoff",
        data,
        layout(
            440,
            xaxis=_axis(across, x, xs, tickprefix=xs.prefix),
            yaxis=_axis(up, y, ys, ticksuffix=ys.suffix),
            annotations=_better_corner(across, up),
            hovermode="closest",
        ),
        f"{up.label} against {across.label} for {len(names)} strategies, with intervals.",
    )
    return Section([figure])


def _axis(metric: Metric, rows: Mapping[str, Row], scale: Scale, **affix: str) -> dict[str, Any]:
    held = allowed(limits(metric.unit, metric.group), scale.factor)
    reach = _reach(rows, scale, held)
    return axis(axis_label(metric, scale), **affix, zeroline=False, range=reach, **held)


def _reach(rows: Mapping[str, Row], scale: Scale, held: Mapping[str, float]) -> list[float]:
    """The axis range of all intervals, with room for labels beyond them, inside the limits."""
    ends = [
        row[key] * scale.factor
        for row in rows.values()
        for key in ("mean", "low", "high")
        if row[key] is not None
    ]
    width, size = max(ends) - min(ends), abs(max(ends))
    if width <= ROUNDING * size:  # the same but for rounding, on which no axis can be drawn
        width = size or 1.0
    low, high = min(ends) - 0.12 * width, max(ends) + 0.22 * width
    return [max(low, held.get("minallowed", low)), min(high, held.get("maxallowed", high))]


def _cross(style: Style, x: Row, y: Row, xs: Scale, ys: Scale, *, label: bool) -> dict[str, Any]:
    return {
        **style.trace("markers+text" if label else "markers"),
        "x": rounded([x["mean"] * xs.factor]),
        "y": rounded([y["mean"] * ys.factor]),
        "error_x": errors([x], xs.factor, style.colour),
        "error_y": errors([y], ys.factor, style.colour),
        "text": [style.text],
        "textposition": "top right",
        "textfont": {"color": style.colour, "size": 13, "shadow": "0 0 3px #fff, 0 0 3px #fff"},
        "cliponaxis": False,
        "marker": {"color": style.colour, "symbol": style.marker, "size": 11},
        "hovertext": [f"<b>{style.text}</b><br>{_with_interval(y, ys)}<br>{_with_interval(x, xs)}"],
        "hoverinfo": "text",
    }


def _with_interval(row: Row, scale: Scale) -> str:
    half = half_width(row["low"], row["high"])
    decimals = decimals_for([row["mean"]], [half], scale.factor)
    span = scale.interval(row["low"], row["high"], decimals)
    return scale.show(row["mean"], decimals) + (f" ({span})" if span else "")


def _better_corner(across: Metric, up: Metric) -> list[dict[str, Any]]:
    right, top = direction(across) > 0, direction(up) > 0
    if not direction(across) or not direction(up):
        return []
    arrow = {(False, True): "↖", (True, True): "↗", (False, False): "↙", (True, False): "↘"}
    return [
        {
            "xref": "paper",
            "yref": "paper",
            "x": 0.99 if right else 0.01,
            "y": 0.99 if top else 0.01,
            "xanchor": "right" if right else "left",
            "yanchor": "top" if top else "bottom",
            "text": f"{arrow[right, top]} better",
            "showarrow": False,
            "font": {"color": "#5f6368", "size": 13},
        }
    ]


def forests(
    differences: pl.DataFrame,
    metrics: Mapping[str, Metric],
    styles: Mapping[str, Style],
    reference: str | None,
    currency: str,
) -> Section:
    """A forest plot of the differences against the reference, one for each headline metric."""
    rows = against(differences, reference)
    heads = headlines(metrics, rows["metric"].unique().to_list())
    if not heads or reference is None:
        return Section(missing="No differences are drawn: the run compares no two strategies.")
    figures = [
        _forest(group, heads[group], rows_of(rows, heads[group].name), styles, reference, currency)
        for group in HEADLINE_GROUPS
        if group in heads
    ]
    return Section(figures)


def _forest(
    group: str,
    metric: Metric,
    rows: Mapping[str, Row],
    styles: Mapping[str, Style],
    reference: str,
    currency: str,
) -> Figure:
    names = by_strategy(styles, rows)
    ends = [rows[n][k] for n in names for k in ("mean", "low", "high")]
    scale = difference_scale(scale_for(metric.unit, ends, currency))
    unit = scale.unit
    if group == "retention" and metric.unit == "share":
        scale, unit = Scale(1000.0, "", "", ""), "customers per 1,000"
    data = [_difference(metric, styles[n], rows[n], scale) for n in names]
    text = f"{metric.label}: difference from {styles[reference].label}"
    hint = {1: "(better →)", -1: "(← better)"}.get(direction(metric), "")
    return Figure(
        f"forest-{group}",
        data,
        layout(
            118 + 34 * len(names),
            xaxis=axis(
                unit[:1].upper() + unit[1:],
                zeroline=True,
                zerolinewidth=2,
                zerolinecolor="#5f6368",
                rangemode="tozero",
            ),
            yaxis=axis("", title=None, autorange="reversed", ticks="", showgrid=False),
            hovermode="closest",
        ),
        f"{text}, with intervals, for {len(names)} strategies.",
        " ".join(filter(None, [metric.label, hint])),
    )


def _difference(metric: Metric, style: Style, row: Row, scale: Scale) -> dict[str, Any]:
    shown = Effect.of(metric, row).shown
    return {
        **style.trace("markers"),
        "x": rounded([row["mean"] * scale.factor]),
        "y": [wrapped(style.label)],
        "error_x": errors([row], scale.factor, style.colour),
        "marker": {
            "color": style.colour if shown else "#ffffff",
            "line": {"color": style.colour, "width": 2},
            "symbol": style.marker,
            "size": 11,
        },
        "hovertext": [
            f"<b>{style.text}</b><br>{_with_interval(row, scale)}"
            + ("" if shown else "<br>not told apart from zero")
        ],
        "hoverinfo": "text",
    }
