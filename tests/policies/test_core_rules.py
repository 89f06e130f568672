"""Rules of the core: the loop, a view and either way of asking give the same decisions."""

from __future__ import annotations

import ast
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import Field

import sim.core.rules
from policies import Policy, make, names
from policies.core_rule import CoreRule
from policies.learned.model import find_model, load_model
from policies.learned.policy import Learned
from policies.rules.best_channel import BestChannel
from policies.rules.thresholds import Thresholds
from sim import Kind, Scenario, World, load_scenario
from sim.core.codes import BY_DEFAULT, BY_OTHERS, BY_RULE
from sim.core.rules.book import Book
from sim.core.rules.desk import shape_of
from sim.decisions.actions import KINDS
from sim.decisions.view import View
from sim.units import DAY_S

SCALES = {"helpdesk": 1.0, "telco": 0.05, "bank": 0.05}
CROWD = 2.0  # customers to each that the firm is staffed for, so that agents have a choice
OTHERWISE: dict[str, dict[str, Any]] = {  # parameters that bring rare branches up
    "best_channel": {"others": 5.0, "least_gain": 0.0, "treatment_return": 0.2, "goodwill": 5.0},
    "bot_first": {"least_resolution": 0.0, "attempts": 3},
    "cmu_theta": {"by_margin": False, "by_patience": False, "live_first": False},
    "least_expected_wait": {"automation": True, "least_gain_s": 0.0},
    "longest_idle": {"live_first": False},
    "oracle": {"treatment_return": 0.2, "goodwill": 5.0, "knows": "dice"},
    "silo": {"own_wait_s": 0.0},
    "thresholds": {
        "deflect_wait_s": 5.0,
        "callback_wait_s": 10.0,
        "escalate_wait_s": 5.0,
        "escalate_worth": 100.0,
        "recovery_loss": 0.1,
    },
    "value_at_risk": {"protect_above": 0.1, "recovery_return": 0.1},
}


class Asked:
    """A policy behind a wall: a world can only ask it."""

    def __init__(self, policy: Policy) -> None:
        self.policy, self.reads = policy, policy.reads
        self.fitted = getattr(policy, "fitted", None)

    def decide(self, view: View) -> int:
        return self.policy.decide(view)


@cache
def firm(name: str) -> Scenario:
    n = round(CROWD * load_scenario(name).population.customers)
    return load_scenario(name, {"population": {"scale": SCALES[name], "customers": n}})


def who(world: World) -> list[int]:
    """Return who takes each kind of decision."""
    decides: list[int] = world.core.column("decides", "who")[list(map(int, KINDS))].tolist()
    return decides


def both(policy: Policy, scenario: Scenario, **other: Any) -> tuple[World, World]:
    """Return the world of a policy in the loop, and that of the same policy when it is asked."""
    inside = World(scenario, policy=policy, seed=3, **other)
    outside = World(scenario, policy=Asked(policy), seed=3, **other)
    assert who(inside) == [BY_RULE] * len(KINDS) and who(outside) == [BY_OTHERS] * len(KINDS)
    return inside.run(2 * DAY_S), outside.run(2 * DAY_S)


def taken(world: World) -> int:
    """Return how many decisions were not the default."""
    rows = world.register.columns("decisions")
    return int((rows["action"] != rows["default"]).sum())


@pytest.mark.parametrize("regime", [None, "multichannel"])
@pytest.mark.parametrize("name", SCALES)
@pytest.mark.parametrize("rule", names())
def test_a_rule_decides_alike_in_the_loop_and_by_a_view(
    rule: str, name: str, regime: str | None
) -> None:
    scenario = firm(name)
    for params in ({}, OTHERWISE.get(rule, {})):
        inside, outside = both(make(rule, scenario, params), scenario, regime=regime)
        assert inside.register.digest() == outside.register.digest()
    kinds = set(inside.register.columns("decisions")["kind"].tolist())
    assert kinds >= {Kind.DISPATCH, Kind.WRAP_UP}
    assert (Kind.ENTRY in kinds) or regime is not None


@pytest.mark.parametrize("rule", sorted(set(names()) - {"customer_choice"}))
def test_every_rule_departs_from_the_default_somewhere(rule: str) -> None:
    policies = (make(rule, firm(name), OTHERWISE.get(rule)) for name in SCALES)
    worlds = [both(p, firm(n))[0] for n, p in zip(SCALES, policies, strict=True)]
    assert sum(map(taken, worlds)) > 10


@pytest.mark.parametrize("regime", [None, "multichannel"])
@pytest.mark.parametrize("name", ["helpdesk", "telco"])
def test_a_learned_policy_decides_alike_in_the_loop_and_by_a_view(
    name: str, regime: str | None
) -> None:
    policy = Learned(firm(name), file=name)
    inside, outside = both(policy, firm(name), regime=regime)
    assert inside.register.digest() == outside.register.digest()
    rule = World(firm(name), policy=policy.base, regime=regime, seed=3).run(2 * DAY_S)
    same = inside.register.digest() == rule.register.digest()
    assert same is (regime is not None and name == "telco") or taken(inside) > 10


