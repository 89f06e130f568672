"""Buttons, selectors, filters and links of the page of a run in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import DESKTOP, PHONE, complaints, visit
from tests.support.report_data import make_results

pytestmark = pytest.mark.browser


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
