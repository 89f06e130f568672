"""The axes of a figure, and what stands beside the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.report.export.texts import FONT, POINTS, SMALL, plain, ticks
from experiments.report.figure import GRID, INK, Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_axes(axes: Axes, figure: Figure) -> None:
    """Give matplotlib's axes the titles, ranges, ticks and lines that the figure's layout asks."""
    for name in ("x", "y"):
        _axis(axes, name, figure.layout.get(f"{name}axis", {}), figure.data)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set(color="#9aa0a6", linewidth=POINTS)
    axes.set_axisbelow(True)


def _axis(axes: Axes, name: str, wanted: Mapping[str, Any], data: Sequence[Any]) -> None:
    from matplotlib.ticker import MultipleLocator

    axis: Any = getattr(axes, f"{name}axis")
    if wanted.get("title"):
        axis.set_label_text(plain(wanted["title"]["text"]), fontsize=FONT)
    axis.set_tick_params(labelsize=SMALL, color="#c4c8cc", labelcolor=INK)
    if wanted.get("ticks") == "":
        axis.set_tick_params(length=0)
    if wanted.get("showgrid", True):
        axis.grid(color=GRID, linewidth=POINTS)
    words = _categories(data, name)
    if words:
        axis.set_ticks(range(len(words)), [plain(word) for word in words])
        _limit(axes, name, (-0.5, len(words) - 0.5))
    else:
        _limit(axes, name, _range(axes, name, wanted))
        axis.set_major_formatter(_ticks(wanted.get("tickprefix", ""), wanted.get("ticksuffix", "")))
        if "dtick" in wanted:
            axis.set_major_locator(MultipleLocator(wanted["dtick"]))
        if "tickvals" in wanted:
            texts = [plain(text) for text in wanted["ticktext"]]
            axis.set_ticks(wanted["tickvals"], texts)
            if name == "x" and _crowded(axes, texts):
                for label in axis.get_ticklabels():
                    label.set(rotation=35, ha="right", rotation_mode="anchor")
        if wanted.get("zeroline", True):
            _zero(axes, name, wanted)
    if wanted.get("autorange") == "reversed":
        axis.set_inverted(True)


def _crowded(axes: Axes, texts: Sequence[str]) -> bool:
    """Tell whether words below an axis would run into each other: a letter takes 0.055 inches."""
    canvas = axes.get_figure(root=True)
    assert canvas is not None
    return 0.055 * max(map(len, texts)) + 0.05 > 0.75 * canvas.get_figwidth() / len(texts)


def _ticks(prefix: str, suffix: str) -> Any:
    from matplotlib.ticker import Formatter

    class Ticks(Formatter):
        def __call__(self, value: float, place: int | None = None) -> str:
            return self.format_ticks([value])[0]

        def format_ticks(self, values: Sequence[float]) -> list[str]:
            return ticks(values, prefix, suffix)

    return Ticks()


def _categories(data: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """Return the words on an axis in their order; none where it has numbers."""
    return list(dict.fromkeys(v for trace in data for v in trace[name] if isinstance(v, str)))


def _limit(axes: Axes, name: str, ends: tuple[float, float]) -> None:
    (axes.set_xlim if name == "x" else axes.set_ylim)(*ends)


def _range(axes: Axes, name: str, wanted: Mapping[str, Any]) -> tuple[float, float]:
    """Return the ends of an axis: those wanted, or of the data with a margin."""
    if "range" in wanted:
        low, high = wanted["range"]
        return low, high
    low, high = getattr(axes, f"get_{name}lim")()
    if wanted.get("rangemode") == "tozero":
        least, most = getattr(axes.dataLim, f"interval{name}")
        low, high = 0.0 if least >= 0 else low, 0.0 if most <= 0 else high
    return max(low, wanted.get("minallowed", low)), min(high, wanted.get("maxallowed", high))


def _zero(axes: Axes, name: str, wanted: Mapping[str, Any]) -> None:
    low, high = sorted(getattr(axes, f"get_{name}lim")())
    if low < 0 < high:
        width = POINTS * wanted.get("zerolinewidth", 1)
        line: Any = axes.axvline if name == "x" else axes.axhline
        line(0, color=wanted.get("zerolinecolor", "#9aa0a6"), lw=width, zorder=1)


def draw_notes(axes: Axes, layout: Mapping[str, Any]) -> None:
    """Draw what stands beside the data: notes, and lines across."""
    for note in layout.get("annotations", ()):
        axes.text(
            note["x"],
            note["y"],
            plain(note["text"]),
            transform=axes.transAxes if note.get("xref") == "paper" else axes.transData,
            ha=note.get("xanchor", "center"),
            va={"middle": "center"}.get(note.get("yanchor", ""), note.get("yanchor", "center")),
            color=note.get("font", {}).get("color", INK),
            fontsize=SMALL,
        )
