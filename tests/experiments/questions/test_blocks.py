"""All questions at once: scarce data, damaged answers, where files are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import Answers, load_config
from experiments.report.answers import sentences
from experiments.running.runner import run_experiment
from sim import InputError
from sim.metrics.metrics import EXPECTED
from tests.support.fake_runs import in_process
from tests.support.known_world import config, engine, on

ASKED: dict[str, Any] = {
    "strategies": {"plain": {"policy": "x"}, "b on": {"policy": "x", **on(b=1)}},
    "effects": {"deltas": {"a": on(a=1), "none": on(nothing=1)}},
    "factorial": {"factors": {"a": {"on": on(a=1)}, "c": {"on": on(c=1)}}},
    "sweep": {"keys": {"on.a": [0, 2]}},
    "levers": {"budget": 10, "levers": {"a": {**on(a=1), "price": {"once": 1}}}},
}


def test_one_replication_claims_nothing(tmp_path: Path) -> None:
    found = run_experiment(config(**ASKED, replications=1), engine(), in_process(tmp_path / "r"))
    answers = Answers.of(found.results.manifest)
    assert answers is not None
    assert answers.effects and answers.factorial and answers.sweep and answers.levers
    effect = answers.effects.effects[0].worth[EXPECTED]
    assert (effect.low, effect.high, effect.n, effect.shown) == (None, None, 1, False)
    assert effect.mean is not None
    assert not any(c.worth[EXPECTED].shown for c in answers.factorial.contrasts)
    assert all(share.share is None for share in answers.factorial.shapley)
    assert {(c.low, c.high, c.apart) for c in answers.sweep.crossings} == {(None, None, False)}
    assert answers.levers.levers[0].payback_low is None
    said = [
        *sentences.effects_sentences(answers.effects, str),
        *sentences.design_sentences(answers.factorial, "EUR", str),
        *sentences.crossing_sentences(answers.sweep, str),
        *sentences.levers_sentences(answers.levers, str),
    ]
    assert said[0].startswith("0 of 1 change of plain can be told from zero")
    assert not any("nan" in sentence or "None" in sentence for sentence in said)


def test_damaged_answers_are_refused(tmp_path: Path) -> None:
    found = run_experiment(config(**ASKED, replications=3), engine(), in_process(tmp_path / "r"))
    kept = found.results.manifest["answers"]
    kept["levers"]["levers"][0]["rank"] = "first"
    with pytest.raises(InputError, match=r"^answers: levers\.levers\.0\.rank: is not as a run"):
        Answers.of(found.results.manifest)


def test_what_a_delta_names_is_found_beside_the_config(tmp_path: Path) -> None:
    own = {"policy": {"use": "rule:Mine"}, "firm_figures": "firm.yaml"}
    trained = {"policy": {"use": "learned", "params": {"file": "p.safetensors"}}}
    raw = {
        "name": "n",
        "scenario": "telco",
        "horizon_days": 1,
        "strategies": {"a": {"policy": "silo"}},
        "effects": {"deltas": {"mine": own}},
        "factorial": {"factors": {"x": {"on": trained}, "y": {"on": {"regime": "omnichannel"}}}},
        "levers": {"levers": {"mine": {**own, "price": {}}}},
    }
    for name in ("rule.py", "firm.yaml", "p.safetensors"):
        (tmp_path / name).write_text("")
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(raw))
    derived = load_config(tmp_path / "c.yaml").derived
    for name in ("effects mine", "levers mine"):
        strategy = derived[name].strategy
        assert strategy.firm_figures == str(tmp_path / "firm.yaml")
        assert str(tmp_path) in strategy.policy.use
    file = derived["factorial 10"].strategy.policy.params["file"]
    assert file == str(tmp_path / "p.safetensors")


def test_names_that_are_one_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'effects desk' and 'effects Desk' are one folder"):
        config(effects={"deltas": {"desk": {**on(a=1), "title": "One"}, "Desk": on(b=1)}})
    with pytest.raises(InputError, match="must begin with a letter or digit"):
        config(effects={"deltas": {"../desk": on(a=1)}})


def test_a_config_may_extend_the_questions_of_another(tmp_path: Path) -> None:
    base = {
        "name": "n",
        "scenario": "telco",
        "horizon_days": 1,
        "strategies": {"a": {"policy": "silo"}},
        "effects": {"deltas": {"x": {"overrides": {"choice": {"skill_weight": "+10%"}}}}},
    }
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(base))
    more = {
        "extends": "base.yaml",
        "effects": {
            "deltas": {
                "x": {"overrides": {"choice": {"skill_weight": "+10%", "failure_aversion": None}}}
            }
        },
    }
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(more))
    found = load_config(tmp_path / "c.yaml").derived["effects x"].strategy.overrides
    assert found == {"choice": {"skill_weight": "+10% then +10%", "failure_aversion": None}}
