"""Sweeps: curves with bands by strategy, and the places where strategies change places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.questions.results import Axis, Crossing, Point, SweepAnswer
from experiments.report.answers.numbers import decimals, metric_of, place, worth_scale
from experiments.report.charts.answers.heat import heat_maps
from experiments.report.charts.answers.rows import GROUPS, INK, OPEN, Trace, hover
from experiments.report.figure import Figure, Section, axis, layout, rounded
from experiments.report.formatting import Scale, number, safe
from experiments.report.metrics import direction
from experiments.report.palette import Style, front_last, tint
from experiments.report.verdict.wording import RunContext

LEGEND: dict[str, Any] = {
    "showlegend": True,
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
}
"""Above the figure."""
PANELS = 6
"""Up to so many values of a second key have a panel each; more are drawn as heat maps."""
KEY = 28
"""Letters of a key that an axis has room for."""


def sweep_figures(answer: SweepAnswer, styles: Mapping[str, Style], setting: RunContext) -> Section:
    """Return curves in every metric; for two keys a panel for each value of the second.

    One strategy over two keys, and many values of the second, are drawn as heat maps.
    """
    if len(answer.axes) == 1:
        return Section([_Curves(answer, m, styles, setting).figure() for m in answer.metrics])
    if len(answer.strategies) == 1 or len(answer.axes[1].x) > PANELS:
        return Section(heat_maps(answer, styles, setting))
    curves = _Curves(answer, answer.metrics[0], styles, setting)
    return Section([curves.panel(beside) for beside in answer.axes[1].x])


@dataclass(frozen=True, slots=True)
class _Curves:
    """The curves of one metric, as differences from the reference as it is declared."""

    answer: SweepAnswer
    metric: str
    styles: Mapping[str, Style]
    setting: RunContext

    @property
    def scale(self) -> Scale:
        """The same in all panels."""
        return worth_scale(
            self.metric, [p.worth for p in self.answer.points], self.setting.currency
        )

    @property
    def ends(self) -> list[float]:
        """The least and the greatest value of any curve or band, with a margin."""
        worths = [point.worth[self.metric] for point in self.answer.points]
        known = [v for of in worths for v in (of.mean, of.low, of.high) if v is not None]
        low, high = min([*known, 0.0]), max([*known, 0.0])
        margin = 0.05 * ((high - low) or 1.0)
        return [(low - margin) * self.scale.factor, (high + margin) * self.scale.factor]

    def figure(self) -> Figure:
        """Return the curves over the only key."""
        name = f"sweep-{GROUPS[self.metric]}"
        metric, against = metric_of(self.metric), self.setting.title(self.answer.reference)
        hint = {1: " (better ↑)", -1: " (better ↓)"}.get(direction(metric), "")
        return self._drawn(name, f"{metric.label}, against {against}{hint}", 380, None)

    def panel(self, beside: float) -> Figure:
        """Return the curves at one value of the second key."""
        second = self.answer.axes[1]
        name = f"sweep-{GROUPS[self.metric]}-{second.x.index(beside) + 1}"
        return self._drawn(name, f"{second.key} {place(beside, second)}", 320, beside)

    def _drawn(self, name: str, title: str, height: int, beside: float | None) -> Figure:
        first, against = self.answer.axes[0], self.setting.title(self.answer.reference)
        names = front_last(self.styles, self.answer.strategies)
        points = {n: self._points(n, beside) for n in names}
        bright = {n: of for n, of in points.items() if of and not self.styles[n].faint}
        bands = [self._band(n, of) for n, of in bright.items() if self._has_band(of)]
        curves = [self._curve(name, of) for name, of in points.items() if of]
        return Figure(
            name,
            [*bands, *_now(first, self.ends), *curves, *self._crossings(beside)],
            layout(
                height,
                xaxis=axis(key_label(first), showgrid=False, zeroline=False, **_ticks(first)),
                yaxis=axis(
                    self.scale.unit[:1].upper() + self.scale.unit[1:],
                    zerolinewidth=2,
                    zerolinecolor="#5f6368",
                    range=self.ends,
                ),
                hovermode="closest",
                **LEGEND,
            ),
            f"{metric_of(self.metric).label} against {first.key}: the difference from {against} as "
            "it is, a line with a band for each strategy.",
            title,
        )

    def _points(self, name: str, beside: float | None) -> list[Point]:
        """Return a strategy's points along the first key whose mean is known."""
        return [
            p
            for p in self.answer.points
            if p.strategy == name
            and (beside is None or p.at[1] == beside)
            and p.worth[self.metric].mean is not None
        ]

    def _has_band(self, points: Sequence[Point]) -> bool:
        return all(point.worth[self.metric].low is not None for point in points)

    def _band(self, name: str, points: Sequence[Point]) -> Trace:
        x = [point.at[0] for point in points]
        worths = [point.worth[self.metric] for point in points]
        low, high = (
            [(getattr(of, end) or 0.0) * self.scale.factor for of in worths]
            for end in ("low", "high")
        )
        return {
            "type": "scatter",
            "mode": "lines",
            "meta": name,
            "x": x + x[::-1],
            "y": rounded(high + low[::-1]),
            "fill": "toself",
            "fillcolor": tint(self.styles[name].colour, 0.14),
            "line": {"width": 0},
            "showlegend": False,
            "hoverinfo": "skip",
        }

    def _curve(self, name: str, points: Sequence[Point]) -> Trace:
        style, first = self.styles[name], self.answer.axes[0]
        worths = [point.worth[self.metric] for point in points]
        digits = decimals(self.scale, worths)
        return {
            **style.trace("lines+markers"),
            "x": [point.at[0] for point in points],
            "y": rounded([(of.mean or 0.0) * self.scale.factor for of in worths]),
            "line": {
                "color": style.colour,
                "dash": "solid" if style.faint else style.dash,
                "width": 1.2 if style.faint else 2.4,
            },
            "opacity": 0.6 if style.faint else 1,
            "marker": {"symbol": style.marker, "size": 4 if style.faint else 7},
            "hovertext": [
                hover(f"{style.label}, {place(p.at[0], first)}", of, self.scale, digits,
                      told=of.shown)
                for p, of in zip(points, worths, strict=True)
            ],
            "hoverinfo": "text",
        }  # fmt: skip

    def _crossings(self, beside: float | None) -> list[Trace]:
        """Return a cross for each change of places that is shown on one side of it at least."""
        found = [
            (crossing, x)
            for crossing in self.answer.crossings
            if crossing.metric == self.metric and crossing.beside == beside
            if crossing.low is not None or crossing.high is not None
            for x in crossing.at
        ]
        return [self._crossing(*one, legend=one is found[0]) for one in found]

    def _crossing(self, crossing: Crossing, x: float, *, legend: bool) -> Trace:
        first = self.answer.axes[0]
        points = self._points(crossing.first, crossing.beside)
        means = [(p.worth[self.metric].mean or 0.0) * self.scale.factor for p in points]
        y = float(np.interp(x, [p.at[0] for p in points], means))
        low = first.x[0] if crossing.low is None else crossing.low
        high = first.x[-1] if crossing.high is None else crossing.high
        certain = crossing.low is not None and crossing.high is not None
        colour = INK if certain else OPEN
        names = " and ".join(safe(self.setting.title(n)) for n in (crossing.first, crossing.second))
        beyond = "" if certain else ", and perhaps beyond the range"
        return {
            "type": "scatter",
            "mode": "markers",
            "name": "Change of places, 95% interval",
            "legendgroup": "crossings",
            "showlegend": legend,
            "x": rounded([x]),
            "y": rounded([y]),
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": rounded([max(0.0, high - x)]),
                "arrayminus": rounded([max(0.0, x - low)]),
                "color": colour,
                "thickness": 2.2,
                "width": 8,
            },
            "marker": {"color": colour, "symbol": "x", "size": 11},
            "hovertext": [
                f"<b>{names}</b><br>change places at {place(x, first, 3)}<br>95% interval "
                f"{place(low, first, 3)} to {place(high, first, 3)}{beyond}"
            ],
            "hoverinfo": "text",
        }


def key_label(of: Axis) -> str:
    """Return a swept key as an axis has room for it: its last parts, and what changes are in."""
    parts = of.key.split(".")
    while len(".".join(parts)) > KEY and len(parts) > 1:
        parts = parts[1:]
    name = ".".join(parts) if len(parts) == of.key.count(".") + 1 else "… " + ".".join(parts)
    unit = {"%": "change, %", "points": "change, points"}.get(of.unit, "")
    return f"{name} ({unit})" if unit else name


def _ticks(of: Axis) -> dict[str, Any]:
    """Return ticks at the simulated values, where these are few."""
    if len(of.x) > 8:
        return {}
    return {
        "tickvals": list(of.x),
        "ticktext": [place(x, of).removesuffix(" points") for x in of.x],
    }


def _now(of: Axis, ends: Sequence[float]) -> list[Trace]:
    """Return a line where the strategies are now, if that is inside the range."""
    now = 0.0 if of.unit else of.now
    if now is None or not of.x[0] <= now <= of.x[-1]:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Now" if of.now is None else f"Now ({number(of.now)})",
            "x": [now, now],
            "y": rounded(ends),
            "line": {"color": "#9aa0a6", "dash": "dot", "width": 1.5},
            "hoverinfo": "skip",
        }
    ]
