"""What the interpreted engine does in its own way, to be quicker: nobody can tell."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from sim import World
from sim.core import drawing
from sim.core.collector import seldom_collecting
from sim.core.columns import column, fill, put_column
from sim.core.drawing import DRAWN, DRAWN_AHEAD, DRAWN_MOST, draw, draw_ahead
from sim.population import draws
from tests.support.worlds import firm

LUCK = [0, 1, 2**63, 2**64 - 1, 0x9E3779B97F4A7C15]


@pytest.fixture(autouse=True)
def _nothing_drawn() -> None:
    DRAWN.clear()


def test_uniforms_drawn_ahead_are_those_drawn_one_by_one() -> None:
    draw_ahead(LUCK)
    assert sorted(DRAWN) == sorted(LUCK)
    for luck in (*LUCK, 3):
        for purpose in range(30):
            assert draw(luck, purpose) == draws.draw(luck, purpose)


def test_purposes_drawn_ahead_are_the_first() -> None:
    ahead = {name for name, n in vars(draws).items() if name[:4] == "FOR_" and n < DRAWN_AHEAD}
    assert {"FOR_CHOICE", "FOR_PATIENCE", "FOR_TALK", "FOR_RESOLVE"} <= ahead


def test_drawn_ahead_are_not_more_than_memory_is_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "DRAWN_MOST", 8)
    for first in range(0, 60, 5):
        draw_ahead(list(range(first, first + 5)))
        assert first in DRAWN and len(DRAWN) <= 8
    draw_ahead(list(range(9)))
    assert len(DRAWN) == 0 and DRAWN_MOST > 8


def test_a_days_needs_are_drawn_ahead() -> None:
    world = World(firm(population={"customers": 300}), seed=1, engine="interpreted")
    world.advance(3600.0)
    lucks = world.core.column("needs", "luck").astype(np.uint64).tolist()
    assert len(lucks) > 20 and set(lucks) <= set(DRAWN)


def test_a_column_of_one_number_is_one_object_and_minus_0_stays() -> None:
    world = World(firm(population={"customers": 5}), seed=1, engine="interpreted").core.world
    put_column(world, "customers", "mood", np.full(5, 0.25))
    assert len({id(row.mood) for row in world.customers.rows}) == 1
    put_column(world, "customers", "mood", np.array([0.0, -0.0, 0.0, 0.0, -0.0]))
    signs = np.signbit(column(world, "customers", "mood")).tolist()
    assert signs == [False, True, False, False, True]
    fill(world, "needs", {"luck": np.array([2**64 - 1] * 3, dtype=np.uint64)})
    assert column(world, "needs", "luck").tolist() == [-1, -1, -1]


@pytest.mark.parametrize("frozen", [False, True])
def test_what_piled_up_meanwhile_is_not_searched_at_once(frozen: bool) -> None:
    """Frozen: somebody's own objects stay so."""
    usual = gc.get_threshold()
    gc.collect()
    if frozen:
        gc.freeze()
    before = gc.get_freeze_count()
    try:
        with seldom_collecting():
            kept = [[] for _ in range(5000)]  # type: ignore[var-annotated]
        young = {id(made) for made in gc.get_objects(generation=0)}
        assert gc.get_threshold() == usual
        assert gc.get_freeze_count() == before and (before > 0) == frozen
        if not frozen:
            assert not young & {id(made) for made in kept}
    finally:
        gc.unfreeze()
