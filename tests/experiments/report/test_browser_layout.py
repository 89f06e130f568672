"""The order of the page of a run, and the page on paper, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import DESKTOP, visit

pytestmark = pytest.mark.browser


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
