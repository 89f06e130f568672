"""Two runs as one: the same as one run of all, or the reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from experiments import RunResults, compare_runs, run
from experiments.report import render_page
from sim import InputError
from tests.support.small_runs import config

SILO = {"regime": "multichannel", "policy": "silo"}
STEERED = {"regime": "optichannel", "policy": "value_at_risk", "title": "Steered"}
RANDOM = {"regime": "optichannel", "policy": "random"}


def made(folder: Path, strategies: dict[str, Any], **changes: Any) -> Path:
    """Run some strategies of the helpdesk and return the run's folder."""
    return run(
        config("helpdesk", strategies=strategies, **changes), workers=1, folder=folder
    ).folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    made(folder / "first", {"silo": SILO, "steered": STEERED})
    made(folder / "second", {"silo": SILO, "chance": RANDOM}, replications=4)
    made(folder / "all", {"silo": SILO, "steered": STEERED, "chance": RANDOM})
    return folder


def test_two_runs_say_what_one_run_of_all_says(runs: Path) -> None:
    both, whole = compare_runs(runs / "first", runs / "second"), RunResults.load(runs / "all")
    for name, frame in whole.frames().items():
        assert_frame_equal(getattr(both, name), frame)
    assert both.manifest["replications"] == 3
    assert both.manifest["digests"] == whole.manifest["digests"]
    assert both.manifest["staff"] == whole.manifest["staff"]
    assert "Steered" in render_page(both)


def test_the_reference_is_the_first_run_s(runs: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "other", {"chance": RANDOM, "silo": SILO}, reference="silo")
    found = compare_runs(other, runs / "first")
    assert found.manifest["reference"] == "silo"
    assert set(found.differences["strategy"]) == {"chance", "steered"}


def test_a_name_with_other_registers_gets_its_run_s_name(runs: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "later", {"steered": {**RANDOM, "title": "Steered"}})
    found = compare_runs(runs / "first", other)
    names = ["silo", "steered (first)", "steered (later)"]
    assert found.estimates["strategy"].unique(maintain_order=True).to_list() == names
    titles = [s["title"] for s in found.manifest["config"]["strategies"].values()]
    assert titles == ["", "", ""]  # two of one title could not be told apart
    assert "Steered (later)" in render_page(found)
    row = {"strategy": "steered (later)", "metric": "contacts"}
    mine = RunResults.load(other).estimates.filter(strategy="steered", metric="contacts")
    assert found.estimates.filter(**row)["mean"].item() == mine["mean"].item()


def test_what_a_strategy_sets_for_itself_may_differ(runs: Path, tmp_path: Path) -> None:
    dear = {**SILO, "overrides": {"teams": {"desk": {"wage_per_h": 99.0}}}}
    other = made(tmp_path / "dear", {"dear": dear})
    found = compare_runs(runs / "first", other)
    costs = found.differences.filter(pl.col("metric") == "cost")
    assert costs.filter(strategy="dear")["mean"].item() > 0


def test_a_comparison_is_kept_and_kept_again(runs: Path, tmp_path: Path) -> None:
    for _ in range(2):
        both = compare_runs(runs / "first", runs / "second", folder=tmp_path / "both")
    assert_frame_equal(RunResults.load(tmp_path / "both").estimates, both.estimates)
    with pytest.raises(InputError, match="is the run folder of another"):
        compare_runs(runs / "first", runs / "second", folder=runs / "all")
    with pytest.raises(InputError, match=r"is a comparison itself, of .*first and .*second"):
        compare_runs(tmp_path / "both", runs / "first")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"seed": 12}, "seed is 11 in the first and 12 in the second"),
        ({"horizon_days": 2}, r"horizon_days is 3\.0 in the first and 2\.0 in the second"),
        ({"warm_up_days": 0}, r"warm_up_days is 1\.0 in the first and 0\.0 in the second"),
        ({"lifetime_value": False}, "lifetime_value is True in the first and False in the"),
        (
            {"overrides": {"population": {"scale": 0.1}}},
            r"'population\.scale' is 0\.2 in the first and 0\.1 in the second",
        ),
    ],
)
def test_what_is_not_shared_is_said(
    changes: dict[str, Any], reason: str, runs: Path, tmp_path: Path
) -> None:
    other = made(tmp_path / "other", {"silo": SILO}, **changes)
    with pytest.raises(InputError, match=f"no pair of replications can be compared: {reason}"):
        compare_runs(runs / "first", other)


def test_damage_is_said(runs: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "other", {"silo": SILO, "chance": RANDOM})
    (other / "replications" / "chance" / "000001" / "metrics.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="replication 1 of 'chance' is missing or damaged"):
        compare_runs(runs / "first", other)
    with pytest.raises(InputError, match="is no finished run folder"):
        compare_runs(runs / "first", tmp_path)
