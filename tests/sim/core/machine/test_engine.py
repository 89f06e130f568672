"""Which engine runs, and why not the compiled one."""

from __future__ import annotations

import importlib
import shutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sim.core import engine as engines
from sim.core.engine import (
    COMPILED,
    INTERPRETED,
    VARIABLE,
    NotCompiledError,
    compiled,
    engine,
    interpreted,
    is_cut_short,
)
from sim.core.unit import UNIT as CORE
from sim.core.unit import Unit
from sim.errors import InputError
from tests.support import miniature
from tests.support.miniature.build import UNIT, copy_of


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A folder in which the miniature's extension is looked for."""
    monkeypatch.setattr(miniature, "__path__", [*miniature.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    yield tmp_path
    sys.modules.pop(UNIT.extension, None)


@pytest.fixture
def library(place: Path, checked: ModuleType) -> Path:
    """The built extension, where it is looked for."""
    assert checked.__file__ is not None
    return Path(shutil.copy(checked.__file__, place))


@pytest.fixture
def fresh() -> Iterator[None]:
    """The choice of an engine is made anew."""
    engine.cache_clear()
    yield
    engine.cache_clear()


def test_a_compiled_core_that_is_up_to_date_is_used(library: Path) -> None:
    found = compiled(UNIT)
    assert found.name == COMPILED
    assert str(found) == "compiled, checked"
    assert found.face is not interpreted(UNIT).face
    assert found.sources == interpreted(UNIT).sources


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("record", "tests/support/miniature/records.py"),
        ("science", "tests/support/miniature/science.py"),
        ("model", "tests/support/miniature/model.py"),
        ("face", "tests/support/miniature/face.py"),
        ("accessors", "tests/support/miniature/accessors.py"),
        ("types", "sim/native_types.py"),
        ("storage", "sim/core/storage.py"),
        ("blocks in C", "sim/core/blocks.pxi"),
        ("storage in C", "sim/core/storage.pxi"),
        ("calendar in C", "sim/core/calendar.pxi"),
        ("the disk in C", "sim/core/flushing.pxi"),
        ("columns", "sim/core/columns.py"),
        ("columns in C", "sim/core/columns.pxi"),
        ("generator", "sim/core/native/records.py"),
        ("flags", "sim/core/native/__init__.py"),
        ("unit", "sim/core/unit.py"),
    ],
)
def test_an_edit_of_any_kind_is_refused(
    library: Path, tmp_path: Path, kind: str, file: str
) -> None:
    unit = copy_of(tmp_path / "copy")
    assert compiled(unit).name == COMPILED  # the copy is the same
    path = unit.root / file
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    with pytest.raises(NotCompiledError) as refused:
        compiled(unit)
    assert str(refused.value).startswith(f"it was compiled from other sources ({file}); `pip")
    assert interpreted(unit).sources != interpreted(UNIT).sources


def test_every_file_of_the_core_counts() -> None:
    files = CORE.files()
    assert CORE.parts().keys() == {*files, "Cython"}
    folder = CORE.machine
    assert {*folder.glob("*.pxi"), *folder.glob("native/*.py")} < {*files.values()}
    assert {"sim/core/unit.py", "sim/core/simulation.py", "sim/core/storage.py"} < {*files}


def test_another_release_of_cython_is_refused(
    library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = Unit.parts
    monkeypatch.setattr(Unit, "parts", lambda self, cython="9.9.9": parts(self, cython))
    with pytest.raises(NotCompiledError, match=r"other sources \(Cython\)"):
        compiled(UNIT)


def test_many_changes_are_counted(library: Path, tmp_path: Path) -> None:
    unit = copy_of(tmp_path / "copy")
    for path in unit.files().values():
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(NotCompiledError, match=r"\(\S+, \S+, \S+ and \d+ more\)"):
        compiled(unit)


def test_a_missing_extension_is_said(place: Path) -> None:
    with pytest.raises(NotCompiledError, match=r"^it is not compiled; `pip install -e \.` builds"):
        compiled(UNIT)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.8])
def test_a_half_built_extension_is_refused_before_it_kills_the_process(
    library: Path, share: float
) -> None:
    data = library.read_bytes()
    library.write_bytes(data[: int(share * len(data))])
    with pytest.raises(NotCompiledError, match=r"ends too early|is broken") as refused:
        compiled(UNIT)
    assert str(library) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_what_is_no_library_is_broken(library: Path) -> None:
    library.write_text("no library\n" * 100, encoding="utf-8")
    with pytest.raises(NotCompiledError, match="is broken"):
        compiled(UNIT)


def test_a_whole_library_is_not_cut_short(library: Path) -> None:
    assert not is_cut_short(library)


# -- the choice ------------------------------------------------------------------------------------


def no_core(unit: Unit = CORE) -> engines.Engine:
    raise NotCompiledError("it is not compiled; build it")


@pytest.mark.usefixtures("fresh")
def test_without_a_word_the_sources_run_where_nothing_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(engines, "compiled", no_core)
    with pytest.warns(RuntimeWarning) as caught:
        found = engine()
    assert found.name == str(found) == INTERPRETED
    assert len(caught) == 1
    shown = warnings.formatwarning(
        caught[0].message, caught[0].category, caught[0].filename, caught[0].lineno
    )
    assert shown.count("\n") == 1
    assert "runs interpreted" in shown and "it is not compiled; build it" in shown


@pytest.mark.usefixtures("fresh")
def test_compiled_is_a_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, COMPILED)
    monkeypatch.setattr(engines, "compiled", no_core)
    with pytest.raises(InputError, match=f"^{VARIABLE}=compiled: it is not compiled; build it$"):
        engine()


@pytest.mark.usefixtures("fresh")
def test_interpreted_is_a_choice_without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, INTERPRETED)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert engine().name == INTERPRETED


@pytest.mark.usefixtures("fresh")
def test_another_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "compield")
    with pytest.raises(InputError, match=f"^{VARIABLE}: must be among .* did you mean 'compiled'"):
        engine()
