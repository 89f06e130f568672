"""The accessors of the miniature, interpreted."""

from __future__ import annotations

from sim.native_types import Int
from tests.support.miniature.records import Caller, CallRow, Firm, World
from tests.support.miniature.science import Law


def make_firm() -> Firm:
    return Firm()


def make_world(firm: Firm) -> World:
    return World(firm)


def law_at(world: World, i: Int) -> Law:
    return world.firm.laws.rows[i]


def caller_at(world: World, i: Int) -> Caller:
    return world.callers.rows[i]


def new_caller(world: World) -> Int:
    return world.callers.new()


def free_caller(world: World, i: Int) -> None:
    world.callers.release(i)


def call_row_at(world: World, i: Int) -> CallRow:
    return world.call_rows.rows[i]


def new_call_row(world: World) -> Int:
    return world.call_rows.new()
