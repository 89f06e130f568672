"""The page in a real browser, at desktop and phone width."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from experiments.report import write_page
from experiments.report.charts.flows import flows
from experiments.report.page import prepare
from experiments.report.palette import styles_for
from experiments.store.results import SCHEMAS, RunResults
from tests.support.report_data import INFO, make_results

webdriver = pytest.importorskip("selenium.webdriver")
pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
DESKTOP, PHONE = 1280, 390
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


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium with an empty profile."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # Given a driver, Selenium need not look for one on the network.
    service = webdriver.ChromeService(executable_path=DRIVER, env={**os.environ})
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """Pages by number of strategies and of replications, each written once."""
    folder = tmp_path_factory.mktemp("pages")

    def page(strategies: int, replications: int) -> Path:
        path = folder / f"{strategies}-{replications}.html"
        if not path.exists():
            write_page(make_results(strategies, replications), path, dict(INFO))
        return path

    return page


def visit(browser: Any, path: Path, width: int) -> None:
    """Open a file at a width in CSS pixels; returns when every figure had its turn."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(path.as_uri())
    # Plotly draws asynchronously; the promise of an idle frame comes after its last drawing.
    browser.execute_async_script(
        "const done = arguments[0];"
        "const ready = () => Array.from(document.querySelectorAll('.plot'))"
        "  .every(e => e.querySelector('.main-svg'));"
        "const wait = n => ready() || n == 0"
        "  ? requestAnimationFrame(() => setTimeout(done, 100)) : setTimeout(wait, 50, n - 1);"
        "wait(200);"
    )


def complaints(browser: Any) -> list[str]:
    """What the console holds above the level of information."""
    return [e["message"] for e in browser.get_log("browser") if e["level"] not in {"INFO", "DEBUG"}]


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


def assert_no_sideways_scroll(browser: Any, width: int) -> None:
    """With everything opened, the page is no wider than the window (less its scrollbar)."""
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wide, seen = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen <= width


def test_nothing_is_loaded_from_elsewhere(browser: Any, pages: Callable[[int, int], Path]) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map(e => e.name)"
    )
    assert [name for name in loaded if not name.startswith(("data:", "blob:"))] == []


def test_the_legend_hides_a_strategy_in_every_figure(
    browser: Any, pages: Callable[[int, int], Path]
) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    count = (
        "return Array.from(document.querySelectorAll('.plot')).flatMap(e => e.data)"
        ".filter(t => t.meta === 'optichannel' && t.visible !== false).length"
    )
    button = browser.find_element("css selector", "button[data-strategy=optichannel]")
    before = browser.execute_script(count)
    button.click()
    assert before > 5
    assert browser.execute_script(count) == 0
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    assert browser.execute_script(count) == before
    assert complaints(browser) == []


def test_the_flow_selector_draws_another_strategy(
    browser: Any, pages: Callable[[int, int], Path]
) -> None:
    visit(browser, pages(3, 20), PHONE)
    name = "return document.getElementById('flow-panel-1').data[0].name"
    assert browser.execute_script(name) == "Multichannel"
    select = browser.find_element("css selector", "select[data-target=flow-panel-1]")
    select.find_element("css selector", "option[value=flow-omnichannel]").click()
    assert browser.execute_script(name) == "Omnichannel"
    links = "return document.querySelectorAll('#flow-panel-1 .sankey-link').length"
    assert browser.execute_script(links) > 5
    assert complaints(browser) == []


def test_assumptions_can_be_filtered(browser: Any, pages: Callable[[int, int], Path]) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    browser.execute_script("document.querySelector('#assumptions details').open = true")
    shown = "return document.querySelectorAll('#assumptions tbody tr:not([hidden])').length"
    provenance = make_results(3).provenance
    assert browser.execute_script(shown) == len(provenance)
    for status in ("fitted", "published", "secondary"):
        browser.find_element("css selector", f"input[data-status={status}]").click()
    assumed = provenance.filter(provenance["status"] == "assumed")
    assert browser.execute_script(shown) == len(assumed)
    browser.find_element("id", "assumption-search").send_keys("CHATBOT.")
    wanted = assumed["path"].str.contains("chatbot.", literal=True).sum()
    assert browser.execute_script(shown) == wanted


def test_a_glossary_link_opens_the_glossary(
    browser: Any, pages: Callable[[int, int], Path]
) -> None:
    visit(browser, pages(3, 20), PHONE)
    link = browser.find_element("css selector", "#metrics a[href='#term-cost_per_customer']")
    browser.execute_script("arguments[0].click()", link)
    term = browser.find_element("id", "term-cost_per_customer")
    # The browser tells the page about the new address a moment after the click.
    browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert term.is_displayed()


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


def test_on_paper_nothing_is_cut_off_and_headings_stay_with_what_follows(
    browser: Any, pages: Callable[[int, int], Path]
) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    browser.execute_script("window.dispatchEvent(new Event('beforeprint'))")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    # The width of the paper; the window stays, as Plotly must not draw again for another one.
    browser.execute_script("document.body.style.width = '688px'")
    try:
        cut, keep = browser.execute_script(
            """
            const edge = document.body.getBoundingClientRect().right + 1;
            const style = e => getComputedStyle(e);
            return [
              Array.from(document.querySelectorAll('.plot')).filter(e =>
                Array.from(e.querySelectorAll('.main-svg')).some(s =>
                  s.getBoundingClientRect().right > Math.min(edge,
                    e.getBoundingClientRect().right + 1))).map(e => e.dataset.figure),
              Array.from(document.querySelectorAll('h2, h3, h2 + p.note')).every(e =>
                style(e).breakAfter === 'avoid') &&
              Array.from(document.querySelectorAll('.plotbox, p.note, tr')).every(e =>
                style(e).breakInside === 'avoid')
            ];
            """
        )
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert cut == [] and keep


def test_business_comes_before_research_and_assumptions_stand_under_the_verdict(
    browser: Any, pages: Callable[[int, int], Path]
) -> None:
    visit(browser, pages(3, 20), DESKTOP)
    text = "return document.querySelector(arguments[0]).textContent"
    assert "numbers behind this are assumed" in browser.execute_script(text, "header .basis")
    order = browser.execute_script(
        "return Array.from(document.querySelectorAll('section, h2.part')).map(e => e.id)"
    )
    place = order.index("research")
    assert {"tradeoff", "differences", "survival", "metrics", "assumptions"} <= set(order[:place])
    assert {"statistics", "settings"} <= set(order[place:])
    assert not {"statistics", "gap", "learning", "settings"} & set(order[:place])
