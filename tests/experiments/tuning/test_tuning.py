"""Tuning: it finds what is there, loses nothing, repeats nothing, and says what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
import pytest
import yaml
from pydantic import Field

from experiments.cli.main import main
from experiments.run.config.experiment import ExperimentConfig, load_config
from experiments.run.engine import Engine
from experiments.run.runner import Settings
from experiments.runtime.pool import RunError
from experiments.store.results import RunResults
from experiments.tuning.config import Racing, TuneConfig, load_tune_config
from experiments.tuning.objective import formula, score, weights_of
from experiments.tuning.outcome import BEST, CHECK, TRIALS
from experiments.tuning.race import beaten, survivors
from experiments.tuning.search import leader
from experiments.tuning.space import parameters
from experiments.tuning.store import FILE, Evaluation, Evaluations
from experiments.tuning.tune import Tuning, space_of, tune, unseen
from policies.base import Policy
from policies.parameters import BySegment, LogScaled
from sim.errors import InputError
from sim.inputs import validate
from sim.metrics.metrics import Metric
from tests.support import fake_engine

pytest.importorskip("optuna")
HERE = __name__
BETTER = {"retention": "higher", "cost": "lower", "undefined": "higher", "contacts": "neither"}
INFO = {name: Metric(name, name, "", "journey", way, "") for name, way in BETTER.items()}
RAW: dict[str, Any] = {
    "name": "fake",
    "scenario": "helpdesk",
    "horizon_days": 5,
    "seed": 1_000_000,
    "replications": 4,
    "objective": "retention",
    "trials": 24,
    "strategies": {"mine": {"policy": f"{HERE}:Mine"}},
}


class Mine(Policy):
    """A user's own policy, with a parameter of every kind."""

    wait_s: float = Field(100.0, ge=0.0, le=1000.0)
    tries: int = Field(1, ge=1, le=5)
    scale: LogScaled = Field(1.0, ge=0.01, le=100.0)
    bold: bool = Field(False)
    style: Literal["plain", "warm"] = Field("plain")
    weight: BySegment[Annotated[float, Field(ge=0.0, le=2.0)]] = Field({})
    free: float = Field(1.0)
    most: int = Field(3, gt=0, lt=8)
    note: str = Field("", description="no word of a list, so it is not searched")


