"""What a training records and what the page makes of it, whoever wrote the record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import polars as pl
import pytest

from experiments import RunResults
from experiments.learning.explain.mutual_information import (
    Binned,
    binned,
    information,
    most_telling,
)
from experiments.learning.record import curve
from experiments.learning.train import train
from experiments.report.charts.components import components
from experiments.report.charts.records import Record, learned_files, read_record, record_of
from experiments.report.page import prepare, render_page
from experiments.report.palette import styles_for
from experiments.running.runner import Settings, run_experiment
from experiments.statistics import paired_difference
from policies.learned.model import Model, load_model, save_model
from sim.decisions.features import Feature
from tests.support.fake_engine import FakeResult, engine
from tests.support.fake_engine import replicate as fake
from tests.support.front_runs import METRICS as TWO
from tests.support.front_runs import config as run_config
from tests.support.report_data import INFO, make_results
from tests.support.small_training import config

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small training's file."""
    folder = tmp_path_factory.mktemp("trained")
    changes: dict[str, Any] = {"compare": {"best": "best_channel", "truth": "oracle"}}
    return Path(train(config(**changes), folder / "run")["policy"])


def changed(policy: Path, path: Path, **changes: Any) -> Path:
    """A copy of a policy's file with another record."""
    model = load_model(policy)
    header = replace(model.header, training={**model.header.training, **changes})
    save_model(Model(header, model.arrays), path)
    return path


def run_with(*files: str) -> RunResults:
    """Made-up results of a run whose first strategies are the learned policies in the files."""
    results = make_results(4)
    names = results.estimates["strategy"].unique(maintain_order=True).to_list()
    strategies: dict[str, Any] = {name: {"policy": name} for name in names}
    for name, file in zip(names, files, strict=False):
        strategies[name] = {"policy": {"use": "learned", "params": {"file": file}}}
    manifest = {**results.manifest, "config": {"strategies": strategies}, "currency": "EUR"}
    return replace(results, manifest=manifest)


def test_information_is_that_of_the_textbook_less_its_bias() -> None:
    outcome = np.tile([True, False], 50)
    bias = 1 / (2 * 100 * np.log(2))
    assert information(outcome.astype(np.int64), outcome) == pytest.approx(1 - bias)
    assert information(np.repeat([0, 1], 50), outcome) == pytest.approx(-bias)
    assert information(np.zeros(100, np.int64), outcome) == 0
    assert information(outcome.astype(np.int64), np.ones(100, bool)) == 0


def test_the_two_features_that_matter_are_found_among_others() -> None:
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 4, size=(6, 4000))
    features = [Binned(str(i), "", ("a", "b", "c", "d"), c) for i, c in enumerate(codes)]
    # The copy of feature 2 tells as much as it alone, and nothing besides.
    features.append(features[2]._replace(name="copy"))
    outcome = (codes[2] == 1) & (codes[4] > 0) | (rng.random(4000) < 0.05)
    (first, alone), (second, together) = most_telling(features, outcome)
    assert {first.name, second.name} == {"2", "4"} and together > alone > 0
    assert most_telling(features, np.zeros(4000, bool)) == []


def test_features_are_binned_in_their_own_units() -> None:
    table = [
        *(Feature(f"customer.intent.{n}", 0, 1, "0/1", "", "") for n in ("bill", "fault")),
        Feature("load.phone.oldest_wait", 0, 16, "log1p(min)", "", ""),
        Feature("customer.recovered", 0, 1, "0/1", "", ""),
        Feature("profile.mean_effort", 0, 10, "effort", "", ""),
    ]
    wait = np.array([0, 0, 0, 0, 0, 1, 2, 4, 8, 16.0])
    vectors = np.zeros((10, 5), np.float32)
    vectors[:4, 0] = vectors[4:8, 1] = vectors[9, 3] = 1
    vectors[:, 2] = np.log1p(wait)
    found = {one.name: one for one in binned(vectors, 3600.0 * 7 * np.arange(10), table)}
    assert set(found) == {
        "time.hour", "time.weekday", "customer.intent", "load.phone.oldest_wait",
        "customer.recovered",
    }  # what never varies is left out  # fmt: skip
    assert found["customer.intent"].bins == ("bill", "fault", "none")
    waits = found["load.phone.oldest_wait"]
    assert waits.unit == "min" and waits.bins == ("0", "0–1", "1–4", "> 4")
    assert waits.codes.tolist() == [0, 0, 0, 0, 0, 1, 2, 2, 3, 3]
    assert found["customer.recovered"].bins == ("no", "yes")
    assert found["time.hour"].bins[found["time.hour"].codes[2]] == "12–15"


