"""Throughput and memory of shipped scenarios as the number of customers grows."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass, fields
from math import log

from sim.core.engine import INTERPRETED, engine
from sim.core.records import bundles
from sim.core.world import World
from sim.register.register import ROWS_OF
from sim.register.register import TABLES as COLUMNS
from sim.scenario import Scenario, load_scenario
from sim.units import DAY_S

TABLES = [f.name for f in fields(bundles.World) if str(f.type).startswith("Table[")]
"""The tables of a world's core."""
FIRST = {kept: COLUMNS[table][0] for table, kept in ROWS_OF.items()}
"""A column of each of the register's tables."""

LASTING = (
    *("signals", "tenure", "drift", "sleepers", "concerns"),
    *("difficulty", "channel_fit", "ability", "lasting_acceptance", "habits"),
)
"""Switches of what lasts in customers and what is seen of them."""


@dataclass(frozen=True, slots=True)
class FirmSpeed:
    """One scenario at one size.

    ``cpu_s`` is for building the world and simulating ``days``. ``bytes_per_customer`` is what the
    world holds beyond its register after the first day.
    ``growth`` is the exponent p of time ~ customers^p since the size before (1: linear).
    """

    scenario: str
    customers: int
    days: float
    contacts: int
    cpu_s: float
    contacts_per_s: float
    bytes_per_customer: float
    growth: float | None


def scaled(scenario: Scenario, customers: int) -> Scenario:
    """Return the scenario with ``customers`` customers, and agents in proportion."""
    population = scenario.population
    resized = population.model_copy(update={"scale": customers / population.customers})
    return scenario.model_copy(update={"population": resized})


def bare(firm: str) -> Scenario:
    """Return a shipped firm without what lasts in customers and without signals."""
    return load_scenario(firm, {"mechanisms": dict.fromkeys(LASTING, False)})


def measure(names: Sequence[str], sizes: Sequence[int], days: float, seed: int) -> list[FirmSpeed]:
    """Return a row for each scenario and size.

    Raises:
        InputError: a scenario is unknown.
    """
    rows: list[FirmSpeed] = []
    for name in names:
        firm, before = load_scenario(name), None
        for customers in sizes:
            before = _row(name, scaled(firm, customers), customers, days, seed, before)
            rows.append(before)
    return rows


def _row(
    name: str, scenario: Scenario, customers: int, days: float, seed: int, before: FirmSpeed | None
) -> FirmSpeed:
    held = held_bytes(scenario, min(1.0, days), seed)
    gc.collect()
    started = time.process_time()
    world = World(scenario, seed=seed)
    world.advance(days * DAY_S)
    cpu_s = time.process_time() - started
    contacts = world.register.number_of("contacts")
    growth = None
    if before is not None:
        growth = log(cpu_s / before.cpu_s) / log(customers / before.customers)
    per_s = contacts / cpu_s
    return FirmSpeed(name, customers, days, contacts, cpu_s, per_s, held / customers, growth)


def held_bytes(scenario: Scenario, days: float, seed: int) -> int:
    """Return the bytes that a world of ``days`` days holds beyond its register.

    Objects of Python and NumPy as allocated, and the rows of a compiled core's tables.
    """
    gc.collect()
    tracemalloc.start()
    try:
        world = World(scenario, seed=seed)
        world.advance(days * DAY_S)
        for table in ROWS_OF.values():  # the rows are let go
            world.core.fill(table, {FIRST[table]: []})
        gc.collect()
        return tracemalloc.get_traced_memory()[0] + table_bytes(world)
    finally:
        tracemalloc.stop()


def table_bytes(world: World) -> int:
    """Return the bytes of the rows that a compiled core keeps outside Python; 0 interpreted."""
    if engine().name == INTERPRETED:
        return 0
    return sum(block.nbytes for table in TABLES for block in world.core.blocks(table))
