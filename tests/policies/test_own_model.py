"""A model of one's own as a policy: it sees and does what it would in the environment."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments import run
from experiments.validation.conformance import check_policy
from policies import ModelPolicy
from sim import InputError, Kind, Scenario, load_scenario, simulate
from sim.decisions.actions import action_table
from sim.decisions.features import feature_table
from sim.env import JourneyEnv
from sim.units import DAY_S
from tests.support.small_runs import config

FIRM = load_scenario("helpdesk")
N_FEATURES, N_ACTIONS = len(feature_table(FIRM)), len(action_table(FIRM))
DECIDES = frozenset({Kind.ENTRY, Kind.DISPATCH, Kind.WRAP_UP})


class Linear:
    """Scores by a matrix, in place of a trained network."""

    def __init__(self, seed: int, features: int = N_FEATURES, actions: int = N_ACTIONS) -> None:
        self.weights = np.random.default_rng(seed).normal(size=(actions, features))
        self.observation_space = SimpleNamespace(shape=(features,))
        self.action_space = SimpleNamespace(n=actions)
        self.seen: list[Any] = []

    def predict(self, observation: Any, *, deterministic: bool = False) -> tuple[Any, None]:
        """Return the action of the highest score, legal or not."""
        assert deterministic
        self.seen.append(observation)
        return np.array((self.weights @ observation).argmax()), None


class Masked(Linear):
    """The same among what is legal, as ``MaskablePPO`` does."""

    def predict(  # type: ignore[override]
        self, observation: Any, *, deterministic: bool = False, action_masks: Any = None
    ) -> tuple[Any, None]:
        """Return the legal action of the highest score."""
        assert deterministic and action_masks.shape == (N_ACTIONS,) and action_masks.sum() > 1
        scores = self.weights @ observation
        return np.array(np.where(action_masks, scores, -np.inf).argmax()), None


class Own(ModelPolicy):
    """Loads by a number in a file."""

    decides = DECIDES
    files = ("own.txt",)
    kind: type[Linear] = Masked

    def file_paths(self) -> list[Path]:
        """Return the file beside this test."""
        return [Path(__file__).with_name("test_own_model.py")]

    def load(self, path: Path) -> Linear:
        """Return the same model each time."""
        return self.kind(len(path.name))


class Blind(Own):
    """Knows no masks."""

    kind = Linear


@pytest.mark.parametrize("policy", [Own, Blind])
@pytest.mark.parametrize("regime", ["optichannel", "omnichannel"])
def test_it_does_what_the_model_does_in_the_environment(policy: type[Own], regime: str) -> None:
    own = policy(FIRM)
    inline = simulate(FIRM, 3, regime=regime, policy=own, decides=DECIDES, seed=5)
    env = JourneyEnv(FIRM, regime=regime, decides=DECIDES, horizon_days=3)
    seen, info = env.reset(seed=5)
    truncated, model = False, own.model
    while not truncated:
        more = {"action_masks": info["action_mask"]} if policy is Own else {}
        action, _ = model.predict(seen, deterministic=True, **more)
        seen, _, _, truncated, info = env.step(action)
    assert env.world.register.digest() == inline.register.digest()
    assert (info["illegal"] > 0) == (policy is Blind)


def test_it_sees_what_normalise_makes_of_the_vector() -> None:
    class Halved(Blind):
        def normalise(self, vector: Any) -> Any:
            return vector / 2

    own, plain = Halved(FIRM), Blind(FIRM)
    simulate(FIRM, 1, policy=own, decides=["entry"], seed=1)
    simulate(FIRM, 1, policy=plain, decides=["entry"], seed=1)
    assert np.array_equal(own.model.seen[0] * 2, plain.model.seen[0])


def test_a_training_that_knew_nobody_is_shown_nobody() -> None:
    class Stranger(Blind):
        matched = False

    own, plain = Stranger(FIRM), Blind(FIRM)
    names = [feature.name for feature in feature_table(FIRM)]
    margin = names.index("customer.margin")
    for policy in (own, plain):
        simulate(FIRM, 1, regime="optichannel", policy=policy, decides=["entry"], seed=1)
    assert own.model.seen[0][margin] == 0 < plain.model.seen[0][margin]


def test_a_copy_loads_the_model_again() -> None:
    own = Own(FIRM)
    data = pickle.dumps(own)
    assert len(data) < own.model.weights.nbytes  # the model is not in it
    copy = pickle.loads(data)
    assert copy.model is not own.model and copy.masked
    for policy in (own, copy):
        policy.world = simulate(FIRM, 1, policy=policy, decides=DECIDES, seed=3)
    assert own.world.register.digest() == copy.world.register.digest()


def test_it_conforms() -> None:
    results = check_policy(lambda firm: Own(firm), scenarios=[FIRM])
    assert [r for r in results if not r.passed] == []


@pytest.mark.parametrize(
    ("features", "actions", "message"),
    [
        (
            N_FEATURES + 1,
            N_ACTIONS,
            r"observation_space\.shape must be that of scenario 'helpdesk'",
        ),
        (N_FEATURES, N_ACTIONS - 1, rf"action_space\.n must be .*{N_ACTIONS}; got {N_ACTIONS - 1}"),
    ],
)
def test_a_model_of_another_firm_is_refused(features: int, actions: int, message: str) -> None:
    class Other(Own):
        def load(self, path: Path) -> Linear:
            return Masked(1, features, actions)

    with pytest.raises(InputError, match=message):
        Other(FIRM)


def test_what_is_missing_is_said() -> None:
    class Fileless(ModelPolicy):
        pass

    class Gone(ModelPolicy):
        files = ("gone.zip",)

    class Unwritten(Own):
        load = ModelPolicy.load  # type: ignore[assignment]

    for policy, message in (
        (Fileless, r"Fileless\.files: must name the model's file"),
        (Gone, r"Gone\.files: no file '.*gone\.zip'"),
        (Unwritten, r"Unwritten\.load: must be written"),
    ):
        with pytest.raises(InputError, match=message):
            policy(FIRM)


MODULE = """
from sb3_contrib import MaskablePPO
from policies import ModelPolicy
from sim import Kind

