"""How strategies look: one colour, marker and dash each, the same all over the page.

The colours are those of Okabe & Ito (Color Universal Design, 2008) without yellow and black,
then of Paul Tol's muted scheme (SRON/EPS/TN/09-002, 2021); both are made for colour-blind readers.
Marker and dash say the same again, for print in grey. The reference is dark grey.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.report.formatting import safe, title

REFERENCE_COLOUR = "#4a4a4a"
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#882255",
    "#332288",
    "#999933",
    "#44aa99",
    "#aa4499",
)
MARKERS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x", "star")
SYMBOLS = dict(zip(MARKERS, "●■◆▲▼✚✖★", strict=True))
MANY = 6
"""More strategies than this are not all drawn alike: most stand back."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
CHANNEL_COLOURS = ("#7fa6c9", "#d9a27f", "#86b8a1", "#c9a3bd", "#c7bd84", "#a4a9d6", "#9fc2c4")


@dataclass(frozen=True, slots=True)
class Style:
    """The look of one strategy, and the name it is shown by.

    A `faint` one stands back where there are too many lines to follow each.
    """

    name: str
    label: str
    colour: str
    marker: str
    dash: str
    faint: bool = False

    @property
    def text(self) -> str:
        """The label for Plotly, which reads some HTML in its texts."""
        return safe(self.label)

    @property
    def symbol(self) -> str:
        """The marker as a character, for legends and tables."""
        return SYMBOLS[self.marker]

    def trace(self, mode: str) -> dict[str, Any]:
        """The beginning of a Plotly trace; the page's buttons know it by its `meta`."""
        return {"type": "scatter", "mode": mode, "name": self.text, "meta": self.name}


def styles_for(
    strategies: Sequence[str], reference: str | None, titles: Mapping[str, str] | None = None
) -> dict[str, Style]:
    """A style per strategy, the reference first, the others in their given order."""
    labels = {name: (titles or {}).get(name) or title(name) for name in strategies}
    styles = {}
    if reference in labels and reference is not None:
        styles[reference] = Style(
            reference, labels.pop(reference), REFERENCE_COLOUR, "circle", "solid"
        )
    for i, (name, label) in enumerate(labels.items()):
        styles[name] = Style(
            name,
            label,
            COLOURS[i % len(COLOURS)],
            MARKERS[(i + 1) % len(MARKERS)],
            DASHES[i // 4 % len(DASHES)],
        )
    return styles


def spotlight(styles: Mapping[str, Style], chosen: Sequence[str]) -> dict[str, Style]:
    """With more than `MANY` strategies, all but the first four `chosen` made faint."""
    if len(styles) <= MANY:
        return dict(styles)
    bright = set(list(dict.fromkeys(name for name in chosen if name in styles))[:4])
    return {name: replace(style, faint=name not in bright) for name, style in styles.items()}


def by_strategy(styles: Mapping[str, Style], names: Iterable[str]) -> list[str]:
    """The names that occur, in the page's order of strategies."""
    present = set(names)
    return [name for name in styles if name in present]


def front_last(styles: Mapping[str, Style], names: Iterable[str]) -> list[str]:
    """The names that occur, faint ones first, so that the others are drawn over them."""
    return sorted(by_strategy(styles, names), key=lambda name: not styles[name].faint)


def tint(colour: str, alpha: float) -> str:
    """A colour as CSS `rgba` with the given opacity (0–1)."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha:g})"
