"""Vector forms, several objectives, staffing, shaping."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from sim import InputError, World, load_scenario, scenario_names
from sim.behaviour import lifetime_value
from sim.env import JourneyEnv, JourneyVectorEnv, MultiObjectiveJourneyEnv, StaffingEnv
from sim.env.staffing_rule import LEVELS_MIN
from sim.env.start import Starts
from sim.population.value import LifetimeValue, hazard_value
from sim.register.codes import DEPARTS_NOT
from sim.units import DAY_S, MONTH_S, YEAR_S


def firm(name="helpdesk", customers=400, **more):
    return load_scenario(name, {"population": {"customers": customers}, **more})


def defaults(episodes):
    return np.array([episode.default for episode in episodes])


def test_vector_env_is_single_envs():
    scenario = firm()
    many = gym.make_vec(
        "sim:optichannel/Journey-v0",
        num_envs=3,
        vectorization_mode="vector_entry_point",
        scenario=scenario,
        horizon_days=0.5,
    ).unwrapped
    obs, infos = many.reset(seed=2)
    singles = [JourneyEnv(scenario, horizon_days=0.5) for _ in range(3)]
    shown = [
        env.reset(seed=2, options={"replication": i * 1_000_003}) for i, env in enumerate(singles)
    ]
    np.testing.assert_array_equal(obs, np.stack([o for o, _ in shown]))
    finals = 0
    for _ in range(300):
        np.testing.assert_array_equal(
            infos["action_mask"], np.stack([env.action_masks() for env in singles])
        )
        actions = defaults(many.episodes)
        obs, rewards, terminated, truncated, infos = many.step(actions)
        assert not terminated.any()
        for i, env in enumerate(singles):
            o, r, _, done, info = env.step(actions[i])
            assert (r, done) == (rewards[i], truncated[i])
            if done:
                finals += 1
                np.testing.assert_array_equal(infos["final_obs"][i], o)
                assert infos["final_info"]["net_value"][i] == info["net_value"]
                o, _ = env.reset()
            np.testing.assert_array_equal(obs[i], o)
    assert finals > 2


def test_vector_env_resets_chosen_worlds():
    many = JourneyVectorEnv(2, scenario=firm(), horizon_days=1)
    before, _ = many.reset(seed=[1, 5])
    many.step(defaults(many.episodes))
    steps = [episode.steps for episode in many.episodes]
    many.reset(options={"reset_mask": np.array([True, False])})
    assert [episode.steps for episode in many.episodes] == [0, steps[1]]
    again, _ = many.reset(seed=[1, 5])
    np.testing.assert_array_equal(again, before)


def test_sb3_vec_env_and_masked_ppo():
    pytest.importorskip("sb3_contrib")
    import torch
    from sb3_contrib import MaskablePPO
    from stable_baselines3.common.vec_env import VecMonitor

    from experiments.learning.envs.vec_env import JourneyVecEnv

    torch.set_num_threads(1)
    env = JourneyVecEnv(2, seed=1, scenario=firm(), horizon_days=0.5)
    env.seed(4)
    first = env.reset()
    masks = np.stack(env.env_method("action_masks"))
    np.testing.assert_array_equal(masks, env.action_masks())
    assert env.has_attr("action_masks") and not env.has_attr("nothing_such")
    ended = 0
    for _ in range(200):
        _, _, dones, infos = env.step(defaults(env.episodes))
        for done, info in zip(dones, infos, strict=True):
            if done:
                ended += 1
                assert info["TimeLimit.truncated"]
                assert info["terminal_observation"].shape == first[0].shape
    assert ended
    env.seed(4)
    np.testing.assert_array_equal(env.reset(), first)
    model = MaskablePPO("MlpPolicy", VecMonitor(env), n_steps=64, batch_size=64, n_epochs=1, seed=1)
    model.learn(256)
    assert model.num_timesteps == 256
    assert sum(episode.illegal for episode in env.episodes) == 0
    with pytest.raises(InputError, match="n_envs"):
        JourneyVecEnv(0)


def test_vector_reward():
    env = gym.make(
        "sim:optichannel/MultiObjectiveJourney-v0", scenario=firm("telco"), horizon_days=3
    ).unwrapped
    assert isinstance(env, MultiObjectiveJourneyEnv)
    env.reset(seed=1)
    total, money, truncated = np.zeros(3), 0.0, False
    while not truncated:
        _, reward, _, truncated, info = env.step(env.episode.default)
        assert env.reward_space.contains(reward)
        total += reward
        money += info["reward"]["margin"] + info["reward"]["sales"]
    register = env.world.register
    assert total[0] == -(register.column("churn", "how") != DEPARTS_NOT).sum()
    assert total[1] == pytest.approx(info["net_value"] - money, rel=1e-9)
    assert total[2] == pytest.approx(-sum(register.columns("contacts")["effort"]))


@pytest.mark.parametrize("name", scenario_names())
def test_staffing_passes_the_checkers(name):
    env = gym.make("sim:optichannel/Staffing-v0", scenario=firm(name), horizon_days=1).unwrapped
    check_env(env)
    sb3 = pytest.importorskip("stable_baselines3.common.env_checker")
    sb3.check_env(env)
    assert env.action_masks().shape == (sum(env.action_space.nvec),)


def staffed(env, action, seed=1):
    env.reset(seed=seed)
    truncated, total = False, 0.0
    while not truncated:
        _, reward, _, truncated, info = env.step(action)
        total += reward
    assert total == pytest.approx(info["net_value"], rel=1e-9)
    return env.world, info


def test_a_focused_team_serves_its_channel_only():
    env = StaffingEnv(firm(customers=1500), horizon_days=1)
    phone = env.setting.compiled.channels.index["phone"]
    focus = [1 + channels.index(phone) for channels in env.team_channels]
    world, info = staffed(env, [*focus, 0, 0])
    answered = world.register.column("contacts", "answered_s") >= 0
    assert set(world.register.column("contacts", "channel")[answered]) == {phone}
    assert info["illegal"] > 0  # before the first shift there is nobody to assign
    usual, _ = staffed(env, [0] * len(env.action_space.nvec))
    inline = World(env.setting.scenario, regime=env.setting.regime, seed=1).run(DAY_S)
    contacts = usual.register.columns("contacts"), inline.register.columns("contacts")
    assert all(np.array_equal(contacts[0][k], contacts[1][k]) for k in contacts[0])


def test_focus_released_puts_waiting_contacts_to_work():
    env = StaffingEnv(firm(customers=1500), horizon_days=1)
    email = env.setting.compiled.channels.index["email"]
    focus = [1 + channels.index(email) for channels in env.team_channels]
    env.reset(seed=1)
    world = env.world
    read = world.core.column
    while not (read("waiting", "n").any() and read("duties", "idle_n").any()):
        assert not env.step([*focus, 0, 0])[3]
    released = world.now
    env.step([0] * len(env.action_space.nvec))
    assert (world.register.column("contacts", "answered_s") == released).any()


def test_thresholds_steer():
    env = StaffingEnv(firm("telco", 1500), horizon_days=1)
    never = [0] * len(env.action_space.nvec)
    always = [*never[:-2], len(LEVELS_MIN) - 1, 0]
    steered = [
        int((staffed(env, action)[0].register.columns("contacts")["steering"] > 0).sum())
        for action in (never, always)
    ]
    assert steered[0] == 0 < steered[1]


def test_staffing_refuses():
    with pytest.raises(InputError, match="interval_h"):
        StaffingEnv(interval_h=0)
    env = StaffingEnv(firm())
    with pytest.raises(gym.error.ResetNeeded):
        env.step([0, 0, 0, 0])


def test_lifetime_value_is_the_simple_formula_at_a_neutral_mood():
    base, rate = 0.02 / MONTH_S, 0.1 / YEAR_S
    moods = np.array([-1.0, 0.0, 1.0])
    low, neutral, high = hazard_value(base, rate, 1.0, moods, 30.0)
    assert neutral == pytest.approx(lifetime_value(1.0, base, rate), rel=1e-12)
    assert low < neutral < high
    slow = hazard_value(base, rate, 1.0, moods, 1e4)
    assert slow[0] == pytest.approx(lifetime_value(1.0, base * np.e, rate), rel=0.05)


@pytest.mark.parametrize("name", ["helpdesk", "telco"])
def test_lifetime_value_against_simulated_margins(name):
    """Customers without needs or moods: their margin over years is the value."""
    quiet = firm(name, 3000, mechanisms={"announced_churn": False})
    intents = {k: {"needs_per_month": 0.0} for k in quiet.intents}
    quiet = firm(name, 3000, intents=intents, money={"discount_per_year": 0.9})
    start = World(quiet, seed=1)
    expected = LifetimeValue(start).total(start)
    years = 8
    margins = []
    for seed in range(3):
        world = World(quiet, seed=seed)
        expected = LifetimeValue(world).total(world)
        world.advance(years * YEAR_S)
        margins.append(world.ledger.totals(world.now)["margin"] / expected)
    assert np.mean(margins) == pytest.approx(1.0, abs=0.02)


def test_shaping_changes_no_expectation_and_less_luck():
    scenario = firm(customers=600)
    env = JourneyEnv(
        scenario, horizon_days=20, decides=("wrap_up",), shaping=True, terminal_value=True
    )
    shaped, plain = [], []
    for seed in range(40):
        env.reset(seed=seed)
        start = Starts(env.setting).world(seed, 0)
        before = LifetimeValue(start).total(start)
        total = raw = 0.0
        truncated = False
        while not truncated:
            _, reward, _, truncated, info = env.step(env.episode.default)
            total, raw = total + reward, raw + info["raw"]
        assert raw == pytest.approx(info["net_value"], rel=1e-9)
        shaped.append(total)
        plain.append(raw + info["reward"]["terminal_value"] - before)
    difference = np.subtract(shaped, plain)
    error = difference.std(ddof=1) / len(difference) ** 0.5
    assert abs(difference.mean()) < 3 * error
    assert np.std(shaped) < 0.6 * np.std(plain)


def test_a_fork_of_a_shaped_world_leaves_its_books_alone():
    env, undisturbed = (JourneyEnv(firm(), horizon_days=2, shaping=True) for _ in range(2))
    for one in (env, undisturbed):
        one.reset(seed=1)
        for _ in range(20):
            one.step(one.episode.default)
    fork = env.world.fork()
    assert fork.pending is not None
    fork.answer(fork.pending.default)
    while fork.advance(DAY_S * 2):
        fork.answer(fork.pending.default)
    for _ in range(20):
        assert env.step(env.episode.default)[1] == undisturbed.step(undisturbed.episode.default)[1]
