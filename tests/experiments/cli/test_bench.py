"""`optichannel bench` in short forms: complete reports and good messages; no timings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from experiments.benchmarks.peers import PEERS
from experiments.cli.main import main
from experiments.running.manifest import engine_name


def test_erlang_rows_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--callers 2000 --rounds 2 --engines optichannel,simpy,simpy-callbacks"
    assert main(["bench", "erlang", *options.split(), "--json"]) == 0
    rows = {row["engine"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert list(rows) == ["optichannel", "simpy", "simpy-callbacks"]
    assert rows["simpy"]["speed_vs_idiomatic"] == 1.0
    for row in rows.values():
        assert row["cpu_s"] > 0
        assert row["p_abandon_interval"][0] <= row["p_abandon"] <= row["p_abandon_interval"][1]


def test_erlang_as_a_table_ends_with_the_exact_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "erlang", "--callers", "500", "--rounds", "1", "--engines", "simpy"]) == 0
    lines = capsys.readouterr().out.strip().splitlines()
    assert "µs a caller" in lines[0] and lines[-1].split()[:2] == ["exact", "0.05399"]
    assert PEERS["simpy"].installed


def test_the_cores_figures_as_json_and_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "core", "--figures", "row", "--rounds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["engine"] == engine_name() and found["rounds"] == 1
    (row,) = found["figures"]
    assert row["name"] == "row" and row["must"] == 250 and row["met"] is (row["value"] <= 250)
    assert main(["bench", "core", "--figures", "row", "--rounds", "1"]) == 0
    assert "bytes a contact" in capsys.readouterr().out


def test_journeys_report_contacts_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--scenarios telco --sizes 500,1000 --days 2"
    assert main(["bench", "journeys", *options.split(), "--json"]) == 0
    small, large = json.loads(capsys.readouterr().out)["rows"]
    assert small["growth"] is None and large["growth"] is not None
    assert 0 < small["contacts"] < large["contacts"]
    # Customers are some 20 numbers each; what is shared weighs on few customers.
    assert 100 < large["bytes_per_customer"] < 4000


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("journeys --sizes 2000,1000", "ascend"),
        ("journeys --sizes few", "whole numbers"),
        ("journeys --scenarios telko", "did you mean 'telco'"),
        ("erlang --engines simpi", "did you mean 'simpy'"),
        ("core --figures forks", "did you mean 'fork'"),
        ("env --scenarios telko", "did you mean 'telco'"),
        ("soak --episodes 0", "--episodes"),
        ("sok", "sok"),
    ],
)
def test_bad_input_is_one_message(
    capsys: pytest.CaptureFixture[str], arguments: str, said: str
) -> None:
    assert main(["bench", *arguments.split()]) == 2
    caught = capsys.readouterr()
    assert said in caught.err and "Traceback" not in caught.err
    assert caught.out == ""


def test_env_shows_loops_beside_bare_simpy(capsys: pytest.CaptureFixture[str]) -> None:
    options = "--scenarios helpdesk --steps 100 --rounds 1 --no-ceiling"
    assert main(["bench", "env", *options.split()]) == 0
    shown = capsys.readouterr().out
    assert "bare loop of timeouts" in shown and "vector of 8 worlds" in shown


def test_soak_tells_what_was_played_and_fails_at_a_fault(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from experiments.benchmarks import soak

    def played(episodes: int, *, seed: int) -> Iterator[Any]:
        yield soak.Played(f"seed {seed}", episodes, 12_000, 3)

    def faulty(episodes: int, *, seed: int) -> Iterator[Any]:
        yield from played(episodes, seed=seed)
        raise AssertionError("an all-false mask")

    monkeypatch.setattr(soak, "soak", played)
    assert main(["bench", "soak", "--episodes", "7", "--seed", "4"]) == 0
    assert capsys.readouterr().out.startswith("seed 4: 3 episodes ended, 12,000 decisions, 3 ill")
    monkeypatch.setattr(soak, "soak", faulty)
    assert main(["bench", "soak"]) == 1
    assert "AssertionError: an all-false mask" in capsys.readouterr().err
