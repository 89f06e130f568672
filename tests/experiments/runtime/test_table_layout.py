"""Tables are whole at any width, on a terminal and in a file."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.cli.console import print_results
from experiments.learning.console import SHOWN, print_training
from experiments.report.page import prepare
from experiments.runtime import terminal
from experiments.runtime.table_layout import parts, show
from sim import METRICS
from tests.support.report_data import make_results

HEADS = [f"a long head {i}" for i in range(12)]


def wide_table() -> Table:
    table = Table(title="everything", box=None)
    table.add_column("strategy")
    for head in HEADS:
        table.add_column(head, justify="right")
    for name in ("least_expected_wait", "a strategy with quite a long title"):
        table.add_row(
            name, *(Text(f"1,234.{i:02d}\n−1,200.00 to +1,300.{i:02d}") for i in range(12))
        )
    return table


def printed(width: int, table: Table, keys: int = 1) -> str:
    console = Console(width=width, file=io.StringIO())
    show(table, console, keys)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("width", [60, 80, 110, 10_000])
def test_no_column_is_cut_at_any_width(width: int) -> None:
    text = printed(width, wide_table())
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    for i in range(12):
        assert f"1,234.{i:02d}" in text and f"−1,200.00 to +1,300.{i:02d}" in text
    assert len(re.findall("strategy *a long", text.replace("\n", " "))) >= 1
    assert all(re.search(rf"\b{i}\b", text) for i in range(12))


def test_rows_are_named_in_every_part() -> None:
    console = Console(width=80, file=io.StringIO())
    found = parts(wide_table(), console)
    assert len(found) > 1 and [p.title for p in found] == ["everything"] + [None] * (len(found) - 1)
    assert all(part.columns[0].header == "strategy" for part in found)
    assert [c.header for part in found for c in part.columns[1:]] == HEADS
    assert len(parts(wide_table(), Console(width=10_000))) == 1


def test_what_is_redirected_has_no_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert terminal.console().width > 1000
    monkeypatch.setenv("COLUMNS", "72")
    assert terminal.console().width == 72


def test_a_run_reads_at_80_columns(tmp_path) -> None:  # type: ignore[no-untyped-def]
    for strategies in (1, 3, 8):
        results = make_results(strategies)
        results.manifest["title"] = (
            "A run with a title that is itself longer than eighty columns" * 2
        )
        console = Console(width=80, file=io.StringIO())
        print_results(results, tmp_path / "page.html", console)
        text = console.file.getvalue()  # type: ignore[attr-defined]
        assert max(len(line) for line in text.splitlines() if "page:" not in line) <= 80
        for row in prepare(results, METRICS).glance:
            assert all(cell.interval in text and cell.value in text for cell in row.cells)


def test_a_training_reads_at_80_columns() -> None:
    found = {key: {"mean": 1234567.0, "low": -1234567.0, "high": 12345678.0} for key in SHOWN}
    result = {
        "name": "x", "algorithm": "ppo", "scenario": "bank", "replications": 20, "steps": 1,
        "training_s": 1.0, "selection_gain": None, "learned_minus": {"a_rule": found},
    }  # fmt: skip
    console = Console(width=80, file=io.StringIO())
    print_training(result, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.count("-1,234,567 to 12,345,678") == len(SHOWN) - 1
    assert "-1234567.0000 to 12345678.0000" in text
    assert "…" not in text and max(map(len, text.splitlines())) <= 80