def test_rare_values_of_a_block_stand_together() -> None:
    table = [Feature(f"customer.intent.i{i}", 0, 1, "0/1", "", "") for i in range(12)]
    vectors = np.eye(12, dtype=np.float32)[[*range(12), *range(4), *range(4)]]
    (one,) = binned(vectors, np.zeros(20), table)
    assert len(one.bins) == 8 and one.bins[-1] == "other" and one.codes.max() == 7


def test_the_curve_survives_a_broken_line_and_stays_small(tmp_path: Path) -> None:
    lines = [{"steps": 10 * i, "seconds": i / 3, "gain": float(i == 777)} for i in range(1000)]
    text = "\n".join(map(json.dumps, [*lines, {"steps": 10_000, "seconds": 400.0}]))
    (tmp_path / "log").write_text(text + '\n{"steps": 10')
    found = curve(tmp_path / "log")
    assert len(found["steps"]) <= 200 and {len(v) for v in found.values()} == {len(found["gain"])}
    assert found["steps"][0] == 0 and found["steps"][-1] == 9990
    assert found["steps"][found["gain"].index(1.0)] == 7770
    assert curve(tmp_path / "none") == {"steps": [], "seconds": [], "gain": []}


def test_a_training_records_curve_and_choices(policy: Path) -> None:
    training = load_model(policy).header.training
    assert training["customers"] == 400
    assert len(training["curve"]["steps"]) == len(training["curve"]["gain"]) >= 2
    found = training["choices"]
    means = {n: m["expected_value"] for n, m in training["means"].items()}
    assert found["rule"] == max(("rule", "best"), key=lambda name: means[name])  # never the bound
    assert len(json.dumps(found)) < 20_000
    assert found["decisions"] == sum(kind["decisions"] for kind in found["kinds"]) > 0
    assert found["differs"] == sum(kind["differs"] for kind in found["kinds"]) > 0
    cells = [cell for row in found["cells"] for cell in row]
    assert sum(cell["decisions"] for cell in cells) == found["decisions"]
    assert sum(cell["differs"] for cell in cells) == found["differs"]
    assert all(cell["change"]["decisions"] <= cell["differs"] for cell in cells if cell["differs"])
    record = read_record(str(policy))
    assert record.notes == [] and None not in (record.training, record.curve, record.choices)


def test_the_page_shows_curves_trainings_and_maps(policy: Path) -> None:
    results = run_with(str(policy), str(policy))
    view = prepare(results, dict(INFO)).learning
    assert view is not None and view.notes == []
    assert [row.algorithm for row in view.trainings] == ["fitted_index"] * 2
    (curves,) = view.curves.figures
    training = load_model(policy).header.training
    assert curves.data[0]["y"][-1] == pytest.approx(training["curve"]["gain"][-1] / 400, rel=1e-3)
    assert len(view.maps) == 2
    for figure in view.figures.figures:
        go.Figure(data=figure.data, layout=figure.layout)
    heat = view.maps[0].figure
    assert heat is not None
    for values, texts in zip(heat.data[0]["z"], heat.data[0]["text"], strict=True):
        assert texts == ["" if v is None else f"{v:.0f}%" for v in values]
    page = render_page(results, dict(INFO))
    assert 'id="learning"' in page and "rule → learned" in page
    assert prepare(make_results(3), dict(INFO)).learning is None
    seed = {**results.manifest, "seed": training["config"]["evaluation"]["seed"]}
    warned = prepare(replace(results, manifest=seed), dict(INFO)).learning
    assert warned is not None and warned.notes[0].startswith("Not on held-out luck")


BAD: dict[str, dict[str, Any]] = {
    "no mapping": {"curve": [1, 2], "choices": "x", "config": 3},
    "lengths": {"curve": {"steps": [1, 2], "gain": [1.0]}},
    "too long": {"curve": {"steps": list(range(300)), "gain": [0.0] * 300}},
    "huge": {"training_s": 1e300, "customers": 0},
    "text": {"algorithm": "x", "steps": "many", "curve": {"steps": ["1"], "gain": [None]}},
    "shape": {"choices": {"features": [], "cells": [[]]}},
}


@pytest.mark.parametrize("case", BAD)
def test_a_malformed_record_is_a_note(case: str, policy: Path, tmp_path: Path) -> None:
    file = changed(policy, tmp_path / "bad.safetensors", **BAD[case])
    results = run_with(str(file), str(policy))
    view = prepare(results, dict(INFO)).learning
    assert view is not None and any("malformed and left out" in note for note in view.notes)
    assert 'id="learning"' in render_page(results, dict(INFO))


