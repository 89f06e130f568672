"""Marks and bars in rows: what forest plots and bar charts of answers share.

Rows have numbers, not names, as places: two things may be called the same.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.questions.results import Spread, Worth
from experiments.report.figure import Figure, axis, errors, layout, rounded
from experiments.report.formatting import Scale, safe

BETTER, WORSE, OPEN = "#0072b2", "#d55e00", "#6f7377"
"""What is shown to be better or worse, and what is not told from zero."""
INK = "#222222"
GROUPS = {
    "expected_value_per_customer": "value",
    "net_value_per_customer": "net",
    "retention": "retention",
    "cost_per_customer": "cost",
    "decision_value": "decisions",
}
"""What a metric is called in the names of figures."""
LABEL, LINES = 22, 4
"""Letters in a line of a row's name, and the most lines."""

Trace = dict[str, Any]
Bounds = Mapping[str, float | None]


def ends_of(of: Worth | Spread) -> Bounds:
    """Return mean, low and high."""
    return {"mean": of.mean, "low": of.low, "high": of.high}


def shade(worth: Worth, good: int) -> str:
    """Return the colour of a worth; `good` is 1 where more is better, -1 where less is."""
    if not worth.shown:
        return OPEN
    return BETTER if (worth.mean or 0.0) * good >= 0 else WORSE


def marks(
    rows: Sequence[tuple[float, str, Worth]], scale: Scale, digits: int, good: int
) -> list[Trace]:
    """Return a mark with its arms for each worth with a mean: place, name and worth."""
    return [
        _mark(place, name, worth, scale, digits, shade(worth, good))
        for place, name, worth in rows
        if worth.mean is not None
    ]


def _mark(place: float, name: str, worth: Worth, scale: Scale, digits: int, colour: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded([(worth.mean or 0.0) * scale.factor]),
        "y": [place],
        "error_x": errors([ends_of(worth)], scale.factor, colour),
        "marker": {
            "color": colour if worth.shown else "#ffffff",
            "line": {"color": colour, "width": 2},
            "symbol": "circle",
            "size": 11,
        },
        "hovertext": [hover(name, worth, scale, digits, told=worth.shown)],
        "hoverinfo": "text",
    }


def hover(name: str, of: Worth | Spread, scale: Scale, digits: int, *, told: bool) -> str:
    """Return what stands beside a mark that is pointed at."""
    span = scale.interval(of.low, of.high, digits, signed=True)
    value = scale.show(of.mean, digits, signed=True) + (f" ({span})" if span else "")
    return f"<b>{safe(name)}</b><br>{value}" + ("" if told else "<br>not told apart from zero")


def bar(
    rows: Sequence[tuple[float, str, Worth | Spread]],
    colours: Sequence[str],
    scale: Scale,
    digits: int,
) -> Trace:
    """Return horizontal bars with their arms: place, name and size of each."""
    known = [row for row in rows if row[2].mean is not None]
    return {
        "type": "bar",
        "orientation": "h",
        "x": rounded([(of.mean or 0.0) * scale.factor for _, _, of in known]),
        "y": [place for place, _, _ in known],
        "error_x": errors([ends_of(of) for _, _, of in known], scale.factor, INK),
        "marker": {"color": [c for c, row in zip(colours, rows, strict=True) if row in known]},
        "hovertext": [
            hover(name, of, scale, digits, told=not isinstance(of, Worth) or of.shown)
            for _, name, of in known
        ],
        "hoverinfo": "text",
        "width": 0.54,
        "opacity": 0.7,
    }


def in_rows(
    name: str,
    data: list[Trace],
    labels: Sequence[str],
    unit: str,
    alt: str,
    title: str,
) -> Figure:
    """Return a figure whose rows, from the top, have these labels; x is in `unit`."""
    lines = [_in_lines(label) for label in labels]
    tall = max([34, *(17 * (line.count("<br>") + 1) + 6 for line in lines)]) * len(lines)
    return Figure(
        name,
        data,
        layout(
            92 + tall,
            xaxis=axis(
                unit[:1].upper() + unit[1:],
                zeroline=True,
                zerolinewidth=2,
                zerolinecolor="#5f6368",
                rangemode="tozero",
            ),
            yaxis=axis(
                "",
                title=None,
                ticks="",
                showgrid=False,
                zeroline=False,
                tickvals=list(range(len(labels))),
                ticktext=lines,
                range=[len(labels) - 0.5, -0.5],
            ),
            hovermode="closest",
        ),
        alt,
        title,
    )


def _in_lines(label: str) -> str:
    lines = textwrap.wrap(label, LABEL, max_lines=LINES, placeholder=" …")
    return "<br>".join(map(safe, lines))
