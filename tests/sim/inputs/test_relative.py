"""Relative values in overrides: of what is there, within the key's bounds, whatever the layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import load_config
from experiments.running.replicate import prepared, scenario_of
from sim import InputError, load_scenario
from sim.inputs import merge, overlay, set_path

OFFICE = {"regime": "omnichannel", "policy": "customer_choice"}


def bot(change: object, intent: str = "fault") -> dict[str, Any]:
    return {"intents": {intent: {"resolution": {"chatbot": change}}}}


def test_a_change_is_of_what_the_scenario_has() -> None:
    plain = load_scenario("telco").intents["fault"].resolution
    changed = load_scenario("telco", bot("+10 points")).intents["fault"].resolution
    assert (plain["chatbot"], changed["chatbot"]) == (0.2, 0.3)
    assert {**changed, "chatbot": 0.2} == plain
    # 0.17 is written with its source in the scenario; the changed value has none.
    assert load_scenario("telco", bot("+100%", "billing_dispute")).intents[
        "billing_dispute"
    ].resolution["chatbot"] == pytest.approx(0.34)


def test_a_change_of_what_is_not_stated_is_of_its_default() -> None:
    for scenario, default in (("telco", 45.0), ("helpdesk", None)):
        plain = load_scenario(scenario).agent_desktop.repeat_s
        changed = load_scenario(scenario, {"agent_desktop": {"repeat_s": "+10%"}})
        assert changed.agent_desktop.repeat_s == pytest.approx(1.1 * (default or plain))
    door = {"channels": {"chatbot": {"automation": {"retry_factor": "+10 points"}}}}
    found = load_scenario("telco", door).channels["chatbot"].automation
    assert found is not None and found.retry_factor == 0.4


def test_a_whole_number_stays_one() -> None:
    found = load_scenario("telco", {"population": {"customers": "+10%"}}).population.customers
    assert (found, type(found)) == (11_000, int)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (bot("+90 points"), r"fault\.resolution\.chatbot: must be at most 1; \+90 points makes"),
        (bot("-30 points"), r"chatbot: must be at least 0; -30 points makes -0\.1 of 0\.2"),
        (
            {"channels": {"phone": {"tone": "+400%"}}},
            r"channels\.phone\.tone: must be at most 1; \+400% makes 1\.5 of 0\.3",
        ),
        (
            {"intents": {"fault": {"resolution": {"fax": "+1 point"}}}},
            r"resolution\.fax: \+1 points of what has no value; give the value itself",
        ),
        (
            {"channels": {"email": {"overflow_after_s": "+10%"}}},
            r"overflow_after_s: \+10% of what has no value",
        ),
        ({"returns": {"max_attempts": "+10%"}}, "must be a whole number; got 6.6"),
        ({"channels": {"email": {"tone": "+10%"}}}, r"\+10% of 0 changes nothing"),
        ({"choice": {"skill_weigth": "+10%"}}, "unknown key; got .* did you mean 'skill_weight'"),
    ],
)
def test_what_leads_nowhere_is_refused(overrides: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=rf"^telco: .*{said}") as caught:
        load_scenario("telco", overrides)
    assert "\n" not in str(caught.value)


def test_changes_add_up_through_every_layer(tmp_path: Path) -> None:
    raw = {
        "name": "n",
        "scenario": "telco",
        "horizon_days": 20,
        "overrides": bot("+10 points"),
        "strategies": {
            "a": {**OFFICE, "overrides": bot("+10%")},
            "b": {**OFFICE, "overrides": bot(0.5)},
            "c": {**OFFICE, "staffing": {"frontline": "-20%"}},
        },
    }
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(raw))
    child = {"extends": "base.yaml", "overrides": bot("+5 points")}
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(child))
    settings = ["overrides.intents.fault.resolution.chatbot=-10%", "horizon_days=+50%"]
    config = load_config(tmp_path / "c.yaml", settings)

    def found(strategy: str) -> float:
        return scenario_of(config, strategy).intents["fault"].resolution["chatbot"]

    assert config.horizon_days == 30.0
    assert found("c") == pytest.approx((0.2 + 0.1 + 0.05) * 0.9)
    assert found("a") == pytest.approx((0.2 + 0.1 + 0.05) * 0.9 * 1.1)
    assert found("b") == 0.5


def test_a_change_starts_anew_where_a_layer_deletes() -> None:
    deleted = overlay({"a": None}, {"a": "+10%"})
    assert merge({"a": 3}, deleted) == merge({}, {"a": "+10%"})
    assert overlay({"a": "+10%"}, {"a": 2}, {"a": "-5%"}) == {"a": "2 then -5%"}


def test_a_change_keeps_its_own_source() -> None:
    stated = {"value": "+10%", "status": "assumed", "source": "vendor"}
    assert merge({"a": 2}, {"a": stated}) == {"a": {**stated, "value": "2 then +10%"}}


def test_a_setting_is_relative_to_the_document() -> None:
    assert set_path({"a": [{"b": 2}]}, "a.0.b=+50%") == {"a": [{"b": "2 then +50%"}]}
    with pytest.raises(InputError, match=r"seed: must be a whole number; got 1\.5"):
        load_config("quickstart", ["seed=1", "seed=+50%"])


def test_texts_are_left_alone() -> None:
    assert load_config("quickstart", ["title=+5%"]).title == "+5%"


def test_parameters_of_a_policy_may_be_relative_to_their_defaults() -> None:
    raw = {
        "name": "n",
        "scenario": "telco",
        "horizon_days": 1,
        "strategies": {"a": {"policy": {"use": "thresholds", "params": {}}}},
    }

    def wait(*settings: str) -> Any:
        return prepared(load_config(raw, settings), "a").policy.values["deflect_wait_s"]

    plain, key = wait(), "strategies.a.policy.params.deflect_wait_s"
    assert wait(f"{key}=+50%") == 1.5 * plain
    assert wait(f"{key}=100", f"{key}=+50%") == 150.0
    with pytest.raises(InputError, match=r"deflect_wait_s: must be at most 3600; \+9000% makes"):
        wait(f"{key}=+9000%")