def simulated(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    """A firm whose retention is best at 700 seconds, warm; the luck is common to all."""
    found = fake_engine.replicate(config, strategy, replication)
    params = config.strategies[strategy].policy.params
    gain = -(((params.get("wait_s", 100.0) - 700) / 1000) ** 2)
    gain += 0.05 if params.get("style") == "warm" else 0.0
    luck = found.metrics["cost"] - 100
    metrics = {"retention": 0.5 + gain + 10 * luck, "cost": 100 + gain, "contacts": 5.0}
    return replace(found, metrics=metrics | {"undefined": float("nan")})


def refuses(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    if config.strategies[strategy].policy.params["wait_s"] > 400:
        raise InputError("Mine.wait_s: not more than 400 with bold")
    return simulated(config, strategy, replication)


def breaks(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    if config.strategies[strategy].policy.params["wait_s"] != 100:
        raise ZeroDivisionError("division by zero")
    return simulated(config, strategy, replication)


def engine(work: Any = simulated) -> Engine:
    return Engine(work, fake_engine.describe, fake_engine.export, INFO)


def config(**changes: Any) -> TuneConfig:
    return validate(TuneConfig, {**RAW, **changes}, "test")


def ran(folder: Path, work: Any = simulated, resume: bool = False, **changes: Any) -> Tuning:
    settings = Settings(workers=changes.pop("workers", 1), folder=folder)
    return tune(config(**changes), engine(work), settings, resume=resume)


# -- the pieces -------------------------------------------------------------------------------


def test_objective_weights_and_signs() -> None:
    assert weights_of("retention", BETTER) == {"retention": 1.0}
    assert weights_of("cost", BETTER) == {"cost": -1.0}
    weights = weights_of({"retention": 300, "cost": -1, "undefined": 0}, BETTER)
    assert score({"retention": 0.5, "cost": 20.0}, weights) == 130.0
    undefined = score({"retention": float("nan"), "cost": 1.0}, weights)
    assert undefined != undefined
    assert formula({"retention": 300, "cost": -1}) == "300 × retention \u2212 cost"


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ("retntion", "unknown metric 'retntion'; did you mean 'retention'"),
        ({"cst": 1}, "unknown metric 'cst'; did you mean 'cost'"),
        ("contacts", "neither more nor less of 'contacts' is better"),
        ({"cost": 0.0}, "at least one weight must not be 0"),
    ],
)
def test_objectives_that_are_refused(objective: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        weights_of(objective, BETTER)


def test_a_race_is_lost_by_paired_differences_not_by_luck() -> None:
    best = [1.0, 5.0, 9.0, 2.0]
    assert beaten([x - 0.1 - 0.001 * i for i, x in enumerate(best)], best, 0.1)
    assert not beaten([0.0, 7.0, 8.0, 3.0], best, 0.1)
    assert not beaten([1.5, 5.5], best, 0.1)
    scores = {3: [1.0, 5.1], 1: [0.5, 4.4], 2: [1.1, 5.3], 0: [1.2, 5.0]}
    assert survivors(scores, best, 0.5, 0.1) == [2, 0]
    assert survivors({1: [0.5, 4.5], 2: [0.4, 4.4]}, best, 1.0, 0.1) == []


def test_rounds_end_with_all_replications() -> None:
    assert Racing(first=2, factor=2).rounds(10) == [2, 4, 8, 10]
    assert Racing(first=4).rounds(3) == [3]


def test_every_kind_of_parameter_is_a_dimension() -> None:
    space = space_of(config(), "mine")
    names = [d.name for d in space]
    assert names[:5] == ["wait_s", "tries", "scale", "bold", "style"]
    assert all(name.startswith("weight.") for name in names[5:-1]) and len(names) > 6
    assert not {"free", "note"} & set(names)  # no bounds, so they stay as they are
    assert [(d.name, d.kind, d.low, d.high) for d in space][-1] == ("most", int, 1, 7)
    assert {(d.low, d.high) for d in space[5:-1]} == {(0, 2)}
    assert {d.name: d.log for d in space}["scale"]
    values = parameters(space, {d.name: d.start for d in space} | {"wait_s": 123.456789})
    assert values["wait_s"] == 123.5
    assert set(values["weight"]) == {name.partition(".")[2] for name in names[5:-1]}


def test_what_a_strategy_sets_is_fixed_unless_searched() -> None:
    fixed = {"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 50.0, "tries": 2}}}}
    assert "wait_s" not in [d.name for d in space_of(config(strategies=fixed), "mine")]
    search = {"mine": {"wait_s": {"low": 10, "high": 90}, "free": {"low": 0, "high": 3}}}
    space = space_of(config(strategies=fixed, search=search), "mine")
    assert [(d.name, d.start, d.low, d.high) for d in space] == [
        ("wait_s", 50.0, 10, 90),
        ("free", 1.0, 0, 3),
    ]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"wait": {}}, "search.mine.wait: is no parameter of Mine; did you mean 'wait_s'"),
        ({"free": {}}, "search.mine.free: needs low and high"),
        ({"wait_s": {"high": 2000}}, "wait_s.high: must be within the declared 0 to 1000"),
        ({"wait_s": {"low": 9, "high": 9}}, "low must be below high"),
        ({"wait_s": {"log": True}}, "a logarithmic scale needs low above 0"),
        ({"style": {"choices": ["cold"]}}, "must be among the declared; got 'cold'"),
        ({"style": {"low": 1}}, "has no bounds, as it is str"),
        ({"tries": {"low": 1.5}}, "low and high must be whole"),
        ({"tries": {"choices": ["a"]}}, "choices: is for words"),
        ({"most": {"high": 8}}, "most.high: must be within the declared 1 to 7; got 8"),
        ({"note": {}}, "search.mine.note: cannot be searched, as it is no number, truth or word"),
    ],
)
def test_ranges_that_are_refused(search: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        space_of(config(search={"mine": search}), "mine")
    assert said in str(caught.value)


def test_a_policy_without_parameters_cannot_be_tuned() -> None:
    with pytest.raises(InputError, match="CustomerChoice has no parameter to search"):
        space_of(config(strategies={"a": {"policy": "customer_choice"}}), "a")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"validation": {"seed": 1_000_000}}, "must differ from the seed that is tuned on"),
        ({"search": {"mne": {}}}, "search.mne: is not one of the strategies; did you mean 'mine'"),
        ({"trials": 0}, "trials: "),
        ({"sampler": "tpee"}, "did you mean 'tpe'"),
        ({"objectve": "cost"}, "objectve: unknown key"),
        ({"objective": {}}, "objective"),
        ({"warm_up_days": "auto"}, "warm_up_days"),
    ],
)
def test_configs_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        config(**changes)
    assert said in str(caught.value)


