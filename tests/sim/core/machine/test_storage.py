"""What storage and columns promise, in every engine."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sim.core.columns import dtype_of
from sim.core.storage import BLOCK
from sim.units import DAY_S
from tests.support.miniature import face, records
from tests.support.miniature.worlds import LAWS, a_still_world, a_world, state_of
from tests.support.paths import ROOT

LARGEST = 2**64 - 1


def test_numbers_are_given_in_order_and_freed_ones_first_last_first(core: ModuleType) -> None:
    world = a_still_world(core)
    assert [world.new() for _ in range(4)] == [0, 1, 2, 3]
    world.free(1)
    world.free(3)
    assert [world.new() for _ in range(3)] == [3, 1, 4]
    assert world.number_of("callers") == 5


def test_a_number_given_out_again_is_a_blank_record(core: ModuleType) -> None:
    world = a_still_world(core)
    blank = world.record_of("callers", world.new())
    assert blank == {"id": -1, "behind": -1, "luck": 0, "since_s": -1.0, "default": 2}
    for field in blank:
        world.put_value("callers", 0, field, 1)
    world.free(0)
    assert world.record_of("callers", world.new()) == blank


def test_tables_grow_over_many_blocks(core: ModuleType) -> None:
    world = a_still_world(core)
    n = 3 * BLOCK + 5
    assert [world.new_row(i) for i in range(n)] == list(range(n))
    assert world.column("call_rows", "id").tolist() == list(range(n))
    assert [len(block) for block in world.blocks("call_rows")] == [BLOCK, BLOCK, BLOCK, 5]


def test_fill_replaces_a_table_and_leaves_defaults(core: ModuleType) -> None:
    world = a_still_world(core)
    world.new()
    world.free(0)
    world.fill("callers", {"id": np.arange(2000), "luck": [LARGEST] * 2000})
    assert world.number_of("callers") == 2000
    assert world.new() == 2000  # no number is free any more
    assert world.record_of("callers", 1999) == {
        "id": 1999,
        "behind": -1,
        "luck": LARGEST,
        "since_s": -1.0,
        "default": 2,
    }


def test_columns_are_contiguous_copies_of_two_types(core: ModuleType) -> None:
    world = a_still_world(core)
    world.fill("callers", {"id": [3, 4], "since_s": [0.5, 1.5], "luck": [1, LARGEST]})
    ids, since, luck = (world.column("callers", name) for name in ("id", "since_s", "luck"))
    assert (ids.dtype, since.dtype, luck.dtype) == (np.int64, np.float64, np.int64)
    assert luck.tolist() == [1, -1]  # without sign, as int64
    assert ids.flags.c_contiguous and since.flags.c_contiguous
    ids[0] = 99
    assert world.value("callers", 0, "id") == 3
    assert world.column("callers", "behind").dtype == np.int64
    world.fill("callers", {"id": []})
    assert world.column("callers", "since_s").shape == (0,)


def test_put_column_sets_every_row(core: ModuleType) -> None:
    world = a_still_world(core)
    n = BLOCK + 1
    world.fill("callers", {"id": np.zeros(n)})
    world.put_column("callers", "since_s", np.arange(n))
    assert world.column("callers", "since_s").tolist() == list(range(n))
    world.put_column("callers", "luck", np.full(n, -1))
    assert world.value("callers", n - 1, "luck") == LARGEST


def test_values_and_scalars_are_pythons_numbers(core: ModuleType) -> None:
    world = a_still_world(core)
    world.new()
    world.put_value("callers", 0, "luck", LARGEST)
    world.put_value("callers", 0, "default", np.int64(5))
    world.put_scalar("key", LARGEST)
    world.put_scalar("now", 3)
    world.put_scalar("busy", True)
    values = [world.value("callers", 0, name) for name in ("luck", "default", "since_s")]
    values += [world.scalar(name) for name in ("key", "now", "busy")]
    assert values == [LARGEST, 5, -1.0, LARGEST, 3.0, 1]
    assert [type(v) for v in values if v is not True] == [int, int, float, int, float, int]


def test_blocks_show_records_and_cannot_be_written(core: ModuleType) -> None:
    world = a_still_world(core)
    world.fill("callers", {"id": [7], "default": [1]})
    (block,) = world.blocks("callers")
    assert block.dtype == dtype_of(records.Caller)
    assert block[0].tolist() == (7, -1, 0, -1.0, 1)
    with pytest.raises(ValueError, match="read-only"):
        block["id"] = 1
    if core is not face:  # the memory itself, which nothing can make writable
        world.put_value("callers", 0, "id", 8)
        assert block["id"][0] == 8
        with pytest.raises(ValueError, match="WRITEABLE"):
            block.flags.writeable = True


def test_blocks_outlive_their_world(core: ModuleType) -> None:
    world = a_still_world(core)
    for i in range(BLOCK + 3):
        world.new_row(i)
    blocks = world.blocks("call_rows")
    world.fill("callers", {"id": [1]})
    del world
    assert [b["id"].sum() for b in blocks] == [sum(range(BLOCK)), 3 * BLOCK + 3]


@pytest.mark.parametrize(
    ("ask", "error", "text"),
    [
        (lambda w: w.column("calers", "id"), KeyError, "World has no table 'calers'"),
        (lambda w: w.fill("now", {"id": [1]}), KeyError, "World has no table 'now'"),
        (lambda w: w.blocks("calendar"), KeyError, "World has no table 'calendar'"),
        (lambda w: w.column("callers", "ids"), KeyError, "Caller has no field 'ids'"),
        (lambda w: w.fill("callers", {"ids": [1]}), KeyError, "Caller has no field 'ids'"),
        (lambda w: w.value("callers", 0, "x"), KeyError, "Caller has no field 'x'"),
        (lambda w: w.put_value("callers", 0, "x", 1), KeyError, "Caller has no field 'x'"),
        (lambda w: w.scalar("then"), KeyError, "World has no field 'then'"),
        (lambda w: w.scalar("callers"), KeyError, "World has no field 'callers'"),
        (lambda w: w.put_scalar("then", 1), KeyError, "World has no field 'then'"),
        (lambda w: w.value("callers", 1, "id"), IndexError, "caller 1 of 1"),
        (lambda w: w.put_value("callers", -1, "id", 1), IndexError, "caller -1 of 1"),
        (lambda w: w.record_of("call_rows", 0), IndexError, "call_row 0 of 0"),
        (lambda w: w.fill("callers", {"id": [1], "luck": [1, 2]}), ValueError, "columns of"),
        (lambda w: w.fill("callers", {}), ValueError, "columns of"),
        (lambda w: w.put_column("callers", "id", [1, 2]), ValueError, "2 values for 1 rows"),
        (lambda w: w.fill("callers", {"default": [2**31]}), OverflowError, None),
        (lambda w: w.fill("callers", {"id": np.array([0.5])}), OverflowError, "Caller.id"),
        (lambda w: w.fill("callers", {"id": [float("nan")]}), (OverflowError, ValueError), None),
        (lambda w: w.put_column("callers", "default", np.array([2**31])), OverflowError, "Cal"),
        (lambda w: w.put_value("callers", 0, "default", -(2**31) - 1), OverflowError, None),
        (lambda w: w.put_value("callers", 0, "luck", -1), OverflowError, None),
        (lambda w: w.put_scalar("busy", 0.5), OverflowError, "World.busy"),
        (lambda w: w.put_scalar("key", 2**64), OverflowError, None),
    ],
)
def test_bad_requests_name_what_is_wrong(
    core: ModuleType, ask: Any, error: type[Exception], text: str | None
) -> None:
    world = a_still_world(core)
    world.new()
    before = state_of(world)
    with pytest.raises(error, match=text):
        ask(world)
    assert state_of(world) == before


def test_a_field_without_default_must_be_filled(core: ModuleType) -> None:
    with pytest.raises(TypeError, match="mean_s"):
        core.Rules({"kind": [1]})


def test_a_firms_tables_are_read_through_its_worlds(core: ModuleType) -> None:
    rules = core.Rules(LAWS)
    assert rules.column("laws", "mean_s").tolist() == LAWS["mean_s"]
    rules.put("laws", 0, "mean_s", 1e6)
    world = core.Simulation(rules, 7)
    world.advance(DAY_S)
    rare = world.scalar("calls")
    assert 1 <= rare < a_world_after(core, DAY_S).scalar("calls") / 100


def a_world_after(core: ModuleType, until_s: float) -> Any:
    world = a_world(core)
    world.advance(until_s)
    return world


def test_engines_agree_to_the_byte(checked: ModuleType, release: ModuleType) -> None:
    states = [state_of(a_world_after(e, 5 * DAY_S)) for e in (face, checked, release)]
    assert states[0] == states[1] == states[2]
    assert states[0][0]["calls"] > 10_000


def test_an_index_out_of_range_is_an_error_with_its_line(checked: ModuleType) -> None:
    world = a_still_world(checked)
    world.new()
    for i in (1, -1):
        with pytest.raises(IndexError, match=f"^caller {i} of 1$") as caught:
            world.id_at(i)
        assert source_of(caught.traceback[1]) == "return caller_at(self.world, i).id"
    with pytest.raises(IndexError, match="caller 5 of 1"):
        world.free(5)


def source_of(entry: Any) -> str:
    """The line of source that an entry of a traceback names."""
    return (ROOT / entry.path).read_text(encoding="utf-8").splitlines()[entry.lineno].strip()


def test_tracebacks_name_the_right_one_of_files_with_equal_lines(checked: ModuleType) -> None:
    """Many failures, so that places of all files are met."""
    world = a_still_world(checked)
    found = {}
    for name, ask in {
        "return caller_at(self.world, i).id": lambda: world.id_at(0),
        "assert x >= 0.0": lambda: world.log_exp(-1.0),
        "return log(x) + exp(x)": lambda: world.log_exp(0.0),
        "return a // b * 1_000 + a % b": lambda: world.floors(1, 0),
        "e = pop_event(self.world.calendar)": world.pop,
        "return value(self.world, table, i, field)": lambda: world.value("callers", 9, "id"),
        "out[i, 0] = world.busy": lambda: world.observe(np.zeros((1, 2), np.float32), 9),
    }.items():
        with pytest.raises(Exception, match=r".|^$") as caught:
            ask()
        entries = [entry for entry in caught.traceback[1:] if str(entry.path).endswith(".py")]
        found[name] = [source_of(entry) for entry in entries]
    assert [name for name, lines in found.items() if name not in lines] == []


def test_arrays_and_views_are_checked(checked: ModuleType) -> None:
    world = a_still_world(checked)
    with pytest.raises(IndexError, match="Out of bounds"):
        world.observe(np.zeros((1, 2), dtype=np.float32), 1)
    with pytest.raises(ValueError, match="Buffer dtype mismatch"):
        world.observe(np.zeros((1, 2)), 0)


def test_arrays_are_written_in_place(core: ModuleType) -> None:
    out = np.zeros((2, 2), dtype=np.float32)
    world = a_still_world(core)
    world.put_scalar("busy", 3)
    world.put_scalar("first", 0)
    world.observe(out, 1)
    assert out.tolist() == [[0, 0], [3, 1]]
    assert core.python_sum(np.arange(4.0), {"a": 0.0}) == 7.0


def test_whole_numbers_mean_the_same_in_every_engine(core: ModuleType) -> None:
    world = a_still_world(core)
    for a in (-7, -6, 0, 6, 7):
        for b in (-3, 3):
            assert world.floors(a, b) == a // b * 1_000 + a % b
        with pytest.raises(ZeroDivisionError):
            world.floors(a, 0)
    for x in (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.51, -1e15):
        assert world.rounded(x) == int(x) * 1_000 + round(x)


def test_what_is_no_whole_number_is_an_error(checked: ModuleType) -> None:
    world = a_still_world(checked)
    for x in (float("nan"), float("inf"), -1e300):
        with pytest.raises(OverflowError, match="no whole number"):
            world.rounded(x)


def test_the_library_fails_as_pythons_does() -> None:
    """See ``test_checked_functions_of_the_library`` for the checked build."""
    with pytest.raises(ValueError, match=r"math domain error|expected a positive"):
        a_still_world(face).log_exp(0.0)


def test_checked_functions_of_the_library(checked: ModuleType) -> None:
    world = a_still_world(checked)
    with pytest.raises(ValueError, match="math domain error"):
        world.log_exp(0.0)
    with pytest.raises(OverflowError, match="math range error"):
        world.log_exp(1e6)
    assert world.log_exp(2.0) == a_still_world(face).log_exp(2.0)


def test_a_failed_assertion_is_raised_in_the_checked_build(checked: ModuleType) -> None:
    for core in (face, checked):
        with pytest.raises(AssertionError):
            a_still_world(core).log_exp(-1.0)
