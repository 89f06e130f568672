"""A headless Chromium, and what tests ask of a page in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

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


@contextmanager
def chromium(profile: Path) -> Iterator[Any]:
    """A headless Chromium with an empty profile; skips where it is not installed."""
    webdriver = pytest.importorskip("selenium.webdriver")
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("Chromium or its driver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # Given a driver, Selenium need not look for one on the network.
    service = webdriver.ChromeService(executable_path=DRIVER, env={**os.environ})
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


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


def assert_no_sideways_scroll(browser: Any, width: int) -> None:
    """With everything opened, the page is no wider than the window (less its scrollbar)."""
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wide, seen = browser.execute_script(
        "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= seen <= width
