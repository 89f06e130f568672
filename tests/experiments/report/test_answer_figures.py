"""The figures and tables that answer a run's questions, on the page and as files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from experiments import save_figure, save_table
from experiments.questions.results import Answers
from experiments.report.export.canvas import image
from experiments.report.export.figures import figures
from experiments.report.export.tables import tables
from experiments.report.figure import Figure
from experiments.report.page import render_page
from experiments.report.palette import REFERENCE_COLOUR
from sim.metrics.metrics import EXPECTED
from tests.support.asked_runs import STRATEGIES, asked, blocks, whole
from tests.support.known_world import on

ASKED_FIGURES = [
    *("effects-value", "effects-retention", "effects-cost"),
    *("factorial-factors", "factorial-interactions"),
    *("sweep-value", "sweep-retention", "sweep-cost"),
    "levers-year",
]
BLUE, ORANGE = "#0072b2", "#d55e00"


def one(name: str) -> Figure:
    return figures(whole())[name]


def rows(figure: Figure) -> dict[str, dict[str, Any]]:
    """The marks of a figure in rows, by the row's label."""
    labels = figure.layout["yaxis"]["ticktext"]
    marks = [trace for trace in figure.data if len(trace["y"]) == 1]
    return {labels[int(trace["y"][0])]: trace for trace in marks}


def test_the_answers_come_first_and_in_the_order_of_the_questions() -> None:
    assert list(figures(whole()))[: len(ASKED_FIGURES)] == ASKED_FIGURES


def test_every_figure_is_one_that_plotly_knows_and_that_is_drawn_on_paper() -> None:
    pytest.importorskip("matplotlib")
    heat = asked(sweep={"keys": {"on.a": [0, 1], "on.d": [0, 1, 2]}, "strategies": ["plain"]})
    known = figures(whole()) | figures(heat)
    assert "sweep-map-1" in known
    for name in [*ASKED_FIGURES, "sweep-map-1"]:
        figure = known[name]
        go.Figure({"data": figure.data, "layout": figure.layout})
        assert figure.alt and figure.title
        assert len(image(figure, "png", 80)) > 2000


def test_effects_are_ranked_and_coloured_by_what_was_shown() -> None:
    marks = rows(one("effects-value"))
    assert list(marks) == ["A &lt;i&gt;&amp; more", "d", "slow", "c"]  # and not "none"
    best, worst = marks["A &lt;i&gt;&amp; more"], marks["c"]
    assert best["marker"]["color"] == BLUE and worst["marker"]["color"] == ORANGE
    # More cost is worse.
    dear = rows(one("effects-cost"))["A &lt;i&gt;&amp; more"]
    assert dear["marker"]["color"] == ORANGE
    # Retention is the same in all: nothing to show.
    assert rows(one("effects-retention"))["c"]["marker"]["color"] == "#ffffff"
    answers = Answers.of(whole().manifest)
    assert answers is not None and answers.effects is not None
    worth = answers.effects.effects[0].worth[EXPECTED]
    assert worth.high is not None and worth.mean is not None
    assert best["x"] == [pytest.approx(worth.mean, rel=1e-4)]
    assert best["error_x"]["array"] == [pytest.approx(worth.high - worth.mean, rel=1e-4)]


def test_bars_of_factors_add_up_to_all_of_them() -> None:
    bars, alone = one("factorial-factors").data
    *parts, total = bars["x"]
    assert sum(parts) == pytest.approx(total, rel=1e-3)
    assert parts == sorted(parts, reverse=True)
    labels = one("factorial-factors").layout["yaxis"]["ticktext"]
    assert labels == ["a", "b", "c", "All against none"]
    assert alone["x"][0] == pytest.approx(3, abs=0.4)  # a with all others off
    assert bars["x"][0] > alone["x"][0]  # with b it is worth more
    assert bars["marker"]["color"][2] == ORANGE  # c


def test_curves_have_bands_and_a_cross_where_they_meet() -> None:
    figure = one("sweep-value")
    lines = {t["name"]: t for t in figure.data if t.get("mode") == "lines+markers"}
    assert set(lines) == {"Plain", "With &lt;b&gt;"}
    assert lines["Plain"]["line"]["color"] == REFERENCE_COLOUR
    assert {t["meta"] for t in figure.data if t.get("fill") == "toself"} == set(STRATEGIES)
    (cross,) = [t for t in figure.data if "Change of places" in t.get("name", "")]
    assert cross["x"] == [pytest.approx(1 / 3, abs=0.1)]
    line = lines["Plain"]
    left, right = line["y"][1], line["y"][2]
    assert min(left, right) <= cross["y"][0] <= max(left, right)
    low = cross["x"][0] - cross["error_x"]["arrayminus"][0]
    assert low < 1 / 3 < cross["x"][0] + cross["error_x"]["array"][0]


def test_strategies_that_are_the_same_do_not_cross() -> None:
    twins = {"plain": {"policy": "x"}, "twin": {"policy": "x", **on(a=5)}}
    figure = figures(asked(strategies=twins, sweep={"keys": {"on.a": [0, 1]}}))["sweep-value"]
    assert not [t for t in figure.data if "Change of places" in t.get("name", "")]