class Mine(ModelPolicy):
    files = ("mine.zip",)
    decides = frozenset({Kind.ENTRY})

    def load(self, path):
        return MaskablePPO.load(path, device="cpu")
"""


@pytest.mark.slow
def test_stable_baselines_models_run_in_worker_processes(tmp_path: Path) -> None:
    maskable = pytest.importorskip("sb3_contrib").MaskablePPO
    env = JourneyEnv("helpdesk", regime="optichannel", decides="entry", horizon_days=1)
    model = maskable("MlpPolicy", env, n_steps=16, batch_size=16, seed=1, device="cpu")
    model.save(tmp_path / "mine.zip")
    (tmp_path / "sb3_of_this_test.py").write_text(MODULE)
    mine = {"regime": "optichannel", "policy": f"{tmp_path}/sb3_of_this_test:Mine"}
    small = config("helpdesk", horizon_days=1, warm_up_days=0, strategies={"mine": mine})
    first = run(small, workers=2, folder=tmp_path / "run")
    env = JourneyEnv(_small(), regime="optichannel", decides="entry", horizon_days=1)
    seen, info = env.reset(seed=small.seed)
    truncated = False
    while not truncated:
        action, _ = model.predict(seen, action_masks=info["action_mask"], deterministic=True)
        seen, _, _, truncated, info = env.step(action)
    assert env.world.now == DAY_S
    assert first.results.manifest["digests"]["mine"][0] == env.world.register.digest()
    (tmp_path / "mine.zip").write_bytes((tmp_path / "mine.zip").read_bytes() + b" ")
    with pytest.raises(InputError, match="is the run folder of another"):  # other weights
        run(small, workers=2, folder=tmp_path / "run")


def _small() -> Scenario:
    return load_scenario("helpdesk", {"population": {"scale": 0.2}})
