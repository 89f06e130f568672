"""Load a scenario by shipped name, by path, or from a mapping."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.inputs import (
    Provenance,
    local_path,
    merge,
    nearest,
    read_yaml,
    resolve_extends,
    split_provenance,
    validate,
)
from sim.inputs.names import show
from sim.inputs.provenance import is_stated
from sim.scenario.model import Scenario


def shipped_folder() -> Path:
    """Return the folder of the shipped scenarios."""
    return Path(__file__).parent / "firms"


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return sorted(path.stem for path in shipped_folder().glob("*.yaml"))


def find_scenario(name: str, near: Path | None = None) -> Path:
    """Return the file of a shipped name or of a path (relative to ``near``)."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        path = local_path(name)
        return path if near is None else near / path
    path = shipped_folder() / f"{name}.yaml"
    if not path.is_file():
        raise InputError(
            f"scenario: no shipped scenario {name!r}{nearest(name, scenario_names())}; "
            "give one of the names of 'optichannel list' or a path ending in .yaml"
        )
    return path


def raw_scenario(name: str, near: Path | None = None) -> dict[str, Any]:
    """Read a scenario's mapping with its ``extends`` resolved, provenance kept."""
    path = find_scenario(name, near)
    return resolve_extends(read_yaml(path), lambda other: find_scenario(other, path.parent))


def load_scenario(
    source: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    near: Path | None = None,
) -> Scenario:
    """Load and check a scenario; ``overrides`` is merged over it."""
    return load_with_provenance(source, overrides, near)[0]


def load_with_provenance(
    source: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    near: Path | None = None,
) -> tuple[Scenario, dict[str, Provenance]]:
    """Load a scenario and where each of its stated values comes from."""
    if isinstance(source, Mapping):
        raw, origin = dict(source), "scenario"
        raw = resolve_extends(raw, lambda other: find_scenario(other, near))
    else:
        raw, origin = raw_scenario(str(source), near), str(source)
    if overrides:
        _mapping(overrides, "overrides")
        raw = merge(raw, dict(overrides))
    _mapping(raw, origin)
    try:
        plain, provenance = split_provenance(raw)
    except InputError as error:
        raise InputError(f"{origin}: {error}") from None
    return validate(Scenario, plain, origin), provenance


def _mapping(raw: Any, where: str) -> None:
    """Refuse a document that is itself one value with its provenance, unless that is a mapping."""
    while is_stated(raw):
        raw = raw["value"]
    if not isinstance(raw, Mapping):
        raise InputError(f"{where}: must be a mapping of keys to values; got {show(raw)}")
