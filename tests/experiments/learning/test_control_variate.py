"""Known luck: heard of by whoever asks, changes nothing, has mean zero, and takes variance out."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.learning.targets.changes import Columns, Listener
from experiments.learning.targets.control_variate import known_luck
from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue, Weights
from sim import World, load_scenario
from sim.register.register import Outcome
from sim.units import DAY_S

DAYS = 6


@pytest.fixture(scope="module")
def telco() -> tuple[World, Columns]:
    world = World(load_scenario("telco", {"population": {"scale": 0.2}}), seed=11)
    listener = Listener(world, luck=True)
    world.run(DAYS * DAY_S)
    return world, listener.rows("luck")


def test_listening_changes_nothing(telco: Any) -> None:
    world, _ = telco
    alone = World(load_scenario("telco", {"population": {"scale": 0.2}}), seed=11)
    alone.run(DAYS * DAY_S)
    assert alone.register.digest() == world.register.digest()


def test_every_resolved_contact_was_heard_of(telco: Any) -> None:
    world, heard = telco
    contacts = world.register.columns("contacts")
    resolved = contacts["customer"][contacts["outcome"] == Outcome.RESOLVED]
    came = heard["customer"][(heard["sale"] == 0) & (heard["came"] == 1)]
    assert Counter(resolved.tolist()) == Counter(came.tolist())
    sold = heard["came"][heard["sale"] == 1]
    assert sold.sum() == pytest.approx(contacts["sale"].sum())


def test_chances_are_those_of_the_outcomes(telco: Any) -> None:
    _, heard = telco
    sale = heard["sale"] == 1
    p, success = heard["expected"][~sale], heard["came"][~sale]
    # Standardised by the variance of independent draws: a standard normal number.
    for low, high in ((0.0, 0.4), (0.4, 0.7), (0.7, 1.01)):
        some = (p >= low) & (p < high)
        assert some.sum() > 200
        z = (success - p)[some].sum() / np.sqrt((p * (1 - p))[some].sum())
        assert abs(z) < 4
    expected, margin = heard["expected"][sale], heard["came"][sale]
    z = (margin - expected).sum() / np.sqrt(((margin - expected) ** 2).sum())
    assert len(expected) > 200
    assert abs(z) < 4


def test_a_fork_is_not_heard() -> None:
    world = World("helpdesk", seed=1)
    listener = Listener(world, luck=True)
    world.advance(DAY_S)
    fork, before = world.fork(), len(listener.rows("luck")["time_s"])
    fork.advance(2 * DAY_S)
    assert len(fork.heard("luck")["time_s"]) == len(listener.rows("luck")["time_s"]) == before > 0
    world.advance(2 * DAY_S)
    assert len(listener.rows("luck")["time_s"]) > before
    heard = Listener(fork)
    fork.advance(3 * DAY_S)
    assert heard.rows("moods")["time_s"].min() >= 2 * DAY_S


def test_what_it_books_has_mean_zero_and_removes_variance() -> None:
    pytest.importorskip("stable_baselines3")
    from experiments.learning.algorithms.improvement import Params, PolicyImprovement
    from experiments.learning.task import make_task
    from tests.support.small_training import config

    found = []
    for known in (False, True):
        task = make_task(config(rule="best_channel", decides=["entry"], scenario="helpdesk"))
        learner = PolicyImprovement(task, Params(known_luck=known))
        parts = [learner.deviations.play(3, i, 0.4, learner.tables)[0] for i in range(6)]
        found.append(np.concatenate([part.returns for part in parts]))
    chance, known_luck = found
    booked = known_luck - chance
    assert abs(booked.mean()) < 4 * booked.std() / np.sqrt(len(booked))
    assert known_luck.var() < 0.8 * chance.var()


def test_it_books_the_worth_times_what_chance_brought_too_much() -> None:
    world = World(load_scenario("telco", {"population": {"scale": 0.1}}), seed=2)
    world.run(1.5 * DAY_S)
    value = FirmValue(world)
    tables = ExpectedValue(world.compiled.scenario, Weights(0.0, 0.0, 1.0))
    rows = {
        "time_s": np.zeros(3),
        "expected": np.array([0.25, 0.25, 7.0]),
        "came": np.array([0.0, 1.0, 9.0]),
        "sale": np.array([0, 0, 1]),
        **dict.fromkeys(("customer", "segment", "intent", "channel", "going"), np.zeros(3, int)),
    }
    listener: Any = SimpleNamespace(world=world, rows=lambda _: rows)
    booked = known_luck(listener, value, tables).money
    assert booked[0] > 0
    assert booked[1] == pytest.approx(-3 * booked[0])
    assert booked[2] == -2.0
    rows["going"] = np.ones(3, int)
    assert 0 <= known_luck(listener, value, tables).money[0] < booked[0]
