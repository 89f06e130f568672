"""Plotly's texts, colours, marks and numbers as matplotlib wants them."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from experiments.report.formatting import MINUS

MARKS = {
    "circle": ("o", 1.0),
    "square": ("s", 0.9),
    "diamond": ("D", 0.8),
    "triangle-up": ("^", 1.0),
    "triangle-down": ("v", 1.0),
    "cross": ("P", 1.0),
    "x": ("X", 1.0),
    "star": ("*", 1.3),
}
"""By Plotly's symbol: matplotlib's, and the size at which it looks as large."""
DASHES: dict[str, tuple[float, ...] | None] = {
    "solid": None,
    "dash": (5, 3),
    "dot": (1.5, 2),
    "dashdot": (5, 2.5, 1.5, 2.5),
    "longdash": (9, 3),
    "longdashdot": (9, 2.5, 1.5, 2.5),
}
FONT, SMALL = 9.0, 8.0
"""Sizes of letters in points: of titles and axes, of ticks and legends."""
POINTS = 0.75
"""Points in one of the page's pixels."""
_RGBA = re.compile(r"rgba?\(([^)]*)\)")
_BREAK, _TAG = re.compile(r"<br\s*/?>"), re.compile(r"</?b>")

Colour = tuple[float, float, float, float]


def plain(text: str) -> str:
    """Return a text of a figure without its markup: lines, bold, escaped characters."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def colour(css: str) -> Colour:
    """Return a colour (`#rrggbb`, `rgb()` or `rgba()`) as shares of red, green, blue, opacity."""
    if found := _RGBA.fullmatch(css):
        red, green, blue, *alpha = (float(part) for part in found[1].split(","))
        return red / 255, green / 255, blue / 255, alpha[0] if alpha else 1.0
    red, green, blue = (int(css[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue, 1.0


def is_dark(shade: Colour) -> bool:
    """Tell whether white can be read on a colour (relative luminance, ITU-R BT.709)."""
    return 0.2126 * shade[0] + 0.7152 * shade[1] + 0.0722 * shade[2] < 0.5


def ticks(values: Sequence[float], prefix: str = "", suffix: str = "") -> list[str]:
    """Return the labels of an axis, all with as many decimals as any needs: `−$1,200`, `97%`."""
    decimals = next((d for d in range(10) if all(_rounds(v, d) for v in values)), 10)
    texts = (f"{abs(value):,.{decimals}f}" for value in values)
    signs = (MINUS if round(value, decimals) < 0 else "" for value in values)
    return [f"{sign}{prefix}{text}{suffix}" for sign, text in zip(signs, texts, strict=True)]


def _rounds(value: float, decimals: int) -> bool:
    """Tell whether so many decimals show a value to eight digits."""
    return abs(round(value, decimals) - value) <= 1e-8 * abs(value)