def test_evaluations_are_kept_with_what_is_undefined(tmp_path: Path) -> None:
    one = Evaluation.of("a", {"y": 2, "x": 0.1}, 3)
    assert one == Evaluation.of("a", {"x": 0.1, "y": 2}, 3)
    store = Evaluations(tmp_path)
    store.put(one, {"cost": 0.1 + 0.2, "undefined": float("nan")})
    store.put(Evaluation.of("a", {}, 0), "refused")
    again = Evaluations(tmp_path)
    found = again.get(one)
    assert isinstance(found, dict)
    assert found["cost"] == 0.1 + 0.2 and found["undefined"] != found["undefined"]
    assert again.get(Evaluation.of("a", {}, 0)) == "refused"
    assert again.get(Evaluation.of("a", {}, 1)) is None
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 9)
    with pytest.raises(InputError, match="cannot be used"):
        Evaluations(tmp_path)


# -- the whole --------------------------------------------------------------------------------


def test_the_search_finds_the_optimum_and_saves_replications(tmp_path: Path) -> None:
    (found,) = ran(tmp_path / "t", search={"mine": {"wait_s": {}, "style": {}}}).tuned
    assert found.changed
    assert abs(found.best.params["wait_s"] - 700) < 150
    assert found.best.params["style"] == "warm"
    assert found.seen.low > 0.3  # the start loses 0.36 + 0.05
    assert found.trials[0].params == {"wait_s": 100.0, "style": "plain"}
    assert found.trials[0].gain == 0.0
    pruned = [t for t in found.trials if t.state == "pruned"]
    assert pruned and all(len(t.scores) < 4 for t in pruned)
    assert all(t.gain <= found.best.gain for t in found.trials if t.state == "complete")
    assert set(found.importance) == {"wait_s", "style"}
    assert sum(found.importance.values()) == pytest.approx(1)


def plain(tuning: Tuning) -> Any:
    return [(t.number, t.state, dict(t.params), t.scores) for t in tuning.tuned[0].trials]


def test_any_number_of_workers_gives_the_same_trials(tmp_path: Path) -> None:
    # Worker processes import this module by name, as they would a user's.
    one = ran(tmp_path / "one", trials=13)
    two = ran(tmp_path / "two", trials=13, workers=2)
    assert plain(one) == plain(two)
    assert (tmp_path / "one" / BEST).read_bytes() == (tmp_path / "two" / BEST).read_bytes()


