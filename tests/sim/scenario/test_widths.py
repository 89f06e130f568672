"""Codes are as wide as what they number: nothing wraps around."""

from __future__ import annotations

import numpy as np
import pytest

from sim import InputError, World
from sim.core.world import Trace
from sim.scenario.knowledge import Regime
from sim.tables.compiled import MOST_NAMES, Compiled, check_widths
from sim.units import DAY_S
from tests.support.worlds import desk, firm


def test_more_than_127_segments_keep_their_numbers() -> None:
    many = 300
    segment = {"share": 1 / many, "preference": {"phone": 1}}
    calls = desk(2.0, {"kind": "constant", "mean_s": 10})
    raw = calls.model_dump(mode="json") | {"population": {"customers": 3_000}}
    scenario = type(calls).model_validate(
        raw | {"segments": {f"s{i}": segment for i in range(many)}}, strict=False
    )
    world = World(scenario, seed=1).run(DAY_S)
    customers = np.asarray(world.customers.segment)
    assert set(customers) == set(range(many))
    contacts = world.register.columns("contacts")
    assert (contacts["segment"] == customers[contacts["customer"]]).all()
    assert contacts["segment"].max() > 255


def test_what_a_code_cannot_number_is_refused_when_the_scenario_is_compiled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    check_widths({"segments": MOST_NAMES})
    with pytest.raises(InputError, match=r"segments: must not be more than 32,767; got 32,768"):
        check_widths({"segments": MOST_NAMES + 1})
    monkeypatch.setattr("sim.tables.compiled.MOST_NAMES", 1)
    with pytest.raises(InputError, match=r"segments: must not be more than 1; got 2"):
        Compiled(firm(), Regime())


@pytest.mark.parametrize("segment", [-1, 2, 300])
def test_a_traces_segments_are_the_scenarios(segment: int) -> None:
    who = np.zeros(1, dtype=np.int64)
    trace = Trace(np.ones(1), who, who, np.array([segment]))
    with pytest.raises(InputError, match=rf"segment: must be from 0 to 1.*got {segment} to"):
        World(firm(), trace=trace)


def test_a_customer_may_be_saved_any_number_of_times() -> None:
    world = World(firm(), seed=1)
    for _ in range(200):
        world.core.put_value("customers", 0, "saves", world.customers.saves[0] + 1)
    assert world.fork().customers.saves[0] == 200
