"""The vector environment's ways to begin the next episode, and Gymnasium's wrappers around it."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers import vector as wrappers

from sim import InputError, load_scenario
from sim.env import JourneyEnv, JourneyVectorEnv

FIRM = load_scenario("helpdesk", {"population": {"customers": 300}})
DAYS = 0.4


def make(mode, n=2):
    return JourneyVectorEnv(n, autoreset_mode=mode, scenario=FIRM, horizon_days=DAYS)


class Beginning(JourneyEnv):
    """A single environment whose first episode is that of a world of the vector form."""

    first = 0

    def reset(self, *, seed=None, options=None):
        more = {"replication": self.first} if seed is not None else {}
        return super().reset(seed=seed, options={**(options or {}), **more})


def reference(mode, n=2):
    """Gymnasium's own vector of single environments, which play the same replications."""
    envs = [Beginning(FIRM, horizon_days=DAYS) for _ in range(n)]
    for i, env in enumerate(envs):
        env.first = i * 1_000_003
    many = SyncVectorEnv([lambda env=env: env for env in envs], autoreset_mode=mode)
    return many, many.reset(seed=[3] * n)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_modes_are_gymnasiums(mode):
    ours, (theirs, (their_obs, their_infos)) = make(mode), reference(mode)
    assert ours.metadata["autoreset_mode"] is mode
    obs, infos = ours.reset(seed=3)
    finals = 0
    for _ in range(150):
        np.testing.assert_array_equal(obs, their_obs)
        np.testing.assert_array_equal(
            infos["action_mask"], np.stack(list(their_infos["action_mask"]))
        )
        actions = np.array([episode.default for episode in ours.episodes])
        obs, rewards, terminated, truncated, infos = ours.step(actions)
        their_obs, *others, their_infos = theirs.step(actions)
        for mine, other in zip((rewards, terminated, truncated), others, strict=True):
            np.testing.assert_array_equal(mine, other)
        finals += truncated.sum()
        for i in np.flatnonzero(truncated):
            if mode == AutoresetMode.SAME_STEP:
                np.testing.assert_array_equal(infos["final_obs"][i], their_infos["final_obs"][i])
                mine, other = infos["final_info"], their_infos["final_info"]
            else:
                mine, other = infos, their_infos
            assert mine["net_value"][i] == other["net_value"][i]
            assert mine["_net_value"][i]
        if mode == AutoresetMode.DISABLED and truncated.any():
            with pytest.raises(gym.error.ResetNeeded, match="world"):
                ours.step(actions)
            obs, infos = ours.reset(options={"reset_mask": truncated.copy()})
            their_obs, _ = theirs.reset(options={"reset_mask": truncated.copy()})
            masks = [env.action_masks() for env in theirs.envs]
            their_infos = {"action_mask": masks}
    assert finals > 2


def test_the_default_is_same_step_and_classes_keep_theirs():
    assert make(AutoresetMode.NEXT_STEP).metadata is not JourneyVectorEnv.metadata
    env = JourneyVectorEnv(1, scenario=FIRM)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    made = gym.make_vec(
        "sim:optichannel/Journey-v0",
        num_envs=2,
        vectorization_mode="vector_entry_point",
        scenario=FIRM,
        autoreset_mode="NextStep",
    )
    assert made.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_a_step_before_any_reset_is_refused(mode):
    with pytest.raises(gym.error.ResetNeeded):
        make(mode).step(np.zeros(2, dtype=np.int64))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"reset_mask": np.zeros(2, dtype=bool)}, "at least one true"),
        ({"reset_mask": np.ones(3, dtype=bool)}, "2 booleans"),
        ({"reset_mask": np.array([1, 0])}, "booleans"),
    ],
)
def test_masks_that_are_none_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        make("SameStep").reset(options=options)


def test_unknown_modes_and_wrong_seeds_are_refused():
    with pytest.raises(InputError, match="autoreset_mode: must be one of NextStep"):
        make("NextSetp")
    with pytest.raises(InputError, match="seed: must be one or 2; got 3"):
        make("NextStep").reset(seed=[1, 2, 3])


def test_a_seed_for_chosen_worlds_leaves_the_others_alone():
    env, plain = make("Disabled"), make("Disabled")
    env.reset(seed=3)
    plain.reset(seed=3)
    env.reset(seed=9, options={"reset_mask": np.array([True, False])})
    one, other = (
        e.reset(options={"reset_mask": np.array([False, True])})[0][1] for e in (env, plain)
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_gymnasiums_wrappers_work(mode):
    env = make(mode)
    size = env.single_observation_space.shape
    wrapped = wrappers.RecordEpisodeStatistics(env)
    if mode != AutoresetMode.SAME_STEP:  # Gymnasium refuses the others here
        wrapped = wrappers.FlattenObservation(wrappers.TransformObservation(wrapped, np.tanh))
    if mode == AutoresetMode.NEXT_STEP:
        wrapped = wrappers.NormalizeObservation(wrapped)
    wrapped = wrappers.ClipReward(wrappers.NormalizeReward(wrapped), -10, 10)
    wrapped = wrappers.DictInfoToList(wrapped)
    obs, infos = wrapped.reset(seed=3)
    lengths, seen, current = [0, 0], [], [False, False]
    for _ in range(150):
        assert obs.shape == (2, *size)
        actions = np.array([episode.default for episode in env.episodes])
        obs, rewards, _, truncated, infos = wrapped.step(actions)
        assert np.isfinite(rewards).all() and len(infos) == 2
        for i in range(2):
            if not current[i]:
                lengths[i] += 1
            if truncated[i]:
                seen.append((infos[i]["episode"]["l"], lengths[i]))
                lengths[i] = 0
        current = truncated if mode == AutoresetMode.NEXT_STEP else [False, False]
        if mode == AutoresetMode.DISABLED and truncated.any():
            obs, infos = wrapped.reset(options={"reset_mask": truncated.copy()})
    assert len(seen) > 2 and all(told == counted for told, counted in seen)
