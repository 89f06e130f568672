"""What rules know of a customer and a need: options that several have."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policies import make
from sim import Kind, Scenario, World
from sim.errors import InputError
from sim.units import DAY_S
from tests.policies.test_core_rules import both
from tests.support.predictors import guessing, predictor_file

OPTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "posterior": ("best_channel", {"intent": "posterior"}),
    "belief": ("best_channel", {"customer": "belief"}),
    "acceptance": ("best_channel", {"acceptance": "belief"}),
    "all": (
        "best_channel",
        {"intent": "posterior", "customer": "belief", "acceptance": "belief"},
    ),
    "learned": ("best_channel", {"customer": "learned", "intent": "posterior"}),
    "cheapest": ("cheapest_channel", {"intent": "posterior", "customer": "belief"}),
    "bot": ("bot_first", {"intent": "posterior", "customer": "belief", "attempts": 3}),
    "risk": ("value_at_risk", {"customer": "belief", "protect_above": 0.8}),
    "thresholds": ("thresholds", {"customer": "belief", "recovery_loss": 0.3}),
}
PREDICTS = {"learned", "risk", "thresholds"}


@cache
def firm() -> Scenario:
    return guessing()


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> str:
    return predictor_file(firm(), tmp_path_factory.mktemp("predictor"))


def params(option: str, predictor: str) -> dict[str, Any]:
    return OPTIONS[option][1] | ({"predictor": predictor} if option in PREDICTS else {})


@pytest.mark.parametrize("regime", [None, "omnichannel", "multichannel"])
@pytest.mark.parametrize("option", OPTIONS)
def test_options_decide_alike_in_the_loop_and_by_a_view(
    option: str, regime: str | None, predictor: str
) -> None:
    rule, own = OPTIONS[option][0], params(option, predictor)
    inside, outside = both(make(rule, firm(), own), firm(), regime=regime)
    assert inside.register.digest() == outside.register.digest()
    plain = {name: value for name, value in own.items() if name not in ("intent", "customer")}
    without = {k: v for k, v in plain.items() if k not in ("acceptance", "predictor")}
    other, _ = both(make(rule, firm(), without), firm(), regime=regime)
    if regime is None:  # where it may steer, it matters
        assert inside.register.digest() != other.register.digest()


def test_who_looks_at_what_says_so(predictor: str) -> None:
    for option, (rule, _) in OPTIONS.items():
        policy = make(rule, firm(), params(option, predictor))
        assert ("intents" in policy.reads) is (policy.values.get("intent") == "posterior")
        believes = {policy.values.get("customer"), policy.values.get("acceptance")}
        assert ("belief" in policy.reads) is bool(believes - {None, "segment"})
    assert make("best_channel", firm()).reads == {"loads"}


def test_without_traces_belief_acts_as_the_segment_to_the_byte() -> None:
    """Nothing heard, nothing changes: no filter has been fed, so every shift is exactly 0."""
    silent = guessing(regimes={"silent": {"signals": "none"}})
    ends = []
    for customer in ("segment", "belief"):
        own = {"customer": customer, "acceptance": customer}
        policy = make("best_channel", silent, own)
        world = World(silent, policy=policy, decides=policy.decides, regime="silent", seed=3)
        ends.append(world.run(6 * DAY_S).register.digest())
    assert ends[0] == ends[1]


def test_what_is_learned_needs_a_predictor_of_the_firm(predictor: str, tmp_path: Path) -> None:
    for rule, customer in (("best_channel", "learned"), ("thresholds", "belief")):
        with pytest.raises(InputError, match=f"customer: {customer} needs predictor"):
            make(rule, firm(), {"customer": customer})
    other = guessing(lasting={"difficulty_sd": 0.5})
    with pytest.raises(InputError, match="fitted for another firm"):
        make("best_channel", other, {"customer": "learned", "predictor": predictor})
    policy = make("best_channel", firm(), {"customer": "learned", "predictor": predictor})
    assert [str(path) for path in policy.file_paths()] == [predictor]


def test_a_predictor_tells_who_leaves(predictor: str) -> None:
    """The hazards of those who wait are believed ones, of each customer."""
    own = {"customer": "belief", "predictor": predictor}
    hazards = []
    for policy in (make("value_at_risk", firm()), make("value_at_risk", firm(), own)):
        world = World(firm(), policy=None, external=[Kind.DISPATCH], seed=3)
        world.who_decides(policy, frozenset({Kind.DISPATCH}), frozenset({Kind.DISPATCH}))
        seen: list[float] = []
        while world.advance(4 * DAY_S):
            view = world.pending_view(policy.reads)
            seen += [c.hazard_per_month for c in view.candidates or () if c.segment >= 0]
            world.answer(view.default)
        hazards.append(np.unique(seen))
    assert len(hazards[0]) <= len(firm().segments) < len(hazards[1])
