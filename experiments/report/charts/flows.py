"""Figures of what happened: flow between channels, and the decisions taken."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import polars as pl

from experiments.report.figure import Figure, Section, axis, layout, rounded
from experiments.report.formatting import safe, title, wrapped
from experiments.report.palette import CHANNEL_COLOURS, Style, by_strategy, front_last, tint

SMALLEST_FLOW = 0.003
"""Flows under this share of the strategy's entering contacts are too thin to see and left out."""

SMALLEST_LABEL = 0.012
"""Nodes that pass less than this share of the entering contacts get no label."""

OUTCOME_COLOUR = "#b8bcc2"
_ATTEMPT = re.compile(r"^\d+[.:)]?\s+|[\s#(_:]*\d+[+)]*$")
"""The attempt before a channel's name, or behind it."""


def flows(table: pl.DataFrame, styles: Mapping[str, Style]) -> Section:
    """A Sankey diagram per strategy: channel and attempt, then the next attempt or the outcome."""
    rows = table.filter(pl.col("contacts") > 0)
    if rows.is_empty():
        return Section(missing="No flow between channels is drawn: the run recorded no contacts.")
    channels = _channels(rows)
    figures = []
    dropped = 0.0
    for name in by_strategy(styles, rows["strategy"]):
        of = rows.filter(pl.col("strategy") == name)
        kept = _visible(of)
        dropped = max(dropped, 1 - float(kept["contacts"].sum()) / float(of["contacts"].sum()))
        figures.append(_sankey(styles[name], kept, channels))
    note = f"Flows too thin to see are left out (at most {dropped:.1%} of moves)."
    return Section(figures, missing=note if dropped > 0 else "")


def _channels(rows: pl.DataFrame) -> dict[str, str]:
    """A colour per channel: what is ever left is a channel, what is only reached is an outcome."""
    sources = rows["source"].unique(maintain_order=True).to_list()
    names = sorted({_channel(node) for node in sources})
    return {n: CHANNEL_COLOURS[i % len(CHANNEL_COLOURS)] for i, n in enumerate(names)}


def _channel(node: str) -> str:
    return _ATTEMPT.sub("", node, count=1).strip() or node


def _visible(rows: pl.DataFrame) -> pl.DataFrame:
    """The flows worth drawing; what only invisible flows lead to goes with them."""
    starts = _starts(rows)["source"].to_list()
    kept = rows.filter(pl.col("contacts") >= SMALLEST_FLOW * _entering(rows))
    while True:
        reached = [*starts, *kept["target"].to_list()] if starts else kept["source"].to_list()
        fewer = kept.filter(pl.col("source").is_in(reached))
        if len(fewer) == len(kept):
            return kept
        kept = fewer


def _starts(rows: pl.DataFrame) -> pl.DataFrame:
    """The flows out of nodes that nothing leads to."""
    return rows.filter(~pl.col("source").is_in(rows["target"].to_list()))


def _entering(rows: pl.DataFrame) -> float:
    """Contacts of the journeys' starts."""
    starts = _starts(rows)
    return float((starts if not starts.is_empty() else rows)["contacts"].sum())


def _sankey(style: Style, rows: pl.DataFrame, channels: Mapping[str, str]) -> Figure:
    nodes = list(dict.fromkeys([*rows["source"], *rows["target"]]))
    index = {node: i for i, node in enumerate(nodes)}
    names = {node: safe(title(node)) for node in nodes}
    wide = {index[node] for node in _wide(rows)}
    colours = [channels.get(_channel(node), OUTCOME_COLOUR) for node in nodes]
    height = max(420, 60 + 36 * _tallest(rows))
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "name": style.text,
        "textfont": {"size": 12, "shadow": "0 0 3px white, 0 0 3px white"},
        "node": {
            "label": [name if index[node] in wide else "" for node, name in names.items()],
            "customdata": list(names.values()),
            "color": colours,
            "pad": 14,
            "thickness": 14,
            "line": {"width": 0},
            "hovertemplate": "%{customdata}: %{value:,.0f}<extra></extra>",
        },
        "link": {
            "source": [index[node] for node in rows["source"]],
            "target": [index[node] for node in rows["target"]],
            "value": rounded(rows["contacts"].to_list(), 4),
            "color": [tint(colours[index[node]], 0.38) for node in rows["source"]],
            "hovertemplate": (
                "%{source.customdata} → %{target.customdata}: "
                "%{value:,.0f} a replication<extra></extra>"
            ),
        },
    }
    return Figure(
        f"flow-{style.name}",
        [trace],
        layout(height, margin={"l": 6, "r": 6, "t": 10, "b": 22}),
        f"Flow between channels under {style.label}; the widths are contacts a replication.",
        style.label,
    )


