"""The science stands in `sim.behaviour` and nowhere else, and the clock's units in `sim.units`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim.behaviour
from sim import units

ROOT = Path(__file__).resolve().parents[3]
UNITS = {units.DAY_S, units.WEEK_S, units.MONTH_S, units.YEAR_S}
UNITS |= {units.DAYS_PER_YEAR, units.DAYS_PER_MONTH}
# What the formulas of churn, mood and money are made of; `exp` and `log1p` scale features too.
MAKINGS = {"betaincinv", "exp2", "expit", "expm1", "gammaincinv", "logaddexp", "logit"}


def _sources(*rooms: str) -> list[Path]:
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _constants(tree: ast.AST) -> Iterator[float]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            yield node.value


def _fades(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Pow)
        and isinstance(node.left, ast.Constant)
        and node.left.value == 0.5
        for node in ast.walk(tree)
    )


def test_no_formula_is_written_again_above_behaviour() -> None:
    again = {}
    for path in _sources("sim", "policies"):
        if "behaviour" not in path.parts:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found = MAKINGS & set(_names(tree)) | ({"0.5 ** …"} if _fades(tree) else set())
            if found:
                again[str(path.relative_to(ROOT))] = found
    assert not again


def test_no_unit_of_the_clock_is_written_again() -> None:
    again = {}
    for path in _sources("sim", "policies", "experiments", "tests"):
        found = UNITS & set(_constants(ast.parse(path.read_text(encoding="utf-8"))))
        if found and path.name != "units.py":
            again[str(path.relative_to(ROOT))] = found
    assert not again


def test_units_follow_from_each_other() -> None:
    assert units.HOUR_S == 60 * units.MINUTE_S
    assert units.DAY_S == 24 * units.HOUR_S
    assert units.WEEK_S == 7 * units.DAY_S == units.HOURS_PER_WEEK * units.HOUR_S
    assert units.YEAR_S == 12 * units.MONTH_S == pytest.approx(units.DAYS_PER_YEAR * units.DAY_S)


def test_the_face_has_every_formula() -> None:
    rooms = ROOT / "sim" / "behaviour"
    for path in sorted(rooms.glob("[a-z]*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            named = isinstance(node, (ast.FunctionDef, ast.ClassDef))
            if named and not node.name.startswith("_"):  # a formula's parts stand behind it
                assert node.name in sim.behaviour.__all__, (path.name, node.name)
