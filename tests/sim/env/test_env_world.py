"""The environment and the simulator are one: same register, forks, snapshots."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from policies import make
from sim import InputError, World, load_scenario, scenario_names
from sim.decisions.actions import KINDS
from sim.env import JourneyEnv, load_snapshot, save_snapshot
from sim.env.snapshot import LAYOUT
from sim.inputs.tensors import load_tensors
from sim.units import DAY_S


def firm(name="helpdesk", customers=400):
    return load_scenario(name, {"population": {"customers": customers}})


def loop(env, policy, **reset):
    env.reset(**reset)
    truncated = False
    while not truncated:
        action = 0
        if env.world.pending is not None:
            action = policy.decide(env.world.pending_view(policy.reads))
        truncated = env.step(action)[3]
    return env.world.register.digest()


@pytest.mark.parametrize("name", scenario_names())
@pytest.mark.parametrize("rule", ["customer_choice", "value_at_risk", "random"])
def test_same_policy_same_register(name, rule):
    scenario = firm(name)
    policy = make(rule, scenario)
    for decides in (None, ("entry", "wrap_up")):
        env = JourneyEnv(
            scenario, regime="optichannel", decides=decides, rule=policy, horizon_days=2
        )
        world = World(
            scenario,
            regime=scenario.regimes["optichannel"],
            policy=policy,
            decides=KINDS,
            seed=4,
            replication=2,
        ).run(2 * DAY_S)
        assert world.register.number_of("decisions") > 20
        digest = loop(env, policy, seed=4, options={"replication": 2})
        assert digest == world.register.digest()


@pytest.mark.parametrize("name", scenario_names())
def test_same_register_after_a_warm_up(name):
    scenario = firm(name)
    policy = make("cheapest_channel", scenario)
    env = JourneyEnv(scenario, horizon_days=2, warm_up_days=2, warm_up_worlds=2)
    inline = [env.inline(policy, seed=9, replication=r).register.digest() for r in (0, 1, 2)]
    assert len(set(inline)) == 3
    found = [loop(env, policy, seed=9, options={"replication": r}) for r in (2, 0, 1)]
    assert found == [inline[2], inline[0], inline[1]]


def test_warm_up_is_paid_once_and_shared_history():
    env = JourneyEnv(firm(), horizon_days=1, warm_up_days=3)
    env.reset(seed=1)
    first = env.world
    env.reset()
    warm, mine, theirs = (
        w.register.rows("contacts") for w in (env.episode.starts.world(0, 0), first, env.world)
    )
    assert warm and mine[: len(warm)] == warm == theirs[: len(warm)]
    assert mine != theirs or first.now != env.world.now
    assert len(env.episode.starts._warm) == 1  # simulated once


def test_start_from_a_given_state():
    env = JourneyEnv(firm(), horizon_days=3)
    env.reset(seed=1)
    for _ in range(40):
        env.step(env.episode.default)
    state = env.world.fork()
    taken = [env.step(env.episode.default)[1] for _ in range(30)]
    other = JourneyEnv(firm(), horizon_days=2)
    _, info = other.reset(options={"state": state})
    assert info["action_mask"].sum() >= 2
    assert other.episode.start_s == state.now
    again = [other.step(other.episode.default)[1] for _ in range(30)]
    later = state.ledger.discount(state.now)  # rewards are discounted to the episode's start
    assert np.array(again) * later == pytest.approx(np.array(taken), rel=1e-6, abs=1e-6)
    other.reset(seed=3, options={"state": state})
    reseeded = [other.step(other.episode.default)[1] for _ in range(30)]
    other.reset(options={"state": state})
    assert [other.step(other.episode.default)[1] for _ in range(30)] == again
    assert state.pending is not None  # the state itself is left alone
    assert len(reseeded) == 30


def test_other_luck_for_the_future():
    env = JourneyEnv(firm(), horizon_days=3)
    env.reset(seed=1)
    state = World(firm(), seed=1)
    state.advance(DAY_S * 2 - 1)
    digests = []
    for seed in (1, 2, 2):
        env.reset(seed=seed, options={"state": state})
        while not env.step(env.episode.default)[3]:
            pass
        digests.append(env.world.register.digest())
    assert digests[0] != digests[1] == digests[2]


@pytest.mark.parametrize("warm_up_days", [0, 2])
def test_snapshot_and_back(tmp_path, warm_up_days):
    scenario = firm("telco")
    rule = make("value_at_risk", scenario)
    env = JourneyEnv(
        scenario,
        regime="optichannel",
        decides=("entry", "wrap_up", "dispatch"),
        rule=rule,
        rule_name="value_at_risk",
        horizon_days=2,
        warm_up_days=warm_up_days,
    )
    rng = np.random.default_rng(1)
    _, info = env.reset(seed=11, options={"replication": 3})
    for _ in range(25):
        _, _, _, _, info = env.step(rng.choice(np.flatnonzero(info["action_mask"])))
    path = tmp_path / "state.safetensors"
    save_snapshot(env, path)
    back = load_snapshot(path, rule)
    np.testing.assert_array_equal(back.look()[0], env.look()[0])
    np.testing.assert_array_equal(back.action_masks(), env.action_masks())
    for _ in range(25):
        mine, theirs = env.step(env.episode.default), back.step(back.episode.default)
        assert mine[1] == theirs[1]
    assert back.world.register.digest() == env.world.register.digest()
    assert [p.name for p in tmp_path.iterdir()] == ["state.safetensors"]
    with pytest.raises(InputError, match="value_at_risk"):
        load_snapshot(path)


def test_snapshot_refuses(tmp_path):
    env = JourneyEnv(firm(), horizon_days=1)
    path = tmp_path / "state.safetensors"
    with pytest.raises(InputError, match="no episode"):
        save_snapshot(env, path)
    env.reset(options={"state": World(firm())})
    with pytest.raises(InputError, match="options"):
        save_snapshot(env, path)
    with pytest.raises(InputError, match="no such file"):
        load_snapshot(path)
    env.reset(seed=1)
    for _ in range(10):
        env.step(env.episode.default)
    save_snapshot(env, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        load_snapshot(path)
    path.write_bytes(save({"other": np.arange(3)}, {"header": "{}"}))
    with pytest.raises(InputError, match="not a snapshot"):
        load_snapshot(path)
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="not a snapshot"):
        load_snapshot(tmp_path / "pickled.npy")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "x"}, "not a snapshot"),
        ({"version": 99}, "format version 2, but has another"),
        ({"seed": 2}, "another register"),
        ({"digest": "0"}, "another register"),
    ],
)
def test_snapshot_that_does_not_fit(tmp_path, change, words):
    env = JourneyEnv(firm(), horizon_days=1)
    env.reset(seed=1)
    for _ in range(10):
        env.step(env.episode.default)
    path = tmp_path / "state.safetensors"
    save_snapshot(env, path)
    header, arrays = load_tensors(path, LAYOUT)
    path.write_bytes(save(arrays, {"header": json.dumps({**header, **change})}))
    with pytest.raises(InputError, match=words):
        load_snapshot(path)
