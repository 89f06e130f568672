"""The experiment config: defaults, composition, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import ExperimentConfig, config_names, load_config
from experiments.running.config.experiment import Precision
from experiments.running.config.load import Shipped
from experiments.running.identity import replication_content
from sim import InputError

RAW: dict[str, Any] = {
    "name": "small",
    "scenario": "helpdesk",
    "horizon_days": 30,
    "strategies": {"a": {"policy": "random"}, "b": {"policy": {"use": "x:Y", "params": {"k": 2}}}},
}


def write(folder: Path, file: str = "c.yaml", **changes: Any) -> Path:
    path = folder / file
    path.write_text(yaml.safe_dump({**RAW, **changes}), encoding="utf-8")
    return path


def test_defaults_and_short_forms(tmp_path: Path) -> None:
    config = load_config(write(tmp_path))
    assert config.strategies["a"].policy.use == "random"
    assert config.strategies["b"].policy.params == {"k": 2}
    assert config.reference_name == "a"
    assert (config.replications, config.warm_up_days, config.scenario) == (10, 0.0, "helpdesk")


def test_a_scenario_path_is_relative_to_the_config(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, scenario="own/firm.yaml")).scenario == str(
        tmp_path / "own" / "firm.yaml"
    )


def test_paths_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "deep").mkdir()
    learned = {
        "policy": {"use": "learned", "params": {"file": "~/p.npz"}},
        "firm_figures": "~/g.yaml",
    }
    write(tmp_path, scenario="~/firm.yaml", strategies={"a": learned})
    (tmp_path / "deep" / "child.yaml").write_text("extends: ~/c.yaml\n")
    for source in ("~/c.yaml", str(tmp_path / "deep" / "child.yaml")):
        config = load_config(source)
        assert config.scenario == str(tmp_path / "firm.yaml"), source
        assert config.strategies["a"].policy.params["file"] == str(tmp_path / "p.npz")
        assert config.strategies["a"].firm_figures == str(tmp_path / "g.yaml")
    with pytest.raises(InputError, match="no such home folder"):
        load_config("~nobody-of-this-name/c.yaml")


def test_a_trained_policys_path_is_relative_to_the_config(tmp_path: Path) -> None:
    def file_of(use: str, file: Any) -> Any:
        strategies = {"a": {"policy": {"use": use, "params": {"file": file}}}}
        config = load_config(write(tmp_path, strategies=strategies))
        return config.strategies["a"].policy.params["file"]

    assert file_of("learned", "own/policy.safetensors") == str(
        tmp_path / "own" / "policy.safetensors"
    )
    assert file_of("learned", "/there/policy.safetensors") == "/there/policy.safetensors"
    assert file_of("learned", "shipped") == "shipped"
    assert file_of("learned", 3) == 3
    assert file_of("mine:Policy", "own/policy.safetensors") == "own/policy.safetensors"
    (tmp_path / "weights").touch()
    assert file_of("learned", "weights") == str(tmp_path / "weights")


def test_a_predictors_path_is_relative_to_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file_of(config: str) -> Any:
        return load_config(config).strategies["a"].policy.params["predictor"]

    params = {"customer": "learned", "predictor": "own/scores.safetensors"}
    (tmp_path / "configs").mkdir()
    policy = {"use": "best_channel", "params": params}
    write(tmp_path / "configs", strategies={"a": {"policy": policy}})
    assert file_of(str(tmp_path / "configs" / "c.yaml")) == str(
        tmp_path / "configs" / "own" / "scores.safetensors"
    )
    monkeypatch.chdir(tmp_path)  # a config's own relative path counts once
    assert file_of("configs/c.yaml") == str(Path("configs", "own", "scores.safetensors"))


def test_where_a_trained_policys_file_stands_is_no_part_of_a_run(tmp_path: Path) -> None:
    strategies = {
        "a": {"policy": {"use": "learned", "params": {"file": "p.safetensors", "exact": True}}}
    }
    contents = []
    for folder in (tmp_path / "here", tmp_path / "there"):
        folder.mkdir()
        config = load_config(write(folder, strategies=strategies))
        contents.append(replication_content(config, {}))
    assert contents[0] == contents[1]
    kept = contents[0]["config"]["strategies"]["a"]["policy"]
    assert kept == {"use": "learned", "params": {"exact": True}}


def test_a_config_extends_another(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", seed=7)
    child = tmp_path / "child.yaml"
    child.write_text("extends: base.yaml\nname: child\nstrategies: {b: null, c: {policy: q}}\n")
    config = load_config(child)
    assert (config.name, config.seed, list(config.strategies)) == ("child", 7, ["a", "c"])


def test_settings_are_laid_over(tmp_path: Path) -> None:
    path = write(tmp_path)
    settings = ["replications=3", "strategies.a.policy=greedy", "overrides.teams.front.agents=4"]
    config = load_config(path, settings)
    assert config.replications == 3
    assert load_config(path, ["replications=1e1"]).replications == 10
    assert config.strategies["a"].policy.use == "greedy"
    assert config.scenario_overrides("b") == {"teams": {"front": {"agents": 4}}}


def test_a_strategy_overrides_the_common_overrides(tmp_path: Path) -> None:
    strategies = {"a": {"policy": "p", "overrides": {"x": {"y": 2}}}, "b": {"policy": "p"}}
    config = load_config(write(tmp_path, overrides={"x": {"y": 1, "z": 1}}, strategies=strategies))
    assert config.scenario_overrides("a") == {"x": {"y": 2, "z": 1}}
    assert config.scenario_overrides("b") == {"x": {"y": 1, "z": 1}}


def test_a_stopping_rule(tmp_path: Path) -> None:
    wanted = {"min": 5, "max": 50, "precision": {"cost": {"relative": 0.02}}}
    config = load_config(write(tmp_path, replications=wanted, warm_up_days="auto"))
    assert isinstance(config.replications, Precision)
    assert config.replications.precision["cost"].relative == 0.02
    assert config.with_warm_up(3.0).warm_up_days == 3.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"horizon": 3}, "horizon: unknown key; got 3; did you mean 'horizon_days'?"),
        ({"horizon_days": -1}, "horizon_days: must be greater than 0; got -1"),
        ({"horizon_days": "30"}, "horizon_days: must be a number; got '30'"),
        (
            {"reference": "bb"},
            "reference must be one of the strategies; got 'bb'; did you mean 'b'",
        ),
        ({"strategies": {}}, "strategies: "),
        ({"strategies": {"a/b": {"policy": "x"}}}, "strategies.a/b: must begin with a letter"),
        ({"strategies": {"a": {"policy": "x", "decides": ["entri"]}}}, "did you mean 'entry'?"),
        ({"strategies": {"a": {"policy": {"name": "x"}}}}, "strategies.a.policy.use: is required"),
        ({"strategies": {"a": {}}}, "strategies.a.policy: is required"),
        (
            {"strategies": {"a": {"policy": "x", "staffing": {"t": -1}}}},
            "staffing.t.heads: must be",
        ),
        ({"replications": 0}, "replications: must be greater than or equal to 1; got 0"),
        ({"replications": {"max": 5}}, "replications.precision: is required"),
        (
            {"replications": {"min": 9, "max": 5, "precision": {"c": {"absolute": 1}}}},
            "max must be at least min (9); got 5",
        ),
        (
            {"replications": {"max": 50, "precision": {"c": {}}}},
            "replications.precision.c: give either absolute or relative",
        ),
        (
            {"replications": {"max": 50, "precision": {"c": {"relative": 1, "of": "difference"}}}},
            "its target must be absolute",
        ),
        ({"seed": -1}, "seed: must be greater than or equal to 0; got -1"),
        ({"name": "../up"}, "name: "),
        ({"warm_up_days": "atuo"}, "warm_up_days: "),
    ],
)
def test_what_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = write(tmp_path, **changes)
    with pytest.raises(InputError) as caught:
        load_config(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_config_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    with pytest.raises(InputError, match=r"no such file; did you mean 'c\.yaml'"):
        load_config(tmp_path / "d.yaml")
    shipped = Shipped(tmp_path, "config")
    monkeypatch.setattr("experiments.running.config.experiment.SHIPPED", shipped)
    assert config_names() == ["c"]
    assert shipped.find("c") == tmp_path / "c.yaml"
    with pytest.raises(InputError, match="name of a shipped config; got 'cc'; did you mean 'c'"):
        load_config("cc")


def test_the_shipped_configs_are_valid() -> None:
    for name in config_names():
        assert isinstance(load_config(name), ExperimentConfig), name


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_setting_is_applied_or_refused(
    tmp_path_factory: pytest.TempPathFactory, setting: str
) -> None:
    file = write(tmp_path_factory.getbasetemp(), "plain.yaml")
    try:
        load_config(file, [setting])
    except InputError as error:
        assert str(error)


def test_strategies_name_what_the_scenario_has() -> None:
    from types import SimpleNamespace

    from experiments.running.engine import check_strategy
    from experiments.strategies.strategy import Strategy
    from sim.inputs import validate
    from sim.scenario.knowledge import Regime

    scenario: Any = SimpleNamespace(
        name="small", channels={"phone": 1}, teams={"front": 1}, regimes={"omnichannel": Regime()}
    )

    def said(**changes: Any) -> str:
        strategy = validate(Strategy, {"policy": "p", **changes}, "test")
        with pytest.raises(InputError) as caught:
            check_strategy("a", strategy, scenario)
        return str(caught.value)

    fone = said(channels=["fone"])
    assert "strategies.a.channels: must be among phone; got 'fone'; did you mean 'phone'?" in fone
    assert "did you mean 'front'?" in said(staffing={"frnt": 2})
    assert "did you mean 'omnichannel'?" in said(regime="omnichanel")
    assert "strategies.a.regime: steerin: unknown key" in said(regime={"steerin": True})
    good = {"policy": "p", "channels": ["phone"], "staffing": {"front": 2}, "regime": "omnichannel"}
    check_strategy("a", validate(Strategy, good, "test"), scenario)
