"""Deep copies and pickles of environments go on as the original does, and leave it alone."""

import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest

from policies import make
from sim import World, load_scenario
from sim.env import JourneyEnv, JourneyVectorEnv, MultiObjectiveJourneyEnv, StaffingEnv
from sim.units import DAY_S

FIRM = load_scenario("helpdesk", {"population": {"customers": 300}})
TELCO = load_scenario("telco", {"population": {"customers": 300}})


def journey():
    return JourneyEnv(FIRM, horizon_days=1.5)


def warmed_up():
    rule = make("thresholds", FIRM, {})
    return JourneyEnv(
        FIRM, horizon_days=2, warm_up_days=1, shaping=True, terminal_value=True, rule=rule,
        decides=["entry", "escalation"],
    )  # fmt: skip


def several():
    return MultiObjectiveJourneyEnv(TELCO, horizon_days=3)


def vector():
    return JourneyVectorEnv(3, scenario=FIRM, horizon_days=0.5)


def staffing():
    return StaffingEnv(FIRM, horizon_days=1.5, rule=make("thresholds", FIRM, {}))


def registered():
    return gym.make("sim:optichannel/Journey-v0", scenario=FIRM, horizon_days=1.5)


KINDS = [journey, warmed_up, several, vector, staffing, registered]
WAYS = {"deepcopy": copy.deepcopy, "pickle": lambda env: pickle.loads(pickle.dumps(env))}


def action_of(env, rng):
    plain = env.unwrapped
    masks = plain.action_masks()
    if isinstance(plain, StaffingEnv):
        cuts = np.cumsum(plain.action_space.nvec)[:-1]
        return np.array([rng.choice(np.flatnonzero(m)) for m in np.split(masks, cuts)])
    if isinstance(plain, JourneyVectorEnv):
        return np.array([rng.choice(np.flatnonzero(mask)) for mask in masks])
    return int(rng.choice(np.flatnonzero(masks)))


def play(env, steps, seed):
    """What an environment shows over some steps; a new episode follows one that is over."""
    rng, shown = np.random.default_rng(seed), []
    for _ in range(steps):
        obs, reward, _, truncated, info = env.step(action_of(env, rng))
        shown.append((obs, reward, truncated, info["action_mask"], info["elapsed_h"]))
        if not isinstance(env.unwrapped, JourneyVectorEnv) and truncated:
            shown.append(env.reset()[0])
    return shown


def worlds(env):
    plain = env.unwrapped
    episodes = getattr(plain, "episodes", None)
    return [e.world for e in episodes] if episodes else [plain.world]


def digests(env):
    return [world.register.digest() for world in worlds(env)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_goes_on_as_the_original(kind, way):
    env = kind()
    env.reset(seed=5)
    steps = 20 if kind is staffing else 60
    play(env, steps, seed=1)
    twin = WAYS[way](env)
    before, at = digests(env), [world.now for world in worlds(env)]
    theirs = play(twin, 2 * steps, seed=2)
    assert digests(env) == before and [world.now for world in worlds(env)] == at
    np.testing.assert_equal(theirs, play(env, 2 * steps, seed=2))
    assert digests(twin) == digests(env) != before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_environment_without_an_episode_is_copied_too(kind, way):
    env = kind()
    twin = WAYS[way](env)
    np.testing.assert_equal(twin.reset(seed=3), env.reset(seed=3))
    np.testing.assert_equal(play(twin, 10, seed=1), play(env, 10, seed=1))


def test_deep_copies_share_what_never_changes():
    env = warmed_up()
    env.reset(seed=5)
    twin = copy.deepcopy(env)
    assert twin.setting is env.setting and twin.world.compiled is env.world.compiled
    assert twin.episode.sheet is not env.episode.sheet
    assert twin.world.core is not env.world.core
    before = twin.world.core.number_of("mood_rows")
    np.testing.assert_equal(play(twin, 20, seed=1), play(env, 20, seed=1))
    assert twin.world.core.number_of("mood_rows") > before  # it listens for itself


@pytest.mark.parametrize("way", WAYS)
def test_masks_stay_read_only(way):
    env = journey()
    env.reset(seed=5)
    mask = WAYS[way](env).action_masks()
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = True


@pytest.mark.parametrize("way", WAYS)
def test_a_vectors_rows_stay_its_observations(way):
    env = vector()
    env.reset(seed=5)
    twin = WAYS[way](env)
    rng = np.random.default_rng(1)
    for one in (twin, env, twin):
        seen = one.step(action_of(one, rng))[0]
        np.testing.assert_equal(seen, [episode.observation() for episode in one.episodes])


@pytest.mark.parametrize("way", WAYS)
def test_processes_of_the_users_own_are_refused_clearly(way):
    world = World(FIRM)

    def process():
        while True:
            yield world.env.timeout(60.0)

    world.env.process(process())
    world.advance(DAY_S / 2)
    with pytest.raises(
        RuntimeError, match="SimPy processes of its own cannot be forked, copied or pickled"
    ):
        WAYS[way](world)


@pytest.mark.parametrize("way", WAYS)
def test_a_copied_world_goes_on_alike(way):
    world = World(TELCO, policy=make("best_channel", TELCO, {}), seed=4)
    world.advance(2.3 * DAY_S)
    twin = WAYS[way](world)
    twin.run(5 * DAY_S)
    world.run(5 * DAY_S)
    assert twin.register.digest() == world.register.digest()