def test_a_strangers_words_stay_words(policy: Path, tmp_path: Path) -> None:
    training = load_model(policy).header.training
    choices = json.loads(json.dumps(training["choices"]))
    choices["policy"] = choices["features"][0]["name"] = choices["features"][1]["unit"] = EVIL
    choices["features"][0]["bins"] = [EVIL for _ in choices["features"][0]["bins"]]
    for cell in (cell for row in choices["cells"] for cell in row if cell["differs"]):
        cell["change"]["rule"] = EVIL
    for kind in choices["kinds"]:
        kind["kind"] = EVIL
    file = changed(policy, tmp_path / "evil.safetensors", choices=choices, scenario=EVIL)
    results = run_with(str(file))
    view = prepare(results, dict(INFO)).learning
    assert view is not None and view.notes == [] and view.maps[0].sentences
    heat = view.maps[0].figure
    assert heat is not None and "<script" not in json.dumps(heat.data) + json.dumps(heat.layout)
    assert EVIL not in render_page(results, dict(INFO))


def test_files_that_are_gone_and_headers_of_any_kind(policy: Path, tmp_path: Path) -> None:
    missing = tmp_path / "gone.safetensors"
    assert "can no longer be read" in read_record(str(missing)).notes[0]
    header = load_model(policy).header
    raw: Any = ["x"]
    assert record_of(replace(header, training=raw)).training is None
    assert record_of(replace(header, training={})).notes[0].startswith("its file holds no learning")
    bad: Any = 7
    assert isinstance(record_of(replace(header, algorithm=bad, base=bad)), Record)
    for manifest in ({}, {"config": None}, {"config": {"strategies": {"a": "b", "c": {}}}}):
        assert learned_files(manifest) == {}


def test_components_sum_to_net_value_and_differ_as_paired() -> None:
    rng = np.random.default_rng(4)
    rows = []
    margins: dict[str, list[float]] = {"a": [], "b": []}
    for i in range(8):
        luck = rng.normal()
        for name in margins:
            margin, sales = 900 + 5 * luck + 20 * (name == "b") + 9 * rng.normal(), 30.0
            staff, contacts, treated = 100.0, 50.0 + luck, 10.0 * (name == "b")
            net = margin + sales - staff - contacts - treated - 7.0
            cost = staff + contacts + treated
            margins[name].append(margin / 100)
            figures = {
                "margin": margin, "sales": sales, "staff_cost": staff, "contact_cost": contacts,
                "treatment_cost": treated, "net_value": net, "net_value_per_customer": net / 100,
                "cost": cost, "cost_per_customer": cost / 100,
            }  # fmt: skip
            rows += [(name, i, metric, value) for metric, value in figures.items()]
    metrics = pl.DataFrame(rows, ["strategy", "replication", "metric", "value"], orient="row")
    results = RunResults.build({"metrics": metrics}, {})
    found = {r.label: r for r in components(results, styles_for(["a", "b"], "a"), "a", "EUR", 0.95)}
    assert found["Discounting"].cells[0].value == "−€0.07"
    assert found["Goodwill and offers"].cells[1].value == "−€0.10"
    shown = [float(r.cells[1].value.replace("−€", "-").strip("€")) for r in found.values()]
    assert sum(shown[:-1]) == pytest.approx(shown[-1], abs=0.05) and found["Net value"].total
    gap = paired_difference(margins["b"], margins["a"])
    low, high = (f"+€{v:.2f}" for v in (gap.low, gap.high))
    assert found["Margin"].cells[1].interval == f"+€{gap.mean:.2f} ({low} to {high})"
    assert found["Margin"].cells[0].interval == ""
    fewer = RunResults.build({"metrics": metrics.filter(pl.col("metric") != "sales")}, {})
    assert components(fewer, styles_for(["a", "b"], "a"), "a", "EUR", 0.95) == []


def test_a_gap_of_several_learned_policies_in_a_weighted_sum(tmp_path: Path) -> None:
    gain = {"plain": 0.0, "rule": 0.01, "better": 0.03, "seed 2": 0.04, "bound": 0.06}

    def work(config: Any, strategy: str, replication: int) -> FakeResult:
        found = fake(config, strategy, replication)
        own = np.random.default_rng([replication, len(strategy)]).normal()
        found.metrics["retention"] = 0.8 + gain[strategy] + 0.001 * own
        return found

    policies = {name: {"policy": "a"} for name in gain}
    gap = {"metric": {"retention": 100, "cost": -1}, "rules": ["plain", "rule"],
           "policies": ["better", "seed 2"], "bound": "bound"}  # fmt: skip
    asked = run_config(strategies=policies, pareto=None, gap=gap)
    results = run_experiment(asked, engine(work), Settings(1, tmp_path / "run")).results
    found = prepare(results, TWO).gap
    assert found is not None and found.best_rule == "Rule"
    rows = {row.label: row for row in found.rows}
    assert list(rows) == ["Bound", "Better", "Seed 2", "Plain"]
    for name, expected in (("Better", 40), ("Seed 2", 60)):
        low, high = rows[name].closed_interval.rstrip("%").split(" to ")
        assert float(low) < expected < float(high) and rows[name].gain_interval
