"""What a learned policy does differently: a map of its choices against a rule's, and a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.report.charts.records import Axis, Cell, Change, Choices
from experiments.report.figure import Figure, axis, layout
from experiments.report.formatting import safe, title
from experiments.report.palette import Style

LEAST = 10
"""A share of fewer decisions than this says nothing and is left blank."""

MOST_MAPS = 6
SHADES = [[0, "#f2f5f9"], [0.5, "#86aed3"], [1, "#08427a"]]
NAMES = {"time.hour": "Hour of the day", "time.weekday": "Weekday"}


@dataclass(frozen=True, slots=True)
class KindRow:
    """The changes among the decisions of one kind, as texts."""

    kind: str
    decisions: str
    differs: str
    changes: list[str]


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell of the map in words."""

    first: str
    second: str
    decisions: str
    differs: str
    change: str


@dataclass(frozen=True, slots=True)
class ChoiceMap:
    """One learned policy against the best rule of its training; `figure` None without a map."""

    label: str
    sentences: list[str]
    legend: str
    figure: Figure | None
    heads: list[str]
    kinds: list[KindRow]
    cells: list[CellRow]


def choice_maps(
    found: Mapping[str, Choices | None], styles: Mapping[str, Style]
) -> tuple[list[ChoiceMap], list[str]]:
    """A map for each learned policy, at most `MOST_MAPS`, and a note on those left out."""
    names = [name for name, choices in found.items() if choices is not None]
    names.sort(key=lambda name: styles[name].faint)
    maps = [choice_map(styles[n], c) for n in names[:MOST_MAPS] if (c := found[n]) is not None]
    left_out = len(names) - len(maps)
    return maps, [f"Maps of {left_out} further learned policies are not shown."] * bool(left_out)


def choice_map(style: Style, choices: Choices) -> ChoiceMap:
    """The map, sentences and tables of one learned policy."""
    rows = upright(choices)
    heads = [_head(feature) for feature in rows.features]
    kinds = [
        KindRow(title(k.kind), f"{k.decisions:,}", _share(k), [_change(c) for c in k.changes])
        for k in rows.kinds
    ]
    return ChoiceMap(
        style.label,
        _sentences(style.label, rows),
        f"Darker: a larger share differs. Blank: fewer than {LEAST} decisions.",
        _figure(style, rows) if rows.features else None,
        heads,
        kinds,
        _cell_rows(rows),
    )


def upright(choices: Choices) -> Choices:
    """The same map with the feature of more bins along the rows, so that it fits a phone."""
    if not choices.features or len(choices.features[0].bins) >= len(choices.features[1].bins):
        return choices
    cells = [list(column) for column in zip(*choices.cells, strict=True)]
    features = [choices.features[1], choices.features[0]]
    return choices.model_copy(update={"features": features, "cells": cells})


def _sentences(label: str, choices: Choices) -> list[str]:
    rule = f"the best rule of its training ({choices.policy}, there called “{choices.rule}”)"
    if choices.rule in (choices.policy, "rule"):
        rule = f"the best rule of its training ({choices.policy})"
    days = f"{choices.days:g} day{'' if choices.days == 1 else 's'}"
    found = [
        f"In {days} of a simulated world that it was not trained on, {label} took "
        f"{choices.decisions:,} decisions; in {_share(choices)} of them {rule} would have done "
        "otherwise in the same situation."
    ]
    if not choices.features:
        return found
    first, second = (_name(feature) for feature in choices.features)
    found.append(f"{first} and {second.lower()} tell most about where the two differ.")
    i, j = max(_places(choices), key=lambda ij: choices.cells[ij[0]][ij[1]].differs)
    cell = choices.cells[i][j]
    if cell.change is not None:
        found.append(
            f"Most changes ({cell.differs:,} of {choices.differs:,}) are at "
            f"{_bin(choices.features[0], i)} and {_bin(choices.features[1], j)}, where "
            f"{_share(cell)} of {cell.decisions:,} decisions differ, most often "
            f"{_change(cell.change)}."
        )
    return found


def _figure(style: Style, choices: Choices) -> Figure:
    down, across = choices.features
    shown = [[_value(cell) for cell in row] for row in choices.cells]
    trace = {
        "type": "heatmap",
        "name": style.text,
        "x": list(range(len(across.bins))),
        "y": list(range(len(down.bins))),
        "z": shown,
        "text": [["" if v is None else f"{v:.0f}%" for v in row] for row in shown],
        "texttemplate": "%{text}",
        "hovertext": [
            [_hover(choices, i, j) for j in range(len(across.bins))] for i in range(len(down.bins))
        ],
        "hoverinfo": "text",
        "zmin": 0,
        "zmax": 100,
        "colorscale": SHADES,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }
    return Figure(
        f"choices-{style.name}",
        [trace],
        layout(
            120 + 34 * len(down.bins),
            xaxis=axis(_head(across), **_ticks(across)),
            yaxis=axis(_head(down), autorange="reversed", **_ticks(down)),
            hovermode="closest",
        ),
        f"Share of {style.label}'s decisions that differ from the rule's, by {_name(down).lower()} "
        f"and {_name(across).lower()}; the table below says the same.",
        "Share of decisions that differ",
    )


def _ticks(feature: Axis) -> dict[str, Any]:
    return {
        "tickvals": list(range(len(feature.bins))),
        "ticktext": [safe(_short(label)) for label in feature.bins],
        "showgrid": False,
        "zeroline": False,
    }


def _hover(choices: Choices, i: int, j: int) -> str:
    down, across = choices.features
    cell = choices.cells[i][j]
    lines = [
        f"<b>{safe(_bin(down, i))}, {safe(_bin(across, j))}</b>",
        f"{cell.decisions:,} decisions, of which {cell.differs:,} differ",
    ]
    if cell.change is not None:
        lines.append(f"most often {safe(_change(cell.change))}")
    return "<br>".join(lines)


def _cell_rows(choices: Choices) -> list[CellRow]:
    return [
        CellRow(
            choices.features[0].bins[i],
            choices.features[1].bins[j],
            f"{cell.decisions:,}",
            _share(cell),
            "" if cell.change is None else _change(cell.change),
        )
        for i, j in _places(choices)
        if (cell := choices.cells[i][j]).decisions
    ]


def _places(choices: Choices) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(choices.cells) for j in range(len(row))]


def _value(cell: Cell) -> float | None:
    return round(100 * cell.differs / cell.decisions, 1) if cell.decisions >= LEAST else None


def _share(cell: Cell) -> str:
    return f"{cell.differs / cell.decisions:.0%}" if cell.decisions else "none"


def _change(change: Change) -> str:
    kind = f"{title(change.kind).lower()}: " if change.kind else ""
    return f"{kind}{change.rule} → {change.learned} ({change.decisions:,})"


def _name(feature: Axis) -> str:
    return NAMES.get(feature.name) or title(feature.name.replace(".", " "))


def _head(feature: Axis) -> str:
    return f"{_name(feature)} ({feature.unit})" if feature.unit else _name(feature)


def _bin(feature: Axis, i: int) -> str:
    unit = f" {feature.unit}" if feature.unit else ""
    return f"{_name(feature).lower()} {feature.bins[i]}{unit}"


def _short(label: str, most: int = 16) -> str:
    text = label.replace("_", " ")
    return text if len(text) <= most else f"{text[: most - 1]}…"
