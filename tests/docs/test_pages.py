"""The documentation hangs together: generated pages are current, links and names lead somewhere."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import DOCS, EXAMPLES, PAGES, anchors_of, blocks_of, inline_code, links_of
from tests.support.pages import name_of as named
from tests.support.paths import ROOT

KINDS = {"sh", "python", "text", "diff"}
KINDS |= {f"yaml {kind}" for kind in ("scenario", "experiment", "training", "tuning", "prediction")}
RECORDS = DOCS / "results"
"""Pages that speak of the revision at which they were recorded."""


def test_generated_pages_are_current() -> None:
    pytest.importorskip("sb3_contrib")  # whose algorithms' hyper-parameters are in the reference
    check = [sys.executable, "docs/generate.py", "--check"]
    found = subprocess.run(check, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_a_stale_page_is_named_with_the_way_to_renew_it(tmp_path: Path) -> None:
    pytest.importorskip("sb3_contrib")
    code = (
        "import generate, pathlib, sys; generate.DOCS = pathlib.Path(sys.argv[1]); "
        "generate.PAGES = {'model.md': generate.PAGES['model.md']}; "
        "(generate.DOCS / 'model.md').write_text('# old'); sys.exit(generate.main(['--check']))"
    )
    run = [sys.executable, "-c", code, str(tmp_path)]
    found = subprocess.run(run, cwd=DOCS, capture_output=True, text=True)
    assert found.returncode == 1
    assert "model.md" in found.stdout and "python docs/generate.py" in found.stdout
    assert (tmp_path / "model.md").read_text() == "# old"


def test_every_column_of_register_and_results_is_explained() -> None:
    code = "import generate; print(list(generate.tables.undescribed()))"
    run = [sys.executable, "-c", code]
    found = subprocess.run(run, cwd=DOCS, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in links_of(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        known = target.suffix != ".md" or not anchor or anchor in anchors_of(target)
        if not target.exists() or not known:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_says_what_it_is(page: Path) -> None:
    assert [str(b) for b in blocks_of(page) if b.kind not in KINDS] == []


def test_every_page_is_on_the_map() -> None:
    index = DOCS / "index.md"
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in links_of(index)}
    pages = {page for page in PAGES if page.is_relative_to(DOCS)} - {index}
    assert {named(page) for page in pages - linked} == set()


def test_blocks_that_show_a_file_show_it_whole() -> None:
    shown = [b for page in PAGES for b in blocks_of(page) if b.file]
    assert [str(b) for b in shown if b.text != (DOCS / str(b.file)).read_text()] == []
    files = {str(p.relative_to(DOCS)) for p in EXAMPLES.rglob("*") if p.suffix in (".yaml", ".py")}
    assert files == {b.file for b in shown}


@pytest.mark.parametrize("page", [p for p in PAGES if RECORDS not in p.parents], ids=named)
def test_paths_and_names_of_code_exist(page: Path) -> None:
    missing = [c for c in inline_code(page) if not _path_exists(c) or not _name_exists(c)]
    assert missing == []


def _path_exists(code: str) -> bool:
    path = re.fullmatch(r"(?:sim|policies|experiments|tests|docs|\.ci|\.github)/[\w./*-]*", code)
    return path is None or any(ROOT.glob(code.rstrip("/")))


def _name_exists(code: str) -> bool:
    name = re.match(r"(?:sim|policies|experiments)(?:\.\w+)+", code)
    if name is None or name[0] != code.partition("(")[0]:
        return True
    parts = code.partition("(")[0].split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in ("sim", "policies", "experiments"):
                return True  # needs an extra that is not installed, so it cannot be looked at here
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_a_name_that_is_not_there_would_be_noticed() -> None:
    assert not _name_exists("sim.behaviour.no_such_thing")
    assert not _path_exists("experiments/no_such_room/")
