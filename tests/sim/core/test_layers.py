"""The core is functions over records: no file knows one above it, not even for its types."""

import tomllib
from pathlib import Path

import grimp
import pytest

import sim.core

HERE = Path(sim.core.__file__).parent
FILES = sorted(HERE.rglob("*.py"))
PROJECT = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
LAYERS = [
    contract
    for contract in PROJECT["tool"]["importlinter"]["contracts"]
    if contract["type"] == "layers" and contract.get("containers", ["-"])[0].startswith("sim")
]

PARTS_OF_THE_FACE = {
    "sim.core.acting": ["sim.core.world"],
    "sim.core.environment": ["sim.core.world", "sim.core.simulation"],
}
"""Methods of ``World`` in files of their own, and SimPy's clock of it: both are given the world."""


@pytest.mark.parametrize("word", ["type: ignore", "NotImplementedError"])
def test_types_need_no_way_around_the_layers(word: str) -> None:
    assert len(FILES) > 12
    assert [path.name for path in FILES if word in path.read_text(encoding="utf-8")] == []


def test_types_come_from_below() -> None:
    """Import contracts leave imports for types alone, so those are looked at here."""
    every = grimp.build_graph("sim", exclude_type_checking_imports=False, cache_dir=None)
    at_run_time = grimp.build_graph("sim", exclude_type_checking_imports=True, cache_dir=None)
    assert every.count_imports() > at_run_time.count_imports()
    for part, wholes in PARTS_OF_THE_FACE.items():
        for whole in wholes:
            every.remove_import(importer=part, imported=whole)
    assert len(LAYERS) >= 5
    for contract in LAYERS:
        floors = [_rooms(layer, every, contract["containers"]) for layer in contract["layers"]]
        against = every.find_illegal_dependencies_for_layers(
            layers=[rooms for rooms in floors if rooms], containers=set(contract["containers"])
        )
        assert not against, contract["name"]


def _rooms(layer: str, graph: grimp.ImportGraph, containers: list[str]) -> set[str]:
    """Return the rooms of a floor that are there."""
    names = {room.strip() for room in layer.split("|")}
    return {n for n in names if any(f"{c}.{n}" in graph.modules for c in containers)}
