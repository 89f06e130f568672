"""Forks: both copies go on as one would; blocks are shared; memory is given back to the byte."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sim.core.native import c_file
from sim.core.storage import BLOCK
from sim.units import DAY_S
from tests.support.miniature.build import UNIT, compile_c, load, need_compilers
from tests.support.miniature.worlds import LAWS, a_still_world, a_world, rows_of, state_of

ONE_BLOCK = 24 * BLOCK  # bytes of rows of calls, the smallest


def held(core: ModuleType) -> int:
    """Bytes that the process holds by `malloc`, for C alone: Python's small objects are apart.

    Of arenas only what is lent from them counts.
    """

    class Info(ctypes.Structure):
        names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
        _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        pytest.skip("needs glibc 2.33")
    library.mallinfo2.restype = Info
    gc.collect()
    info = library.mallinfo2()
    arenas, lent = core.memory_of_blocks()
    return int(info.uordblks + info.hblkhd) - int(arenas) + int(lent)


def test_a_fork_and_its_parent_go_on_as_one_would(core: ModuleType) -> None:
    whole, parent = a_world(core), a_world(core)
    whole.advance(2 * DAY_S)
    parent.advance(DAY_S)
    before, fork = state_of(parent), parent.fork()
    assert state_of(fork) == before
    fork.advance(2 * DAY_S)
    assert state_of(parent) == before  # equal registers alone do not show a broken fork
    parent.advance(2 * DAY_S)
    assert state_of(fork) == state_of(parent) == state_of(whole)


def test_forks_of_forks_outlive_their_parents(core: ModuleType) -> None:
    whole = a_world(core)
    whole.advance(3 * DAY_S)
    world = a_world(core)
    for part in range(1, 301):
        world.advance(part * 3 * DAY_S / 300)
        world = world.fork()
    assert state_of(world) == state_of(whole)


def test_a_fork_has_a_free_list_of_its_own(core: ModuleType) -> None:
    world = a_still_world(core)
    for _ in range(3):
        world.new()
    world.free(0)
    world.free(1)
    fork = world.fork()
    assert [fork.new(), fork.new(), fork.new()] == [1, 0, 3]
    assert [world.new(), world.new(), world.new()] == [1, 0, 3]


def test_records_of_a_fork_are_its_own(core: ModuleType) -> None:
    world = a_still_world(core)
    world.fill("callers", {"id": [1] * (BLOCK + 1)})
    fork = world.fork()
    fork.put_column("callers", "id", [2] * (BLOCK + 1))
    assert set(world.column("callers", "id").tolist()) == {1}


def test_full_blocks_of_rows_are_shared_and_the_last_one_copied(core: ModuleType) -> None:
    world = a_still_world(core)
    for i in range(BLOCK + 1):
        world.new_row(i)
    fork = world.fork()
    world.put_value("call_rows", 0, "id", -7)  # nobody does that to a finished row
    world.put_value("call_rows", BLOCK, "id", -7)
    assert fork.value("call_rows", 0, "id") == -7
    assert fork.value("call_rows", BLOCK, "id") == BLOCK
    assert fork.new_row(9) == world.new_row(8) == BLOCK + 1
    assert fork.value("call_rows", BLOCK + 1, "id") == 9


def test_the_firm_is_shared(core: ModuleType) -> None:
    rules = core.Rules(LAWS)
    fork = core.Simulation(rules, 7).fork()
    rules.put("laws", 0, "mean_s", 1e9)
    del rules  # the fork keeps it
    fork.advance(DAY_S)
    assert fork.scalar("calls") == 1


@pytest.mark.parametrize("kind", ["forks", "views", "fills", "rules"])
def test_memory_is_given_back_to_the_block(release: ModuleType, kind: str) -> None:
    world = a_world(release)
    world.advance(40 * DAY_S)
    assert world.number_of("call_rows") > 100 * BLOCK / 8
    once: dict[str, Callable[[], Any]] = {
        "forks": lambda: world.fork().fork().advance(41 * DAY_S),
        "views": lambda: (world.blocks("call_rows"), world.fork().blocks("callers")),
        "fills": lambda: world.fork().fill("callers", {"id": [1] * 5000}),
        "rules": lambda: a_world(release).advance(DAY_S),
    }
    for _ in range(3):
        once[kind]()
    before = held(release)
    for _ in range(60):
        once[kind]()
    assert abs(held(release) - before) < ONE_BLOCK


def test_arenas_without_a_block_in_use_are_given_back(release: ModuleType) -> None:
    """Beyond 256 MB, half of which wait for the next world."""
    n = 8_000 * BLOCK
    world = a_still_world(release)
    before = release.memory_of_blocks()
    world.fill("callers", {"id": np.zeros(n, dtype=np.int64)})
    size = world.blocks("callers")[0].dtype.itemsize
    assert n * size > 300e6
    arenas, lent = release.memory_of_blocks()
    assert lent - before[1] == n * size
    assert arenas >= lent
    blocks = world.blocks("callers")[:1]  # an array holds a block, and so its arena
    world.fill("callers", {"id": [1]})
    arenas, lent = release.memory_of_blocks()
    assert lent - before[1] == 2 * BLOCK * size
    assert arenas < 250e6
    assert blocks[0]["behind"].sum() == -BLOCK
    world.fill("callers", {"id": np.zeros(n // 4, dtype=np.int64)})
    assert world.column("callers", "since_s").sum() == -(n // 4)


def test_rows_of_a_block_begin_at_a_line_of_memory(release: ModuleType) -> None:
    world = a_still_world(release)
    world.fill("callers", {"id": [1] * (2 * BLOCK)})
    for i in range(2 * BLOCK):
        world.new_row(i)
    for block in (*world.blocks("callers"), *world.blocks("call_rows")[1:]):
        assert block.ctypes.data % 16 == 0
    assert {block.ctypes.data % 64 for block in world.blocks("callers")} == {0}


def test_a_fork_costs_only_what_is_not_shared(release: ModuleType) -> None:
    world = a_still_world(release)
    for i in range(100 * BLOCK):
        world.new_row(i)
    before = held(release)
    forks = [world.fork() for _ in range(10)]
    assert held(release) - before < 10 * 64 * 1024  # the rows are 2.4 MB
    assert {rows_of(fork) == rows_of(world) for fork in forks} == {True}


# -- memory that cannot be had -------------------------------------------------------------------


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> tuple[ModuleType, ctypes.c_long]:
    """A build whose requests for memory fail once when told to."""
    need_compilers()
    folder = tmp_path_factory.mktemp("failing")
    header = Path(__file__).parents[3] / "support" / "miniature" / "failing.h"
    library = compile_c(
        UNIT, c_file(UNIT, folder, checked=False), folder, ["-include", str(header)]
    )
    return load(UNIT, library), ctypes.c_long.in_dll(ctypes.CDLL(str(library)), "fail_after")


def play(core: ModuleType) -> Any:
    """Everything that asks for memory."""
    world = a_world(core)
    world.advance(DAY_S)
    for number in range(200):
        world.schedule(1e8, -1, 1, number)
    for number in [world.new() for _ in range(BLOCK)]:
        world.free(number)
    for i in range(9 * BLOCK):
        world.new_row(i)
    world.fork().fill("callers", {"id": [1] * 3 * BLOCK})
    fork = world.fork()
    fork.advance(2 * DAY_S)
    return fork


def test_every_request_for_memory_may_fail(
    failing: tuple[ModuleType, ctypes.c_long],
) -> None:
    core, fail_after = failing
    assert core.memory_of_blocks() == (0, 0)
    assert failures_of(core, fail_after) > 30  # of the first arena, too
    before = held(core)
    assert failures_of(core, fail_after) > 30
    assert abs(held(core) - before) < ONE_BLOCK


def failures_of(core: ModuleType, fail_after: ctypes.c_long) -> int:
    """Play until no request fails, each time one request later; return how many have failed."""
    failures = 0
    while True:
        fail_after.value = failures
        try:
            play(core)
        except MemoryError:
            failures += 1
        else:
            break
    assert fail_after.value >= 0  # the last play met fewer requests than that
    fail_after.value = -1
    return failures


def test_a_world_goes_on_after_a_failure(failing: tuple[ModuleType, ctypes.c_long]) -> None:
    core, fail_after = failing
    world, other = a_world(core), a_world(core)
    world.advance(DAY_S)
    other.advance(DAY_S)
    fail_after.value = 0
    with pytest.raises(MemoryError):
        world.fork()
    assert fail_after.value == -1
    world.advance(2 * DAY_S)
    other.advance(2 * DAY_S)
    assert state_of(world) == state_of(other)
