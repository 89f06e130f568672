"""A browser and the pages of made-up runs, shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.report import write_page
from tests.support.browser import chromium
from tests.support.report_data import INFO, make_results


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium with an empty profile."""
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


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
