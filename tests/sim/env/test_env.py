"""The journey environment: registration, checks, observation, masks, money, bad input."""

import subprocess
import sys
from math import exp, fsum

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given
from hypothesis import strategies as st

from experiments.benchmarks import env as benchmark
from experiments.benchmarks.soak import soak
from sim import Facts, InputError, Kind, World, kpis, load_scenario, scenario_names
from sim.core.accessors import learner_at, make_firm, make_world
from sim.core.books import step_to, sum_booked
from sim.core.columns import fill
from sim.core.records.decisions import Income
from sim.decisions.features import Features, feature_reads, feature_table, features_as_rows
from sim.env import JourneyEnv
from sim.units import DAYS_PER_YEAR
from tests.support.paths import ROOT

SCENARIOS = scenario_names()
CASES = [(name, regime) for name in SCENARIOS for regime in load_scenario(name).regimes]


def small(name="helpdesk", customers=400, **more):
    return load_scenario(name, {"population": {"customers": customers}, **more})


def play(env, rng=None, **reset):
    """Play an episode; return (rewards, components of every step, last info)."""
    obs, info = env.reset(**reset)
    rewards, parts, truncated = [], [], False
    while not truncated:
        legal = np.flatnonzero(info["action_mask"])
        action = env.episode.default if rng is None else rng.choice(legal)
        obs, reward, terminated, truncated, info = env.step(action)
        assert not terminated
        assert env.observation_space.contains(obs)
        rewards.append(reward)
        parts.append(info["reward"])
    return rewards, parts, info


@pytest.mark.parametrize(
    "code",
    [
        "import sim, sys; assert 'gymnasium' not in sys.modules; import gymnasium as gym",
        "import gymnasium as gym; import sim",
        "import gymnasium as gym",
        "import sim.scenario, gymnasium as gym; gym.register_envs(sim)",
    ],
)
def test_registered_whichever_is_imported_first(code):
    make = "; print(gym.make('sim:optichannel/Journey-v0').spec.id)"
    done = subprocess.run(
        [sys.executable, "-c", code + make], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "optichannel/Journey-v0", done.stderr


@pytest.mark.parametrize(("name", "regime"), CASES)
def test_checkers_pass_without_warnings(name, regime):
    made = gym.make("sim:optichannel/Journey-v0", scenario=small(name), regime=regime)
    check_env(made.unwrapped)
    sb3 = pytest.importorskip("stable_baselines3.common.env_checker")
    sb3.check_env(made.unwrapped)


@pytest.mark.parametrize(("name", "regime"), CASES)
def test_observation_is_the_views(name, regime):
    env = JourneyEnv(small(name, 600), regime=regime, horizon_days=1.5)
    rng, kinds = np.random.default_rng(1), set()
    obs, info = env.reset(seed=3)
    truncated = False
    while not truncated:
        if env.world.pending is not None:
            view = env.world.pending_view(feature_reads(env.world.compiled.scenario))
            kinds.add(view.kind)
            np.testing.assert_array_equal(obs, env.setting.features.of_view(view))
        action = rng.choice(np.flatnonzero(info["action_mask"]))
        obs, _, _, truncated, info = env.step(action)
    assert len(kinds) >= (2 if regime == "optichannel" else 1)  # without steering few are left


@pytest.mark.parametrize("name", SCENARIOS)
def test_hidden_features_are_zero(name):
    firm = small(name)
    hides = firm.regimes["multichannel"].model_copy(update={"match_rate": 0.0})
    env = JourneyEnv(firm, regime=hides, horizon_days=1)
    table = feature_table(firm, hides)
    hidden = [i for i, f in enumerate(table) if f.shown == "hidden"]
    assert {"customer.margin", "customer.known", "profile.contacts"} < {
        table[i].name for i in hidden
    }
    obs, _ = env.reset(seed=1)
    seen, truncated = [obs], False
    while not truncated:
        obs, _, _, truncated, _ = env.step(env.episode.default)
        seen.append(obs)
    assert not np.stack(seen)[:, hidden].any()


def test_docstring_and_rows_list_the_features():
    table = feature_table(load_scenario("helpdesk"))
    assert all(f.name in JourneyEnv.__doc__ for f in table)
    assert [row["feature"] for row in features_as_rows(load_scenario("helpdesk"))] == [
        f.name for f in table
    ]
    names = [f.name for f in feature_table(load_scenario("telco"))]
    assert len(names) == len(set(names))
    assert all(f.low < f.high for f in table)


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("warm_up_days", [0, 2])
def test_rewards_add_up_to_the_kpi(name, warm_up_days):
    env = JourneyEnv(small(name), horizon_days=2, warm_up_days=warm_up_days)
    rewards, parts, info = play(env, np.random.default_rng(2), seed=5)
    assert fsum(rewards) == info["net_value"] == info["objective"]
    assert fsum(x for part in parts for x in part.values()) == info["net_value"]
    world, episode = env.world, env.episode
    facts = Facts.of(world.compiled, world.customers, episode.start_s, episode.end_s)
    assert episode.end_s == world.now
    measured = kpis(world.register, facts)["net_value"]
    assert info["net_value"] == pytest.approx(measured, rel=1e-9)


def test_steps_lose_nothing():
    rng = np.random.default_rng(1)
    income, given = Income(), []
    totals = np.cumsum(rng.normal(size=5000) * 10.0 ** rng.integers(-9, 9, size=5000))
    for total in totals.tolist():
        step_to(income, total)
        given.append(income.step)
    assert fsum([*given, income.carry]) == totals[-1]
    naive = fsum(np.diff(totals, prepend=0.0).tolist())
    assert naive != totals[-1]  # plain differences do lose some


@given(st.lists(st.floats(-1e15, 1e15), min_size=10, max_size=10))
def test_sums_are_rounded_once(numbers):
    world = make_world(make_firm())
    fill(world, "learners", {"steps": [0]})
    fill(world, "incomes", {"last": numbers[:5], "carry": numbers[5:]})
    fill(world, "partials", {"value": [0.0] * 10})
    assert sum_booked(world, learner_at(world, 0)) == fsum(numbers[:5] + [-x for x in numbers[5:]])


def test_elapsed_time_and_discount():
    env = JourneyEnv(small(), horizon_days=2, discount_per_year=0.5)
    _, info = env.reset(seed=1)
    elapsed, truncated, now = info["elapsed_h"], False, env.world.now
    assert info["elapsed_h"] * 3600 == now
    while not truncated:
        _, _, _, truncated, info = env.step(env.episode.default)
        assert info["elapsed_h"] * 3600 == pytest.approx(env.world.now - now)
        rate = 0.5 / (DAYS_PER_YEAR * 24)
        assert info["discount"] == pytest.approx(exp(-rate * info["elapsed_h"]), rel=1e-12)
        elapsed, now = elapsed + info["elapsed_h"], env.world.now
    assert elapsed == pytest.approx(48)


def test_illegal_actions_take_their_decision():
    env = JourneyEnv(small(), horizon_days=1)
    _, info = env.reset(seed=1)
    illegal = int(np.flatnonzero(~info["action_mask"])[0])
    default = env.episode.default
    _, _, _, _, info = env.step(illegal)
    assert info["illegal"] == 1
    assert env.world.register.column("decisions", "action")[-1] == default
    assert env.episode.actions == [default]


def test_only_the_learners_kinds_are_asked():
    env = JourneyEnv(small("telco"), horizon_days=2, decides=("wrap_up", Kind.CANCEL))
    env.reset(seed=1)
    truncated, kinds = False, set()
    while not truncated:
        kinds.add(env.episode.kind)
        truncated = env.step(env.episode.default)[3]
    assert Kind.WRAP_UP in kinds
    assert kinds <= {Kind.WRAP_UP, Kind.CANCEL, None}


def test_an_episode_without_decisions_ends_too():
    env = JourneyEnv(small(customers=1), horizon_days=0.01)
    _, info = env.reset(seed=1)
    assert info["action_mask"].all()
    _, _, terminated, truncated, info = env.step(0)
    assert (terminated, truncated) == (False, True)
    assert info["elapsed_h"] * 3600 + env.episode.start_s >= 0
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)


