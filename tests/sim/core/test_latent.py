"""Nothing latent reaches a view, a feature, a mask or a rule: it may be anybody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim.core.views
from policies import Policy, make
from policies.learned.model import save_model
from policies.learned.policy import Learned
from policies.registry import names
from sim import InputError, Kind, Scenario, World, load_scenario
from sim.core import seeing
from sim.decisions.view import View
from sim.register.register import TABLES
from sim.register.visibility import LATENT, is_visible, visible
from sim.scenario.knowledge import Regime, default_regimes
from sim.units import DAY_S
from tests.policies.test_learned import model
from tests.support.latent import copy_of, differences, shown, twin_of
from tests.support.random_firms import random_firm, random_regime

EVERY = tuple(kind for kind in Kind if kind != Kind.SIGNAL)
SMALL = {"helpdesk": 1000, "telco": 700, "bank": 700}
GUESSED = Regime(match_rate=0.7, wrong_match_rate=0.1, intent_accuracy=0.6)
REGIMES = {
    **default_regimes(),
    "guessed": GUESSED,
    "prepared": GUESSED.model_copy(update={"acts": "nightly"}),
    "blind": Regime(signals="none", match_rate=0.5, intent_accuracy=0.5),
}


def _firm(name: str) -> Scenario:
    whole = load_scenario(name)
    scale = min(1.0, SMALL[name] / whole.population.customers)
    return load_scenario(name, {"population": {"scale": scale}})


class Peeks(Policy):
    """Reads a mood, which no policy can come by: what the test has to find."""

    world: Any = None

    def decide(self, view: View) -> int:
        if self.world is None or view.customer is None:
            return view.default
        core = self.world.core
        c = core.scalar("pending_contact")
        who = core.value("journeys", core.value("contacts", c, "journey"), "customer")
        mood = core.value("customers", who, "mood") + core.value("customers", who, "skill")
        return view.actions[int(mood * 1e6) % len(view.actions)]


def _leaks(
    scenario: Scenario, regime: Regime, policies: list[Policy], days: float, engine: str, most: int
) -> tuple[dict[str, int], dict[Kind, int]]:
    """Return how often something was shown differently, and how often each kind was looked at."""
    world = World(scenario, regime=regime, external=EVERY, seed=4, engine=engine)
    plain = make("random", scenario)
    leaks: dict[str, int] = {}
    looked: dict[Kind, int] = dict.fromkeys(EVERY, 0)
    number = 0
    while world.advance(days * DAY_S):
        kind = Kind(world.core.pending_kind)
        number += 1
        rare = kind not in (Kind.ENTRY, Kind.DISPATCH) or number % 17 == 0
        if world.now > 0.6 * days * DAY_S and rare and looked[kind] < most:
            looked[kind] += 1
            for dice in (True, False):
                before = shown(copy_of(world), policies, dice=dice)
                after = shown(twin_of(world, number, dice=dice), policies, dice=dice)
                for name in differences(before, after):
                    leaks[name] = leaks.get(name, 0) + 1
        world.answer(plain.decide(world.pending_view(frozenset())))
    return leaks, looked


def _policies(scenario: Scenario, folder: Path) -> list[Policy]:
    rules = [make(name, scenario) for name in names()]
    rules = [rule for rule in rules if not rule.bound]
    file = folder / "policy.safetensors"
    kinds = ("entry", "escalation", "dispatch", "wrap_up", "cancel")
    save_model(model(scenario, seed=3, decides=kinds), file)
    return [*rules, Learned(scenario, file=str(file))]


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("name", ["helpdesk", "telco", "bank"])
def test_nothing_latent_shows(name: str, regime: str, tmp_path: Path) -> None:
    engine = ("compiled", "interpreted")[(list(REGIMES).index(regime) + len(name)) % 2]
    scenario = _firm(name)
    leaks, looked = _leaks(
        scenario, REGIMES[regime], _policies(scenario, tmp_path), 3.0, engine, most=3
    )
    assert not leaks
    assert sum(n > 0 for n in looked.values()) >= (2 if REGIMES[regime].steering else 1)
    assert sum(looked.values()) >= 3


@pytest.mark.parametrize("seed", range(6))
def test_nothing_latent_shows_of_random_firms(seed: int, tmp_path: Path) -> None:
    scenario = random_firm(seed)
    engine = "interpreted" if seed % 3 == 0 else "compiled"
    policies = _policies(scenario, tmp_path)
    leaks, looked = _leaks(scenario, random_regime(seed), policies, 2.0, engine, most=3)
    assert not leaks
    assert sum(looked.values()) >= 2


def test_a_rule_that_peeks_is_found() -> None:
    scenario = _firm("telco")
    leaks, _ = _leaks(scenario, Regime(), [Peeks(scenario)], 1.5, "compiled", most=10)
    assert "Peeks asked" in leaks


@pytest.mark.parametrize("table", ["customers", "journeys", "contact_rows"])
def test_a_view_that_peeks_is_found(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted leak of a trait, of the true intent, of a latent column."""
    honest = seeing.see_customer

    def peeking(world: Any, c: int) -> None:
        honest(world, c)
        journey = world.journeys.rows[world.contacts.rows[c].journey]
        seen = world.seen_customers.rows[0]
        if table == "customers":
            seen.margin_per_month = world.customers.rows[journey.customer].skill
        elif table == "journeys":
            seen.intent = journey.intent
        elif world.contact_rows.rows:
            seen.journey_h = world.contact_rows.rows[-1].effort

    monkeypatch.setattr(sim.core.views, "see_customer", peeking)
    leaks, _ = _leaks(_firm("helpdesk"), GUESSED, [], 1.5, "interpreted", most=10)
    assert "view" in leaks


def test_every_column_is_visible_or_latent() -> None:
    assert LATENT.keys() == TABLES.keys()
    for table, columns in TABLES.items():
        assert LATENT[table] <= set(columns)
        assert set(visible(table)) | LATENT[table] == set(columns)
    assert is_visible("contacts", "known_as") and not is_visible("contacts", "customer")
    with pytest.raises(KeyError):
        is_visible("nothing", "contact")


def test_who_listens_has_to_be_stateful() -> None:
    with pytest.raises(InputError, match="must set 'stateful'"):

        class Hears(Policy):
            def observe(self, leg: Any) -> None: ...
