"""A page's figure drawn by matplotlib: the same description, on paper.

What `experiments.report.figure.Figure` holds is Plotly's JSON; `traces` and `axes` know as much of
its vocabulary as the page's figures use. What only a screen can show (hovering, dragging) is left
out; strategies, whose names stand in the page's bar, get a legend.
"""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from experiments.report.export.axes import draw_axes, draw_notes
from experiments.report.export.texts import FONT, SMALL, plain
from experiments.report.export.traces import DRAWERS, NAMED
from experiments.report.figure import Figure
from sim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

FORMATS = ("svg", "pdf", "png")
MM_PER_INCH, PIXELS_PER_INCH, DOTS_PER_INCH = 25.4, 96, 300
SETTINGS: Any = {
    "axes.unicode_minus": True,
    "font.size": FONT,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "optichannel",
    "text.parse_math": False,  # "$" is money
}
FONTS = (
    "DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans", "Noto Sans Arabic",
    "Noto Sans Hebrew", "Noto Sans Devanagari", "Droid Sans Fallback", "Arial Unicode MS",
    "Hiragino Sans", "Microsoft YaHei", "Malgun Gothic",
)  # fmt: skip
"""The first comes with matplotlib, so every machine sets alike; the others lend what it lacks."""
DATES = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}
"""No date, so that the same run gives the same file."""
TEXT_OF = {"svg": "Description", "pdf": "Subject", "png": "Description"}


def image(figure: Figure, form: str, width_mm: float) -> bytes:
    """Return a figure as the bytes of a file.

    Args:
        figure: one of the page's.
        form: one of `FORMATS`.
        width_mm: width on paper; the height is the figure's on the page.

    Raises:
        InputError: matplotlib is not installed, or no font has the letters of a name.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure as Canvas
    except ImportError:
        raise InputError(
            "figure: needs matplotlib: pip install 'optichannel[figures]' (the page's figures "
            "need nothing: optichannel report)"
        ) from None
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    settings = SETTINGS | {"font.family": [font for font in FONTS if font in installed]}
    buffer = io.BytesIO()
    with matplotlib.rc_context(settings), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        width = width_mm / MM_PER_INCH
        canvas = Canvas(
            figsize=(width, figure.height / PIXELS_PER_INCH + _more_inches(figure, width)),
            layout="constrained",
            dpi=DOTS_PER_INCH,
        )
        _draw(figure, canvas)
        about: dict[str, Any] = {**DATES[form], TEXT_OF[form]: figure.alt}
        canvas.savefig(buffer, format=form, metadata=about)
    lacking = [found[1] for w in caught if (found := _GLYPH.match(str(w.message)))]
    if lacking:
        letters = "".join(chr(int(code)) for code in dict.fromkeys(lacking))
        raise InputError(
            f"figure: no installed font has the letters '{letters}': install one that does, such "
            "as Noto Sans CJK, or give the strategies titles without them"
        )
    return buffer.getvalue()


_GLYPH = re.compile(r"Glyph (\d+) .* missing from")


def _draw(figure: Figure, canvas: Canvas) -> None:
    axes = canvas.subplots()
    if figure.title:
        title = "\n".join(_title_lines(figure, canvas.get_figwidth()))
        canvas.suptitle(title, x=0.01, ha="left", fontsize=FONT, fontweight="bold")
    for order, trace in enumerate(figure.data):
        DRAWERS[trace["type"]](axes, trace, 2 + order)
    if figure.data[0]["type"] == "sankey":
        axes.set_axis_off()
        return
    draw_axes(axes, figure)
    draw_notes(axes, figure.layout)
    names = _legend_names(figure)
    if names:
        handles, labels = axes.get_legend_handles_labels()
        of = dict(zip(labels, handles, strict=True))
        canvas.legend(
            [of[f"{NAMED}{name}"] for name in names],
            names,
            loc="outside lower center",
            ncols=_legend_columns(names, canvas.get_figwidth()),
            frameon=False,
            fontsize=SMALL,
            handlelength=2.6,
        )


def _legend_names(figure: Figure) -> list[str]:
    """Return the names that the legend tells apart; none where each has a line of its own."""
    named = [t for t in figure.data if t.get("name") and t["type"] == "scatter"]
    lines = [t["y"][0] for t in named if len(t["y"]) == 1 and isinstance(t["y"][0], str)]
    on_axis = len(set(lines)) == len(named)
    wanted = figure.layout.get("showlegend") or not on_axis
    names = (plain(t["name"]) for t in sorted(named, key=_stands_back))
    return list(dict.fromkeys(names)) if wanted else []


def _stands_back(trace: Mapping[str, Any]) -> bool:
    """Tell whether a trace is one of the faint ones, which a legend names last."""
    return bool(min(trace.get("opacity", 1), trace.get("marker", {}).get("opacity", 1)) < 0.9)


def _legend_columns(names: Sequence[str], width: float) -> int:
    """Return how many columns fit into a width in inches; names go down one column, then the next.

    A letter takes about 0.07 inches, a mark with its space 0.72.
    """
    for columns in range(len(names), 1, -1):
        tall, taller = divmod(len(names), columns)  # the first columns have one more
        ends = [i * tall + min(i, taller) for i in range(columns + 1)]
        longest = (max(map(len, names[a:b])) for a, b in pairwise(ends))
        if sum(0.72 + 0.07 * letters for letters in longest) <= width:
            return columns
    return 1


def _title_lines(figure: Figure, width: float) -> list[str]:
    """Return the title in lines that a width in inches holds."""
    arrows_with_their_words = plain(figure.title).replace(" →", "\u00a0→").replace("← ", "←\u00a0")
    return textwrap.wrap(arrows_with_their_words, max(12, int(11 * width)))


def _more_inches(figure: Figure, width: float) -> float:
    """Return the height of what stands beside the figure on the page: legend and title."""
    names = _legend_names(figure)
    legend = 0.1 + 0.19 * -(-len(names) // _legend_columns(names, width)) if names else 0.0
    return legend + 0.16 * len(_title_lines(figure, width))
