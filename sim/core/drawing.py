"""Draws, interpreted: those of a day's needs are made together. Compiled, ``draw`` is science's."""

from __future__ import annotations

import numpy as np

from sim.native_types import U64, Float
from sim.population import draws
from sim.population.streams import draws_at

DRAWN_AHEAD = draws.FOR_RESOLVE + 1  # purposes
DRAWN_MOST = 100_000  # needs, of all worlds of the process
DRAWN: dict[int, tuple[float, ...]] = {}


def draw(luck: U64, purpose: U64) -> Float:
    """Return the uniform for a purpose at an address; compiled, that of ``draws`` itself.

    Python takes half a microsecond to mix one word, so those that nearly every need asks for are
    drawn together when the needs of a day are laid out. What is not among them is drawn now.
    """
    drawn = DRAWN.get(luck)
    if drawn is not None and purpose < DRAWN_AHEAD:
        return drawn[purpose]
    return draws.draw(luck, purpose)


def draw_ahead(luck: list[int]) -> None:
    """Draw at the addresses of needs what nearly each will ask for: FOR_CHOICE to FOR_RESOLVE."""
    if len(DRAWN) + len(luck) > DRAWN_MOST:  # earlier days', or other worlds'
        DRAWN.clear()
    if len(luck) <= DRAWN_MOST:
        words = np.array(luck, dtype=np.uint64)
        uniforms = [draws_at(words, purpose).tolist() for purpose in range(DRAWN_AHEAD)]
        DRAWN.update(zip(luck, zip(*uniforms, strict=True), strict=True))
