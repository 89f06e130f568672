"""The Python API checks its input as the command does: one message, one set of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from experiments import ExperimentConfig
from experiments.running.engine import simulator
from experiments.running.replicate import prepared
from policies import Policy
from sim import InputError, Kind, World
from sim.decisions.actions import KIND_NAMES, KINDS
from sim.decisions.view import View
from sim.env.setting import make_setting
from sim.inputs import validate
from sim.scenario.knowledge import Regime
from sim.units import DAY_S
from tests.support.paths import ROOT
from tests.support.worlds import Scatters, firm

SCENARIO = firm(population={"customers": 40})
VALID_KINDS = "entry, escalation, dispatch, wrap_up, cancel"

WRONG: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a kind of decision": ({"decides": ["entri"]}, ("decides:", VALID_KINDS, "'entri'", "'entry'")),
    "a signal by name": ({"decides": ["signal"]}, ("decides:", VALID_KINDS, "'signal'")),
    "a signal": ({"decides": [Kind.SIGNAL]}, ("decides:", VALID_KINDS, "SIGNAL")),
    "all numbers of kinds": ({"decides": [0, 1]}, ("decides:", VALID_KINDS, "0")),
    "no list of kinds": ({"decides": 3}, ("decides:", "list of names", "3")),
    "a channel": ({"channels": ["fone"]}, ("channels:", "'fone'", "did you mean 'phone'?")),
    "a channel that is a list": ({"channels": [["phone"]]}, ("channels:", "['phone']")),
    "no channels": ({"channels": []}, ("channels:", "at least one", "none")),
    "a regime": ({"regime": "omnichanel"}, ("regime:", "'omnichanel'", "'omnichannel'")),
    "a regime's key": ({"regime": {"steerin": True}}, ("regime: steerin", "'steering'")),
    "a regime of no kind": ({"regime": 5}, ("regime:", "omnichannel", "5")),
}
OF_WORLDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a policy's name": ({"policy": "random"}, ("policy:", "decide(view)", "'random'")),
    "a policy's class": ({"policy": Scatters}, ("policy:", "an object", "Scatters")),
    "a seed": ({"seed": "1"}, ("seed:", "whole number", "'1'")),
    "a seed below zero": ({"seed": -1}, ("seed:", "from 0", "-1")),
    "a replication": ({"replication": 1.5}, ("replication:", "whole number", "1.5")),
}


def _said(make: Callable[..., object], **given: Any) -> str:
    with pytest.raises(InputError) as caught:
        make(**given)
    return str(caught.value)


@pytest.mark.parametrize("case", WRONG)
def test_worlds_environments_and_simulate_refuse_in_the_same_words(case: str) -> None:
    given, words = WRONG[case]
    messages = {
        _said(lambda **how: World(SCENARIO, **how), **given),
        _said(lambda **how: make_setting(SCENARIO, **how), **given),
        _said(lambda **how: sim.simulate(SCENARIO, 1, **how), **given),
    }
    assert len(messages) == 1
    for word in words:
        assert word in next(iter(messages))


@pytest.mark.parametrize("case", OF_WORLDS)
def test_worlds_refuse(case: str) -> None:
    given, words = OF_WORLDS[case]
    message = _said(lambda **how: World(SCENARIO, **how), **given)
    for word in words:
        assert word in message


def _config(**strategy: Any) -> ExperimentConfig:
    only = {"policy": "random", **strategy}
    raw = {
        "name": "x",
        "scenario": "helpdesk",
        "replications": 2,
        "horizon_days": 1,
        "strategies": {"only": only},
    }
    return validate(ExperimentConfig, raw, "x.yaml")


@pytest.mark.parametrize("case", ["a channel", "a regime", "a regime's key"])
def test_an_experiments_strategy_is_refused_in_the_same_words_with_its_path(case: str) -> None:
    given, _ = WRONG[case]
    message = _said(lambda **how: World("helpdesk", **how), **given)
    assert _said(simulator().describe, config=_config(**given)) == f"strategies.only.{message}"


def test_a_signal_is_refused_by_the_config_too() -> None:
    message = _said(_config, decides=["signal"])
    assert "strategies.only.decides" in message
    for kind in KINDS:
        assert KIND_NAMES[kind] in message


@pytest.mark.parametrize(("kinds", "got"), [(["dispatch"], "dispatch"), ([], "none")])
def test_a_strategy_whose_policy_would_never_be_asked_is_refused(
    kinds: list[str], got: str
) -> None:
    message = _said(simulator().describe, config=_config(policy="customer_choice", decides=kinds))
    assert message.startswith("strategies.only: decides: policy 'customer_choice' would never be")
    assert message.endswith(f"it decides entry; got {got}")


def test_a_policy_that_would_decide_signals_is_refused() -> None:
    def by_method() -> None:
        class Listens(Policy):
            def signal(self, view: View) -> int:
                return view.default

    def by_declaration() -> None:
        class Claims(Policy):
            decides = frozenset(Kind)

    for make in (by_method, by_declaration):
        assert "nobody is asked at a signal yet" in _said(make)


def test_names_and_objects_are_the_same_world() -> None:
    policy = Scatters(SCENARIO)
    named = World(
        SCENARIO, regime="omnichannel", channels=["phone", "email"], policy=policy,
        decides=["entry", "wrap_up"], seed=np.int64(3),
    ).run(2 * DAY_S)  # fmt: skip
    given = World(
        SCENARIO, regime=SCENARIO.regimes["omnichannel"], channels={"email", "phone"},
        policy=policy, decides=(Kind.WRAP_UP, Kind.ENTRY), seed=3,
    ).run(2 * DAY_S)  # fmt: skip
    assert named.register.digest() == given.register.digest()
    asked = named.register.columns("decisions")
    assert set(asked["kind"][asked["by"] == 1].tolist()) == {Kind.WRAP_UP}  # nothing to steer
    assert World(SCENARIO, decides="entry", policy=policy).deciders[Kind.ENTRY] is policy


def test_simulate_takes_a_name_and_returns_a_finished_world() -> None:
    world = sim.simulate("helpdesk", 1.5, regime={"steering": False}, seed=4)
    assert world.now == 1.5 * DAY_S
    scenario = sim.load_scenario("helpdesk")
    other = sim.World(scenario, regime=Regime(steering=False), seed=4).run(1.5 * DAY_S)
    assert world.register.digest() == other.register.digest()
    for days in (0, -1, float("nan"), float("inf"), "3", True):
        assert "days:" in _said(lambda **how: sim.simulate("helpdesk", **how), days=days)
    assert "'helpdesk'" in _said(lambda **how: sim.simulate(**how), scenario="helpdisk")
    assert "scenario:" in _said(lambda **how: sim.simulate(**how), scenario=7)


def test_what_is_compiled_already_says_the_regime_and_the_channels() -> None:
    compiled = World(SCENARIO).compiled
    for given in ({"regime": "omnichannel"}, {"channels": ["phone"]}):
        assert "compiled:" in _said(
            lambda **how: World(SCENARIO, compiled=compiled, **how), **given
        )  # fmt: skip


def test_a_replication_is_the_world_that_the_same_names_make() -> None:
    names = {"regime": "omnichannel", "channels": ["phone"]}
    ready = prepared(_config(**names, decides=["wrap_up"]), "only")
    world = World("helpdesk", **names)
    assert vars(ready.compiled.regime) == vars(world.compiled.regime)
    assert ready.compiled.channels.enabled == world.compiled.channels.enabled
    assert ready.decides == (Kind.WRAP_UP,)


def test_the_example_of_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "how-to" / "write-a-policy.md").read_text()
    example = text.split("## From Python\n```python\n")[1].split("```")[0]
    exec(example, {})
    assert capsys.readouterr().out.startswith("[")
