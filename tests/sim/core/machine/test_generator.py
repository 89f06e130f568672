"""What the generator takes, leaves and refuses; what the accessors are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sim.core.native import BuildError, c_file, cython_version
from sim.core.native.assembly import Sources, assemble, memory_names
from sim.core.native.language import constant, number
from sim.core.native.records import accessors
from sim.core.unit import CYTHON, UNIT, Unit
from tests.support.miniature.build import UNIT as MINIATURE
from tests.support.miniature.build import copy_of, need_compilers

HERE = Path("tests/support/miniature")


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    """A copy of the miniature, to be spoilt."""
    return copy_of(tmp_path / "copy")


def add(unit: Unit, name: str, text: str) -> int:
    """Append to a file of the miniature; returns the number of the first new line."""
    path = unit.root / HERE / name
    before = path.read_text(encoding="utf-8")
    path.write_text(before + text, encoding="utf-8")
    return before.count("\n") + 1


def change(unit: Unit, name: str, old: str, new: str) -> None:
    """Replace a text in a file of the miniature."""
    path = unit.root / HERE / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def assembled(unit: Unit, folder: Path, *, checked: bool = True) -> dict[str, str]:
    """The unit's Cython files by name, without compiling them."""
    assemble(unit, folder, checked=checked, parts={})
    return {p.name: p.read_text(encoding="utf-8") for p in (folder / HERE).iterdir()}


# -- what is taken ---------------------------------------------------------------------------------


def test_every_line_keeps_its_number(unit: Unit, tmp_path: Path) -> None:
    texts = assembled(unit, tmp_path)
    for name in ("model", "face", "science"):
        source = (unit.root / HERE / f"{name}.py").read_text(encoding="utf-8").splitlines()
        made = texts[f"{name}.pxi"].splitlines()
        assert len(made) == len(source)
        defined = [i for i, line in enumerate(made) if line.startswith(("cdef ", "def "))]
        assert defined
        assert all(source[i].startswith(("def ", "class ")) for i in defined)


def test_of_science_only_what_the_core_calls_is_taken(unit: Unit, tmp_path: Path) -> None:
    text = assembled(unit, tmp_path)["science.pxi"]
    taken = [line.split("(")[0].split()[-1] for line in text.splitlines() if "cdef" in line]
    assert taken == ["uniform", "duration_s", "patience_left"]
    assert "import" not in text


def test_signatures_are_native_mixed_or_pythons(unit: Unit, tmp_path: Path) -> None:
    texts = assembled(unit, tmp_path)
    lines = texts["model.pxi"] + texts["face.pxi"] + texts["science.pxi"]
    for expected in (
        "cdef Float draw(World world, Small law, Int number) except? -1.7e308 nogil:",
        "cdef int on_call(World world) except -1 nogil:",
        "cdef Float duration_s(Law law, Float u) except? -1.7e308 nogil:",
        "cdef Float uniform(U64 key, U64 number) except? -1.7e308 nogil:",
        "cdef int observe(World world, float[:, ::1] out, Int i) except -1 nogil:",
        "cdef names_of(World world, names):",
        "def python_sum(double[::1] values, more):",
        "cdef class Simulation:",
        "    cdef public Rules rules",
        "    cdef World world",
        "    def __init__(self, Rules rules, key = 0):",
        "    def advance(self, Float until_s = 1e9):",
    ):
        assert expected in lines, expected


def test_assertions_stay_in_the_checked_build_only(unit: Unit, tmp_path: Path) -> None:
    assert "assert x >= 0.0" in assembled(unit, tmp_path / "a")["model.pxi"]
    assert "assert" not in assembled(unit, tmp_path / "b", checked=False)["model.pxi"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A / 2", 45000.0),
        ("-A", -90000.0),
        ("float('inf')", float("inf")),
        ("inf", float("inf")),
        ("1 << 40", 2**40),
        ("B - 1", 2**64 - 1),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("True", 1),
        ("'text'", None),
        ("len([1])", None),
        ("A + unknown", None),
    ],
)
def test_constants_are_worth_what_python_says(text: str, value: object) -> None:
    known = {"A": ast.Constant(90000.0), "B": ast.Constant(2**64)}
    assert number(ast.parse(text, mode="eval").body, known) == value


