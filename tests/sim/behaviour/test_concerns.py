"""Needs tilted by concerns: margins stay, odds are tilted as stated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import World
from sim.behaviour.concerns import tilted
from sim.tables.compiled import concern_shares, needs_rates
from sim.units import DAY_S
from tests.support.worlds import firm

positive = st.floats(0.01, 1.0)


some = st.lists(positive, min_size=2, max_size=8)


@given(some, some, st.floats(1, 20), st.integers(0, 2**31))
def test_the_mix_stays_as_stated_and_odds_are_tilted(
    shares: list[float], weights: list[float], tilt: float, seed: int
) -> None:
    mix, held = np.array(shares) / sum(shares), np.array(weights) / sum(weights)
    factors = np.where(np.random.default_rng(seed).random((len(held), len(mix))) < 0.4, tilt, 1.0)
    found = tilted(mix, held, factors)
    assert held @ found == pytest.approx(mix, abs=1e-9)
    assert found.sum(axis=1) == pytest.approx(1)
    odds = found[:, None, :, None] * found[None, :, None, :]
    wanted = factors[:, None, :, None] * factors[None, :, None, :]
    ratio = odds / odds.transpose(1, 0, 2, 3)  # of two concerns and two intents
    assert ratio == pytest.approx(wanted / wanted.transpose(1, 0, 2, 3), rel=1e-6)


def test_an_intent_that_nobody_has_stays_away() -> None:
    found = tilted([0.5, 0.5, 0.0], [0.5, 0.5], [[2.0, 1.0, 2.0], [1.0, 1.0, 1.0]])
    assert (found[:, 2] == 0).all() and found[0, 0] > 0.5 > found[1, 0]


def test_customers_need_more_of_what_troubles_them_and_the_firm_as_much_as_before() -> None:
    kinds = {"price": {"weight": 0.4, "intents": ["question"]}, "faults": {"weight": 0.6}}
    quiet = {"channels": {"phone": {"front_door": None}}}
    scenario = firm(
        population={"customers": 4000},
        concerns={"kinds": kinds, "tilt": 4.0},
        mechanisms={"churn": False, "recontact": False, "redial": False},
        **quiet,
    )
    world = World(scenario, seed=1)
    shares = np.diff(concern_shares(world.compiled), axis=1, prepend=0)  # segments × concerns
    _, stated = needs_rates(scenario)
    assert 0.4 * shares[0::2] + 0.6 * shares[1::2] == pytest.approx(
        np.diff(stated, axis=1, prepend=0)
    )
    world.run(6 * DAY_S)
    people, rows = world.customers, world.register.columns("journeys")
    concern = np.array(people.concern)[rows["customer"]]
    z = 3.5
    for segment in (0, 1):
        for k in (0, 1):
            mine = (rows["segment"] == segment) & (concern == k)
            p = shares[2 * segment + k, 0]
            error = np.sqrt(p * (1 - p) / mine.sum())
            assert abs((rows["intent"][mine] == 0).mean() - p) < z * error
    assert (np.array(people.concern) == 0).mean() == pytest.approx(0.4, abs=z * 0.5 / 4000**0.5)
