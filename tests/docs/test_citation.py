"""How the project is cited: both files say the same, and what pyproject says."""

from __future__ import annotations

import csv
import json
import tomllib

import yaml

from experiments.store.results import MORE, SCHEMAS
from sim import METRICS
from sim.register.register import FLOATS, TABLES
from tests.support.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text())
ZENODO = json.loads((ROOT / ".zenodo.json").read_text())
REQUIRED = {"cff-version", "message", "title", "authors"}
"""Of the Citation File Format 1.2.0."""


def test_both_files_say_what_the_project_says() -> None:
    assert CITED.keys() >= REQUIRED and CITED["cff-version"] == "1.2.0"
    assert CITED["version"] == ZENODO["version"] == PROJECT["version"]
    assert CITED["license"] == ZENODO["license"] == PROJECT["license"]
    assert CITED["title"] == ZENODO["title"] and CITED["type"] == ZENODO["upload_type"]
    assert CITED["keywords"] == ZENODO["keywords"]
    assert CITED["abstract"].strip() in ZENODO["description"]


def test_nobody_is_named_who_is_not_an_author() -> None:
    names = [author["name"] for author in PROJECT["authors"]]
    assert [author["name"] for author in CITED["authors"]] == names
    assert ZENODO["creators"] == [{"name": name} for name in names]


def test_the_data_dictionary_holds_every_metric_and_column() -> None:
    file = ROOT / "docs" / "reference" / "data-dictionary.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        rows = {(row["where"], row["name"]): row for row in csv.DictReader(lines)}
    columns = {
        *(("metrics", name) for name in METRICS),
        *((f"register.{table}", name) for table, names in TABLES.items() for name in names),
        *(
            (f"run.{table}", name)
            for table, names in SCHEMAS.items()
            for name in {**names, **MORE.get(table, {})}
        ),
    }
    assert set(rows) == columns
    for (where, name), row in rows.items():
        assert row["meaning"] and row["type"], (where, name)
        assert row["unit"] or where.startswith("run."), (where, name)
        assert row["unit"] != "code" or "0 " in row["codes"], (where, name)
        if where.startswith("register."):
            assert (row["type"] == "float64") == (name in FLOATS)