class Stubborn(BestChannel):
    """Takes over one kind, and leaves the rest to its parent."""

    asked = 0

    def entry(self, view: View) -> int:
        self.asked += 1
        super().entry(view)
        return view.default


class Patient(Thresholds):
    """Sets a parameter."""

    deflect_wait_s: float = Field(5.0, ge=0.0, description="wait above which others are offered")


def test_a_subclass_with_a_method_of_its_own_is_asked() -> None:
    scenario = firm("telco")
    policy = Stubborn(scenario)
    world = World(scenario, policy=policy, seed=3)
    assert who(world) == [BY_OTHERS] * len(KINDS)
    world.run(DAY_S)
    rows = world.register.columns("decisions")
    entries = rows["kind"] == Kind.ENTRY
    assert policy.asked == entries.sum() > 10
    assert (rows["action"] == rows["default"])[entries].all()
    assert (rows["action"] != rows["default"])[rows["kind"] == Kind.WRAP_UP].any()


def test_a_subclass_with_other_parameters_decides_in_the_loop() -> None:
    scenario = firm("bank")
    inside, outside = both(Patient(scenario), scenario)
    plain, _ = both(Thresholds(scenario), scenario)
    assert inside.register.digest() == outside.register.digest() != plain.register.digest()


def test_a_rule_whose_method_was_replaced_is_asked() -> None:
    policy = make("thresholds", firm("helpdesk"))
    policy.decide = lambda view: view.default  # type: ignore[method-assign]
    assert BY_RULE not in who(World(firm("helpdesk"), policy=policy))
    learned = Learned(firm("helpdesk"), file="helpdesk")
    learned.base.entry = lambda view: view.default  # type: ignore[method-assign]
    assert BY_RULE not in who(World(firm("helpdesk"), policy=learned))


def test_a_rule_of_another_firm_has_no_place_in_a_book() -> None:
    rule = make("best_channel", firm("telco"))
    assert isinstance(rule, CoreRule)
    assert rule.native(Book(shape_of(firm("helpdesk")))) is None
    assert rule.native(Book(shape_of(firm("telco")))) is not None


def test_two_rules_share_a_world_and_a_third_takes_their_place() -> None:
    scenario = firm("telco")
    one, two = make("thresholds", scenario), make("cmu_theta", scenario, {"live_first": False})
    entries, rest = frozenset({Kind.ENTRY}), frozenset(KINDS) - {Kind.ENTRY}
    digests = []
    for mine, others in ((one, two), (Asked(one), Asked(two))):
        world = World(scenario, seed=3)
        world.who_decides(mine, entries, frozenset(), others)
        world.advance(DAY_S)
        world.who_decides(make("silo", scenario), rest, frozenset())
        assert who(world).count(BY_DEFAULT) == 1
        digests.append(world.run(2 * DAY_S).register.digest())
    assert digests[0] == digests[1]


def test_forks_and_pickles_keep_their_rules_whatever_their_parent_gets() -> None:
    scenario = firm("telco")
    world = World(scenario, policy=make("best_channel", scenario), seed=3)
    world.advance(DAY_S)
    copy, twin = world.fork(), pickle.loads(pickle.dumps(world))
    world.who_decides(make("random", scenario), frozenset(KINDS), frozenset())
    ends = [w.run(2 * DAY_S).register.digest() for w in (world, copy, twin)]
    assert ends[0] != ends[1] == ends[2]


def test_scores_are_the_sums_of_the_file() -> None:
    """The first layer begins at an empty decision's sums: the same scores, but for rounding."""
    policy = Learned(firm("telco"), file="telco")
    model = load_model(find_model("telco"))
    vector = np.linspace(-2.0, 9.0, policy.features.size).astype(np.float32)
    mean, scale = (model.arrays[name].astype(float) for name in ("mean", "scale"))
    x = np.clip((vector - mean) * scale, -policy.clip, policy.clip)
    layers = model.layers()
    for weights, bias in layers[:-1]:
        x = np.tanh(weights.astype(float) @ x + bias)
    expected = layers[-1][0].astype(float) @ x + layers[-1][1]
    assert policy.scores(vector) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_rules_read_only_what_is_seen_and_their_own_tables() -> None:
    """No file of a rule names a record of customers, contacts, agents or the register."""
    of_the_world = {"ruling", "looking", "assigning", "book", "desk", "__init__"}
    allowed = {"action_at", "channel_at", "legal_at", "rank_at", "worth_at", "case_at"}
    allowed |= {"rule_at", "figure_at", "retention_at", "channel_values_at", "feature_at"}
    allowed |= {
        "layer_at",
        "signal_at",
        "typical_at",
        "knowing_at",
        "cell_at",
    }  # figures of the firm's own
    files = [p for p in Path(sim.core.rules.__path__[0]).glob("*.py") if p.stem not in of_the_world]
    assert len(files) > 12
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "sim.core.accessors":
                named = {alias.name for alias in node.names} - allowed
                strange = {n for n in named if not n.startswith("seen_") and "_rule_at" not in n}
                assert not strange, f"{file.name}: {strange}"
