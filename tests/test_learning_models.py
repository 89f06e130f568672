"""Files of learned policies: what fits, what is refused, and that a rule takes the rest."""

from __future__ import annotations

import io
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.config import ExperimentConfig
from experiments.conformance import require
from experiments.identity import policy_files
from policies.learned import Learned
from policies.learned_model import (
    Header,
    Model,
    action_names,
    feature_names,
    file_digest,
    find_model,
    load_model,
    save_model,
    scenario_digest,
    shipped_names,
    structure_digest,
)
from policies.registry import find, make
from sim.decisions import Kind
from sim.errors import InputError
from sim.scenario import Scenario, load_scenario
from sim.scenario.service import Regime
from sim.world import World

DAY_S = 86400.0


@pytest.fixture(scope="module")
def firm() -> Scenario:
    return load_scenario("helpdesk", {"population": {"customers": 300}})


def model(firm: Scenario, *, seed: int = 1, margin: float | None = None, **header: Any) -> Model:
    features, actions = feature_names(firm), action_names(firm)
    about = Header(
        form="linear",
        algorithm="none",
        scenario=firm.name,
        scenario_digest=scenario_digest(firm),
        structure_digest=structure_digest(features, actions),
        features=features,
        actions=actions,
        decides=("entry",),
        matched=True,
        base={"use": "best_channel", "params": {}},
        margin=margin,
    )
    rng = np.random.default_rng(seed)
    arrays = {
        "weights": rng.normal(size=(len(actions), len(features))),
        "bias": rng.normal(size=len(actions)),
        "mean": np.zeros(len(features)),
        "scale": np.ones(len(features)),
        "clip": np.array([10.0]),
    }
    return Model(replace(about, **header), arrays)


def saved(firm: Scenario, folder: Path, **changes: Any) -> str:
    path = folder / "policy.npz"
    save_model(model(firm, **changes), path)
    return str(path)


def test_a_model_comes_back_as_it_was_saved(firm: Scenario, tmp_path: Path) -> None:
    before = model(firm, training={"seed": 3})
    save_model(before, tmp_path / "a.npz")
    after = load_model(tmp_path / "a.npz")
    assert after.header == before.header
    for name, array in before.arrays.items():
        assert after.arrays[name] == pytest.approx(array.astype(np.float32))


@pytest.mark.parametrize("margin", [None, 0.5])
def test_it_conforms_as_every_policy_does(
    firm: Scenario, tmp_path: Path, margin: float | None
) -> None:
    file = saved(firm, tmp_path, margin=margin)
    require(lambda scenario: Learned(scenario, file=file), [firm], days=2.0)


