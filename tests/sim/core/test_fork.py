"""A forked world continues identically, and its parent never notices."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Policy
from sim import Scenario, World
from sim.decisions.actions import KINDS
from sim.decisions.view import View
from sim.units import DAY_S
from tests.support.worlds import Scatters, firm

END = 2.2 * DAY_S
SCENARIO = firm(survey={"every_contact": True, "response_rate": 0.5}, population={"customers": 60})


def _world(seed: int) -> World:
    return World(SCENARIO, policy=Scatters(SCENARIO), seed=seed)


def _digest(world: World) -> str:
    return world.run(END).register.digest()


@settings(max_examples=25)
@given(st.floats(0.0, END), st.floats(0.0, END), st.integers(0, 100))
def test_forks_at_any_time_continue_identically(first: float, second: float, seed: int) -> None:
    whole = _digest(_world(seed))
    parent = _world(seed)
    parent.advance(min(first, second))
    child = parent.fork()
    child.advance(max(first, second))
    grandchild = child.fork()
    totals = grandchild.run(END).ledger.totals(END)
    assert grandchild.register.digest() == whole
    assert _digest(child) == whole
    assert parent.now == min(first, second)
    assert _digest(parent) == whole
    assert parent.ledger.totals(END) == totals


def test_a_fresh_world_and_one_run_by_simpy_can_be_forked() -> None:
    whole = _digest(_world(1))
    assert _digest(_world(1).fork()) == whole
    world = _world(1)
    world.env.run(until=1.3 * DAY_S)
    assert _digest(world.fork()) == whole
    assert _digest(world) == whole


def test_a_child_that_goes_another_way_leaves_its_parent_alone() -> None:
    whole = _digest(_world(1))
    parent = _world(1)
    parent.advance(1.45 * DAY_S)
    before = parent.register.digest()
    child = parent.fork()
    child.who_decides(None, frozenset(), frozenset())
    child.core.put_column("customers", "mood", np.full(child.customers.n, -3.0))
    child.core.put_column("customers", "threshold", np.array(child.customers.threshold) * 0.5)
    child.run(END)
    assert child.register.digest() != whole
    assert parent.register.digest() == before
    assert _digest(parent) == whole


def test_a_fork_while_a_decision_is_pending() -> None:
    policy = Scatters(SCENARIO)
    parent = World(SCENARIO, external=KINDS, seed=2)
    for _ in range(300):
        assert parent.advance(END)
        parent.answer(policy.decide(parent.pending_view(policy.reads)))
    assert parent.advance(END)
    ends = []
    for world in (parent.fork(), parent.fork(), parent):
        assert world.pending is not None
        assert world.pending_view(policy.reads) == parent.pending_view(policy.reads)
        while world.advance(END):
            world.answer(policy.decide(world.pending_view(policy.reads)))
        world.finish()
        ends.append(world.register.digest())
    assert len(set(ends)) == 1
    assert ends[0] == _digest(World(SCENARIO, policy=policy, seed=2))


class Learns(Policy):
    """Counts its decisions and turns with the count: it has a state of its own."""

    stateful = True

    def prepare(self, scenario: Scenario) -> None:
        self.count = 0

    def decide(self, view: View) -> int:
        self.count += 1
        return view.actions[self.count % len(view.actions)]


def test_a_policy_with_a_state_is_forked_with_its_world() -> None:
    whole = _digest(World(SCENARIO, policy=Learns(SCENARIO), seed=3))
    policy = Learns(SCENARIO)
    parent = World(SCENARIO, policy=policy, seed=3)
    parent.advance(1.4 * DAY_S)
    seen = policy.count
    assert seen > 0
    assert _digest(parent.fork()) == whole
    assert policy.count == seen
    assert _digest(parent) == whole


def test_a_world_with_a_foreign_process_refuses_to_fork() -> None:
    world = _world(1)

    def process() -> Generator[Any, Any, None]:
        while True:
            yield world.env.timeout(60.0)

    world.env.process(process())
    world.advance(100.0)
    with pytest.raises(RuntimeError, match="SimPy processes"):
        world.fork()