@pytest.mark.parametrize("after", [2, 17, 30])
def test_a_killed_search_goes_on_as_if_it_had_not_been(tmp_path: Path, after: int) -> None:
    whole = ran(tmp_path / "whole", trials=13)
    calls: list[Mapping[str, Any]] = []

    def killed(config: ExperimentConfig, strategy: str, number: int) -> fake_engine.FakeResult:
        if len(calls) == after:
            raise KeyboardInterrupt
        calls.append(config.strategies[strategy].policy.params)
        return simulated(config, strategy, number)

    with pytest.raises(KeyboardInterrupt):
        ran(tmp_path / "t", killed, trials=13)
    rest: list[int] = []

    def counted(config: ExperimentConfig, strategy: str, number: int) -> fake_engine.FakeResult:
        rest.append(number)
        return simulated(config, strategy, number)

    resumed = ran(tmp_path / "t", counted, resume=True, trials=13)
    assert plain(resumed) == plain(whole)
    distinct = {(json.dumps(dict(t.params), sort_keys=True), len(t.scores)) for t in
                whole.tuned[0].trials}  # fmt: skip
    assert after + len(rest) == sum(n for _, n in distinct)


def test_more_trials_extend_and_do_nothing_again(tmp_path: Path) -> None:
    ran(tmp_path / "t", trials=8)
    longer = ran(tmp_path / "t", resume=True, trials=16)
    assert plain(longer) == plain(ran(tmp_path / "fresh", trials=16))

    def never(*_: Any) -> fake_engine.FakeResult:
        raise AssertionError("nothing is left to simulate")

    assert plain(ran(tmp_path / "t", never, resume=True, trials=16)) == plain(longer)


def test_trials_are_not_taken_over_unasked(tmp_path: Path) -> None:
    ran(tmp_path / "t", trials=4)
    with pytest.raises(InputError, match="has trials already; go on with --resume"):
        ran(tmp_path / "t", trials=4)
    with pytest.raises(InputError, match="run folder of another"):
        ran(tmp_path / "t", resume=True, trials=4, objective={"cost": -1})


def test_refused_parameters_are_trials_that_failed(tmp_path: Path) -> None:
    (found,) = ran(tmp_path / "t", refuses, trials=16, search={"mine": {"wait_s": {}}}).tuned
    states = [t.state for t in found.trials]
    assert len(states) == 16 and "refused" in states
    assert 100 < found.best.params["wait_s"] <= 400
    with pytest.raises(InputError, match=r"strategies\.mine: Mine\.wait_s: not more than 400"):
        ran(
            tmp_path / "u",
            refuses,
            strategies={"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 500.0}}}},
        )


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the metric undefined is undefined in replication 0"):
        ran(tmp_path / "t", objective="undefined")
    with pytest.raises(RunError, match=r"ZeroDivisionError.*wait_s"):
        ran(tmp_path / "u", breaks)


def test_the_gain_is_checked_on_unseen_luck_and_can_be_extended(tmp_path: Path) -> None:
    search = {"mine": {"wait_s": {}}}
    check = {"seed": 5, "replications": 6}
    folder = tmp_path / "t"
    tuning = ran(folder, trials=16, search=search, validation=check)
    (found,) = tuning.tuned
    gain = found.unseen["objective"]
    assert gain.n == 6 and gain.mean == pytest.approx(found.seen.mean)  # the luck is additive
    assert tuning.validation is not None and tuning.validation.manifest["seed"] == 5
    (folder / "config.yaml").write_text(
        "extends: best.yaml\nname: next\nscenario: helpdesk\nhorizon_days: 9\nreplications: 3\n"
    )
    strategy = load_config(folder / "config.yaml").strategies["mine"]
    assert strategy.policy.params == found.best.params
    assert "on others" in (folder / BEST).read_text()
    rows = list(csv.DictReader((folder / TRIALS).open()))
    assert len(rows) == 16 and sum(int(row["best"]) for row in rows) == 1
    best = next(row for row in rows if row["best"] == "1")
    assert float(best["wait_s"]) == found.best.params["wait_s"]
    assert float(best["gain"]) == found.best.gain
    # More trials may choose other parameters: the old validation gives way to a new one.
    again = ran(folder, resume=True, trials=28, search=search, validation=check)
    assert again.validation is not None
    params = again.validation.manifest["config"]["strategies"]["mine tuned"]["policy"]["params"]
    assert params == dict(again.tuned[0].best.params)


def test_without_a_better_trial_the_untuned_policy_stays(tmp_path: Path) -> None:
    fixed = {"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 700.0}}}}
    search = {"mine": {"wait_s": {}}}
    (found,) = ran(tmp_path / "t", trials=8, strategies=fixed, search=search).tuned
    assert not found.changed and found.best == leader(found.trials)
    assert found.seen.mean == 0


# -- the command ------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.run.engine.simulator", engine)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({**RAW, "trials": 5}))
    return tmp_path


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", "c.yaml", "--workers", "1", "--out", "there"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "wait_s" in out and "which flatters" in out and "there/best.yaml" in out
    assert main(arguments) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*arguments, "--resume", "--trials", "7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["strategies"]["mine"]["trials"] == 7
    assert found["objective"] == "retention"


def test_the_command_on_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["tune", "nowhere"], "did you mean"),
        (["tune", "c.yaml", "--set", "objective=retntion"], "did you mean 'retention'"),
        (["tune", "c.yaml", "--set", "strategies.mine.policy=thresholdz"], "'thresholds'"),
        (["tune", "quickstart"], "looks like a config for `run`"),
        (["tune", "c.yaml", "--trials", "0"], "trials"),
    ):
        assert main([*arguments, "--workers", "1"]) == 2, arguments
        assert said in capsys.readouterr().err or arguments[1] == "nowhere"


