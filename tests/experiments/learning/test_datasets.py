"""Decisions as data: what was seen and done, in a run and under exploration."""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import Field

from experiments import decision_table, export_register, run, save_dataset
from experiments.learning.datasets.episodes import play, setting_of
from experiments.learning.datasets.offline import dataset_id
from experiments.learning.datasets.recording import save_decisions
from experiments.running.single import ready
from experiments.runtime.pool import RunError
from policies import Policy
from sim import InputError, load_scenario
from sim.decisions.actions import action_table
from sim.decisions.features import feature_table
from sim.env import JourneyEnv
from sim.units import DAY_S
from tests.support.small_runs import config

SMALL = config("telco", replications=2)
WHO = ["time_s", "journey", "customer", "contact"]


class Idle(Policy):
    """Decides nothing."""


class Nosy(Policy):
    """Reads the loads alone and would fail on what it did not ask for."""

    reads = frozenset({"loads"})

    def entry(self, view: Any) -> int:
        """Take the first legal channel; nothing but the loads may be there."""
        assert view.loads is not None and view.profile is None and view.candidates is None
        return int(view.actions[0])


def test_a_row_for_each_decision_of_the_policy(tmp_path: Path) -> None:
    table = decision_table(SMALL, "steered", replication=1)
    export_register(SMALL, "steered", tmp_path, replication=1)
    rows = pl.read_parquet(tmp_path / "decisions.parquet").filter(pl.col("by") == 1)
    same = [*WHO, "kind", "action", "default"]
    assert table.select(same).equals(rows.select(same))
    assert (table["legal"].str.split(";").list.len() == rows["legal"]).all()
    assert table["legal"].str.split(";").list.contains(table["action"]).all()
    assert table["hour"].is_between(0, 24).all() and table["weekday"].is_between(0, 6).all()


def test_features_are_in_their_units_and_only_those_that_are_read() -> None:
    firm = load_scenario("telco")
    table = decision_table(SMALL, "steered").filter(kind="entry")
    # Whom the firm does not recognise has no segment.
    assert set(table["customer.segment"]) <= {*firm.segments, ""}
    assert set(table["customer.channel"]) <= set(firm.channels)
    attempts = table["customer.attempt"].to_numpy()
    assert np.allclose(attempts, attempts.round())  # not log1p of it
    known = table["customer.segment"].to_numpy() != ""
    assert attempts[known].min() == 1 and not attempts[~known].any()
    names = {feature.name for feature in feature_table(firm)}
    blocks = ("customer.segment", "customer.intent", "customer.channel", "profile.last_channel")
    features = [name for name in table.columns if "." in name]
    assert all(name in names or name in blocks for name in features)
    assert not any(name.startswith(("time.", "kind.")) for name in features)
    read = decision_table(config("telco", strategies={"n": {"policy": f"{__name__}:Nosy"}}), "n")
    assert any(name.startswith("load.") for name in read.columns)
    assert not any(name.startswith(("profile.", "candidate.")) for name in read.columns)


def test_what_a_regime_hides_is_empty() -> None:
    hidden = config("telco", strategies={"m": {"regime": {"match_rate": 0}, "policy": "random"}})
    table = decision_table(hidden, "m").filter(kind="entry")
    assert set(table["customer.segment"]) == {""} and table["customer.margin"].max() == 0


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_table_as_a_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"decisions.{suffix}"
    rows = save_decisions(SMALL, "silo", path)
    back = pl.read_csv(path) if suffix == "csv" else pl.read_parquet(path)
    assert len(back) == rows > 0 and back.columns == decision_table(SMALL, "silo").columns


def test_without_exploring_an_episode_is_the_run_s_replication(tmp_path: Path) -> None:
    whole = run(SMALL, workers=1, folder=tmp_path / "run").results.metrics
    worth = whole.filter(strategy="steered", metric="net_value")["value"]
    made = save_dataset(SMALL, "steered", tmp_path / "data", episodes=2, explore=0)
    for number, value in enumerate(worth):
        rows = pl.read_parquet(made.folder / "data" / str(number) / "part-0.parquet").head(-1)
        assert rows["rewards"].sum() == pytest.approx(value)
        infos = rows.unnest("infos")
        assert (infos["actions"] == infos["policy_action"]).all()
        assert set(infos["propensity"]) == {1.0}
        table = decision_table(SMALL, "steered", replication=number)
        assert infos.select(WHO).equals(table.tail(len(infos)).select(WHO))
        parts = infos.select("margin", "sales", "staff", "contacts", "treatments")
        assert parts.sum_horizontal().to_list() == pytest.approx(infos["rewards"].to_list())
    assert made.net_value == pytest.approx(worth.mean())


def test_propensities_are_the_shares_in_which_actions_are_taken() -> None:
    loaded, made = ready(SMALL, "steered", 0)
    setting = setting_of(loaded, "steered", made)
    off, expected, spread = 0, 0.0, 0.0
    for number in range(3):
        played = play(setting, made.policy.fork(), loaded.seed, number, 0.3)
        n, legal = len(played.actions), played.masks[:-1].sum(axis=1)
        assert (played.masks[np.arange(n), played.actions] == 1).all()
        usual = played.actions == played.more["policy_action"]
        chance = played.more["propensity"]
        assert chance[~usual] == pytest.approx(0.3 / legal[~usual])
        assert chance[usual] == pytest.approx(0.7 + 0.3 / legal[usual])
        away = 0.3 * (1 - 1 / legal)
        off, expected = off + int((~usual).sum()), expected + float(away.sum())
        spread += float((away * (1 - away)).sum())
    assert abs(off - expected) < 4 * sqrt(spread)


