"""Files: only regular ones are read, to a bound, unquoted; and what is written is whole."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments import RunResults
from experiments.calibration.logs.tables import read_text_table
from experiments.cli.main import main
from experiments.learning.checkpoint import load_checkpoint
from experiments.regression import baseline
from experiments.store.run_folder import claim
from experiments.validation.checks import Sheet
from experiments.validation.theory.checks_customers import published_retention
from policies.learned.model import file_digest, load_model
from sim import InputError, load_scenario
from sim.env import load_snapshot
from sim.inputs import read_yaml
from sim.inputs.files import read_bytes, read_json, read_text, replacing, write_atomically

READERS: dict[str, Callable[[Path], object]] = {
    "yaml": read_yaml,
    "scenario": load_scenario,
    "log": lambda path: read_text_table(path, ",", ["a"]),
    "policy": load_model,
    "policy's digest": lambda path: file_digest(str(path)),
    "snapshot": load_snapshot,
    "checkpoint": load_checkpoint,
    "baseline": baseline.load,
    "manifest": lambda path: RunResults.load(path.parent),
    "stamp": lambda path: claim(path.parent, {}),
    "series": lambda path: published_retention(Sheet.__new__(Sheet), path),
}
NAMES = {"manifest": "manifest.json", "stamp": "run.json"}
SECRET = "HUSH-7f3a9"


def at(kind: str, folder: Path) -> Path:
    """Where a reader looks for its file in a folder."""
    return folder / NAMES.get(kind, "file.yaml")


@pytest.mark.parametrize("kind", READERS)
def test_a_pipe_a_device_a_folder_and_an_endless_file_are_refused(
    kind: str, tmp_path: Path
) -> None:
    path = at(kind, tmp_path)
    for make, said in (
        (lambda: os.mkfifo(path), "regular file|must be a file"),
        (lambda: path.symlink_to("/dev/zero"), "regular file|must be a file"),
        (path.mkdir, "regular file|must be a file"),
        (lambda: path.symlink_to("/proc/kcore"), "larger than|cannot be read|must be a file"),
    ):
        if said.startswith("larger") and not Path("/proc/kcore").exists():
            continue
        make()
        with pytest.raises(InputError, match=said):
            READERS[kind](path)
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != "policy's digest"])
@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"root:x:0:{SECRET}\nb:{SECRET}\n",
        f"- {SECRET}",
        f'"{SECRET}',
        f"[{SECRET}]\n{SECRET} = {SECRET}\n",
        f"A=1\0B={SECRET}\0",
        f"%{SECRET}",
        f"@{SECRET}: &{SECRET} *{SECRET}",
        f"!!int {SECRET}",
        f"{SECRET},{SECRET},{SECRET}\n1,2,3\n",
    ],
)
def test_a_refusal_does_not_say_what_stood_in_the_file(
    kind: str, text: str, tmp_path: Path
) -> None:
    path = at(kind, tmp_path)
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        READERS[kind](path)
    assert SECRET not in str(caught.value)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")
def test_the_environment_is_not_told(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "experiments.cli", "run", "/proc/self/environ"]
    done = subprocess.run(
        command,
        env={**os.environ, "AAA": SECRET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2 and SECRET not in done.stderr and "Traceback" not in done.stderr
    config = tmp_path / "config.yaml"
    config.write_text("extends: /proc/self/environ\n")
    assert main(["run", str(config)]) == 2


def test_the_bytes_read_are_counted_not_those_said(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/maps").exists():
        pytest.skip("needs /proc")
    assert os.stat("/proc/self/maps").st_size == 0
    with pytest.raises(InputError, match="larger than 100 bytes"):
        read_bytes("/proc/self/maps", 100)


def test_text_and_json(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert read_text(path) == "[1]" and read_json(path) == [1]
    for data, said in (
        (b"\xff", "not UTF-8 text"),
        (b"{", r"cannot be read as JSON: .*line 1, column 2"),
        (b"[" * 100_000, "too deep"),
        (b"9" * 10_000, "too long a number"),
    ):
        path.write_bytes(data)
        with pytest.raises(InputError, match=said):
            read_json(path)
    with pytest.raises(FileNotFoundError):
        read_bytes(tmp_path / "none")
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes("a\0b")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("call", ["fsync", "replace", "chmod", "fdopen"])
def test_a_failed_write_leaves_the_old_file_alone(
    number: int, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page"
    write_atomically(path, b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    with pytest.raises(InputError, match=r"page: cannot be written: "):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["page"]


def test_whatever_ends_a_write_leaves_no_half(tmp_path: Path) -> None:
    for error in (MemoryError, KeyboardInterrupt, ValueError):
        with pytest.raises(error), replacing(tmp_path / "page") as file:
            file.write(b"half")
            raise error
    assert os.listdir(tmp_path) == []


def test_a_device_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/null")):
        with pytest.raises(InputError, match="no regular file"):
            write_atomically(path, b"x")
    assert Path("/dev/null").is_char_device()
    write_atomically(tmp_path / "new" / "deep" / "a", json.dumps(1).encode())
    assert read_json(tmp_path / "new" / "deep" / "a") == 1
