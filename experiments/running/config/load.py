"""Configs of all commands: found by path or shipped name, read, their paths as seen from here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError
from sim.inputs import Places, load_document, local_path, nearest

YAML = (".yaml", ".yml")
OVERLAYS: Places = (
    ("overrides",),
    ("strategies", "*", "overrides"),
    ("effects", "deltas", "*", "overrides"),
    ("factorial", "factors", "*", "off", "overrides"),
    ("factorial", "factors", "*", "on", "overrides"),
    ("levers", "levers", "*", "overrides"),
)
"""Where a config says what to change in the scenario, nulls included."""


class Shipped(NamedTuple):
    """The configs that ship in a folder; `what` they are, for messages."""

    folder: Path
    what: str

    def names(self) -> list[str]:
        """Return the names of the shipped configs, sorted; `FOLDER/NAME` of one in a folder."""
        files = self.folder.rglob("*.yaml")
        return sorted(path.relative_to(self.folder).with_suffix("").as_posix() for path in files)

    def find(self, name: str) -> Path:
        """Return the file of a config given by path or by shipped name.

        Raises:
            InputError: a bare name that no file and no shipped config has.
        """
        path = local_path(name)
        if path.suffix in YAML or path.is_file():
            return path
        if name in self.names():
            return self.folder / f"{name}.yaml"
        hint = nearest(name, self.names())
        raise InputError(
            f"config: must be a file or the name of a shipped {self.what}; got '{name}'{hint}"
        )

    def read(self, source: str | Path, settings: Iterable[str]) -> tuple[Path, dict[str, Any]]:
        """Return a config's file and what it says, with `extends` and settings laid over it.

        Args:
            source: a path, or the name of a shipped config.
            settings: `key.path=value` each, in order.

        Raises:
            InputError: there is none, or it cannot be read.
        """
        path = self.find(str(source))
        return path, load_document(path, self.find, settings, OVERLAYS)


def from_here(name: str, folder: Path, suffixes: tuple[str, ...] = YAML) -> str:
    """Return a path relative to a config's folder as it stands from here; names stay names."""
    path = folder / local_path(name)  # an absolute path stays as it is
    return str(path) if name.endswith(suffixes) or path.is_file() else name
