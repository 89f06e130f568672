"""Both engines show a learner the same bytes; the matrices that the core writes to are guarded."""

import numpy as np
import pytest

from policies import make
from sim import InputError, World, load_scenario
from sim.core.engine import COMPILED, INTERPRETED
from sim.env import JourneyEnv, JourneyVectorEnv
from sim.env.setting import make_setting
from sim.env.sheet import Sheet
from tests.support.engines import have_both

FIRM = load_scenario("telco", {"population": {"customers": 300}})
HELPDESK = load_scenario("helpdesk", {"population": {"customers": 300}})


pytestmark = pytest.mark.engines


@pytest.fixture(scope="module", autouse=True)
def _both():
    have_both()


SETTINGS = {
    "all": {"horizon_days": 2},
    "entry": {"horizon_days": 2, "decides": ("entry",), "discount_per_year": 0.5},
    "rule": {"horizon_days": 2, "warm_up_days": 1, "decides": ("dispatch", "cancel")},
    "shaped": {"horizon_days": 2, "shaping": True, "terminal_value": True},
    "hidden": {"horizon_days": 2, "regime": "multichannel"},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_both_engines_show_the_same(name):
    rule = make("value_at_risk", FIRM) if name == "rule" else None
    pair = [
        JourneyEnv(FIRM, engine=e, rule=rule, **SETTINGS[name]) for e in (COMPILED, INTERPRETED)
    ]
    (seen, info), (other, other_info) = (env.reset(seed=5) for env in pair)
    rng, truncated = np.random.default_rng(3), False
    while not truncated:
        assert seen.tobytes() == other.tobytes()
        np.testing.assert_equal(info, other_info)
        legal = rng.random() < 0.9
        mask = info["action_mask"]
        action = rng.choice(np.flatnonzero(mask)) if legal else rng.integers(len(mask))
        (seen, reward, _, truncated, info), (other, other_reward, _, _, other_info) = (
            env.step(action) for env in pair
        )
        assert reward == other_reward
    digests = {env.world.register.digest() for env in pair}
    assert len(digests) == 1 and info["net_value"] == other_info["net_value"]


@pytest.mark.parametrize("copy", [True, False])
def test_batches_are_the_same_whichever_engine_and_copied_or_not(copy):
    pair = [
        JourneyVectorEnv(3, scenario=FIRM, horizon_days=0.6, engine=e, copy=c)
        for e, c in ((COMPILED, copy), (INTERPRETED, True))
    ]
    shown = [env.reset(seed=2) for env in pair]
    rng, ended = np.random.default_rng(4), 0
    for _ in range(60):
        np.testing.assert_equal(shown[0], shown[1])
        actions = [rng.choice(np.flatnonzero(m)) for m in shown[1][1]["action_mask"]]
        shown = [(r[0], r[-1], *r[1:-1]) for r in (env.step(np.array(actions)) for env in pair)]
        for _, infos, *_ in shown:
            if "final_obs" in infos:
                infos["final_obs"] = list(infos["final_obs"])
        ended += shown[0][4].sum()
    assert ended >= 3


def test_without_copies_the_same_arrays_come_back_read_only():
    env = JourneyVectorEnv(2, scenario=HELPDESK, horizon_days=2, copy=False)
    first, infos = env.reset(seed=1)
    kept = first.copy()
    second, *_ = env.step(np.full(2, -1))
    assert np.shares_memory(first, second) and not np.array_equal(first, kept)
    for array in (first, infos["action_mask"]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    copied = JourneyVectorEnv(2, scenario=HELPDESK, horizon_days=2)
    mine, _ = copied.reset(seed=1)
    assert not np.shares_memory(mine, copied.step(np.full(2, -1))[0])
    np.testing.assert_array_equal(mine, kept)


@pytest.mark.parametrize("engine", [COMPILED, INTERPRETED])
def test_worlds_that_do_not_fit_the_matrices_are_refused(engine):
    sheet = Sheet(make_setting(HELPDESK, engine=engine), 2)
    own, other = (World(firm, engine=engine).core for firm in (HELPDESK, FIRM))
    for core, row in ((own, 2), (own, -1), (other, 0)):
        with pytest.raises(IndexError, match="no row"):
            sheet.board.begin(core, row)
        with pytest.raises(IndexError, match="no row"):
            sheet.board.step(core, row, 0)
    with pytest.raises(IndexError, match="no row"):
        sheet.board.step_all([own, other], np.zeros(2, dtype=np.int64), np.ones(2, dtype=np.int64))
    with pytest.raises(ValueError, match="2 worlds need as many actions; got 1"):
        sheet.board.step_all([own, own], np.zeros(1, dtype=np.int64), np.ones(2, dtype=np.int64))


def test_a_state_of_the_other_engine_is_refused():
    env = JourneyEnv(HELPDESK, engine=COMPILED)
    with pytest.raises(InputError, match="own engine, compiled"):
        env.reset(options={"state": World(HELPDESK, engine=INTERPRETED)})
    with pytest.raises(InputError, match="engine"):
        JourneyEnv(HELPDESK, engine="compield")
