"""Finished rows on a disk: nobody can tell but by the memory, and nothing is left of the file."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim import World
from sim.core import flushing
from sim.core.engine import engine_of
from sim.core.flushing import VARIABLE, flush_rows
from sim.errors import InputError
from sim.units import DAY_S
from tests.support.engines import have_both
from tests.support.worlds import firm

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files are not shown as memory here")

BLOCK = 1024

SCENARIO = firm(population={"customers": 6000})


def _world(days: float, engine: str = "compiled") -> World:
    world = World(SCENARIO, seed=3, engine=engine)
    world.advance(days * DAY_S)
    return world


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that rows are flushed to."""
    have_both()
    face = engine_of("compiled").face
    monkeypatch.setattr(flushing, "_FILES", {})
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    flush_rows(face)
    yield tmp_path
    face.flush_to(-1)


def _mapped() -> int:
    """Return how many kilobytes of unlinked files this process shows as memory."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    ends = [line.split()[0].split("-") for line in lines if line.endswith("(deleted)")]
    return sum(int(end, 16) - int(start, 16) for start, end in ends) // 1024


def test_rows_on_the_disk_are_the_same_and_so_are_forks_and_pickles(folder: Path) -> None:
    plain = _world(9.0, "interpreted").register.digest()
    world = _world(4.0)
    n = world.register.number_of("contacts")
    assert n > 6 * BLOCK
    if sys.platform == "linux":
        assert _mapped() > (n // BLOCK - 6) * 184
    fork, copy = world.fork(), pickle.loads(pickle.dumps(world))
    assert fork.register.digest() == copy.register.digest() == world.register.digest()
    for one in (world, fork, copy):
        one.advance(9.0 * DAY_S)
        assert one.register.digest() == plain
    del world, copy
    assert fork.fork().register.digest() == plain
    again = _world(9.0)  # in the places of those that are gone
    assert again.register.digest() == fork.register.digest() == plain
    assert list(folder.iterdir()) == []


def test_who_writes_to_a_row_on_the_disk_writes_to_this_world_only(folder: Path) -> None:
    world = _world(4.0)
    views = world.core.blocks("contact_rows")
    kept = [view.copy() for view in views]
    world.core.put_value("contact_rows", 5 * BLOCK + 7, "gap", 42.0)
    assert world.core.value("contact_rows", 5 * BLOCK + 7, "gap") == 42.0
    other = _world(4.0)
    assert other.core.value("contact_rows", 5 * BLOCK + 7, "gap") != 42.0
    del world, other
    _world(5.0)
    assert views[5]["gap"][7] == 42.0  # a view holds its block
    assert (views[4] == kept[4]).all()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.parametrize("gone", [False, True])
def test_a_forked_process_has_a_file_of_its_own(folder: Path, gone: bool) -> None:
    """Or none, when the folder is gone; the two do not disturb each other."""
    expected = [_world(days).register.digest() for days in (5.0, 8.0, 9.0)]
    world = _world(5.0)
    if gone:
        folder.rmdir()
    end, start = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the folder that is gone, and of threads
        child = os.fork()
    if child == 0:
        try:
            world.advance(8.0 * DAY_S)
            later = world.fork()
            later.advance(9.0 * DAY_S)
            found = [world.register.digest(), later.register.digest()]
            os.write(start, json.dumps(found).encode())
        finally:
            os._exit(0)
    os.close(start)
    found = [world.register.digest()]
    world.advance(8.0 * DAY_S)
    found.append(world.register.digest())
    os.waitpid(child, 0)
    assert found == expected[:2]
    assert json.loads(os.read(end, 1000)) == expected[1:]
    world.advance(9.0 * DAY_S)
    assert world.register.digest() == expected[2]
    if gone:
        folder.mkdir()


FULL = """
import resource, sys, warnings
from sim import World
from tests.sim.core.test_flushing import DAY_S, SCENARIO
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    world = World(SCENARIO, seed=3, engine="compiled")
    world.advance(9.0 * DAY_S)
print(world.register.digest(), [str(w.message) for w in met])
"""


def _python(text: str, folder: Path, **options: Any) -> subprocess.Popen[str]:
    environment = os.environ | {VARIABLE: str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", text],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def test_a_full_disk_is_one_warning_and_rows_stay_in_memory(tmp_path: Path) -> None:
    have_both()
    out, err = _python(FULL, tmp_path).communicate(timeout=120)
    digest, _, met = out.partition(" ")
    assert digest == _world(9.0).register.digest(), err
    assert met.count("the disk takes no more") == 1


def test_a_process_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    have_both()
    text = (
        "import os, signal; from tests.sim.core.test_flushing import _mapped, _world\n"
        "world = _world(6.0); print(_mapped(), flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    process = _python(text, tmp_path)
    out, err = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, err
    if sys.platform == "linux":
        assert int(out) > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_that_cannot_be_used_is_said_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    have_both()
    monkeypatch.setattr(flushing, "_FILES", {})
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    if there:
        (tmp_path / "gone").touch()
    with pytest.raises(InputError, match=f"{VARIABLE}: .*gone is not a folder"):
        flush_rows(engine_of("compiled").face)


def test_a_system_that_cannot_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Face:
        """A core that cannot flush."""

        @staticmethod
        def flush_to(file: int) -> bool:
            return False

    monkeypatch.setattr(flushing, "_FILES", {})
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.warns(RuntimeWarning, match="this system cannot"):
        flush_rows(Face)  # type: ignore[arg-type]
    assert flushing._FILES == {}
