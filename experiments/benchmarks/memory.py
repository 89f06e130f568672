"""What worlds hold in memory: for each customer, and for each row of the register."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path

from experiments.benchmarks.build import Impossible
from experiments.benchmarks.journeys import bare, scaled
from sim.core.world import World
from sim.register.register import ROWS_OF
from sim.scenario import load_scenario
from sim.units import DAY_S

RESIDENT = Path("/proc/self/statm")  # its second number: pages in memory
SCRIPT = (
    "from experiments.benchmarks.memory import held; print(held({name!r}, {customers}, {lasts}))"
)


def bytes_per_customer(name: str, few: int, many: int, *, lasts: bool) -> float:
    """Return what a customer adds to a process that holds a world in its first day.

    Measured as the operating system sees it, in a process for each size; the register is left out.
    ``lasts``: with what lasts in customers and what is seen of them, if the firm has it.

    Raises:
        Impossible: the system does not say.
    """
    if not RESIDENT.is_file():
        raise Impossible("this system does not tell how much memory a process holds")
    sizes = [
        int(
            subprocess.run(
                [sys.executable, "-c", SCRIPT.format(name=name, customers=customers, lasts=lasts)],
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        for customers in (few, many)
    ]
    return (sizes[1] - sizes[0]) / (many - few)


def held(name: str, customers: int, lasts: bool) -> int:
    """Return the bytes that a world has added to this process, without those of its register."""
    scenario = scaled(load_scenario(name) if lasts else bare(name), customers)
    World(scaled(scenario, 100)).advance(DAY_S / 2)  # what is loaded and made once
    before = _resident()
    world = World(scenario)
    world.advance(DAY_S / 2)
    return _resident() - before - register_bytes(world)


def _resident() -> int:
    """Return the bytes of this process in memory; what its allocator keeps unused is let go."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU library
    if trim is not None:
        trim(0)
    return int(RESIDENT.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def register_bytes(world: World) -> int:
    """Return the bytes of a world's register, as its engine lays out the rows."""
    blocks = (block for table in ROWS_OF.values() for block in world.core.blocks(table))
    return sum(block.nbytes for block in blocks)


def bytes_per_row(name: str, customers: int) -> float:
    """Return the bytes of a contact's row, as the engine lays it out."""
    world = World(scaled(load_scenario(name), customers))
    world.advance(DAY_S)
    blocks = world.core.blocks(ROWS_OF["contacts"])
    return sum(block.nbytes for block in blocks) / world.register.number_of("contacts")
