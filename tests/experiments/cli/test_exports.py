"""The commands that write pieces of a run, and one strategy's rows and decisions."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import yaml

from experiments.cli.main import main
from tests.support.small_runs import config


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a config and two runs of its strategies."""
    folder = tmp_path_factory.mktemp("exports")
    raw = config("helpdesk", horizon_days=2).model_dump(mode="json", exclude_defaults=True)
    (folder / "small.yaml").write_text(yaml.safe_dump(raw))
    for name, strategies in (("a", ("silo", "steered")), ("b", ("silo", "random"))):
        chosen = {key: raw["strategies"][key] for key in strategies}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(raw | {"strategies": chosen}))
        run = ["run", str(folder / f"{name}.yaml"), "--workers", "1", "--out", str(folder / name)]
        assert main(run) == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, while working elsewhere."""
    monkeypatch.chdir(tmp_path)
    return made


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_names_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = said(capsys, "figure", str(folder / "a"))["figures"]
    assert isinstance(listed, dict) and "tradeoff" in listed
    listed = said(capsys, "table", str(folder / "a"))["tables"]
    assert isinstance(listed, dict) and {"headlines", "differences"} < set(listed)
    assert main(["table", str(folder / "a")]) == 0
    assert "headlines" in capsys.readouterr().out


def test_figures_and_tables_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    run = str(folder / "a")
    assert said(capsys, "figure", run, "survival", "--out", "s.pdf") == {"figure": "s.pdf"}
    assert Path("s.pdf").read_bytes().startswith(b"%PDF")
    assert main(["figure", run, "survival"]) == 0
    assert (folder / "a" / "figures" / "survival.svg").is_file()
    assert main(["table", run, "headlines", "--out", "h.tex"]) == 0
    assert r"\toprule" in Path("h.tex").read_text()
    assert main(["table", run, "headlines"]) == 0
    assert (folder / "a" / "tables" / "headlines.csv").is_file()
    assert main(["report", run]) == 0  # the run folder is still one


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["figure", "RUN", "tradeof"], "did you mean 'tradeoff'"),
        (["figure", "RUN", "tradeoff", "--out", "x.bmp"], "out: must end in .svg, .pdf, .png"),
        (["figure", "RUN", "tradeoff", "--width", "1"], "width: must be from 30 to 1000 mm"),
        (["table", "RUN", "headlins"], "did you mean 'headlines'"),
        (["table", "nowhere"], "run: no such folder 'nowhere'"),
        (["compare", "RUN", "nowhere"], "run: no such folder 'nowhere'"),
        (["register", "CONFIG", "siloo"], "did you mean 'silo'"),
        (["decisions", "CONFIG", "silo", "--out", "d.txt"], "out: must end in .csv or .parquet"),
        (["dataset", "CONFIG", "silo", "--set", "warm_up_days=0.5"], "must be whole days"),
    ],
)
def test_bad_input_is_one_message(
    words: list[str], message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"RUN": str(folder / "a"), "CONFIG": str(folder / "small.yaml")}
    assert main([places.get(word, word) for word in words]) == 2
    printed = capsys.readouterr()
    assert message in " ".join(printed.err.split()) and "Traceback" not in printed.err
    assert list(Path().iterdir()) == []


def test_two_runs_are_compared(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = said(capsys, "compare", str(folder / "a"), str(folder / "b"))
    assert isinstance(found["estimates"], list)
    names = {row["strategy"] for row in found["estimates"]}
    assert names == {"silo", "steered", "random"} and found["reference"] == "silo"
    assert Path(str(found["page"])).is_file()
    assert main(["table", str(found["folder"]), "headlines"]) == 0


@pytest.mark.parametrize("form", ["parquet", "csv", "xes"])
def test_a_register_is_written(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["register", str(folder / "small.yaml"), "steered", "--replication", "1"]
    found = said(capsys, *words, "--format", form, "--out", "rows")
    manifest = json.loads((folder / "a" / "manifest.json").read_text())
    assert found["digest"] == manifest["digests"]["steered"][1]
    assert isinstance(found["files"], list) and len(found["files"]) == (1 if form == "xes" else 9)
    assert all(Path(file).suffix == f".{form}" for file in found["files"])


def test_decisions_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config_file = str(folder / "small.yaml")
    found = said(capsys, "decisions", config_file, "steered")
    assert len(pl.read_csv("decisions.csv")) == found["decisions"]
    words = ["dataset", config_file, "steered", "--episodes", "2", "--explore", "0.5"]
    made = said(capsys, *words, "--out", "data")
    rows = [pl.read_parquet(f"data/data/{i}/part-0.parquet") for i in range(2)]
    assert sum(map(len, rows)) - 2 == made["decisions"]
    assert main(words) == 0
    assert "decisions in 2 episodes" in " ".join(capsys.readouterr().out.split())
