"""The bare queue in C, compiled when it is asked for: the limit of what a simulator could reach."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from experiments.benchmarks.workload import Tally, Workload
from sim.errors import InputError

SOURCE = Path(__file__).with_name("queue.c")
COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-O2", "-ffp-contract=off", "-shared", "-fPIC")
FIELDS = ("left", "abandoned", "waited")


class Counts(ctypes.Structure):
    """`Tally` of the C source."""

    _fields_ = [(name, ctypes.c_double) for name in FIELDS]


def compiler() -> str | None:
    """Return the path of the C compiler, None without one."""
    return next((path for name in COMPILERS if (path := shutil.which(name))), None)


@cache
def library() -> Any:
    """Return the compiled queue.

    Raises:
        InputError: there is no compiler, or it fails.
    """
    found = compiler()
    if found is None:
        raise InputError(f"engine 'c' needs a C compiler ({', '.join(COMPILERS)}); none is here")
    with tempfile.TemporaryDirectory(prefix="optichannel-queue-") as folder:
        file = Path(folder) / "queue.so"
        command = [found, *FLAGS, "-o", str(file), str(SOURCE), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            said = next((line for line in lines if "error" in line), lines[-1] if lines else "")
            raise InputError(f"engine 'c': {found} fails: {said[:300]}")
        loaded = ctypes.CDLL(str(file))  # stays loaded when its file has gone
    loaded.simulate.argtypes = [
        *(ctypes.c_int64, ctypes.c_uint64),
        *(ctypes.c_double, ctypes.c_double, ctypes.c_double, ctypes.c_int64),
        ctypes.POINTER(Counts),
    ]
    return loaded


def simulate_c(work: Workload) -> Tally:
    """Bare C: a heap of events and a line of callers, nothing else."""
    counts, rates = Counts(), (work.arrival_rate, work.service_rate, work.patience_rate)
    if not library().simulate(work.callers, work.seed, *rates, work.servers, ctypes.byref(counts)):
        raise MemoryError
    return Tally(int(counts.left), int(counts.abandoned), float(counts.waited))
