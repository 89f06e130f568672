"""A run's tables as files: CSV unrounded, LaTeX as shown and with nothing unescaped."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import RunResults, run, save_table
from experiments.report.export.latex import LONG, Table, escaped, latex
from experiments.report.export.tables import tables
from experiments.report.tables import Cell
from experiments.running.runner import Settings, run_experiment
from experiments.store.results import SCHEMAS
from sim import InputError
from tests.support import small_runs
from tests.support.fake_engine import engine
from tests.support.front_runs import config, work

EVIL = r"\input{/etc/passwd} $x$ & 100% #1 _a ~ ^ {b} <i>"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    learned = {"use": "learned", "params": {"file": "telco"}}
    strategies = {
        "own": {"policy": "customer_choice", "title": EVIL},
        "learned": {"policy": learned, "regime": "optichannel"},
    }
    made = small_runs.config("telco", replications=4, strategies=strategies)
    return run(made, workers=1, folder=tmp_path_factory.mktemp("tables") / "run").results


def test_the_page_s_tables_come_first_then_those_of_the_folder(results: RunResults) -> None:
    names = list(tables(results))
    assert names[:3] == ["headlines", "customers", "journeys"]
    assert {"components", "staff", "trainings", "headline_differences"} < set(names)
    assert names[-len(SCHEMAS) :] == list(SCHEMAS)


def test_csv_holds_the_figures_unrounded(results: RunResults, tmp_path: Path) -> None:
    back = pl.read_csv(save_table(results, "headlines", tmp_path / "headlines.csv"))
    rows = results.estimates.filter(pl.col("metric") == "cost_per_customer")
    own = back.filter(pl.col("metric") == "cost_per_customer")
    assert own["mean"].to_list() == rows["mean"].to_list()
    assert own["unit"].to_list() == ["USD/customer"] * 2
    whole = pl.read_csv(save_table(results, "differences", tmp_path / "all.csv"))
    assert whole.columns == results.differences.columns and len(whole) == len(results.differences)


def test_components_as_numbers_add_up(results: RunResults) -> None:
    rows = tables(results)["components"].frame
    for of in rows.partition_by("strategy"):
        mean = dict(of.select("component", "mean").iter_rows())
        net = mean.pop("Net value")
        assert sum(mean.values()) == pytest.approx(net)
    assert rows.filter(strategy="own")["difference"].null_count() == 7
    assert rows.filter(strategy="learned")["difference"].null_count() == 0


def test_goals_as_numbers(tmp_path: Path) -> None:
    made = run_experiment(config(), engine(work), Settings(1, tmp_path / "run"))
    found = tables(made.results)
    front, gap = found["front"].frame, found["gap"].frame
    assert front["share"].is_between(0, 1 + 1e-9).all() and front["difference"][0] is None
    assert gap["policy"][0] == "<b>Bound</b>" and gap["closed"][0] == pytest.approx(1)
    assert (gap["gain_low"] <= gap["gain"]).all()


def test_every_table_is_latex_that_closes_what_it_opens(results: RunResults) -> None:
    for name, table in tables(results).items():
        text = latex(table, "made\n\\input{by} tests")
        lines = text.split("\n")
        assert lines[0].startswith("%") and not text.startswith("%\n")
        opened = re.findall(r"\\begin\{(\w+)\}", text)
        assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", text)), name
        assert ("longtable" in opened) == (len(table.rows) > LONG)
        for rule in ("top", "mid", "bottom"):
            assert rf"\{rule}rule" in text
        rows = [line for line in lines if line.endswith(r"\\") and r"\caption" not in line]
        cells = {len(re.findall(r"(?<!\\)&", line)) for line in rows}
        assert cells == {len(table.heads) - 1}, name
        unescaped = re.sub(r"\\[a-zA-Z]+|\\.", "", "\n".join(lines[1:]))
        assert not set(unescaped) & set("#_~^\\"), name
        assert unescaped.count("$") % 2 == 0


def test_a_title_stays_words(results: RunResults, tmp_path: Path) -> None:
    text = save_table(results, "headlines", tmp_path / "t.tex").read_text()
    assert r"\textbackslash{}input\{/etc/passwd\} \$x\$ \& 100\% \#1 \_a" in text
    assert r"\input{" not in text.split("\n", 2)[2]


@given(st.text())
def test_any_text_is_escaped(text: str) -> None:
    made = escaped(text)
    assert "\n" not in made and "%" not in made.replace(r"\%", "")
    bare = re.sub(r"\\[a-zA-Z]+(\{\}|\\,|,)?|\\[\\{}$&%#_,]|\$\\[a-z]+\$|\$-\$|~", "", made)
    assert not set(bare) & set("\\$&#_^{}%~")


def test_intervals_stand_below_and_the_best_is_bold() -> None:
    cells = [Cell("1.5", "1 to 2", True), Cell("9.5", "9 to 10")]
    table = Table("t_1", "Caption.", pl.DataFrame(), ["", "A", "B"], [["x", *cells], ["y", *cells]])
    text = latex(table, "here")
    assert "x & \\textbf{1.5} & 9.5 \\\\\n & \\footnotesize 1 to 2 & \\footnotesize 9 to 10" in text
    assert text.count(r"\addlinespace") == 1
    assert r"\caption{Caption.}\label{tab:t-1}" in text


def test_strategies_go_downwards_where_they_are_many(results: RunResults, tmp_path: Path) -> None:
    assert tables(results)["headlines"].heads[0] == "Metric"
    many = {f"s{i}": {"policy": "customer_choice"} for i in range(8)}
    made = small_runs.config("helpdesk", replications=2, horizon_days=1, strategies=many)
    found = tables(run(made, workers=1, folder=tmp_path).results)["headlines"]
    assert found.heads[0] == "Strategy" and len(found.rows) == 8


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("headline", "a.csv", "table: must be one of .*got 'headline'; did you mean 'headlines'"),
        ("headlines", "a.xlsx", r"out: must end in \.csv or \.tex; got '.*a\.xlsx'"),
    ],
)
def test_what_is_no_table_is_said(
    name: str, file: str, message: str, results: RunResults, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        save_table(results, name, tmp_path / file)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="LaTeX is not installed")
def test_latex_sets_every_table(results: RunResults, tmp_path: Path) -> None:
    names = list(tables(results))
    for name in names:
        save_table(results, name, tmp_path / f"{name}.tex")
    preamble = r"\documentclass{article}\usepackage{lmodern,booktabs,longtable,array}"
    body = "\n".join(rf"\input{{{name}.tex}}\clearpage" for name in names)
    text = f"{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (tmp_path / "all.tex").write_text(text)
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout[-2000:]
