"""The command: exit codes, what is printed where, and messages instead of tracebacks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import RunResults
from experiments.cli.main import main
from experiments.regression import baseline as baselines
from experiments.regression.tolerances import Tolerance
from tests.support import fake_engine
from tests.support.fake_command import METRICS, RAW, use
from tests.support.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config, where the simulator is the fake one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.metrics.metrics.METRICS", METRICS)
    use(monkeypatch, fake_engine.replicate)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(RAW))
    return tmp_path


def test_run_prints_a_table_and_writes_the_page(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "config.yaml", "--workers", "1"]) == 0
    out = capsys.readouterr().out
    (page,) = Path("runs").glob("fake-*/report.html")
    assert "Retention" in out and "plain" in out and "A fake [red] firm" in out
    assert f"page: {page}" in out
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")


def test_json_is_all_there_is_on_stdout(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", "config.yaml", "--workers", "1", "--json", "--out", "there"]
    assert main([*arguments, "--set", "replications=3"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["replications"], found["folder"]) == (3, "there")
    assert found["verdict"]
    means = {(row["strategy"], row["metric"]): row["mean"] for row in found["estimates"]}
    assert means["better", "retention"] > means["plain", "retention"]
    assert RunResults.load(Path("there")).manifest["replications"] == 3


def test_paths_begin_at_home(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Path("home").resolve()
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    Path("config.yaml").rename(home / "config.yaml")
    assert main(["run", "~/config.yaml", "--workers", "1", "--out=~/there"]) == 0
    assert (home / "there" / "report.html").is_file()
    assert main(["report", "~/there", "--out", "~/page.html"]) == 0
    assert (home / "page.html").is_file()
    assert not Path("~").exists()
    capsys.readouterr()


def test_report_writes_the_page_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "config.yaml", "--workers", "1", "--out", "there"]) == 0
    page = Path("there/report.html")
    before = page.read_bytes()
    page.unlink()
    assert main(["report", "there"]) == 0
    assert page.read_bytes() == before
    capsys.readouterr()
    assert main(["report", "nowhere"]) == 2
    assert "no such folder 'nowhere'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "confg.yaml"], "did you mean 'config.yaml'?"),
        (["run", "config.yaml", "--set", "replicatoins=3"], "did you mean 'replications'?"),
        (["run", "config.yaml", "--set", "seed"], "must have the form key.path=value"),
        (["run", "config.yaml", "--workers", "0"], "--workers"),
        (["run", "config.yaml", "--nonsense"], "--nonsense"),
        (["rum"], "rum"),
        (["check", "config.yaml", "--baseline", "no.json"], "--update writes it"),
        (["run", "config.yaml", "--out", "config.yaml"], "must be a folder, but is a file"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_two(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert "Traceback" not in caught.err
    assert caught.out == ""
    assert sorted(path.name for path in folder.iterdir()) == ["config.yaml"]


def test_an_interrupt_is_130_and_a_failure_is_70(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fake_engine.interrupted)
    assert main(["run", "config.yaml", "--workers", "1"]) == 130
    assert "finished replications are kept" in capsys.readouterr().err
    use(monkeypatch, fake_engine.broken)
    assert main(["run", "config.yaml", "--workers", "1"]) == 70
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("run", "interrupted; finished replications are kept: run again"),
        ("check", "interrupted; nothing is kept, unless --out was given: run again"),
        ("tune", "interrupted; finished trials are kept: run again with --resume"),
        ("train", "interrupted; the last checkpoint, if any, is kept: run again with --resume"),
        ("validate", "interrupted"),
    ],
)
def test_an_interrupt_says_what_is_kept(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.cli.main.app", interrupted)
    assert main([command, "config.yaml"]) == 130
    assert capsys.readouterr().err == f"optichannel: {said}\n"


def test_a_full_disk_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "page")

    monkeypatch.setattr("experiments.report.write_page", full)
    assert main(["run", "config.yaml", "--workers", "1"]) == 2
    assert "page: the disk is full" in capsys.readouterr().err


CHECK = ["check", "config.yaml", "--baseline", "base.json", "--workers", "1"]


def test_check_against_its_own_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CHECK, "--update"]) == 0
    assert main(CHECK) == 0
    assert "unchanged" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["base.json", "config.yaml"]


def shifted(shift: float) -> Any:
    """The fake simulator with its cost changed by a constant."""

    def work(config: Any, strategy: str, replication: int) -> Any:
        found = fake_engine.replicate(config, strategy, replication)
        metrics = {**found.metrics, "cost": found.metrics["cost"] + shift}
        return replace(found, metrics=metrics, digest=found.digest[::-1])

    return work


@pytest.mark.parametrize(
    ("shift", "options", "platform", "code", "state"),
    [
        (0.5, [], "same", 1, "equivalent"),  # same platform: the registers decide
        (0.5, ["--statistical"], "same", 0, "equivalent"),
        (0.5, [], "other", 0, "equivalent"),  # elsewhere the statistics decide
        (0.5, ["--exact"], "other", 1, "equivalent"),
        (5.0, [], "other", 1, "moved"),
        (5.0, ["--statistical"], "same", 1, "moved"),
    ],
)
def test_what_check_says_of_a_change(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shift: float,
    options: list[str],
    platform: str,
    code: int,
    state: str,
) -> None:
    assert main([*CHECK, "--update"]) == 0
    if platform == "other":
        raw = json.loads(Path("base.json").read_text())
        raw["platform"]["numpy"] = "0.1"
        Path("base.json").write_text(json.dumps(raw))
    use(monkeypatch, shifted(shift))
    capsys.readouterr()
    assert main([*CHECK, *options, "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert found["changed"] == {"plain": [0, 1, 2, 3, 4], "better": [0, 1, 2, 3, 4]}
    assert bool(found["other_platform"]) == (platform == "other")
    states = {row["metric"]: row["state"] for row in found["rows"]}
    assert states == {"retention": "identical", "cost": state, "undefined": "identical"}
    main([*CHECK, *options])
    assert "cost" in capsys.readouterr().out


def test_a_metric_may_not_change_though_no_register_does(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dearer(config: Any, strategy: str, replication: int) -> Any:
        found = fake_engine.replicate(config, strategy, replication)
        return replace(found, metrics={**found.metrics, "cost": found.metrics["cost"] * 1.0001})

    assert main([*CHECK, "--update"]) == 0
    use(monkeypatch, dearer)
    assert main(CHECK) == 1
    assert "changed: metrics differ, though every metric" in capsys.readouterr().out
    assert main([*CHECK, "--statistical"]) == 0


def test_update_keeps_edited_tolerances(folder: Path) -> None:
    assert main([*CHECK, "--update"]) == 0
    raw = json.loads(Path("base.json").read_text())
    raw["metrics"]["cost"]["tolerance"] = {"absolute": 9.0, "relative": 0.0}
    Path("base.json").write_text(json.dumps(raw))
    assert main([*CHECK, "--update"]) == 0
    kept = baselines.load(Path("base.json")).metrics
    assert kept["cost"].tolerance == Tolerance(absolute=9.0)
    assert kept["retention"].tolerance is None  # as experiments.regression.tolerances says


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 9}, "seed: must be as in the baseline (9); got 1"),
        ({"replications": 9}, "replications: must be as in the baseline (9); got 5"),
        ({"digests": {"plain": []}}, "strategies: must be as in the baseline (plain)"),
        ({"format": 2}, "base.json: format: must be 1; got 2"),
        ({"extra": 2}, "base.json: extra: unknown key"),
    ],
)
def test_a_baseline_that_does_not_fit(
    folder: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], said: str
) -> None:
    assert main([*CHECK, "--update"]) == 0
    raw = json.loads(Path("base.json").read_text())
    Path("base.json").write_text(json.dumps({**raw, **change}))
    assert main(CHECK) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("document", ["scenario", "experiment"])
def test_schema_is_json(capsys: pytest.CaptureFixture[str], document: str) -> None:
    assert main(["schema", document]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["type"] == "object"
    assert "extends" in schema["properties"]


def test_list_names_everything_that_ships(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"scenarios", "policies", "configs", "trainings"}
    assert "helpdesk" in found["trainings"] and all(found["trainings"].values())
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for names in found.values() for name in names)


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from experiments.cli.main import main; main(['--help']);"
        "heavy = {'numpy', 'polars', 'plotly', 'pydantic', 'scipy', 'torch', 'simpy', 'yaml'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stderr.strip() == "[]"
    assert "run" in done.stdout


REAL: dict[str, Any] = {
    "name": "real",
    "scenario": "helpdesk",
    "horizon_days": 3,
    "warm_up_days": 1,
    "replications": 2,
    "strategies": {
        "apart": {"regime": "multichannel", "policy": "policies.base:Policy"},
        "joined": {"regime": "omnichannel", "policy": "policies.base:Policy"},
    },
}


def test_the_simulator_through_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "real.yaml").write_text(yaml.safe_dump(REAL))
    out = tmp_path / "run"
    options = ["--workers", "2", "--out", str(out), "--register", "csv", "--json"]
    assert main(["run", str(tmp_path / "real.yaml"), *options]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (out / "report.html").stat().st_size > 0
    assert len(list(out.rglob("register/contacts.csv"))) == 4
    journeys = [row["mean"] for row in found["estimates"] if row["metric"] == "journeys"]
    assert len(journeys) == 2 and min(journeys) > 0


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("strategies.apart.policy=randm", "strategies.apart: policy: must be a shipped policy"),
        ("strategies.apart.regime=multichanel", "did you mean 'multichannel'?"),
        ("strategies.apart.channels=[phne]", "did you mean 'phone'?"),
        ("overrides.temas.x=3", "temas: unknown key; got {'x': 3}; did you mean 'teams'?"),
        ("scenario=helpdsk", "did you mean 'helpdesk'?"),
        (
            "replications={max: 30, precision: {retenton: {relative: 0.1}}}",
            "replications.precision.retenton: unknown metric; did you mean 'retention'?",
        ),
    ],
)
def test_what_does_not_fit_the_scenario_is_refused_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, said: str
) -> None:
    config = tmp_path / "real.yaml"
    config.write_text(yaml.safe_dump(REAL))
    assert main(["run", str(config), "--out", str(tmp_path / "out"), "--set", setting]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
