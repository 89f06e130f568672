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
        """Return the file of a module."""
        return self.root / (module.replace(".", "/") + ".py")

    def files(self) -> list[Path]:
        """Return every file that the extension is made of."""
        modules = (*self.records, *self.science, *self.core, *self.twins)
        machine = [self.machine / "unit.py", *self.machine.glob("*.pxi")]
        machine += self.machine.glob("native/*.py")
        return [*map(self.path, modules), *sorted(machine)]

    def sources(self, cython: str = CYTHON) -> str:
        """Return the hash of these files, of their order, and of Cython's release."""
        digest = hashlib.sha256(f"{cython} {self.extension}".encode())
        for file in self.files():
            text = file.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"\n{file.name} {len(text)}\n".encode())
            digest.update(text)
        return digest.hexdigest()[:16]


FOLDER = Path(__file__).resolve().parent
