"""The page in a real browser, at desktop and phone width."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_data import INFO, make_results

from experiments.report import write_page
from experiments.report.page import prepare

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