def test_two_keys_give_a_panel_for_each_value_of_the_second_on_one_scale() -> None:
    found = figures(asked(sweep={"keys": {"on.a": [0, 1, 2], "on.d": [0, 2]}}))
    panels = [found[f"sweep-value-{i}"] for i in (1, 2)]
    assert [panel.title for panel in panels] == ["on.d 0", "on.d 2"]
    assert panels[0].layout["yaxis"]["range"] == panels[1].layout["yaxis"]["range"]
    points = next(t["y"] for t in panels[1].data if t.get("name") == "Plain")
    assert points[1] == pytest.approx(3 + 1, abs=0.4)  # a = 1, d = 2


def test_one_strategy_over_two_keys_is_a_map() -> None:
    sweep = {"keys": {"on.a": [0, 1], "on.c": [0, 1, 2]}, "strategies": ["plain"]}
    (trace,) = figures(asked(sweep=sweep))["sweep-map-1"].data
    assert (trace["x"], trace["y"]) == (["0", "1"], ["0", "1", "2"])
    assert trace["z"][1][0] == pytest.approx(-2, abs=0.4)
    assert trace["z"][0][1] == pytest.approx(3, abs=0.4)
    assert trace["text"][1][0].endswith("*") and not trace["text"][0][0].endswith("*")
    assert trace["zmin"] == -trace["zmax"]


def test_levers_stand_beside_their_prices_and_before_the_portfolio() -> None:
    bars, prices = one("levers-year").data
    labels = one("levers-year").layout["yaxis"]["ticktext"]
    assert labels[:3] == ["1. b", "2. A first", "3. c"]
    assert labels[3:] == [
        "Budget's best,<br>simulated together",
        "The same, each alone,<br>added up",
    ]
    assert prices["x"] == [1.0, 9.0, 0.01, 10.0, 10.0]  # thousands
    answers = Answers.of(whole().manifest)
    assert answers is not None and answers.levers is not None
    chosen = answers.levers.portfolio
    assert chosen is not None and chosen.measured.mean is not None
    assert bars["x"][3] == pytest.approx(chosen.measured.mean / 1000 + 10, rel=1e-3)
    # a and b are worth more together than added up
    assert bars["x"][3] > bars["x"][4]


def test_tables_are_named_as_their_figures_are_kept(tmp_path: Path) -> None:
    found, kept = tables(whole()), whole().answers
    assert kept.keys() <= found.keys()
    shown = {table.name: table for block in blocks(whole()).values() for table in block.tables}
    assert set(shown) == {
        *("effects", "shapley", "contrasts", "sweep", "crossings", "levers", "portfolio"),
    }
    for name, table in shown.items():
        assert found[name].frame.equals(kept[name])
        assert all(len(row) == len(table.heads) for row in table.rows), name
        assert save_table(whole(), name, tmp_path / f"{name}.tex").read_text().count("tabular")
    csv = save_table(whole(), "effects", tmp_path / "effects.csv")
    read = pl.read_csv(csv).filter(delta="a", metric=EXPECTED)
    assert read["mean"][0] == kept["effects"].filter(delta="a", metric=EXPECTED)["mean"][0]
    text = (tmp_path / "effects.tex").read_text()
    assert r"A \textless{}i\textgreater{}\& more" in text and "changed nothing" in text


def test_what_can_be_told_is_bold() -> None:
    effects = blocks(whole())["effects"].tables[0]
    best = {row[0]: row[1] for row in effects.rows}
    assert not isinstance(best["c"], str) and best["c"].best
    retention = {row[0]: row[2] for row in effects.rows}
    assert not isinstance(retention["c"], str) and not retention["c"].best
    assert best["none"] == "changed nothing"
    levers = {str(row[0]): row for row in blocks(whole())["levers"].tables[0].rows}
    pays, loses = levers["2. A first"][4], levers["3. c"][4]
    assert not isinstance(pays, str) and pays.best
    assert not isinstance(loses, str) and not loses.best


def test_a_figure_of_answers_is_saved(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = save_figure(whole(), "levers-year", tmp_path / "l.svg")
    assert one("levers-year").alt in path.read_text(encoding="utf-8")


def test_the_page_escapes_titles_and_says_each_verdict() -> None:
    page = render_page(whole())
    assert "<i>&" not in page.partition('<script type="application/json"')[0]
    for key in ("effects", "factorial", "sweep", "levers"):
        assert f'<section id="answer-{key}"' in page
        assert f'<a href="#answer-{key}">' in page
    head = page.partition("</header>")[0]
    assert "First &#39;A &lt;i&gt;&amp; more&#39;: it brings" in head


def test_one_strategy_that_is_asked_about_is_headed_by_the_first_answer() -> None:
    page = render_page(asked(strategies={"plain": STRATEGIES["plain"]}))
    head = page.partition("</header>")[0]
    verdict = head.partition('id="verdict">')[2]
    assert verdict.startswith("First &#39;A &lt;i&gt;")
    assert "Plain keeps 900.0 of 1,000 customers" in verdict
    assert "there is nothing to compare" not in head
    assert '<a href="#answer-effects">' not in head and '<a href="#answer-levers">' in head


def test_a_run_that_was_asked_nothing_has_no_answers() -> None:
    nothing = dict.fromkeys(("effects", "factorial", "sweep", "levers"))
    page = render_page(asked(**nothing)).partition('<script type="application/json"')[0]
    assert "answer-" not in page and 'class="asked"' not in page
