"""One replication apart from a run: the run's rows, or the reason why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from experiments import export_register, run
from experiments.running.single import ready
from sim import InputError
from sim.register.register import TABLES
from tests.support.small_runs import config


def test_its_rows_are_those_of_the_run(tmp_path: Path) -> None:
    small = config("helpdesk", replications=2)
    kept = run(small, workers=1, folder=tmp_path / "run", register="parquet")
    files, digest = export_register(small, "random", tmp_path / "rows", replication=1)
    assert digest == kept.results.manifest["digests"]["random"][1]
    assert [file.stem for file in files] == list(TABLES)
    place = kept.folder / "replications" / "random" / "000001" / "register"
    for file in files:
        assert pl.read_parquet(file).equals(pl.read_parquet(place / file.name))


@pytest.mark.parametrize(
    ("changes", "strategy", "number", "message"),
    [
        ({}, "randm", 0, "strategy: must be one of silo, steered, random; got 'randm'; did you"),
        ({}, "random", -1, "replication: must be a whole number from 0 on; got -1"),
        ({}, "random", True, "replication: must be a whole number from 0 on; got True"),
        ({"warm_up_days": "auto"}, "random", 0, "warm_up_days: must be a number .*got 'auto'"),
        (
            {"strategies": {"odd": {"policy": {"use": "silo", "params": {"x": 1}}}}},
            "odd",
            0,
            r"strategies\.odd: .*x",
        ),
        (
            {"strategies": {"odd": {"policy": "silo", "channels": ["phon"]}}},
            "odd",
            0,
            r"strategies\.odd\.channels: .*'phon'; did you mean 'phone'",
        ),
    ],
)
def test_what_a_run_would_refuse_is_refused(
    changes: dict[str, Any], strategy: str, number: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        ready(config("helpdesk", **changes), strategy, number)