def test_seeds_and_replications():
    env = JourneyEnv(small(), horizon_days=1)
    first = play(env, seed=7)[0]
    second = play(env)[0]
    assert first != second
    assert play(env, seed=7)[0] == first
    assert play(env, options={"replication": 1})[0] == second
    unseeded = JourneyEnv(small(), horizon_days=1)
    assert play(unseeded)[0] not in (first, second)


def test_terminal_value_is_apart():
    plain = JourneyEnv(small(), horizon_days=1)
    beyond = JourneyEnv(small(), horizon_days=1, terminal_value=True)
    net = play(plain, seed=1)[2]["net_value"]
    rewards, parts, info = play(beyond, seed=1)
    assert info["net_value"] == net
    assert info["reward"]["terminal_value"] > net
    assert sum(part["terminal_value"] for part in parts[:-1]) == 0
    assert info["objective"] == net + info["reward"]["terminal_value"]
    assert fsum(rewards) == pytest.approx(info["objective"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"scenario": "helpdeks"}, "helpdesk"),
        ({"regime": "omnichanel"}, "omnichannel"),
        ({"decides": ["entri"]}, "entry"),
        ({"decides": []}, "at least one"),
        ({"channels": ["fax"]}, "phone"),
        ({"horizon_days": 0}, "above 0"),
        ({"horizon_days": "week"}, "'week'"),
        ({"warm_up_days": -1}, "at least 0"),
        ({"warm_up_days": 0.5}, "whole days"),
        ({"warm_up_worlds": 0}, "at least 1"),
        ({"discount_per_year": float("nan")}, "nan"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InputError, match=words):
        JourneyEnv(**arguments)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sate": 1}, "'sate'"),
        ({"replication": -1}, "at least 0"),
        ({"replication": 0.5}, "whole number"),
        ({"state": "file"}, "World"),
        ({"state": World(load_scenario("telco"))}, "telco"),
    ],
)
def test_bad_options(options, words):
    env = JourneyEnv(small(), horizon_days=1)
    with pytest.raises(InputError, match=words):
        env.reset(options=options)
    with pytest.raises(gym.error.ResetNeeded):
        env.step(0)


def test_features_follow_the_scenario():
    telco = load_scenario("telco")
    regime = telco.regimes["optichannel"]
    assert Features(telco, regime).size == len(feature_table(telco))


def test_random_episodes_end():
    for played in soak(6, horizon_days=0.5):
        assert played.decisions > 0
        assert played.illegal > 0


def test_the_documentations_example_runs(capsys):
    text = (ROOT / "docs" / "how-to" / "use-the-environment.md").read_text()
    code = text.split("```python\n")[1].split("```")[0].replace("horizon_days=7", "horizon_days=1")
    scope = {}
    exec(compile(code, "use-the-environment.md", "exec"), scope)
    assert float(capsys.readouterr().out) == scope["info"]["net_value"]


def test_benchmark_rows():
    rows = benchmark.measure(["telco"], steps=300, rounds=1, ceiling=False)
    assert [row.name for row in rows] == ["SimPy", *["telco"] * 4]
    assert rows[0].of_simpy == 1.0
    assert all(row.per_s > 0 and row.cpu_s > 0 for row in rows)
    assert [row.goal for row in rows[1:]] == [None, 150_000, 500_000, None]
