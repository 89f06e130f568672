"""Features cut into a few bins, and which of them tell most about a yes or no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.decisions.features import Feature, Vector
from sim.units import DAY_S, HOUR_S

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ONE_HOT = (
    "kind",
    "customer.segment",
    "customer.intent",
    "customer.channel",
    "profile.last_channel",
)
BINS, CATEGORIES = 5, 8
HOURS = (6, 9, 12, 15, 18)
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REST, NONE = "other", "none"


class Binned(NamedTuple):
    """A feature in bins: what they are called, and each decision's bin, shape (n,)."""

    name: str
    unit: str
    bins: tuple[str, ...]
    codes: Ints


def binned(vectors: Vector, week_s: Floats, table: Sequence[Feature]) -> list[Binned]:
    """Return all features that vary, in bins.

    A one-hot block is one categorical feature, the waves of the clock are hour and weekday, and
    numbers are cut at their quintiles, in their natural units.

    Args:
        vectors: shape (n, features).
        week_s: time since Monday 0:00, shape (n,), seconds.
        table: the features, in order.
    """
    hours = np.searchsorted(HOURS, week_s % DAY_S / HOUR_S, "right")
    weekdays = (week_s // DAY_S).astype(np.int64) % 7
    names_of_hours = tuple(f"{a}–{b}" for a, b in pairwise((0, *HOURS, 24)))
    found = [
        Binned("time.hour", "h", names_of_hours, hours),
        Binned("time.weekday", "", DAYS, weekdays),
    ]
    for block in ONE_HOT:
        columns = [i for i, f in enumerate(table) if f.name.startswith(f"{block}.")]
        names = [table[i].name.removeprefix(f"{block}.") for i in columns]
        if columns:
            found.append(_category(block, names, vectors[:, columns]))
    apart = ("time.", *(f"{block}." for block in ONE_HOT))
    found += [
        _number(f, vectors[:, i].astype(float))
        for i, f in enumerate(table)
        if not f.name.startswith(apart)
    ]
    return [one for one in map(_present, found) if len(one.bins) > 1]


def _category(block: str, names: list[str], columns: Vector) -> Binned:
    """Return a one-hot block as one feature, its rarest values together."""
    codes = np.where(columns.any(axis=1), columns.argmax(axis=1), len(names))
    labels = [*names, NONE]
    counts = np.bincount(codes, minlength=len(labels))
    kept = np.sort(np.argsort(-counts, kind="stable")[:CATEGORIES])
    if counts[kept].sum() < len(codes):
        kept = np.sort(np.argsort(-counts, kind="stable")[: CATEGORIES - 1])
    place = np.full(len(labels), len(kept))
    place[kept] = np.arange(len(kept))
    return Binned(block, "", (*(labels[i] for i in kept), REST), place[codes])


def _number(feature: Feature, values: Floats) -> Binned:
    unit = feature.unit
    if unit == "0/1":
        return Binned(feature.name, "", ("no", "yes"), (values > 0.5).astype(np.int64))
    if unit.startswith("log1p("):
        unit, values = unit[6:-1], np.expm1(values)
    unit = "" if unit == "1" else unit
    levels, codes = np.unique(values, return_inverse=True)
    if len(levels) <= BINS:
        return Binned(feature.name, unit, tuple(f"{v:.3g}" for v in levels), codes)
    shares = np.arange(1, BINS) / BINS
    edges = np.unique(np.quantile(values, shares, method="inverted_cdf"))
    edges = edges[edges < levels[-1]]
    if not len(edges):  # nearly all are at the top
        edges = levels[-2:-1]
    names = [f"{a:.3g}–{b:.3g}" for a, b in pairwise(edges)]
    first = "0" if edges[0] == 0 == levels[0] else f"≤ {edges[0]:.3g}"
    return Binned(
        feature.name, unit, (first, *names, f"> {edges[-1]:.3g}"), np.searchsorted(edges, values)
    )


def _present(one: Binned) -> Binned:
    """Return the feature without the bins that nothing falls into."""
    used, codes = np.unique(one.codes, return_inverse=True)
    return one._replace(bins=tuple(one.bins[i] for i in used), codes=codes.astype(np.int64))


def information(codes: Ints, outcome: Bools) -> float:
    """Return how many bits a bin tells of a yes or no (mutual information).

    From counts, less the bias that (bins − 1) / 2n nats of it are expected from chance alone
    (Miller 1955, "Note on the bias of information estimates"); so it may be below zero.

    Args:
        codes: bins, shape (n,), integers from 0.
        outcome: shape (n,).
    """
    n = len(codes)
    if not n:
        return 0.0
    joint = np.stack(
        [np.bincount(codes[outcome == yes], minlength=codes.max() + 1) for yes in (False, True)]
    )
    joint = joint[:, joint.any(axis=0)]
    chance = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True) / n
    seen = joint > 0
    nats = float((joint[seen] * np.log(joint[seen] / chance[seen])).sum()) / n
    yes_and_no = int(joint.any(axis=1).sum())
    chance_nats = (joint.shape[1] - 1) * (yes_and_no - 1) / (2 * n)
    return float((nats - chance_nats) / math.log(2))


def most_telling(features: Sequence[Binned], outcome: Bools) -> list[tuple[Binned, float]]:
    """Return the feature that tells most, and the one that adds most to it, with their bits.

    The second's bits are those of both together. Empty where no feature tells anything, or where
    there are no two.
    """
    if len(features) < 2:
        return []
    alone = [information(one.codes, outcome) for one in features]
    best = int(np.argmax(alone))
    if alone[best] <= 0:
        return []
    first = features[best]
    others = [one for one in features if one is not first]
    together = [information(first.codes * len(o.bins) + o.codes, outcome) for o in others]
    second = int(np.argmax(together))
    return [(first, alone[best]), (others[second], together[second])]