def test_the_rule_takes_other_kinds_and_what_falls_short_of_the_margin(
    firm: Scenario, tmp_path: Path
) -> None:
    rule = make("best_channel", firm)
    shy = Learned(firm, file=saved(firm, tmp_path, margin=1e9))
    bold = Learned(firm, file=saved(firm, tmp_path))
    assert bold.decides == rule.decides | {Kind.ENTRY}
    digests = [
        World(firm, policy=policy, decides=policy.decides, seed=5).run(2 * DAY_S).register.digest()
        for policy in (rule, shy, bold)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_regime_that_hides_customers_shows_it_zeros(firm: Scenario, tmp_path: Path) -> None:
    policy = Learned(firm, file=saved(firm, tmp_path))
    seen = []
    decide = policy.decide

    def spy(view: Any) -> int:
        if view.kind == Kind.ENTRY:
            seen.append(policy.vector(view))
        return decide(view)

    policy.decide = spy  # type: ignore[method-assign]
    blind = Regime(identity_matched=False, steering=True)
    World(firm, regime=blind, policy=policy, seed=1).run(DAY_S)
    hidden = [
        i
        for i, name in enumerate(feature_names(firm))
        if name.startswith("customer.segment") or name == "customer.margin"
    ]
    assert len(seen) > 3 and not np.array(seen)[:, hidden].any()


def test_a_firm_of_other_channels_is_refused(firm: Scenario, tmp_path: Path) -> None:
    file = saved(firm, tmp_path)
    with pytest.raises(InputError, match=r"helpdesk.*telco.*train anew"):
        Learned(load_scenario("telco"), file=file)
    changed = load_scenario("helpdesk", {"population": {"customers": 299}})
    Learned(changed, file=file)
    with pytest.raises(InputError, match="has changed since the training"):
        Learned(changed, file=file, exact=True)


def _pickled(path: Path) -> None:
    array = np.empty(1, dtype=object)
    array[0] = {"a": 1}
    np.savez(path, header=array)


def _other_npz(path: Path) -> None:
    np.savez(path, a=np.ones(3))


def _lone_array(path: Path) -> None:
    buffer = io.BytesIO()
    np.save(buffer, np.ones(3))
    path.write_bytes(buffer.getvalue())


def _no_json(path: Path) -> None:
    np.savez(path, header=np.frombuffer(b"{not json", np.uint8))


def _wrong_header(path: Path) -> None:
    np.savez(path, header=np.frombuffer(json.dumps({"features": []}).encode(), np.uint8))


FOREIGN = {
    "text": lambda p: p.write_text("weights: 3"),
    "empty": lambda p: p.write_bytes(b""),
    "pickle": lambda p: p.write_bytes(pickle.dumps({"a": 1})),
    "pickled array": _pickled,
    "other npz": _other_npz,
    "lone array": _lone_array,
    "no json": _no_json,
    "wrong header": _wrong_header,
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_refused_in_one_line(kind: str, firm: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "policy.npz"
    FOREIGN[kind](path)
    with pytest.raises(InputError, match="is not a learned policy") as caught:
        Learned(firm, file=str(path))
    assert "\n" not in str(caught.value)


def test_a_damaged_file_is_refused(firm: Scenario, tmp_path: Path) -> None:
    path = Path(saved(firm, tmp_path))
    whole = path.read_bytes()
    for keep in (len(whole) // 3, len(whole) - 30):
        path.write_bytes(whole[:keep])
        with pytest.raises(InputError, match="damaged"):
            load_model(path)


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("bias", np.ones(2), "do not fit together"),
        ("weights", np.full((1, 1), np.nan), "do not fit together"),
        ("clip", np.array([np.nan]), "NaN"),
        ("scale", None, "lacks its array 'scale'"),
    ],
)
def test_arrays_that_cannot_be_are_refused(
    name: str, array: Any, said: str, firm: Scenario, tmp_path: Path
) -> None:
    found = model(firm)
    if array is None:
        del found.arrays[name]
    else:
        found.arrays[name] = array
    with pytest.raises(InputError, match=said):
        save_model(found, tmp_path / "policy.npz")
    assert not list(tmp_path.iterdir())


def test_files_and_names_that_are_not_there(firm: Scenario) -> None:
    with pytest.raises(InputError, match=r"learned\.file: is required"):
        Learned(firm)
    with pytest.raises(InputError, match="must be a file's name"):
        Learned(firm, file=3)
    with pytest.raises(InputError, match=r"nowhere\.npz"):
        Learned(firm, file="nowhere.npz")
    assert find("learned") is Learned


def test_a_run_knows_which_weights_it_used(firm: Scenario, tmp_path: Path) -> None:
    file = saved(firm, tmp_path)
    raw = {
        "name": "x",
        "scenario": "helpdesk",
        "horizon_days": 1,
        "strategies": {
            "a": {"policy": "random"},
            "b": {"policy": {"use": "learned", "params": {"file": file}}},
        },
    }
    config = ExperimentConfig.model_validate_json(json.dumps(raw))
    before = policy_files(config)
    assert before == {"b": file_digest(file)}
    saved(firm, tmp_path, seed=2)
    assert policy_files(config) != before


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_policies_fit_their_scenario_and_tell_how_they_were_trained(name: str) -> None:
    header = load_model(find_model(name)).header
    Learned(load_scenario(header.scenario), file=name)
    gap = header.training["learned_minus"]["rule"]["value"]
    assert gap["low"] > 0 and gap["n"] >= 5
    assert header.training["config"]["name"] and header.training["revision"]
