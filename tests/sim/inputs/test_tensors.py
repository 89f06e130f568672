"""Files of arrays: read back as written, the same bytes for the same content, and never trusted."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from experiments.cli.main import main
from policies.learned.model import find_model, load_model
from sim import InputError, load_scenario
from sim.env import JourneyEnv, load_snapshot, save_snapshot
from sim.inputs.tensors import DTYPES, Layout, load_tensors, save_tensors

LAYOUT = Layout(what="a thing", format="thing", version=1, members=r"[a-z]+", renew="make it anew")
TYPES = ["bool", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)])
def test_arrays_come_back_as_they_were(dtype: str, shape: tuple[int, ...], tmp_path: Path) -> None:
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    save_tensors(tmp_path / "a", LAYOUT, {"n": 1}, {"x": array, "y": array.T})
    header, found = load_tensors(tmp_path / "a", LAYOUT)
    assert header == {"n": 1, "format": "thing", "version": 1}
    for name, before in (("x", array), ("y", array.T)):
        assert found[name].dtype == before.dtype and found[name].shape == before.shape
        assert np.array_equal(found[name], before)
        assert found[name].flags.writeable


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    arrays = {name: np.ones(3) for name in "abcdefgh"}
    backwards = dict(reversed(arrays.items()))
    save_tensors(tmp_path / "a", LAYOUT, {"x": 1, "y": 2}, arrays)
    save_tensors(tmp_path / "b", LAYOUT, {"x": 1, "y": 2}, backwards)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert set(TYPES) == set(DTYPES.values())


def _policy(path: Path) -> None:
    load_model(path)


def _snapshot(path: Path) -> None:
    load_snapshot(path)


def _policy_bytes(_: Path) -> bytes:
    return find_model("helpdesk").read_bytes()


def _snapshot_bytes(folder: Path) -> bytes:
    env = JourneyEnv(load_scenario("helpdesk", {"population": {"customers": 300}}), horizon_days=1)
    env.reset(seed=1)
    for _ in range(3):
        env.step(env.episode.default)
    save_snapshot(env, folder / "whole")
    return (folder / "whole").read_bytes()


def damaged(whole: bytes, luck: random.Random) -> bytes:
    """Cut, overwrite, insert or repeat somewhere, most often where the header stands."""
    data, size = bytearray(whole), int.from_bytes(whole[:8], "little")
    for _ in range(luck.choice((1, 1, 1, 2, 5))):
        end = len(data) if luck.random() < 0.2 else luck.choice((8, min(size, len(data)), 200))
        at, length = luck.randrange(max(1, min(end, len(data)))), luck.choice((1, 1, 2, 8, 100))
        kind = luck.randrange(5)
        if kind == 0:
            data[at : at + length] = luck.randbytes(length)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length]
        elif kind == 3:
            data[at : at + 1] = luck.choice([b'"', b"{", b"]", b"9", b"-", b"\\", b"\0", b"N"])
        else:
            del data[at:]
    return bytes(data)


CASES: dict[str, tuple[Callable[[Path], bytes], Callable[[Path], None]]] = {
    "policy": (_policy_bytes, _policy),
    "snapshot": (_snapshot_bytes, _snapshot),
}
MUTATIONS = 300  # 3,000 of each were tried by hand, with no other exception either


@pytest.mark.parametrize("case", CASES)
def test_a_mutated_file_is_refused_or_read_but_never_crashes(case: str, tmp_path: Path) -> None:
    write, read = CASES[case]
    whole, luck, path, refused = write(tmp_path), random.Random(1), tmp_path / "mutated", 0
    for _ in range(MUTATIONS):
        path.write_bytes(damaged(whole, luck))
        try:
            read(path)
        except InputError as error:
            refused += 1
            assert "\n" not in str(error) and str(path) in str(error)
    assert refused > 0.8 * MUTATIONS


def test_a_policy_of_the_old_format_is_converted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load_model(find_model("helpdesk"))
    text = json.dumps(asdict(model.header)).encode()
    old, new = tmp_path / "old.npz", tmp_path / "new.safetensors"
    np.savez_compressed(old, header=np.frombuffer(text, np.uint8), **model.arrays)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"optichannel convert OLD\.npz"):
        load_model(old)
    assert main(["convert", str(old), str(new)]) == 0
    assert new.read_bytes() == find_model("helpdesk").read_bytes()
    assert main(["convert", str(new), str(old)]) == 2
    assert main(["convert"]) == 2
    said = capsys.readouterr().err
    assert "no learned policy in a .npz file" in said and "OLD.npz" in said


HUGE = """
import resource, sys
from pathlib import Path
from policies.learned.model import load_model
from sim import InputError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    load_model(Path(sys.argv[1]))
except InputError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_header_that_promises_much_takes_no_memory(tmp_path: Path) -> None:
    about = json.dumps({"format": "optichannel-policy", "version": 2})
    entry = {"dtype": "F32", "shape": [250_000, 250_000], "data_offsets": [0, 250_000_000_000]}
    text = json.dumps({"__metadata__": {"header": about}, "bias": entry}).encode()
    path = tmp_path / "huge.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    command = [sys.executable, "-c", HUGE, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 20_000  # kilobytes
