"""What the compiled core is made of: its modules in order, and a hash of all that goes into it.

Read when the extension is built, before anything is installed, so this file imports nothing of the
project.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

CYTHON = "3.3.1"  # the release that builds it; others may write other code


class Unit(NamedTuple):
    """Modules that become one extension.

    ``records`` hold record classes, the bundles last; from ``science`` only native functions that
    the core calls are taken; ``core`` is taken whole, the face last. ``twins`` have a body of their
    own in C, or none: of them the constants are taken. ``machine`` is the folder with the generator
    and the C bodies.
    """

    root: Path
    extension: str
    records: tuple[str, ...]
    science: tuple[str, ...]
    core: tuple[str, ...]
    twins: tuple[str, ...]
    machine: Path

    def path(self, module: str) -> Path:
        """Return the file of a module, or of a package's face."""
        place = self.root / module.replace(".", "/")
        return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")

    def files(self) -> dict[str, Path]:
        """Return every file that the extension is made of, by its name wherever it is installed."""
        modules = [*self.records, *self.science, *self.core, *self.twins]
        paths = map(self.path, modules)
        machine = [self.machine / "unit.py", *sorted(self.machine.glob("*.pxi"))]
        machine += sorted(self.machine.glob("native/*.py"))
        return {
            **{path.relative_to(self.root).as_posix(): path for path in paths},
            **{path.relative_to(self.machine.parents[1]).as_posix(): path for path in machine},
        }

    def parts(self, cython: str = CYTHON) -> dict[str, str]:
        """Return what the extension is made of: each file and its hash, Cython and its release."""
        hashes = {}
        for name, file in self.files().items():
            text = file.read_bytes().replace(b"\r\n", b"\n")
            hashes[name] = hashlib.sha256(text).hexdigest()[:16]
        return {**hashes, "Cython": cython}


def hash_of(parts: dict[str, str]) -> str:
    """Return one hash of all parts, in their order."""
    text = "\n".join(f"{name} {part}" for name, part in parts.items())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


FOLDER = Path(__file__).resolve().parent
UNIT = Unit(
    root=FOLDER.parents[1],
    extension="sim.core._native",
    records=tuple(
        f"sim.core.records.{name}"
        for name in (
            "rules",
            "vector",
            "policies",
            "state",
            "decisions",
            "rows",
            "firm",
            "bundles",
        )
    ),
    science=(
        "sim.units",
        "sim.register.codes",
        "sim.tables.codes",
        "sim.population.draws",
        *(
            f"sim.behaviour.{name}"
            for name in (
                "normal",
                "durations",
                "agents",
                "customers",
                "money",
                "retention",
                "resolution",
                "signals",
                "filtering",
            )
        ),
    ),
    core=tuple(
        f"sim.core.{name}"
        for name in (
            "codes",
            "lists",
            "lines",
            "opening",
            "ledger",
            "filtering",
            "evidence",
            "signals",
            "rows",
            "leaving",
            "lasting",
            "knowing",
            "churn",
            "resolving",
            "lessons",
            "sweeping",
            "returning",
            "contacts",
            "queues",
            "seeking",
            "service",
            "shifts",
            "automation",
            "closing",
            "outages",
            "watching",
            "journeys",
            "outcomes",
            "choosing",
            "entering",
            "following",
            "loads",
            "intents",
            "seeing",
            "believing",
            "past_signals",
            "history",
            "truth",
            "rules.figures",
            "rules.looking",
            "rules.retention",
            "rules.chances",
            "rules.needs",
            "rules.channel_values",
            "rules.knowledge",
            "rules.treating",
            "rules.best_channel",
            "rules.thresholds",
            "rules.value_at_risk",
            "rules.least_expected_wait",
            "rules.cheapest_channel",
            "rules.bot_first",
            "rules.by_chance",
            "rules.longest_idle",
            "rules.cmu_theta",
            "rules.silo",
            "rules.thumbs",
            "belief_features",
            "features",
            "rules.network",
            "rules.learned",
            "rules.ruling",
            "valuing",
            "deciding",
            "loop",
            "finishing",
            "books",
            "learning",
            "legs",
            "views",
            "rule_tables",
            "world_tables",
            "simulation",
            "board",
            "face",
        )
    ),
    twins=(
        "sim.native_types",
        "sim.core.storage",
        "sim.core.calendar",
        "sim.core.drawing",
        "sim.core.columns",
        "sim.core.accessors",
    ),
    machine=FOLDER,
)
"""The compiled core."""
