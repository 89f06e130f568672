"""Every figure and page in a real browser, at desktop and phone width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.report.page import prepare
from experiments.validation.checks import FULL, Check, Interval, Plot, Sheet
from experiments.validation.logs import page as log_page
from experiments.validation.logs.rows import LogRow
from experiments.validation.logs.study import Effort, LogResult
from experiments.validation.page import write_page as write_validation
from tests.support.browser import (
    DESKTOP,
    PHONE,
    assert_no_sideways_scroll,
    complaints,
    visit,
)
from tests.support.report_data import INFO, make_results

pytestmark = pytest.mark.browser

DRAWN = """
return Array.from(document.querySelectorAll('.plot')).map(e => {
  const width = e.getBoundingClientRect().width;
  const marks = e.querySelectorAll(
    '.main-svg .scatterlayer .trace path, .main-svg .sankey-link').length;
  const titles = Array.from(e.querySelectorAll('.xtitle, .ytitle'))
    .map(t => t.getBoundingClientRect());
  const box = e.getBoundingClientRect();
  return {
    id: e.dataset.figure, svgs: e.querySelectorAll('.main-svg').length, marks: marks,
    inside: titles.every(t => t.left >= box.left - 1 && t.right <= box.right + 1
      && t.top >= box.top - 1 && t.bottom <= box.bottom + 1),
    fits: width <= document.documentElement.clientWidth
  };
});
"""


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize(("strategies", "replications"), [(1, 5), (3, 20), (3, 1), (12, 20)])
def test_every_figure_is_drawn(
    browser: Any,
    pages: Callable[[int, int], Path],
    strategies: int,
    replications: int,
    width: int,
) -> None:
    visit(browser, pages(strategies, replications), width)
    drawn = {figure["id"]: figure for figure in browser.execute_script(DRAWN)}
    view = prepare(make_results(strategies, replications), dict(INFO))
    expected = {f.id for key, s in view.sections.items() for f in s.figures if key != "flows"}
    assert set(drawn) == expected | {f"flow-{name}" for name in view.flow_pair}
    for name, figure in drawn.items():
        assert figure["svgs"] >= 1 and figure["marks"] >= 1, name
        assert figure["inside"], f"an axis title of {name} is cut off"
        assert figure["fits"], name
    assert complaints(browser) == []
    assert_no_sideways_scroll(browser, width)


def test_nothing_is_loaded_from_elsewhere(browser: Any, pages: Callable[[int, int], Path]) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert [name for name in loaded if not name.startswith(("data:", "blob:"))] == []


NOT_DRAWN = """
return Array.from(document.querySelectorAll('svg')).filter(e => {
  const box = e.getBoundingClientRect(), part = e.querySelector('circle').getBoundingClientRect();
  return !part.width || part.left < box.left || part.right > box.right + 1
    || getComputedStyle(e.querySelector('line')).stroke === 'none';
}).length;
"""


def pages_without_scripts(folder: Path) -> list[Path]:
    """The page of a check and that of a log, with long texts and all kinds of rows."""
    sheet = Sheet("x", FULL)
    for wait in (1.0, 2.0):
        sheet.figure(f"mean wait {wait}", Interval(1.0, 0.99, 1.01), wait, "a long source " * 5)
    line = {"Erlang C": ([0.0, 10.0], [0.0, 40.0])}
    sheet.plots.append(Plot("Wait", "agents", "s", line, [(5.0, Interval(20.0, 15.0, 25.0))]))
    check = Check("x", "A check", "theory", "queue", lambda sheet: None)
    write_validation([(check, sheet.result())], folder / "validation.html")
    row = LogRow(
        "overall",
        "all",
        "mean wait",
        "s",
        9,
        9.0,
        8.0,
        7.0,
        12.0,
        -0.1,
        0.1,
        0.2,
        True,
        True,
        "agreed",
    )
    result = LogResult("log", "A log", "Given: calls. " * 20, (row,), ("a note",))
    return [folder / "validation.html", log_page.write_files(result, Effort(2, 0, 1, 1), folder)[0]]


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_pages_without_scripts_fit_and_are_drawn(browser: Any, tmp_path: Path, width: int) -> None:
    for path in pages_without_scripts(tmp_path):
        visit(browser, path, width)
        assert browser.execute_script("return document.querySelectorAll('svg').length") == 1
        assert browser.execute_script(NOT_DRAWN) == 0
        assert_no_sideways_scroll(browser, width)
        assert complaints(browser) == []