def test_a_constant_of_more_than_64_bits_is_refused() -> None:
    with pytest.raises(BuildError, match="64 bits"):
        constant("TOO_LARGE", 2**64)


def test_constants_of_records_and_units_reach_the_model(unit: Unit, tmp_path: Path) -> None:
    head = assembled(unit, tmp_path)["_native.pyx"]
    assert "#define k_NEVER (2LL)" in head  # EXPONENTIAL + 1
    assert f"#define k_MASK ({2**64 - 1}ULL)" in head
    assert "#define k_ENDLESS (INFINITY)" in head
    assert "blank_Caller.default = <Small>2" in head


ROWS = """

def mean_of(world: World, c: Int) -> Float:
    law = world.firm.laws.rows[whole(min(1.0, 2.0))]
    return law.mean_s if world.callers.rows[c + 1].id > 0 else 0.0
"""


def test_a_record_of_a_table_is_got_by_its_accessor(unit: Unit, tmp_path: Path) -> None:
    add(unit, "model.py", ROWS)
    made = assembled(unit, tmp_path)["model.pxi"]
    assert "law = law_at(world, whole(min(1.0, 2.0)))\n" in made
    assert "caller_at(world, c + 1).id" in made


# -- what is refused -------------------------------------------------------------------------------


def test_two_constants_of_one_name_are_refused(unit: Unit, tmp_path: Path) -> None:
    add(unit, "model.py", "\nNEVER: Final = 2\n")
    with pytest.raises(BuildError, match=r"^NEVER stands in \S+science and in \S+model: names are"):
        assembled(unit, tmp_path)


@pytest.mark.parametrize("name", ["uniform", "schedule", "caller_at", "fork_world", "fill"])
def test_a_function_of_a_taken_name_is_refused(unit: Unit, tmp_path: Path, name: str) -> None:
    add(unit, "model.py", f"\n\ndef {name}(x: Float) -> Float:\n    return x\n")
    with pytest.raises(BuildError, match=f"^{name} stands in .* and in .*names are unique"):
        assembled(unit, tmp_path)


def test_a_name_has_no_other_one_elsewhere(unit: Unit, tmp_path: Path) -> None:
    change(unit, "face.py", "advance,", "advance as go_on,")
    with pytest.raises(BuildError, match=r"face: advance has one name in the whole unit"):
        assembled(unit, tmp_path)


def test_a_module_outside_the_unit_is_refused(unit: Unit, tmp_path: Path) -> None:
    add(unit, "model.py", "\nfrom tests.support.miniature.worlds import LAWS\n")
    with pytest.raises(BuildError, match=r"model uses \S+\.worlds, which is not in the unit"):
        assembled(unit, tmp_path)


def test_a_name_that_its_module_does_not_define_is_refused(unit: Unit, tmp_path: Path) -> None:
    change(unit, "face.py", "    advance,", "    advance,\n    retreat,")
    with pytest.raises(BuildError, match=r"face: \S+model defines no retreat"):
        assembled(unit, tmp_path)


def test_a_bundle_holds_numbers_and_tables_only(unit: Unit, tmp_path: Path) -> None:
    change(unit, "records.py", "    busy: Small = 0", "    busy: str = ''")
    with pytest.raises(BuildError, match=r"World\.busy is str; a bundle holds"):
        assembled(unit, tmp_path)


def test_a_default_is_a_number(unit: Unit, tmp_path: Path) -> None:
    change(unit, "records.py", "    served: Small = 0", "    served: Small = len('')")
    with pytest.raises(BuildError, match=r"CallRow\.served = len\(''\); a default is a number"):
        assembled(unit, tmp_path)


def test_attributes_get_their_values_in_init(unit: Unit, tmp_path: Path) -> None:
    change(unit, "face.py", "    world: World\n", "    world: World\n    size: Int = 3\n")
    with pytest.raises(BuildError, match=r"Simulation\.size: give attributes values in __init__"):
        assembled(unit, tmp_path)