def test_without_optuna_the_message_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["tune", "c.yaml", "--workers", "1"]) == 2
    assert "optichannel[learn]" in capsys.readouterr().err


def test_the_shipped_tuning_configs_are_valid() -> None:
    from experiments.run.config.experiment import SHIPPED
    from sim.metrics.metrics import METRICS

    names = sorted(path.stem for path in SHIPPED.folder.glob("tune_*.yaml"))
    assert "tune_telco" in names
    for name in names:
        found = load_tune_config(name)
        assert all(space_of(found, strategy) for strategy in found.strategies)
        weights_of(found.objective, {key: str(metric.better) for key, metric in METRICS.items()})


@pytest.mark.slow
def test_a_shipped_rule_is_tuned_in_the_simulator(tmp_path: Path) -> None:
    from experiments.run.engine import simulator

    raw = {
        **RAW,
        "objective": {"expected_value_per_customer": 1, "margin_kept": 3},
        "replications": 2,
        "trials": 3,
        "strategies": {"v": {"regime": "optichannel", "policy": "value_at_risk"}},
        "search": {"v": {"recovery_return": {}}},
        "validation": {"seed": 3, "replications": 2},
    }
    settings = Settings(workers=1, folder=tmp_path / "t")
    found = tune(validate(TuneConfig, raw, "test"), simulator(), settings)
    assert len(found.tuned[0].trials) == 3
    assert set(found.tuned[0].unseen) >= {"objective", "margin_kept", "retention"}
    assert (tmp_path / "t" / CHECK / "manifest.json").exists()


def test_unseen_luck_that_ties_is_no_certainty() -> None:
    rows = [
        (name, i, metric, value)
        for name, kept in (("a", 0.99), ("a tuned", 0.991))
        for i in range(3)
        for metric, value in (("retention", kept), ("customers", 1000.0))
    ]
    frame = pl.DataFrame(rows, ["strategy", "replication", "metric", "value"], orient="row")
    found = unseen(RunResults.build({"metrics": frame}, {}), "a", {"retention": 1.0})["retention"]
    assert found.mean == pytest.approx(0.001)
    assert found.low < 0 < found.high and found.p > 0.05
