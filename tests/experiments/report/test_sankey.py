"""The layout of flows: nothing is lost between boxes, and nothing leaves the paper."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.export.sankey import Band, Box, columns_of, place

LINKS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda link: link[0] < link[1]),
    min_size=1,
    max_size=20,
    unique=True,
)


def test_columns_follow_the_flow_and_ends_stand_last() -> None:
    links = [(0, 1), (1, 2), (0, 3), (2, 3), (0, 4)]
    assert columns_of(5, links) == [0, 1, 2, 3, 3]
    assert columns_of(2, [(0, 1), (1, 0)])  # a circle ends


@given(LINKS, st.data())
def test_bands_fill_their_boxes(links: list[tuple[int, int]], data: st.DataObject) -> None:
    values = [data.draw(st.floats(0.1, 100)) for _ in links]
    boxes, bands = place(8, links, values)
    used = {node for link in links for node in link}
    for node in used:
        box = boxes[node]
        assert -1e-9 <= box.low < box.high <= 1 + 1e-9
        for side in (0, 1):
            at = [band for band in bands if links[band.link][side] == node]
            _stand_side_by_side(box, at, side)
    widths = {band.width / value for band, value in zip(bands, values, strict=True)}
    assert max(widths) == pytest.approx(min(widths))  # one scale
    for source, target in links:
        assert boxes[source].column < boxes[target].column
    columns = [[boxes[n] for n in used if boxes[n].column == c] for c in range(8)]
    for column in columns:
        ordered = sorted(column, key=lambda box: box.low)
        assert all(a.high <= b.low + 1e-9 for a, b in pairwise(ordered))


def _stand_side_by_side(box: Box, bands: list[Band], side: int) -> None:
    spans = sorted((b.start if side == 0 else b.end, b.width) for b in bands)
    for low, width in spans:
        assert box.low - 1e-9 <= low and low + width <= box.high + 1e-9
    ends = [low + width for low, width in spans]
    assert all(
        math.isclose(end, low, abs_tol=1e-9) for end, (low, _) in zip(ends, spans[1:], strict=False)
    )
