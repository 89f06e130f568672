"""Figures over time: waits and occupancy over the day, survival over the horizon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from experiments.report.figure import Figure, Section, allowed, axis, layout, rounded
from experiments.report.formatting import PERCENT, Scale, listing, scale_for, title
from experiments.report.palette import Style, front_last, tint

NO_WAIT_S = 1.0
"""Channels whose mean wait never reaches this answer at once and get no figure (seconds)."""

NOUNS = {"mean_wait_s": ("wait", "Mean wait"), "occupancy": ("occupancy", "Occupancy")}
"""What is drawn by the hour: its name in ids and in words."""


def waits(hourly: pl.DataFrame, styles: Mapping[str, Style]) -> Section:
    """Mean wait by hour of the day, one figure a channel, a line a strategy."""
    if hourly["mean_wait_s"].drop_nulls().is_empty():
        return Section(missing="Waits over the day are not drawn: the run recorded no waits.")
    figures, at_once = [], []
    for rows in hourly.partition_by("channel", maintain_order=True):
        longest = rows["mean_wait_s"].max()
        if not isinstance(longest, int | float) or longest < NO_WAIT_S:
            at_once.append(title(rows["channel"][0]))
            continue
        scale = scale_for("s", rows["mean_wait_s"].to_list(), "")
        figures.append(_by_hour("mean_wait_s", rows, scale, styles))
    missing = f"No wait to draw on {listing(at_once)}: answered at once." if at_once else ""
    return Section(figures, missing=missing)


def occupancies(hourly: pl.DataFrame, styles: Mapping[str, Style]) -> Section:
    """Occupancy (busy ÷ scheduled agent time) by hour of the day, one figure a staffed channel."""
    staffed = hourly.filter(pl.col("occupancy").is_not_null())
    if staffed.is_empty():
        return Section(missing="Occupancy is not drawn: no channel of this run has agents.")
    by_channel = staffed.partition_by("channel", maintain_order=True)
    return Section(
        [_by_hour("occupancy", of, PERCENT, styles, range=[0, 103]) for of in by_channel]
    )


def _by_hour(
    column: str, rows: pl.DataFrame, scale: Scale, styles: Mapping[str, Style], **more: Any
) -> Figure:
    """A column of one channel's rows; `more` for the axis of its values."""
    what, noun = NOUNS[column]
    channel = rows["channel"][0]
    data = []
    for name in front_last(styles, rows["strategy"]):
        of = dict(rows.filter(pl.col("strategy") == name).select("hour", column).iter_rows())
        # Hours without a value stay in the data as gaps, or the line would bridge the night.
        hours = list(range(min(of), max(of) + 1))
        values = rounded([None if of.get(h) is None else of[h] * scale.factor for h in hours], 4)
        data.append(_line(styles[name], hours, values))
    return Figure(
        f"{what}-{_slug(channel)}",
        data,
        layout(
            250,
            xaxis=axis(
                "Hour of the day", dtick=4, showgrid=False, zeroline=False, range=[-0.7, 23.7]
            ),
            yaxis=axis(f"{noun} ({scale.unit})", rangemode="tozero", **more),
            hovermode="closest",
        ),
        f"{noun} on {title(channel)} by hour of the day, a line for each strategy.",
        title(channel),
    )


def _line(style: Style, x: list[Any], y: list[Any]) -> dict[str, Any]:
    return {
        **style.trace("lines+markers"),
        "x": x,
        "y": y,
        "line": {
            "color": style.colour,
            "dash": "solid" if style.faint else style.dash,
            "width": 1.2 if style.faint else 2.4,
        },
        "opacity": 0.6 if style.faint else 1,
        "marker": {"symbol": style.marker, "size": 3 if style.faint else 5},
        "hovertemplate": f"<b>{style.text}</b><br>%{{x}}:00: %{{y:.3~g}}<extra></extra>",
    }


def survival(table: pl.DataFrame, styles: Mapping[str, Style]) -> Section:
    """The share of customers retained by day, with its interval as a band."""
    rows = table.filter(pl.col("retained").is_not_null())
    if rows.is_empty():
        return Section(missing="No survival curve is drawn: the run recorded none.")
    data: list[dict[str, Any]] = []
    curves: list[dict[str, Any]] = []
    for name in front_last(styles, rows["strategy"]):
        of = rows.filter(pl.col("strategy") == name).sort("day")
        days = rounded(of["day"].to_list())
        band = of.filter(pl.col("low").is_not_null() & pl.col("high").is_not_null())
        if not band.is_empty() and not styles[name].faint:
            data.append(_band(styles[name], band))
        curves.append(_curve(styles[name], days, rounded((of["retained"] * 100).to_list())))
    figure = Figure(
        "survival",
        data + curves,
        layout(
            400,
            xaxis=axis("Day", rangemode="tozero", showgrid=False),
            yaxis=axis("Customers retained (%)", ticksuffix="%", **allowed((0.0, 1.0), 100.0)),
            hovermode="closest",
        ),
        "Share of customers retained by day, a line with a band for each strategy.",
    )
    return Section([figure])


def _band(style: Style, band: pl.DataFrame) -> dict[str, Any]:
    days = rounded(band["day"].to_list())
    low, high = (rounded((band[k] * 100).to_list()) for k in ("low", "high"))
    return {
        "type": "scatter",
        "mode": "lines",
        "meta": style.name,
        "x": days + days[::-1],
        "y": high + low[::-1],
        "fill": "toself",
        "fillcolor": tint(style.colour, 0.14),
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def _curve(style: Style, days: list[Any], shares: list[Any]) -> dict[str, Any]:
    return {
        **_line(style, days, shares),
        "mode": "lines",
        "hovertemplate": f"<b>{style.text}</b><br>day %{{x}}: %{{y:.2f}}%<extra></extra>",
    }


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())
