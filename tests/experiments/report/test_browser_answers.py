"""The answers on a run's page, in a real browser on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.report import write_page
from tests.support.asked_runs import asked, whole
from tests.support.browser import DESKTOP, PHONE, assert_no_sideways_scroll, complaints, visit

pytestmark = pytest.mark.browser
QUESTIONS = ["effects", "factorial", "sweep", "levers"]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "page.html"
    write_page(whole(), path)
    return path


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_every_answer_is_drawn_and_nothing_is_too_wide(
    width: int, browser: Any, page: Path
) -> None:
    visit(browser, page, width)
    drawn = browser.execute_script(
        "return Array.from(document.querySelectorAll('section.answers')).map(e => ["
        "e.id.replace('answer-', ''), e.querySelectorAll('.plot .main-svg').length > 0])"
    )
    assert drawn == [[name, True] for name in QUESTIONS]
    assert complaints(browser) == []
    assert_no_sideways_scroll(browser, width)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_names_of_rows_do_not_run_into_each_other(
    width: int, browser: Any, tmp_path: Path
) -> None:
    long = "A title of many words that takes more than one line, and then some more of them"
    factors = {
        name: {"title": f"{long} {name}", "on": {"overrides": {"on": {name: 1}}}} for name in "abc"
    }
    path = tmp_path / "long.html"
    write_page(asked(replications=3, factorial={"factors": factors}), path)
    visit(browser, path, width)
    overlaps = browser.execute_script(
        """
        return Array.from(document.querySelectorAll('#answer-factorial .plot')).map(plot => {
          const boxes = Array.from(plot.querySelectorAll('.ytick text'))
            .map(e => e.getBoundingClientRect()).sort((a, b) => a.top - b.top);
          return boxes.slice(1).filter((box, i) => box.top < boxes[i].bottom - 1).length;
        });
        """
    )
    assert overlaps == [0, 0]
    assert_no_sideways_scroll(browser, width)


def test_a_link_in_the_head_leads_to_its_answer(browser: Any, page: Path) -> None:
    visit(browser, page, DESKTOP)
    for name in QUESTIONS:
        browser.execute_script(
            "document.querySelector(arguments[0]).click()", f"header a[href='#answer-{name}']"
        )
        top = browser.execute_script(
            "return document.getElementById(arguments[0]).getBoundingClientRect().top",
            f"answer-{name}",
        )
        assert 0 <= top < 900


def test_a_strategys_button_hides_its_curve(browser: Any, page: Path) -> None:
    visit(browser, page, DESKTOP)
    browser.execute_script("document.querySelector(\"[data-strategy='both']\").click()")
    hidden = browser.execute_script(
        "return document.getElementById('plot-sweep-value').data"
        ".filter(trace => trace.meta === 'both').map(trace => trace.visible)"
    )
    assert hidden == [False, False]  # the band and the line