def test_a_function_of_records_is_called_by_position(unit: Unit, tmp_path: Path) -> None:
    add(unit, "model.py", "\n\ndef f(world: World, *, names: list[str]) -> None:\n    pass\n")
    with pytest.raises(BuildError, match="f takes or returns a record"):
        assembled(unit, tmp_path)


@pytest.mark.parametrize("rows", ["world.firm.callers.rows[0]", "firm.laws.rows[0]"])
def test_a_table_is_reached_from_the_world(unit: Unit, tmp_path: Path, rows: str) -> None:
    add(unit, "model.py", f"\n\ndef f(world: World, firm: Firm) -> None:\n    a = {rows}\n")
    with pytest.raises(BuildError, match="a table is reached from the world"):
        assembled(unit, tmp_path)


# -- what Cython refuses: named by the source's file and line ------------------------------------

PYTHON_INSIDE = """

def sloppy(world: World) -> Float:
    seen = []
    seen.append(world.now)
    return 1.0
"""


@pytest.mark.parametrize("checked", [True, False])
def test_a_model_that_touches_an_object_does_not_build(
    unit: Unit, tmp_path: Path, checked: bool
) -> None:
    need_compilers()
    line = add(unit, "model.py", PYTHON_INSIDE)
    with pytest.raises(BuildError) as refused:
        c_file(unit, tmp_path, checked=checked)
    places = str(refused.value).splitlines()[1:]
    assert places
    assert all(place.startswith(f"{HERE.as_posix()}/model.py:") for place in places)
    assert any(f":{line + 3}: " in p and "not allowed without gil" in p for p in places)


def test_floor_division_of_floats_is_refused(unit: Unit, tmp_path: Path) -> None:
    need_compilers()
    line = add(unit, "model.py", "\n\ndef slots(x: Float) -> Float:\n    return x // 300.0\n")
    with pytest.raises(BuildError, match=rf"model\.py:{line + 3}: // of floats"):
        c_file(unit, tmp_path, checked=True)


def test_truth_and_numbers_mix_in_native_functions(unit: Unit, tmp_path: Path) -> None:
    """Cython would make objects of these, which no native function may touch."""
    need_compilers()
    body = """

def mixed_up(world: World, a: Int, x: Float) -> Small:
    known = a == 3
    both = world.busy and not world.first
    either = known or world.busy
    chosen = world.busy if x > 0.0 else a != 2
    number = 2 * a + (a > 3)
    if not known and (both or either or a == 4):
        number = round(x) + int(x)
    return chosen or number == 4
"""
    add(unit, "model.py", body)
    c_file(unit, tmp_path, checked=False)


# -- the real unit ---------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", [UNIT, MINIATURE], ids=["core", "miniature"])
def test_accessors_are_written_as_the_bundles_say(unit: Unit) -> None:
    place = unit.path(unit.twins[-1])
    files = place.parent.glob("*.py") if place.name == "__init__.py" else [place]
    written = {
        node.name: ast.unparse(node).splitlines()[-1].strip()
        for file in files
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    generated: dict[str, str] = {}
    for bundle in Sources(unit).bundles:
        made = accessors(bundle, checked=False)
        where = {row: table for table, row in bundle.tables}
        assert len(where) == len(bundle.tables)  # a record class has one table
        generated |= made
        generated |= dict.fromkeys([n for n in memory_names(bundle) if n.startswith("make_")], "")
    assert set(written) <= set(generated)  # those that nobody needs are not written
    for name, text in generated.items():
        if name.endswith("_at") and name in written:
            table = text.splitlines()[-1].split("world.")[1].split(")")[0].removesuffix(".blocks")
            assert written[name] == f"return world.{table.removesuffix('.rows')}.rows[i]"


def test_cythons_release_is_the_same_everywhere() -> None:
    root = Path(__file__).parents[4]
    assert f'"cython=={CYTHON}"' in (root / "pyproject.toml").read_text(encoding="utf-8")
    assert f"Cython=={CYTHON}\n" in (root / "constraints.txt").read_text(encoding="utf-8")
    assert cython_version() in ("", CYTHON)
