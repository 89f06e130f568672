"""Where the vector of features holds what, and numbers that it needs again and again."""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import Float, Small


@dataclass(slots=True, eq=False)
class Layout:
    """Where the blocks of the vector of features begin; see ``sim.decisions.features``."""

    size: Small = 0
    time: Small = 0
    customer: Small = 0
    segment: Small = 0
    intent: Small = 0
    channel: Small = 0
    profile: Small = 0
    last_channel: Small = 0
    loads: Small = 0
    candidates: Small = 0  # six numbers a queue
    actions: Small = 0  # how many a mask has
    probabilities: Small = 0  # of intents
    belief: Small = 0
    counts: Small = 0  # whole numbers whose logarithm is kept


@dataclass(slots=True, eq=False)
class KindPlace:
    """A kind of decision: its place in the vector of features."""

    at: Small = -1


@dataclass(slots=True, eq=False)
class CountLog:
    """log1p of a whole number, which is the record's own."""

    value: Float = 0.0