def test_observations_are_the_environment_s() -> None:
    loaded, made = ready(SMALL, "steered", 0)
    setting = setting_of(loaded, "steered", made)
    played = play(setting, made.policy.fork(), loaded.seed, 1, 0.5)
    env = JourneyEnv(
        made.scenario,
        regime="optichannel",
        decides=made.decides,
        rule=setting.rule,
        horizon_days=setting.horizon_days,
        warm_up_days=setting.warm_up_days,
        warm_up_seed=loaded.seed,
        warm_up_worlds=2,
    )
    seen, _ = env.reset(seed=loaded.seed, options={"replication": 1})
    for i, action in enumerate(played.actions):
        assert np.array_equal(played.observations[i], seen)
        assert np.array_equal(played.masks[i], env.action_masks())
        seen, reward, _, truncated, _ = env.step(action)
        assert played.rewards[i] == reward
    assert truncated and np.array_equal(played.observations[-1], seen)


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "other"):
        save_dataset(SMALL, "random", tmp_path / name, episodes=1, explore=0.5)
    files = sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) == 12
    for path in files:
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes()


def test_the_layout_is_minari_s(tmp_path: Path) -> None:
    made = save_dataset(SMALL, "steered", tmp_path / "data", episodes=2, explore=0.2)
    about = json.loads((made.folder / "data" / "metadata.json").read_text())
    firm = load_scenario("telco")
    space = json.loads(about["observation_space"])
    assert space["shape"] == [len(feature_table(firm))] == [len(space["low"])]
    assert json.loads(about["action_space"])["n"] == len(action_table(firm))
    assert about["total_episodes"] == 2 and about["total_steps"] == made.decisions
    assert (
        about["data_format"] == "parquet" and about["dataset_id"] == "optichannel/telco-steered-v0"
    )
    steps = 0
    for number in range(2):
        place = made.folder / "data" / str(number)
        rows = pl.read_parquet(place / "part-0.parquet")
        own = json.loads((place / "metadata.json").read_text())
        assert own["id"] == number and own["total_steps"] == len(rows) - 1
        assert rows["truncations"].to_list() == [False] * (len(rows) - 2) + [True, False]
        assert not rows["terminations"].any()
        steps += len(rows) - 1
    assert steps == made.decisions


def test_minari_reads_it(tmp_path: Path) -> None:
    minari = pytest.importorskip("minari")
    made = save_dataset(SMALL, "steered", tmp_path / "data", episodes=2, explore=0.2)
    found = minari.MinariDataset(made.folder / "data")
    assert found.total_episodes == 2 and found.spec.total_steps == made.decisions
    rows = pl.read_parquet(made.folder / "data" / "1" / "part-0.parquet").unnest("infos")
    episode = found[1]
    assert np.array_equal(episode.observations, rows["observations"].to_numpy())
    assert np.array_equal(episode.actions, rows["actions"].to_numpy()[:-1])
    assert np.array_equal(episode.infos["propensity"], rows["propensity"].to_numpy())
    assert np.array_equal(episode.infos["action_mask"], rows["action_mask"].to_numpy())


@pytest.mark.parametrize(
    ("changes", "arguments", "message"),
    [
        ({}, {"explore": 1.5}, r"explore: must be from 0 to 1; got 1\.5"),
        ({}, {"explore": float("nan")}, "explore: must be from 0 to 1; got nan"),
        ({}, {"episodes": 0}, "episodes: must be a whole number from 1 on; got 0"),
        ({"warm_up_days": 0.5}, {}, r"warm_up_days: must be whole days; got 0\.5"),
        ({"strategies": {"random": {"policy": f"{__name__}:Idle"}}}, {}, "at least one kind"),
    ],
)
def test_what_is_no_data_set_is_said(
    changes: dict[str, Any], arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        save_dataset(config("telco", **changes), "random", tmp_path / "data", **arguments)
    assert not (tmp_path / "data").exists()


class Fails(Policy):
    """Fails after a while, or takes what it may not."""

    action: int = Field(-1, description="what it takes at last; −1: it fails")

    def entry(self, view: Any) -> int:
        """Return the default until the second day."""
        if view.time_s < 2.5 * DAY_S:
            return int(view.default)
        if self.action < 0:
            raise ZeroDivisionError("far too late")
        return self.action


@pytest.mark.parametrize(("action", "said"), [(-1, "far too late"), (999, "illegal action 999")])
def test_a_policy_that_fails_leaves_nothing(action: int, said: str, tmp_path: Path) -> None:
    policy = {"use": f"{__name__}:Fails", "params": {"action": action}}
    failing = config("telco", strategies={"f": {"policy": policy}})
    with pytest.raises(RunError, match=f"strategy 'f', replication 0 failed: .*{said}"):
        save_dataset(failing, "f", tmp_path / "data")
    with pytest.raises(RunError, match=f"strategy 'f', replication 0 failed: .*{said}"):
        save_decisions(failing, "f", tmp_path / "table.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="out: must be a new folder, or an empty one"):
        save_dataset(SMALL, "random", tmp_path)


def test_names_are_what_minari_takes() -> None:
    assert dataset_id("telco", "best w1 + x") == "optichannel/telco-best-w1-x-v0"
