"""Labels of marks and flows in a real browser: none covered, none cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from experiments import RunResults
from experiments.report import write_page
from experiments.report.charts.flows import flows
from experiments.report.palette import styles_for
from experiments.store.results import SCHEMAS
from tests.support.browser import DESKTOP, PHONE, complaints, visit
from tests.support.report_data import INFO, make_results

pytestmark = pytest.mark.browser

OVERLAPS = """
const boxes = Array.from(document.querySelectorAll(arguments[0]))
  .filter(e => e.textContent && e.getBoundingClientRect().width)
  .map(e => [e.textContent, e.getBoundingClientRect()]);
const met = [];
boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
  if (p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 2 && q.top < p.bottom - 2)
    met.push(a + ' / ' + b);
}));
return [boxes.map(b => b[0]), met];
"""
OUTSIDE = """
return Array.from(document.querySelectorAll('.plot')).flatMap(e => {
  const box = e.getBoundingClientRect();
  return Array.from(e.querySelectorAll(arguments[0])).map(p => p.getBoundingClientRect())
    .filter(p => p.width && (p.left < box.left - 1 || p.right > box.right + 1
      || p.top < box.top - 1 || p.bottom > box.bottom + 1)).map(() => e.dataset.figure);
});
"""
MARKS = "#plot-tradeoff .textpoint text"


def near(strategies: int, apart: float) -> RunResults:
    """Results whose means on every metric lie `apart` of their intervals from each other."""
    results = make_results(strategies)
    first = pl.col("mean").first().over("metric")
    half = ((pl.col("high") - pl.col("low")) / 2).first().over("metric")
    place = pl.col("strategy").rank("dense").over("metric").cast(pl.Float64)
    mean = first + apart * half * place
    moved = results.estimates.with_columns(mean=mean, low=mean - half, high=mean + half)
    return replace(results, estimates=moved)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("apart", [0.02, 0.3, 1.0])
def test_labels_of_near_marks_do_not_overlap(
    browser: Any, tmp_path: Path, width: int, apart: float
) -> None:
    write_page(near(5, apart), tmp_path / "page.html", dict(INFO))
    visit(browser, tmp_path / "page.html", width)
    labels, overlaps = browser.execute_script(OVERLAPS, MARKS)
    assert overlaps == []
    assert len(labels) >= (2 if apart < 0.3 else 4)
    assert browser.execute_script(OUTSIDE, ".textpoint text") == []
    # A label comes back where there is room again.
    browser.find_element("css selector", "button[data-strategy=omnichannel]").click()
    assert browser.execute_script(OVERLAPS, MARKS)[1] == []
    assert complaints(browser) == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_part_of_a_flow_is_cut_off_or_covered(
    browser: Any, pages: Callable[[int, int], Path], width: int
) -> None:
    visit(browser, pages(3, 20), width)
    assert browser.execute_script(OUTSIDE, ".node-rect, .node-label, .sankey-link") == []
    for panel in ("#flow-panel-1", "#flow-panel-2"):
        labels, overlaps = browser.execute_script(OVERLAPS, f"{panel} .node-label")
        assert len(labels) > 5 and overlaps == []


def test_a_flow_has_one_colour_for_a_channel() -> None:
    rows = pl.DataFrame(
        [("a", "1 chat", "2 chat", 9.0), ("a", "2 chat", "resolved", 8.0)],
        schema=SCHEMAS["flows"],
        orient="row",
    )
    (figure,) = flows(rows, styles_for(["a"], None)).figures
    node = figure.data[0]["node"]
    colours = dict(zip(node["customdata"], node["color"], strict=True))
    assert colours["1 chat"] == colours["2 chat"] != colours["Resolved"]
