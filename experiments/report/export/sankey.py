"""Where the boxes and bands of a flow between channels stand: columns, then order, then heights.

A node stands one column right of the furthest that leads to it; what is only reached stands in the
last. Within a column nodes are ordered by the mean place of what they are joined to, swept to and
fro (the barycentre heuristic of Sugiyama, Tagawa & Toda, IEEE Trans. SMC 11, 1981).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 0.03
"""Between two nodes of a column, as a share of the height."""
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A node: its column, and its lower and upper edge in 0–1."""

    column: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """A link between two columns: lower edges at its start and its end, and its width."""

    link: int
    start: float
    end: float
    width: float


def columns_of(n: int, links: Sequence[tuple[int, int]]) -> list[int]:
    """Return the column of each of `n` nodes; a circle ends where it has gone round once."""
    column = [0] * n
    for _ in range(n):
        moved = False
        for source, target in links:
            if source != target and column[target] <= column[source] < n - 1:
                column[target], moved = column[source] + 1, True
        if not moved:
            break
    last = max(column, default=0)
    leaving = {source for source, _ in links}
    return [c if node in leaving else last for node, c in enumerate(column)]


def place(
    n: int, links: Sequence[tuple[int, int]], values: Sequence[float]
) -> tuple[list[Box], list[Band]]:
    """Return the boxes of `n` nodes and the bands of their links, all on one scale.

    Args:
        n: number of nodes.
        links: (source, target) of each link.
        values: width of each link, positive.
    """
    column = columns_of(n, links)
    into, out = [0.0] * n, [0.0] * n
    for (source, target), value in zip(links, values, strict=True):
        out[source] += value
        into[target] += value
    size = [max(a, b) for a, b in zip(into, out, strict=True)]
    order = _ordered(column, links, values, size)
    scale = min(
        ((1 - GAP * (len(nodes) - 1)) / total for nodes in order if (total := _sum(size, nodes))),
        default=0.0,
    )
    boxes = _boxes(order, size, scale, n)
    return boxes, _bands(boxes, links, values, scale)


def _sum(size: Sequence[float], nodes: Sequence[int]) -> float:
    return sum(size[node] for node in nodes)


def _ordered(
    column: Sequence[int],
    links: Sequence[tuple[int, int]],
    values: Sequence[float],
    size: Sequence[float],
) -> list[list[int]]:
    """Return the nodes of each column, from the top."""
    order: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for node in sorted(range(len(column)), key=lambda node: -size[node]):
        order[column[node]].append(node)
    place = [0.0] * len(column)

    def remember(nodes: Sequence[int]) -> None:
        for i, node in enumerate(nodes):
            place[node] = (i + 0.5) / len(nodes)

    for nodes in order:
        remember(nodes)
    for sweep in range(SWEEPS):
        rightwards = sweep % 2 == 0
        for nodes in order if rightwards else reversed(order):
            pulls: dict[int, list[tuple[float, float]]] = {node: [] for node in nodes}
            for (source, target), value in zip(links, values, strict=True):
                here, there = (target, source) if rightwards else (source, target)
                if here in pulls:
                    pulls[here].append((place[there], value))
            nodes.sort(key=lambda node: _mean(pulls[node], place[node]))
            remember(nodes)
    return order


def _mean(pulls: Sequence[tuple[float, float]], otherwise: float) -> float:
    weight = sum(value for _, value in pulls)
    return sum(p * value for p, value in pulls) / weight if weight else otherwise


def _boxes(
    order: Sequence[Sequence[int]], size: Sequence[float], scale: float, n: int
) -> list[Box]:
    """Stack each column's nodes around the middle of the height."""
    boxes = [Box(0, 0.0, 0.0)] * n
    for column, nodes in enumerate(order):
        top = 0.5 + (_sum(size, nodes) * scale + GAP * (len(nodes) - 1)) / 2
        for node in nodes:
            high = top
            top -= size[node] * scale
            boxes[node] = Box(column, top, high)
            top -= GAP
    return boxes


def _bands(
    boxes: Sequence[Box],
    links: Sequence[tuple[int, int]],
    values: Sequence[float],
    scale: float,
) -> list[Band]:
    widths = [value * scale for value in values]
    sources, targets = [source for source, _ in links], [target for _, target in links]
    starts = _edges(boxes, sources, targets, widths)
    ends = _edges(boxes, targets, sources, widths)
    return [Band(*row) for row in zip(range(len(links)), starts, ends, widths, strict=True)]


def _edges(
    boxes: Sequence[Box], at: Sequence[int], other: Sequence[int], widths: Sequence[float]
) -> list[float]:
    """Return each link's lower edge at one end: from the top, in the order of its other ends."""
    top = [box.high for box in boxes]
    edges = [0.0] * len(at)
    for link in sorted(range(len(at)), key=lambda link: -boxes[other[link]].high):
        top[at[link]] -= widths[link]
        edges[link] = top[at[link]]
    return edges