def _tallest(rows: pl.DataFrame) -> int:
    """The most nodes that stand above each other: those of one attempt, or the outcomes."""
    nodes = dict.fromkeys([*rows["source"], *rows["target"]])
    return max(Counter(node.replace(_channel(node), "") for node in nodes).values())


def _wide(rows: pl.DataFrame) -> list[str]:
    """The nodes with room for a label; the others tell their name when pointed at."""
    into = rows.group_by(pl.col("target").alias("node")).agg(pl.col("contacts").sum())
    out = rows.group_by(pl.col("source").alias("node")).agg(pl.col("contacts").sum())
    limit = SMALLEST_LABEL * _entering(rows)
    return pl.concat([into, out]).filter(pl.col("contacts") >= limit)["node"].to_list()


MOST_ACTIONS = 12  # a figure that can still be read; the run folder's table holds all


def decisions(table: pl.DataFrame, styles: Mapping[str, Style]) -> Section:
    """The share of each action by kind of decision, a mark a strategy."""
    rows = table.filter(pl.col("share").is_not_null())
    if rows.is_empty():
        return Section(missing="Decisions are not drawn: no policy of this run decided anything.")
    return Section([_kind(of, styles) for of in rows.partition_by("kind", maintain_order=True)])


def _kind(rows: pl.DataFrame, styles: Mapping[str, Style]) -> Figure:
    kind = rows["kind"][0]
    actions = (
        rows.group_by("action")
        .agg(pl.col("share").max())
        .sort(["share", "action"], descending=[True, False])["action"]
        .to_list()
    )
    heading = title(kind)
    if len(actions) > MOST_ACTIONS:
        heading += f" ({MOST_ACTIONS} most taken of {len(actions)} actions)"
        actions = actions[:MOST_ACTIONS]
    data = [
        _marks(styles[name], actions, rows.filter(pl.col("strategy") == name))
        for name in front_last(styles, rows["strategy"])
    ]
    return Figure(
        f"decisions-{kind}",
        data,
        layout(
            100 + 30 * len(actions),
            xaxis=axis("Share of decisions (%)", range=[-3, 103], ticksuffix="%"),
            yaxis=axis("", title=None, autorange="reversed", ticks=""),
            hovermode="closest",
        ),
        f"Share of each action among the {kind} decisions, a mark for each strategy.",
        heading,
    )


def _marks(style: Style, actions: list[str], rows: pl.DataFrame) -> dict[str, Any]:
    of = {row["action"]: row for row in rows.iter_rows(named=True)}
    taken = [a for a in actions if a in of]
    return {
        **style.trace("markers"),
        "x": rounded([of[a]["share"] * 100 for a in taken], 4),
        "y": [wrapped(title(a)) for a in taken],
        "customdata": rounded([of[a]["per_replication"] for a in taken], 4),
        "cliponaxis": False,
        "marker": {
            "color": style.colour,
            "symbol": style.marker,
            "size": 8 if style.faint else 11,
            "opacity": 0.55 if style.faint else 0.95,
        },
        "hovertemplate": (
            f"<b>{style.text}</b><br>%{{y}}: %{{x:.1f}}%"
            "<br>%{customdata:,.0f} a replication<extra></extra>"
        ),
    }


def contrasts(
    table: pl.DataFrame,
    styles: Mapping[str, Style],
    reference: str | None,
    candidate: str | None,
    most: int = 3,
) -> list[str]:
    """Sentences on the largest difference in shares from the reference, one for a strategy.

    `candidate`, which the verdict speaks of, comes first; then the largest differences.
    """
    rows = table.filter(pl.col("share").is_not_null())
    base = rows.filter(pl.col("strategy") == pl.lit(reference, pl.String)).select(
        "kind", "action", pl.col("share").alias("base")
    )
    if reference is None or base.is_empty():
        return []
    # Kinds that the reference never met have no share to be set against.
    others = rows.filter(
        (pl.col("strategy") != pl.lit(reference, pl.String))
        & pl.col("kind").is_in(base["kind"].unique().to_list())
    )
    gaps = (
        others.join(base, on=["kind", "action"], how="left")
        .with_columns(pl.col("base").fill_null(0.0))
        .with_columns((pl.col("share") - pl.col("base")).alias("gap"))
        .filter(pl.col("gap") >= 0.02)
        .sort(["gap", "strategy"], descending=[True, False])
        .unique("strategy", keep="first", maintain_order=True)
        .sort(pl.col("strategy") != pl.lit(candidate or "", pl.String), maintain_order=True)
    )
    return [
        f"{styles[row['strategy']].label} takes “{title(row['action'])}” in {row['share']:.0%} of "
        f"its {title(row['kind']).lower()} decisions, "
        f"{styles[reference].label} in {row['base']:.0%}."
        for row in gaps.head(most).iter_rows(named=True)
        if row["strategy"] in styles
    ]
