"""Predictors end to end: calibrated on held-out luck, from what a firm sees only, frozen."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from experiments.cli.main import main
from experiments.prediction import attempts, leaving, pilots
from experiments.prediction.config import PredictionConfig, load_prediction_config
from experiments.prediction.pilots import Samples, run_pilot
from experiments.prediction.predict import _fit
from experiments.prediction.seen import LABEL_COLUMNS
from sim import InputError, Scenario, load_scenario
from sim.decisions.predictor import load_predictor
from sim.register.register import TABLES
from sim.register.visibility import is_visible
from sim.scenario.knowledge import Regime
from tests.support.seeing_firms import telling_firm

NEEDS = {name: {"needs_per_month": 1.5} for name in ("question", "repair")}
SEGMENTS = {"calm": {"hazard_per_month": 0.1}, "hasty": {"hazard_per_month": 0.2}}
SMALL = telling_firm(
    population={"customers": 600, "scale": 8, "history_days": 60},
    intents=NEEDS,
    segments=SEGMENTS,
    retention={"drift_sd": 0.8, "mood_effect": 0.5},
    survey={"response_rate": 0.3},
    signals={"usage_bias_sd": 0.5},
)
PILOT: dict[str, Any] = {"warm_up_days": 5, "periods": 1, "randomised": 0.3, "repeat_days": 7}


def cases(scenario: Scenario, regime: Regime, seed: int) -> Samples:
    return run_pilot(scenario, regime, seed=seed, replication=0, **PILOT)


@pytest.mark.slow
def test_scores_are_calibrated_and_more_knowledge_tells_more() -> None:
    config = PredictionConfig(name="x", scenario="x", regimes=("r",))
    fitted, judged = (cases(SMALL, Regime(), seed) for seed in (31, 32))
    _, measured = _fit(SMALL, "r", Regime(), config, fitted, judged)
    of = {(one.score, one.by.split(" (")[0]): one.measures for one in measured}
    # 4,700 cases with some 790 events: an area is known to ±.02, a slope of 1 to ±.15 (95%).
    segment, unified, truth = (of["churn", by] for by in ("segment", "unified", "truth"))
    assert segment.auc is not None and unified.auc is not None and truth.auc is not None
    assert unified.slope is not None
    assert 0.8 <= unified.slope <= 1.2
    assert truth.auc > unified.auc > segment.auc + 0.02
    assert unified.brier < segment.brier
    learned, stated = of["resolution", "learned score"], of["resolution", "stated figures"]
    assert learned.slope is not None
    assert 0.8 <= learned.slope <= 1.2  # 16,000 attempts: ±.05
    assert learned.brier < stated.brier


def test_labels_and_features_are_made_of_visible_columns_only() -> None:
    for table, names in LABEL_COLUMNS.items():
        assert names <= set(TABLES[table])
        assert all(is_visible(table, name) for name in names), table
    code = "".join(map(inspect.getsource, (attempts, leaving, pilots)))
    assert "register" not in code.replace("from sim.register import codes", "")  # seen alone has it
    hidden = ("mood", "base", "lasting", "drift", "asleep", "awake")
    outside = code.replace(inspect.getsource(leaving.true_log_odds), "")
    assert not [name for name in hidden if f'"{name}"' in outside]


def _firm_file(folder: Path) -> Path:
    small = telling_firm(population={"customers": 80}, intents=NEEDS, segments=SEGMENTS)
    path = folder / "firm.yaml"
    path.write_text(yaml.safe_dump(small.model_dump(mode="json", exclude_defaults=True)))
    return path


def _config(folder: Path, **changes: Any) -> Path:
    config = {
        "name": "small",
        "scenario": str(_firm_file(folder)),
        "regimes": ["multichannel", "optichannel"],
        "warm_up_days": 2,
        "periods": 1,
        "pilots": {"seed": 5, "replications": 1},
        "held_out": {"seed": 6, "replications": 1},
    } | changes
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_the_command_writes_the_same_predictor_for_the_same_seeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = _config(tmp_path)
    files = [tmp_path / f"{name}.safetensors" for name in ("one", "two")]
    for file in files:
        assert main(["predict", str(config), "--out", str(file), "--workers=1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")
    assert files[0].read_bytes() == files[1].read_bytes()
    assert told["regimes"] == ["multichannel", "optichannel"]
    scores = {(row["score"], row["regime"]) for row in told["measured"]}
    assert {("churn", "multichannel"), ("reason", "optichannel")} <= scores
    predictor = load_predictor(str(files[0]), load_scenario(tmp_path / "firm.yaml"))
    assert all(np.isfinite(array).all() for weights in predictor.weights for array in weights)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"held_out": {"seed": 5, "replications": 1}}, "held_out.seed must differ"),
        ({"regimes": ["optichannel", "optichannel"]}, "each once"),
        ({"randomised": 0}, "randomised"),
        ({"regimes": ["unheard"]}, "unheard"),
    ],
)
def test_a_bad_config_is_one_message(
    tmp_path: Path, change: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", str(_config(tmp_path, **change)), "--workers=1"]) == 2
    assert says in capsys.readouterr().err


def test_the_shipped_config_is_of_the_telco_and_unknown_ones_are_refused() -> None:
    config = load_prediction_config("prediction")
    assert config.scenario == "telco" and config.pilots.seed >= 3_000_000
    with pytest.raises(InputError, match="shipped prediction"):
        load_prediction_config("predictoin")
