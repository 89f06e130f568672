"""The traces of a figure on matplotlib's axes: lines, marks, arms, bars, heat maps, flows.

As much of Plotly's vocabulary as the charts use is known here; a test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from experiments.report.export import sankey
from experiments.report.export.texts import DASHES, MARKS, POINTS, SMALL, colour, is_dark, plain
from experiments.report.figure import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = "="
"""Begins the label of what has a name."""


def label_of(trace: Mapping[str, Any]) -> str:
    """Return what a legend finds a trace by: matplotlib passes over what begins with `_`."""
    return f"{NAMED}{plain(trace['name'])}" if trace.get("name") else "_"


def _scatter(axes: Axes, trace: Mapping[str, Any], order: float) -> None:
    mode, opacity = trace.get("mode", "lines"), trace.get("opacity", 1.0)
    if trace.get("fill") == "toself":
        axes.fill(trace["x"], trace["y"], color=colour(trace["fillcolor"]), lw=0, zorder=order)
        return
    line, marker = trace.get("line", {}), trace.get("marker", {})
    style: dict[str, Any] = {"ls": "none"}
    if "lines" in mode:
        style = {
            "ls": (0, DASHES[line.get("dash", "solid")]),
            "lw": POINTS * line.get("width", 2),
            "color": colour(line["color"]),
            "drawstyle": _STEPS[line.get("shape", "linear")],
        }
    sizes = marker.get("size", 6)
    if "markers" in mode and not isinstance(sizes, list):
        style |= _marks(marker, sizes)
    for axis in ("x", "y"):
        _arms(axes, trace, axis, order, opacity)
    y = [float("nan") if value is None else value for value in trace["y"]]
    clip = trace.get("cliponaxis", True)
    label = label_of(trace)
    opacity *= marker.get("opacity", 1.0)
    shown: dict[str, Any] = {"alpha": opacity, "zorder": order, "clip_on": clip}
    axes.plot(trace["x"], y, label=label, **shown, **style)
    if "markers" in mode and isinstance(sizes, list):
        for x, value, size in zip(trace["x"], y, sizes, strict=True):
            marks = _marks({"color": line.get("color"), **marker}, size)
            axes.plot([x], [value], ls="none", **shown, **marks)


_STEPS = {"linear": "default", "hv": "steps-post", "vh": "steps-pre"}


def _marks(marker: Mapping[str, Any], size: float) -> dict[str, Any]:
    symbol, factor = MARKS[marker.get("symbol", "circle")]
    edge = marker.get("line", {})
    face = colour(marker["color"]) if "color" in marker else None
    return {
        "marker": symbol,
        "ms": POINTS * size * factor,
        "mfc": face,
        "mec": colour(edge["color"]) if "color" in edge else face,
        "mew": POINTS * edge.get("width", 0),
    }


def _arms(axes: Axes, trace: Mapping[str, Any], axis: str, order: float, opacity: float) -> None:
    arms = trace.get(f"error_{axis}") or {}
    if not arms.get("array"):
        return
    # An interval without width may have rounded to less than none.
    ends = [[max(0.0, end) for end in arms[name]] for name in ("arrayminus", "array")]
    sizes: dict[str, Any] = {f"{axis}err": ends}
    axes.errorbar(
        trace["x"],
        trace["y"],
        **sizes,
        fmt="none",
        ecolor=colour(arms["color"]),
        elinewidth=POINTS * arms["thickness"],
        capsize=POINTS * arms["width"] / 2,
        alpha=opacity,
        zorder=order - 0.5,
    )


def _bar(axes: Axes, trace: Mapping[str, Any], order: float) -> None:
    """Draw horizontal bars; the page has no others."""
    axes.barh(
        trace["y"],
        trace["x"],
        height=trace["width"],
        color=[colour(css) for css in trace["marker"]["color"]],
        alpha=trace.get("opacity", 1.0),
        label=label_of(trace),
        zorder=order,
    )
    _arms(axes, trace, "x", order + 1, 1.0)


def _heatmap(axes: Axes, trace: Mapping[str, Any], order: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = [(place, colour(css)) for place, css in trace["colorscale"]]
    scale = LinearSegmentedColormap.from_list("scale", shades)
    nan = float("nan")
    rows = [[nan if value is None else value for value in row] for row in trace["z"]]
    edges = [[i - 0.5 for i in range(len(trace[axis]) + 1)] for axis in ("x", "y")]
    low, high = trace["zmin"], trace["zmax"]
    gap = POINTS * trace.get("xgap", 0)
    axes.pcolormesh(
        *edges, rows, cmap=scale, vmin=low, vmax=high, edgecolor="white", lw=gap, zorder=order
    )
    for y, row in enumerate(trace["z"]):
        for x, value in enumerate(row):
            if value is not None:
                ink = "white" if is_dark(scale((value - low) / (high - low))) else INK
                words = trace["text"][y][x]
                axes.text(
                    x, y, words, ha="center", va="center", color=ink, fontsize=SMALL, zorder=order
                )


def _sankey(axes: Axes, trace: Mapping[str, Any], order: float) -> None:
    from matplotlib.patches import PathPatch, Rectangle

    node, link = trace["node"], trace["link"]
    links = list(zip(link["source"], link["target"], strict=True))
    boxes, bands = sankey.place(len(node["label"]), links, link["value"])
    last = max(box.column for box in boxes) or 1
    thick = 0.012
    for band in bands:
        left, right = (boxes[end].column / last for end in links[band.link])
        shape = _ribbon(left + thick, right - thick, band)
        axes.add_patch(PathPatch(shape, fc=colour(link["color"][band.link]), lw=0, zorder=order))
    for box, label, shade in zip(boxes, node["label"], node["color"], strict=True):
        left = box.column / last - thick
        size = (2 * thick, box.high - box.low)
        axes.add_patch(Rectangle((left, box.low), *size, fc=colour(shade), lw=0, zorder=order + 1))
        inward = box.column == last
        axes.text(
            left - 0.008 if inward else left + 2 * thick + 0.008,
            (box.low + box.high) / 2,
            plain(label),
            ha="right" if inward else "left",
            va="center",
            fontsize=SMALL,
            zorder=order + 2,
            path_effects=_halo(),
        )
    axes.set(xlim=(-thick, 1 + thick), ylim=(0, 1))


def _ribbon(left: float, right: float, band: sankey.Band) -> Any:
    from matplotlib.path import Path

    middle = (left + right) / 2
    low, high = (band.start, band.end), (band.start + band.width, band.end + band.width)
    points = [
        (left, high[0]), (middle, high[0]), (middle, high[1]), (right, high[1]),
        (right, low[1]), (middle, low[1]), (middle, low[0]), (left, low[0]), (left, high[0]),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2, foreground="white")]


DRAWERS = {"scatter": _scatter, "bar": _bar, "heatmap": _heatmap, "sankey": _sankey}
