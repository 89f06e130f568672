"""Registers that are kept with a run, and what is done about damage."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.running.runner import run_experiment
from experiments.store.replications import Job
from tests.support.fake_engine import engine
from tests.support.fake_runs import config, in_process


def test_the_register_is_kept_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(), engine(), in_process(folder))
    assert not list(folder.rglob("register.*"))
    run_experiment(config(), engine(), in_process(folder, register="csv"))
    assert len(list(folder.glob("replications/*/*/register/register.csv"))) == 8
    run_experiment(config(), engine(), in_process(folder, register="xes"))
    assert len(list(folder.rglob("register.xes"))) == 8
    assert not list(folder.rglob("register.csv"))
    assert not list(folder.rglob(".unfinished-*"))


def damage_file(register: Path) -> None:
    register.joinpath("register.csv").write_text("row5")


def damage_missing(register: Path) -> None:
    register.joinpath("register.csv").unlink()


def damage_folder(register: Path) -> None:
    shutil.rmtree(register)


def damage_more(register: Path) -> None:
    register.joinpath("more.csv").write_text("rows")


def damage_pipe(register: Path) -> None:
    damage_missing(register)
    os.mkfifo(register / "register.csv")


def damage_record(register: Path) -> None:
    register.parent.joinpath("done.json").write_text("{")


def damage_lost_record(register: Path) -> None:
    register.parent.joinpath("done.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        damage_file,
        damage_missing,
        damage_folder,
        damage_more,
        damage_pipe,
        damage_record,
        damage_lost_record,
    ],
)
def test_a_damaged_register_is_run_again_and_said(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    kept = in_process(folder, register="csv")
    run_experiment(config(), engine(), kept)
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    damage(folder / "replications" / "plain" / "000001" / "register")
    again = run_experiment(config(), engine(), kept)
    assert (again.simulated, again.damaged) == (1, (Job("plain", 1),))
    assert {path: path.read_bytes() for path in before} == before
    assert set(folder.rglob("register.csv")) == set(before)
    assert run_experiment(config(), engine(), kept).damaged == ()
