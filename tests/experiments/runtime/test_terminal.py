"""What is printed: in any encoding, with foreign control characters and markup shown as text."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from rich.console import Console
from rich.table import Table

from experiments.cli.main import main
from experiments.runtime import terminal
from experiments.runtime.progress import bar
from tests.support import fake_engine
from tests.support.fake_command import METRICS, RAW, use
from tests.support.paths import ROOT

MARKUP = "[red]x[/red] [link=https://example.org]l[/link] :smile: [/]"
EVIL = f"\x1b]0;PWN\x07\x1b[2J{MARKUP} \u202e\x9b31m"
SHOWN = rf"\x1b]0;PWN\x07\x1b[2J{MARKUP} \u202e\x9b31m"
ENCODINGS = ["ascii", "cp1252", "latin-1", "utf-8"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config whose words are anybody's, where the simulator is the fake one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.metrics.metrics.METRICS", METRICS)
    use(monkeypatch, fake_engine.replicate)
    strategies = {
        "plain": {"policy": "a", "title": EVIL},
        "better": {"policy": "b", "title": "Zürich – 東京 ≥ ½"},
    }
    raw = {**RAW, "title": EVIL, "description": EVIL, "strategies": strategies}
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    return tmp_path


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, *arguments: str) -> tuple[int, str]:
    """Exit code, and what stands in a redirected output of an encoding, errors after it."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding, "strict") for _ in range(2))
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = main(list(arguments))
        out.flush()
        err.flush()
    found = out.buffer.getvalue() + err.buffer.getvalue()  # type: ignore[attr-defined]
    return code, found.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_prints_in_every_encoding(
    encoding: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ["run", "config.yaml", "--workers", "1", "--out", "run"]
    check = ["check", "config.yaml", "--workers", "1", "--baseline", "base.json"]
    for arguments in (
        run,
        ["report", "run"],
        [*check, "--update"],
        check,
        ["list"],
        ["list", "--diagnostics"],
        ["schema"],
    ):
        code, said = printed(monkeypatch, encoding, *arguments)
        assert code == 0, said
        assert said.strip()
    assert printed(monkeypatch, encoding, "run", "é–東.yaml")[0] == 2
    assert printed(monkeypatch, encoding, "run", "\udcff.yaml")[0] == 2
    for command in ("run", "report", "check", "tune", "train", "list", "schema", "validate"):
        code, said = printed(monkeypatch, encoding, command, "--help")
        assert code == 0 and "Usage" in said


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_is_ascii_whatever_the_encoding(
    encoding: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ["run", "config.yaml", "--workers", "1", "--json", "--out", "zürich"]
    for arguments in (run, ["list", "--json"], ["schema"], ["schema", "experiment"]):
        code, said = printed(monkeypatch, encoding, *arguments)
        assert code == 0 and said.isascii()
        assert "\x1b" not in said and "\x7f" not in said
        found = json.loads(said)
        if arguments is run:
            assert found["folder"] == "zürich"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_redirected_process_prints_without_a_traceback(encoding: str, tmp_path: Path) -> None:
    for arguments in (["list"], ["run", "--help"]):
        done = subprocess.run(
            [sys.executable, "-m", "experiments.cli", *arguments],
            env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0 and done.stdout.decode(encoding)
        assert b"Traceback" not in done.stderr


def test_foreign_words_give_the_terminal_no_orders(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for arguments in (
        ["run", "config.yaml", "--workers", "1", "--out", "run"],
        ["report", "run"],
        ["run", f"{EVIL}.yaml"],
    ):
        _, said = printed(monkeypatch, "utf-8", *arguments)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", said)
        assert "[red]x" in said and ":smile:" in re.sub(r"\s+", " ", said)


def test_a_text_is_shown_as_it_stands() -> None:
    assert terminal.visible(EVIL) == SHOWN
    assert terminal.visible("Zürich – 東京\nsecond") == "Zürich – 東京\nsecond"
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=200, markup=False, emoji=False)
    table = Table(title=terminal.text(EVIL))
    table.add_column(terminal.text(EVIL))
    table.add_row(terminal.text(EVIL, "bold"))
    console.print(table)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())  # the styles are ours
    assert plain.count(SHOWN) == 3
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", plain)


def test_the_progress_bar_shows_names_as_text() -> None:
    out, now = io.StringIO(), iter(range(0, 1000, 5))
    console = Console(file=out, force_terminal=True, width=200)
    with bar(lambda: float(next(now)), console) as report:
        for done in range(3):
            report(EVIL, done, 3)
    assert "[red]x[/red]" in out.getvalue() and "\x1b]0;" not in out.getvalue()


def test_what_an_encoding_lacks_is_replaced_by_something_readable() -> None:
    terminal.prepare()
    said = "1–2 × “a” … ü 東".encode("ascii", "optichannel")
    assert said == rb"""1-2 x "a" ... \xfc \u6771"""
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "optichannel")


def test_texts_and_consoles_of_rich_are_made_in_one_place_only() -> None:
    """Elsewhere a name would reach the terminal with its orders."""
    for path in (ROOT / "experiments").rglob("*.py"):
        if path.name in ("terminal.py", "table_layout.py"):
            continue
        source = path.read_text(encoding="utf-8")
        assert "rich.text" not in source, path
        assert not re.search(r"(?<!\w)Console\(", source), path
