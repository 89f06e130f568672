"""Known luck: heard of by whoever asks, changes nothing, has mean zero, and takes variance out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.learning.targets.control_variate import KnownLuck
from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue, Weights
from sim import World, load_scenario
from sim.register.register import C_CONTACT, C_OUTCOME, C_SALE, Outcome
from sim.units import DAY_S

DAYS = 6


class Heard:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.resolutions: list[tuple[int, float, bool]] = []
        self.sales: list[tuple[float, float]] = []

    def resolution(self, world: Any, contact: Any, probability: float, resolved: bool) -> None:
        self.resolutions.append((contact.id, probability, resolved))

    def sale(self, world: Any, contact: Any, expected: float, margin: float) -> None:
        self.sales.append((expected, margin))


@pytest.fixture(scope="module")
def telco() -> tuple[World, Heard]:
    world = World(load_scenario("telco", {"population": {"scale": 0.2}}), seed=11)
    heard = Heard()
    world.luck = heard
    world.run(DAYS * DAY_S)
    return world, heard


def test_listening_changes_nothing(telco: Any) -> None:
    world, _ = telco
    alone = World(load_scenario("telco", {"population": {"scale": 0.2}}), seed=11)
    alone.run(DAYS * DAY_S)
    assert alone.register.digest() == world.register.digest()


def test_every_resolved_contact_was_heard_of(telco: Any) -> None:
    world, heard = telco
    resolved = {
        row[C_CONTACT] for row in world.register.contacts if row[C_OUTCOME] == Outcome.RESOLVED
    }
    assert resolved == {contact for contact, _, success in heard.resolutions if success}
    sold = sum(row[C_SALE] for row in world.register.contacts)
    assert sum(margin for _, margin in heard.sales) == pytest.approx(sold)


def test_chances_are_those_of_the_outcomes(telco: Any) -> None:
    _, heard = telco
    rows = zip(*heard.resolutions, strict=True)
    _, p, success = (np.array(column, dtype=float) for column in rows)
    # Standardised by the variance of independent draws: a standard normal number.
    for low, high in ((0.0, 0.4), (0.4, 0.7), (0.7, 1.01)):
        some = (p >= low) & (p < high)
        assert some.sum() > 200
        z = (success - p)[some].sum() / np.sqrt((p * (1 - p))[some].sum())
        assert abs(z) < 4
    expected, margin = (np.array(column) for column in zip(*heard.sales, strict=True))
    z = (margin - expected).sum() / np.sqrt(((margin - expected) ** 2).sum())
    assert len(expected) > 200
    assert abs(z) < 4


def test_a_fork_is_not_heard(telco: Any) -> None:
    assert telco[0].fork().luck is None


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
    booked: list[float] = []
    luck = KnownLuck(value, tables, lambda _c, _t, money: booked.append(money))
    journeys = [j for found in world.open_journeys.values() for j in found]
    contact = next(j.contact for j in journeys if j.contact is not None)
    luck.resolution(world, contact, 0.25, False)
    luck.resolution(world, contact, 0.25, True)
    assert booked[0] > 0
    assert booked[1] == pytest.approx(-3 * booked[0])
