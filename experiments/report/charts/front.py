"""The section on the front: families of strategies between two goals, and their hypervolume."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import polars as pl

from experiments.report.charts.compare import axis_label
from experiments.report.figure import Figure, Section, allowed, axis, errors, layout, rounded
from experiments.report.formatting import PERCENT, Scale, decimals_for, half_width, safe, scale_for
from experiments.report.metrics import direction
from experiments.report.palette import COLOURS, DASHES, MARKERS, Style
from experiments.report.verdict.wording import RunContext
from experiments.running.config.fronts import Pareto
from experiments.statistics import Area, areas, estimate, undominated
from experiments.statistics.scales import Limits
from experiments.store.results import RunResults
from sim.inputs import validate
from sim.metrics.metrics import Metric, limits

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A family in the table: shown texts, and the figures that they show."""

    label: str
    members: int
    share: str
    interval: str
    difference: str
    difference_interval: str
    area: Area


@dataclass(frozen=True, slots=True)
class Front:
    """What the section shows: the figure, who is on the front, the hypervolumes.

    `first` is the family that the others are compared with.
    """

    section: Section
    on_front: list[str] = field(default_factory=list)
    rows: list[AreaRow] = field(default_factory=list)
    first: str = ""


def front(
    results: RunResults,
    metrics: Mapping[str, Metric],
    styles: Mapping[str, Style],
    setting: RunContext,
) -> Front | None:
    """The front that the run's config declares; None where it declares none."""
    raw = (results.manifest.get("config") or {}).get("pareto")
    if not isinstance(raw, Mapping):
        return None
    asked = validate(Pareto, raw, "pareto")
    two = [metrics.get(name) for name in asked.metrics]
    if two[0] is None or two[1] is None or not direction(two[0]) or not direction(two[1]):
        names = " and ".join(asked.metrics)
        return Front(Section(missing=f"The front is not drawn: {names} are not both goals."))
    up, across = two[0], two[1]
    values = _values(results.metrics, (across.name, up.name))
    families = {k: [n for n in f.names() if n in values] for k, f in asked.families.items()}
    families = {k: names for k, names in families.items() if names}
    if not families:
        return Front(Section(missing="The front is not drawn: its metrics are undefined."))
    signs = np.array([direction(across), direction(up)])
    found = areas(
        {k: np.stack([values[n] * signs for n in names], axis=1) for k, names in families.items()},
        level=setting.level,
    )
    every = [name for names in families.values() for name in dict.fromkeys(names)]
    choices = [name for name in every if name not in setting.bounds]
    best = [choices[i] for i in undominated([values[n].mean(axis=0) * signs for n in choices])]
    labels = {k: asked.families[k].title or k.replace("_", " ").capitalize() for k in families}
    words = {n: f.words(i) for f in asked.families.values() for i, n in enumerate(f.names())}
    within = [limits(metric.unit, metric.group) for metric in (across, up)]
    marks = _marks(values, every, setting.level, within)
    plane = Plane(across, up, marks, {n: _label(styles[n], words[n]) for n in every}, setting)
    figure = plane.figure(families, labels, best)
    first = next(iter(families))
    rows = [_row(labels[k], len(families[k]), found[k]) for k in families]
    return Front(Section([figure]), [styles[n].label for n in best], rows, labels[first])


def _label(style: Style, words: str) -> str:
    return f"<b>{style.text}</b>" + (f"<br>{safe(words)}" if words else "")


def _marks(
    values: Mapping[str, Any], names: Sequence[str], level: float, within: Sequence[Limits]
) -> dict[str, list[Row]]:
    """Mean and interval on both axes, without the luck that a replication brings to all."""
    together = np.mean([values[name] for name in names], axis=0)
    luck = together - together.mean(axis=0)
    return {
        name: [
            asdict(estimate(column, level, within=ends))
            for column, ends in zip((values[name] - luck).T, within, strict=True)
        ]
        for name in names
    }


