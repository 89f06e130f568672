"""`optichannel conform`: a table of checks, exit code 0 or 1, and 2 for what cannot be checked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.cli.main import main
from experiments.validation.conformance.suite import CHECKS

MODULE = '''
from policies import Policy

class Illegal(Policy):
    """Decides what nobody offered."""

    def entry(self, view):
        return 999

class Unmade(Policy):
    """Cannot be made."""

    def prepare(self, scenario):
        raise ValueError("no tables")
'''
SHORT = ["--days", "0.5"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a user's module in the folder where the command is run."""
    monkeypatch.chdir(tmp_path)
    name = f"conform_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(MODULE)
    return name


def test_a_shipped_policy_passes_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "silo", "--set", "own_wait_s=60", *SHORT]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in CHECKS)
    assert "fails" not in shown and "24 of 24 checks passed" in shown


def test_a_scenario_of_ones_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conform", "random", "--scenario", "helpdesk", "--json", *SHORT]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"] and found["policy"] == "random"
    assert {check["name"] for check in found["checks"]} == set(CHECKS)
    assert all(check["where"].startswith("helpdesk-") for check in found["checks"])


def test_a_policy_that_breaks_the_rules_is_exit_code_one(
    module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["conform", f"{module}:Illegal", *SHORT]) == 1
    shown = capsys.readouterr().out
    assert "legal: " in shown and "illegal action 999" in shown and "and 2 more" in shown
    assert main(["conform", f"{module}:Unmade", "--json", *SHORT]) == 1
    found = json.loads(capsys.readouterr().out)
    assert not any(check["passed"] for check in found["checks"])
    assert all("ValueError: no tables" in check["detail"] for check in found["checks"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sillo"], "did you mean 'silo'"),
        (["{module}:Ilegal"], "did you mean 'Illegal'"),
        (["silo", "--set", "own_wait=3"], "Silo: own_wait: unknown key"),
        (["silo", "--set", "own_wait_s"], "must have the form key.path=value"),
        (["silo", "--scenario", "helpdsk"], "did you mean 'helpdesk'"),
        ([], "POLICY"),
    ],
)
def test_what_cannot_be_checked_is_bad_input(
    module: str, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    given = [word.replace("{module}", module) for word in arguments]
    assert main(["conform", *given]) == 2
    caught = capsys.readouterr()
    assert said in caught.err and "Traceback" not in caught.err
    assert caught.out == ""
