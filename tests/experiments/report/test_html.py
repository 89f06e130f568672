"""The maker of pages: strict, escaped, one style; drawings without a script; plain figures."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from experiments.report import html, render_page
from experiments.report.drawing import draw, ticks
from experiments.report.formatting import MINUS, interval, number
from experiments.validation.checks import FULL, Check, Interval, Plot, Sheet
from experiments.validation.page import render
from tests.support.report_data import INFO, make_results


def a_check(title: str = "A check") -> tuple[Check, Sheet]:
    """A check with a figure and a plot of one line and one point."""
    sheet = Sheet("x", FULL)
    sheet.figure("mean wait", Interval(1.0, 0.99, 1.01), 1.0, "a formula")
    line = {"Erlang C": ([0.0, 10.0], [0.0, 40.0])}
    sheet.plots.append(Plot(title, "agents", "wait", line, [(5.0, Interval(20.0, 15.0, 25.0))]))
    return Check("x", title, "theory", "queue", lambda sheet: None), sheet


def style_of(page: str) -> str:
    found = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_all_pages_have_the_style_of_the_base() -> None:
    check, sheet = a_check()
    of_run = style_of(render_page(make_results(2), dict(INFO)))
    assert style_of(render([(check, sheet.result())])) == of_run
    assert "table" in of_run and "{{" not in of_run and "&#" not in of_run


def test_a_value_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="title"):
        html.render("base.html.j2")


def test_texts_are_escaped_and_only_the_page_of_a_run_may_run_scripts() -> None:
    page = html.render("base.html.j2", title="<script>alert(1)</script>")
    assert "<script" not in page and "script-src" not in page
    assert "&lt;script&gt;" in page
    assert "script-src 'unsafe-inline'" in render_page(make_results(1), dict(INFO))


def test_a_page_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old and much longer")
    html.write(path, "néw")
    assert path.read_text(encoding="utf-8") == "néw"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (12345.6, 4, "12,346"),
        (0.05399, 4, "0.05399"),
        (9999.0, 4, "9999"),
        (1234.5, 3, "1,234"),
        (79.44, 3, "79.4"),
        (-0.25, 4, f"{MINUS}0.25"),
        (-1e-7, 4, f"{MINUS}1e-07"),
        (0.0, 3, "0"),
    ],
)
def test_figures_have_their_significant_digits(value: float, digits: int, text: str) -> None:
    assert number(value, digits) == text


def test_an_interval_is_said_with_its_ends() -> None:
    assert interval(1.0, 2.5) == "1 to 2.5"
    assert interval(-1.0, 1234.5, 3) == f"{MINUS}1 to 1,234"


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (4.0, 8.0), (0.0, 418.7), (-3.2, 7.9), (0.0, 0.05399), (98, 1e6)]
)
def test_ticks_are_few_round_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 < len(found) <= 7
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in found)
    (step,) = {f"{b - a:.6g}" for a, b in pairwise(found)}
    assert f"{float(step):e}"[0] in "125"


def test_a_drawing_holds_its_lines_and_intervals() -> None:
    drawing = draw({"l": ([0.0, 10.0], [10.0, 40.0])}, [(5.0, 20.0, 15.0, 25.0)])
    (name, points, _), (x, y, low, high) = drawing.lines[0], drawing.marks[0]
    first, last = (tuple(map(float, point.split(","))) for point in points.split())
    assert name == "l"
    assert first[0] == drawing.left and last == (drawing.right, drawing.top)
    assert drawing.bottom > first[1] > drawing.top  # 10 of 40: the axis begins at 0
    assert x == pytest.approx((drawing.left + drawing.right) / 2)
    assert high < y < low  # y runs downwards
    assert drawing.y_ticks[0] == (drawing.bottom, "0")


def test_a_constant_series_can_be_drawn() -> None:
    drawing = draw({"l": ([1.0, 1.0], [0.0, 0.0])})
    assert drawing.x_ticks and drawing.y_ticks


def test_the_validation_page_draws_what_a_check_plots() -> None:
    check, sheet = a_check("Wait <b>")
    page = render([(check, sheet.result())])
    assert page.count("<polyline") == 1 and page.count("<circle") == 1
    assert 'aria-label="Wait &lt;b&gt;"' in page
    assert all(f">{text}</text>" in page for text in ("agents", "wait", "40"))
