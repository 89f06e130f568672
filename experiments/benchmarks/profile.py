"""Where the time of a run goes: by phase in either engine, and by function inside the core.

Phases are taken by Python's own profiler, whose cost weighs on the interpreted engine; what is
inside the compiled core is sampled by Linux's `perf`, where that is there and allowed.
"""

from __future__ import annotations

import cProfile
import pstats
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from experiments.benchmarks.build import Impossible
from experiments.benchmarks.journeys import scaled
from sim.core.engine import COMPILED, INTERPRETED, engine
from sim.core.world import World
from sim.scenario import Scenario, load_scenario
from sim.units import DAY_S

PHASES = {
    "customers drawn": ("sim/population/customers.py", "draw_customers"),
    "needs drawn": ("sim/population/demand.py", "day"),
    "midnights": ("sim/core/midnight.py", "sweep"),
    "settled outside": ("sim/core/world.py", "settle"),
    "advanced": ("sim/core/world.py", "advance"),
    "made": ("sim/core/world.py", "__init__"),
}
"""A function for each phase; some hold others."""
DAYS, SAMPLED, TOP = 3.0, 20, 12  # simulated; runs that are sampled; entries that are shown
FUNCTION = re.compile(r"^\s*([\d.]+)%\s.*?\[\.\]\s+(?:__pyx_f_\w*?_native_(?:\d+)?)?(\w+)")
SCRIPT = """
from experiments.benchmarks.profile import firm, run
of = firm({name!r}, {customers})
for _ in range({runs}):
    run(of)
"""

Stats = Mapping[tuple[str, int, str], tuple[float, ...]]
"""By file, line and function: calls, calls at the top, own and whole seconds, callers."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Seconds of a run, shares of its phases, and of modules or functions inside the core.

    ``inside`` are shares of the core's own time: of its modules where it runs interpreted, of its
    functions where it is compiled, the C library's mathematics apart. ``why`` says why there are
    none.
    """

    engine: str
    seconds: float
    phases: Mapping[str, float]
    inside: Mapping[str, float]
    why: str = ""


def firm(name: str, customers: int) -> Scenario:
    """Return a shipped firm at a size."""
    return scaled(load_scenario(name), customers)


def run(scenario: Scenario, which: str | None = None) -> None:
    """Simulate a firm's first days."""
    World(scenario, seed=1, engine=which).advance(DAYS * DAY_S)


def measure(name: str, customers: int) -> list[Profile]:
    """Return the profile of each engine that is here, the process's own first.

    Raises:
        InputError: an unknown scenario.
    """
    engines = dict.fromkeys((engine().name, INTERPRETED))
    return [_profile(name, customers, which) for which in engines]


def _profile(name: str, customers: int, which: str) -> Profile:
    run(firm(name, 100), which)  # what is loaded and made once
    scenario, profiler = firm(name, customers), cProfile.Profile()
    profiler.runcall(run, scenario, which)
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    inside: Mapping[str, float] = {}
    why = ""
    if which == COMPILED:
        try:
            inside = _sampled(name, customers)
        except Impossible as reason:
            why = str(reason)
    else:
        inside = _by_module(stats)
    return Profile(which, *_phases(stats), inside, why)


def _phases(stats: Stats) -> tuple[float, dict[str, float]]:
    """Return the seconds of a run, and the share of each phase without those inside it."""
    found = {
        phase: sum(
            of[3] for (file, _, called), of in stats.items()
            if file.endswith(path) and called == function
        )
        for phase, (path, function) in PHASES.items()
    }  # fmt: skip
    inside, made = found.pop("advanced"), found.pop("made")
    found["settled outside"] -= found["needs drawn"] + found["midnights"]
    found["the core"] = inside - sum(
        found[p] for p in ("needs drawn", "midnights", "settled outside")
    )
    found["the world made besides"] = made - found["customers drawn"]
    return inside + made, {phase: of / (inside + made) for phase, of in found.items()}


def _by_module(stats: Stats) -> dict[str, float]:
    """Return the own time of the core's modules, as shares of it."""
    seconds: dict[str, float] = {}
    for (file, _, _), of in stats.items():
        if "/sim/core/" in file:
            module = file.partition("/sim/core/")[2]
            seconds[module] = seconds.get(module, 0.0) + of[2]
    return _shares(seconds)


def _sampled(name: str, customers: int) -> dict[str, float]:
    """Return the shares of the compiled core's functions.

    Raises:
        Impossible: there is no `perf`, or it is not allowed to sample.
    """
    perf = shutil.which("perf")
    if perf is None:
        raise Impossible("Linux's perf is not here")
    script = SCRIPT.format(name=name, customers=customers, runs=SAMPLED)
    with tempfile.TemporaryDirectory(prefix="optichannel-profile-") as folder:
        data = str(Path(folder) / "perf.data")
        record = [perf, "record", "-q", "-e", "cpu-clock", "-o", data, sys.executable, "-c", script]
        report = [perf, "report", "-i", data, "--stdio", "--sort", "symbol"]
        report += ["--dsos", Path(str(engine().face.__file__)).name]
        for command in (record, report):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise Impossible(f"perf fails: {done.stderr.strip()[-200:]}")
    found = (FUNCTION.match(line) for line in done.stdout.splitlines())
    return _shares({match[2]: float(match[1]) for match in found if match})


def _shares(parts: Mapping[str, float]) -> dict[str, float]:
    total = sum(parts.values())
    largest = sorted(parts.items(), key=lambda part: -part[1])[:TOP]
    return {name: part / total for name, part in largest}
