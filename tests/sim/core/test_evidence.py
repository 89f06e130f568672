"""Evidence is what its signals sum up to: recomputed from rows, in both engines, in forks."""

from __future__ import annotations

import numpy as np
import pytest

from sim import World
from sim.core.beliefs import believe
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.units import DAY_S
from tests.support.recomputed import PARTS, SUMS, Recomputed
from tests.support.seeing_firms import telling_firm, troubled
from tests.support.worlds import Scatters

SCENARIO = telling_firm()
DAYS = 9.3
REGIMES = {
    "all": Regime(),
    "direct": Regime(signals="direct"),
    "own": Regime(visible="own"),
    "nightly": Regime(latency="nightly"),
    "own_nightly": Regime(visible="own", latency="nightly", signals="direct"),
}


def run(regime: Regime, engine: str | None = None, days: float = DAYS, seed: int = 4) -> World:
    world = World(SCENARIO, regime=regime, policy=Scatters(SCENARIO), seed=seed, engine=engine)
    troubled(world)
    believe(world.core, world.compiled)
    world.advance(days * DAY_S)
    return world


def assert_is_recomputed(world: World) -> None:
    real_time = world.compiled.regime.latency == "real_time"
    until_s = world.now if real_time else world.now - world.now % DAY_S
    again = Recomputed(world, until_s)
    channels = world.compiled.channels.n
    kept = {name: world.core.column("evidence", name) for name in ("at_s", "needs", *SUMS)}
    parts = {
        f"{part}_{what}": world.core.column("evidence", f"{part}_{what}")
        for part in PARTS
        for what in ("mean", "variance")
    }
    hints, notes = (world.core.column("hints", name) for name in ("needs", "notes"))
    assert again.pieces
    for (who, channel), piece in again.pieces.items():
        number = who * (channels + 1) + (channel if channel >= 0 else channels)
        for name, column in kept.items():
            assert column[number] == pytest.approx(piece[name], rel=1e-12, abs=1e-12), name
        for name, column in parts.items():
            unheard = column[number] in (-1.0, 0.0) and name != "need_variance"
            if unheard and piece[name] == _prior(again, who, channel, name):
                continue
            assert column[number] == pytest.approx(piece[name], rel=1e-12, abs=1e-12), name
        assert hints[number * 3 : number * 3 + 3].tolist() == piece["hints"]
        assert notes[number * 3 : number * 3 + 3].tolist() == piece["notes"]
    heard = np.zeros(len(kept["needs"]), dtype=bool)
    for who, channel in again.pieces:
        heard[who * (channels + 1) + (channel if channel >= 0 else channels)] = True
    assert not any(column[~heard].any() for column in kept.values())


def _prior(again: Recomputed, who: int, channel: int, name: str) -> float:
    fresh = Recomputed.__new__(Recomputed)
    fresh.__dict__.update(again.__dict__ | {"pieces": {}})
    return float(fresh.piece(who, channel)[name])


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_evidence_is_recomputed_from_the_registers_rows(regime: Regime, engine: str) -> None:
    world = run(regime, engine)
    kinds = set(world.register.columns("signals")["kind"].tolist())
    assert kinds == set(range(11))  # the test speaks of every kind
    assert_is_recomputed(world)


def test_evidence_kept_late_is_that_kept_from_the_start(engine: str) -> None:
    early = run(Regime(), engine)
    late = World(SCENARIO, regime=Regime(), policy=Scatters(SCENARIO), seed=4, engine=engine)
    troubled(late).advance(DAYS * DAY_S)
    believe(late.core, late.compiled)
    for name in ("contacts", "feeling", "ability_mean", "fit_variance", "need_mean"):
        early_column, late_column = (w.core.column("evidence", name) for w in (early, late))
        np.testing.assert_array_equal(early_column, late_column)


def test_forks_go_on_with_evidence_of_their_own() -> None:
    whole, parent = run(REGIMES["nightly"]), run(REGIMES["nightly"], days=4.6)
    child = parent.fork()
    child.advance(DAYS * DAY_S)
    before = parent.core.column("evidence", "contacts")
    assert child.core.column("evidence", "contacts").sum() > before.sum()
    parent.advance(DAYS * DAY_S)
    for name in ("contacts", "failures", "ability_mean", "acceptance_mean", "need"):
        for world in (child, parent):
            np.testing.assert_array_equal(
                world.core.column("evidence", name), whole.core.column("evidence", name)
            )


def unread_by(scenario: Scenario) -> World:
    """A world whose signals nobody reads; what may be offered after a contact follows its code."""
    policy = Scatters(scenario)
    kinds = ["entry", "escalation", "dispatch", "cancel"]
    world = World(scenario, regime=Regime(signals="none"), policy=policy, decides=kinds, seed=4)
    believe(troubled(world).core, world.compiled)
    world.advance(DAYS * DAY_S)
    return world


def test_no_signals_leave_no_evidence_and_change_nothing_else() -> None:
    silent = unread_by(telling_firm(mechanisms={"signals": False}))
    unread = unread_by(SCENARIO)
    for world in (silent, unread):
        assert not world.core.column("evidence", "contacts").any()
        assert (world.core.column("evidence", "ability_variance") == -1).all()
        assert not world.core.column("hints", "needs").any()
    assert not len(silent.register.columns("signals")["kind"])
    assert len(unread.register.columns("signals")["kind"])
    contacts, others = (w.register.columns("contacts") for w in (silent, unread))
    for name in set(contacts) - {"coded"}:
        np.testing.assert_array_equal(contacts[name], others[name])


def test_nobody_pays_for_evidence_that_nobody_asks_for() -> None:
    world = World(SCENARIO, seed=4)
    troubled(world).advance(2 * DAY_S)
    assert not world.core.scalar("believes") and not world.core.number_of("evidence")