def _values(metrics: pl.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Shape (replications, 2) by strategy; those with an undefined value are left out."""
    found = {}
    for (strategy,), rows in metrics.group_by("strategy", maintain_order=True):
        columns = [
            rows.filter(pl.col("metric") == name).sort("replication")["value"].to_list()
            for name in names
        ]
        complete = all(column and None not in column for column in columns)
        if complete and len(columns[0]) == len(columns[1]):
            found[str(strategy)] = np.array(columns, dtype=float).T
    return found


@dataclass(frozen=True)
class Plane:
    """The two axes and the marks on them: by strategy, across and up."""

    across: Metric
    up: Metric
    marks: Mapping[str, Sequence[Row]]
    labels: Mapping[str, str]
    setting: RunContext

    @property
    def scales(self) -> tuple[Scale, Scale]:
        """How values are shown on both axes."""
        money = self.setting.currency
        x, y = ([mark[i]["mean"] for mark in self.marks.values()] for i in (0, 1))
        return scale_for(self.across.unit, x, money), scale_for(self.up.unit, y, money)

    def figure(
        self, families: Mapping[str, Sequence[str]], labels: Mapping[str, str], best: Sequence[str]
    ) -> Figure:
        """A line for each family, over the broad line of the front."""
        xs, ys = self.scales
        data = [self._steps(best)]
        for place, (key, members) in enumerate(families.items()):
            data.append(self._curve(place, labels[key], members))
        return Figure(
            "pareto",
            data,
            layout(
                480,
                xaxis=self._axis(self.across, xs, tickprefix=xs.prefix),
                yaxis=self._axis(self.up, ys, ticksuffix=ys.suffix),
                hovermode="closest",
                showlegend=True,
                legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            ),
            f"{self.up.label} against {self.across.label} for {len(families)} families.",
        )

    def _axis(self, metric: Metric, scale: Scale, **affix: str) -> Row:
        held = allowed(limits(metric.unit, metric.group), scale.factor)
        return axis(axis_label(metric, scale), zeroline=False, **affix, **held)

    def _steps(self, best: Sequence[str]) -> Row:
        """The front as steps: between two points only the worse of both is sure to be had."""
        ordered = sorted(best, key=lambda name: self.marks[name][0]["mean"])
        x, y = self._at(ordered)
        return {
            "type": "scatter",
            "mode": "lines",
            "name": "not dominated",
            "x": x,
            "y": y,
            "line": {
                "color": "#9aa0a6",
                "width": 6,
                "shape": "hv" if direction(self.across) < 0 else "vh",
            },
            "opacity": 0.4,
            "hoverinfo": "skip",
        }

    def _curve(self, place: int, label: str, members: Sequence[str]) -> Row:
        colour = COLOURS[place % len(COLOURS)]
        x, y = self._at(members)
        return {
            "type": "scatter",
            "mode": "lines+markers",
            "name": safe(label),
            "x": x,
            "y": y,
            "error_x": self._errors(members, 0, colour),
            "error_y": self._errors(members, 1, colour),
            "line": {"color": colour, "dash": DASHES[place // 4 % len(DASHES)], "width": 1.5},
            "marker": {"color": colour, "symbol": MARKERS[(place + 1) % len(MARKERS)], "size": 9},
            "hovertext": [self._hover(name) for name in members],
            "hoverinfo": "text",
        }

    def _at(self, names: Sequence[str]) -> tuple[list[float | None], list[float | None]]:
        x, y = (
            rounded([self.marks[n][i]["mean"] * scale.factor for n in names])
            for i, scale in enumerate(self.scales)
        )
        return x, y

    def _errors(self, names: Sequence[str], i: int, colour: str) -> Row:
        rows = [self.marks[n][i] for n in names]
        return errors(rows, self.scales[i].factor, colour, thickness=1, width=3)

    def _hover(self, name: str) -> str:
        shown = []
        for row, scale in zip(self.marks[name], self.scales, strict=True):
            half = half_width(row["low"], row["high"])
            shown.append(scale.show(row["mean"], decimals_for([row["mean"]], [half], scale.factor)))
        return "<br>".join([self.labels[name], *reversed(shown)])


def _row(label: str, members: int, area: Area) -> AreaRow:
    return AreaRow(
        label,
        members,
        PERCENT.show(area.share, 1),
        _span(area.low, area.high),
        PERCENT.show(area.difference, 1, signed=True),
        _span(area.difference_low, area.difference_high),
        area,
    )


def _span(low: float, high: float) -> str:
    return f"{PERCENT.show(low, 1)} to {PERCENT.show(high, 1)}" if math.isfinite(low) else ""
