"""What is believed: priors, shown to views and desks alike; reasons; predictors; the past."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, ndtri

from experiments.prediction.leaving import features_of
from experiments.prediction.seen import firm_view
from policies import Policy
from sim import InputError, Scenario, World
from sim.core.beliefs import believe
from sim.decisions.predictor import (
    CHURN_FEATURES,
    RESOLUTION_FEATURES,
    Header,
    Predictor,
    Weights,
    firm_digest,
    load_predictor,
    regime_digest,
    save_predictor,
)
from sim.decisions.view import Belief, View
from sim.population.draws import TRAIT_ABILITY
from sim.population.streams import uniforms
from sim.register.visibility import LATENT
from sim.scenario.knowledge import Regime
from sim.units import DAY_S, DAYS_PER_MONTH
from tests.support.engines import have_both
from tests.support.seeing_firms import telling_firm, troubled
from tests.support.worlds import Scatters

SCENARIO = telling_firm()
LUCK = np.random.default_rng(5)
NOTES = np.log(LUCK.dirichlet(np.ones(3), 3))
WEIGHTS = Weights(
    LUCK.normal(size=2 + len(CHURN_FEATURES)) / 4,
    LUCK.normal(size=len(RESOLUTION_FEATURES)) / 4,
    np.log([0.2, 0.3, 0.5]),
    np.log(LUCK.dirichlet(np.ones(4), 3)),
    NOTES,
)


class Looks(Policy):
    """Looks at beliefs, and lets the customers choose."""

    reads = frozenset({"belief"})

    def prepare(self, scenario: Scenario) -> None:
        self.seen: list[Belief] = []
        self.fitted: Predictor | None = None

    def entry(self, view: View) -> int:
        assert view.belief is not None
        self.seen.append(view.belief)
        return view.default


def predictor_of(scenario: Scenario, regime: Regime) -> Predictor:
    header = Header(
        scenario=scenario.name,
        firm_digest=firm_digest(scenario),
        regimes={"r": regime_digest(regime)},
        segments=tuple(scenario.segments),
        concerns=tuple(scenario.concerns.kinds),
        fitted={"seeds": [1, 2]},
    )
    return Predictor(header, (WEIGHTS,))


def world_of(
    regime: Regime, *, engine: str | None = None, fitted: bool = False, **changes: Any
) -> tuple[World, Looks]:
    scenario = telling_firm(**changes)
    looks = Looks(scenario)
    if fitted:
        looks.fitted = predictor_of(scenario, regime)
    world = World(scenario, regime=regime, policy=looks, decides=["entry"], seed=8, engine=engine)
    return troubled(world), looks


# -- what is usual, and what is heard --------------------------------------------------------------


@pytest.mark.parametrize("regime", [Regime(match_rate=0.0), Regime(signals="none")])
def test_who_is_not_known_or_not_heard_is_as_customers_are(regime: Regime) -> None:
    world, looks = world_of(regime)
    world.advance(4 * DAY_S)
    lasting = SCENARIO.lasting
    assert len(looks.seen) > 50
    for seen in looks.seen:
        assert seen.known == (regime.match_rate > 0)
        assert seen.contacts == seen.failures == seen.feeling == seen.usage == seen.need_mean == 0
        assert seen.acceptance_variance == lasting.acceptance_sd**2
        assert {fit.variance for fit in seen.fits} == {lasting.fit_sd**2}
        assert {fit.mean for fit in seen.fits} == {0.0}
        assert seen.reasons == pytest.approx((0.4, 0.3, 0.3))


def test_beliefs_are_the_evidence_of_whom_the_customer_is_taken_for(engine: str) -> None:
    world, looks = world_of(Regime(), engine=engine)
    world.advance(6 * DAY_S)
    core, n = world.core, world.compiled.channels.n
    assert any(seen.ability_variance < 0.5 for seen in looks.seen)
    for who in range(20):
        seen = core.see_belief(who, 0, -5)
        number = who * (n + 1) + n
        if core.value("evidence", number, "ability_variance") >= 0:
            assert seen.ability_mean == core.value("evidence", number, "ability_mean")
        fits = [core.value("evidence", who * (n + 1) + c, "fit_mean") for c in range(n)]
        assert [fit.mean for fit in seen.fits] == fits
        assert seen.need_mean == 0  # of another journey's need nothing is known
    journey = int(core.value("evidence", n, "need"))
    assert core.see_belief(0, 0, journey).need_mean == core.value("evidence", n, "need_mean")


def test_a_channel_that_sees_its_own_rows_only_believes_nothing_of_others() -> None:
    world, _ = world_of(Regime(visible="own"))
    world.advance(6 * DAY_S)
    for who in range(20):
        for channel in range(world.compiled.channels.n):
            seen = world.core.see_belief(who, channel, -5)
            others = [fit.mean for c, fit in enumerate(seen.fits) if c != channel]
            assert not any(others)


def test_a_second_failure_says_that_the_need_is_hard() -> None:
    world, _ = world_of(Regime())
    world.advance(8 * DAY_S)
    contacts = world.register.columns("contacts")
    n = world.compiled.channels.n
    means: dict[int, list[float]] = {1: [], 2: []}
    for who in range(60):
        number = who * (n + 1) + n
        need = int(world.core.value("evidence", number, "need"))
        mine = (contacts["journey"] == need) & (contacts["known_as"] == who)
        failures = int((mine & (contacts["coded"] == 1)).sum())
        if failures in means and not (mine & (contacts["coded"] == 0)).any():
            means[failures].append(float(world.core.value("evidence", number, "need_mean")))
    assert np.mean(means[2]) > np.mean(means[1]) > 0


# -- predictors ------------------------------------------------------------------------------------


def test_scores_are_those_of_the_weights(engine: str) -> None:
    world, _ = world_of(Regime(), engine=engine, fitted=True)
    world.advance(5 * DAY_S)
    features = features_of(world, firm_view(world))
    segment = np.asarray(world.customers.segment)
    score = WEIGHTS.churn[segment] + features @ WEIGHTS.churn[2:]
    rate = -np.log1p(-expit(score))  # the firm's clock is one of rates
    for who in range(0, 60, 7):
        seen = world.core.see_belief(who, -1, -1)
        assert seen.churn == pytest.approx(rate[who], rel=1e-12)
        told = seen.feeling, seen.failures, seen.contacts, seen.usage, seen.inactive
        assert told == pytest.approx(tuple(features[who][1:6]), rel=1e-12)


def test_reasons_are_naive_bayes_of_needs_and_notes(engine: str) -> None:
    world, _ = world_of(Regime(), engine=engine, fitted=True)
    world.advance(5 * DAY_S)
    core, n = world.core, world.compiled.channels.n
    moved = 0
    for who in range(30):
        number = who * (n + 1) + n
        needs, notes = (
            core.column("hints", name)[number * 3 : number * 3 + 3] for name in ("needs", "notes")
        )
        others = core.value("evidence", number, "needs") - needs.sum()
        told = WEIGHTS.reasons + WEIGHTS.notes @ notes
        told += WEIGHTS.intents @ [*needs, others]
        expected = np.exp(told - told.max())
        reasons = core.see_belief(who, -1, -1).reasons
        assert reasons == pytest.approx(tuple(expected / expected.sum()), rel=1e-10)
        moved += notes.sum() > 0
    assert moved > 3


def test_a_predictor_is_written_and_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "p.safetensors"
    save_predictor(predictor_of(SCENARIO, Regime()), file)
    again = load_predictor(str(file), SCENARIO)
    assert again.header == predictor_of(SCENARIO, Regime()).header
    for mine, theirs in zip(again.weights_for(Regime()), WEIGHTS, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    bytes_before = file.read_bytes()
    save_predictor(again, file)
    assert file.read_bytes() == bytes_before


def test_a_predictor_of_another_firm_or_regime_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.safetensors"
    predictor = predictor_of(SCENARIO, Regime())
    save_predictor(predictor, file)
    with pytest.raises(InputError, match="another firm or regime"):
        load_predictor(str(file), telling_firm(signals={"coded_right": 0.8}))
    with pytest.raises(InputError, match="another firm or regime"):
        predictor.weights_for(Regime(signals="direct"))
    looks = Looks(SCENARIO)
    looks.fitted = predictor
    with pytest.raises(InputError, match="another firm or regime"):
        World(SCENARIO, regime=Regime(visible="own"), policy=looks, decides=["entry"])
    larger = telling_firm(population={"customers": 90})
    assert load_predictor(str(file), larger).header == predictor.header
    predictor.weights_for(Regime(steering=False))  # sees the same signals


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: replace(p, weights=(WEIGHTS._replace(churn=np.zeros(3)),)), "churn.0"),
        (
            lambda p: replace(p, weights=(WEIGHTS._replace(notes=WEIGHTS.notes * np.nan),)),
            "notes.0",
        ),
        (lambda p: replace(p, weights=()), "churn.0"),
        (lambda p: replace(p, header=replace(p.header, churn_features=("x",))), "another firm"),
    ],
)
def test_a_damaged_predictor_is_one_message(tmp_path: Path, change: Any, says: str) -> None:
    file = tmp_path / "p.safetensors"
    save_predictor(change(predictor_of(SCENARIO, Regime())), file)
    with pytest.raises(InputError, match=says):
        load_predictor(str(file), SCENARIO)
    file.write_bytes(b"nothing")
    with pytest.raises(InputError, match="is not a predictor"):
        load_predictor(str(file), SCENARIO)
    with pytest.raises(InputError, match="must be a file"):
        load_predictor(str(tmp_path / "none"), SCENARIO)


# -- the past --------------------------------------------------------------------------------------


def evidence_at_start(days: int, engine: str | None = None, **changes: Any) -> World:
    population = {"history_days": days, "customers": 200}
    needs = {name: {"needs_per_month": 2.0} for name in ("question", "repair")}
    retention = {"drift_sd": 0.8, "drift_half_life_days": 60}
    changes = {"population": population, "intents": needs, "retention": retention} | changes
    scenario = telling_firm(**changes)
    world = World(scenario, regime=Regime(), seed=2, engine=engine)
    believe(world.core, world.compiled)
    return world


def test_both_engines_remember_the_same_past() -> None:
    have_both()
    worlds = [evidence_at_start(60, engine) for engine in ("interpreted", "compiled")]
    for table in ("evidence", "hints"):
        names = worlds[0].core.record(table, 0)
        for name in names:
            one, other = (world.core.column(table, name).tobytes() for world in worlds)
            assert one == other, name


def test_the_past_has_as_many_needs_as_the_present_will_have() -> None:
    world = evidence_at_start(90)
    n = world.compiled.channels.n
    needs = world.core.column("evidence", "needs")[n :: n + 1]
    # 200 customers with 4 needs a month for 90 days, or as long as they have been customers.
    assert needs.sum() == pytest.approx(200 * 4 * 90 / DAYS_PER_MONTH, abs=4 * (200 * 11.8) ** 0.5)
    assert not world.core.column("evidence", "at_s").any()
    assert not evidence_at_start(0).core.column("evidence", "needs").any()


def test_a_longer_past_tells_more_of_ability() -> None:
    told = []
    for days in (30, 720):
        world = evidence_at_start(days)
        n = world.compiled.channels.n
        z = ndtri(uniforms(world.core.scalar("trait_key"), np.arange(200), 0, TRAIT_ABILITY))
        skill = world.core.column("customers", "skill") - 0.5
        ability = SCENARIO.lasting.ability_sd * z + SCENARIO.lasting.skill_effect * skill
        believed = world.core.column("evidence", "ability_mean")[n :: n + 1]
        told.append(np.corrcoef(believed, ability)[0, 1])
    # 200 customers: a correlation of .6 is known to ±.09 (95%).
    assert told[1] > 0.45
    assert told[1] > told[0]


# -- nothing hidden --------------------------------------------------------------------------------


def permuted(world: World, table: str, names: Iterable[str]) -> World:
    """Return a copy of a world with columns of a table permuted, each in its own way."""
    twin: World = pickle.loads(pickle.dumps(world))
    for name in sorted(names):
        column = twin.core.column(table, name)
        twin.core.put_column(table, name, np.random.default_rng(7).permutation(column))
    return twin


def beliefs_of(world: World) -> list[Belief]:
    believe(world.core, world.compiled)
    channels = range(-1, world.compiled.channels.n)
    return [world.core.see_belief(who, c, -5) for who in range(60) for c in channels]


def test_beliefs_are_made_of_visible_columns_and_no_state() -> None:
    world = World(SCENARIO, regime=Regime(), policy=Scatters(SCENARIO), seed=8)
    troubled(world).advance(6 * DAY_S)
    visible = {"alive", "segment", "tenure", "margin_per_s", "last_row"}
    linked = {"first_journey", "last_journey", "open_since", "left_s"}
    hidden = {
        "contact_rows": LATENT["contacts"],
        "journey_rows": LATENT["journeys"],
        "churn_rows": LATENT["churn"],
        "customers": set(world.core.record("customers", 0)) - visible - linked,
        "lasting": set(world.core.record("lasting", 0)),
    }
    twins = [permuted(world, table, names) for table, names in hidden.items()]
    leak = permuted(world, "contact_rows", {"coded"})  # what is seen does matter
    seen = beliefs_of(world)
    for twin in twins:
        assert beliefs_of(twin) == seen
    assert beliefs_of(leak) != seen
