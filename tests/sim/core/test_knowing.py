"""Whom a firm takes its customers for, what it takes contacts to be about, and what it is shown."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from policies import Policy, make
from sim import Kind, World
from sim.decisions.view import MOST_LEGS, Leg, View
from sim.register.register import Outcome
from sim.scenario.knowledge import Regime
from sim.tables.arguments import compiled_of
from sim.tables.guesses import mixes, priors
from sim.units import DAY_S
from tests.support.random_firms import random_regime
from tests.support.worlds import Scatters, firm, of, table

SCENARIO = firm(population={"customers": 300})
THREE = firm(
    population={"customers": 300},
    intents={
        "complaint": {
            "needs_per_month": 6.0,
            "talk_s": {"kind": "exponential", "mean_s": 300},
            "resolution": {"phone": 0.5, "email": 0.5},
        }
    },
)


def _error(share: float, n: int) -> float:
    """Return what a share of n independent draws may be off, in one of 2,000 cases."""
    return 3.5 * math.sqrt(share * (1 - share) / n)


# -- who it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("right", "wrong"), [(0.75, 0.0), (0.6, 0.25), (0.0, 1.0), (0.0, 0.0)])
def test_attempts_are_matched_as_often_as_the_regime_says(right: float, wrong: float) -> None:
    regime = Regime(match_rate=right, wrong_match_rate=wrong)
    contacts = table(World(SCENARIO, regime=regime, seed=1).run(4 * DAY_S))
    first = contacts["from_channel"] < 0
    known, true = contacts["known_as"][first], contacts["customer"][first]
    n = int(first.sum())
    assert n > 1000
    assert abs((known == true).mean() - right) <= _error(right, n)
    assert abs(((known >= 0) & (known != true)).mean() - wrong) <= _error(wrong, n)
    if wrong:  # strangers are anybody, alike: mean of a uniform number
        strangers = known[(known >= 0) & (known != true)]
        spread = 300 / math.sqrt(12 * len(strangers))
        assert abs(strangers.mean() - 149.5) <= 4 * spread
        assert strangers.max() < 300


def test_legs_of_an_attempt_are_taken_for_the_same_customer() -> None:
    regime = Regime(match_rate=0.5, wrong_match_rate=0.2)
    world = World(SCENARIO, regime=regime, policy=Scatters(SCENARIO), seed=1).run(4 * DAY_S)
    contacts = table(world)
    # A backlog item that its customer has given up on gets its row at a later attempt.
    contacts = of(contacts, contacts["outcome"] != Outcome.SUPERSEDED)
    attempts: dict[tuple[int, int], set[int]] = {}
    for journey, attempt, known in zip(
        *(contacts[name].tolist() for name in ("journey", "attempt", "known_as")), strict=True
    ):
        attempts.setdefault((journey, attempt), set()).add(known)
    assert {len(known) for known in attempts.values()} == {1}
    of_journey: dict[int, set[int]] = {}
    for (journey, _), known in attempts.items():
        of_journey.setdefault(journey, set()).update(known)
    assert max(len(known) for known in of_journey.values()) > 1  # drawn anew at each attempt


def test_rows_hang_together_by_whom_they_are_taken_for() -> None:
    regime = Regime(match_rate=0.5, wrong_match_rate=0.2)
    world = World(SCENARIO, regime=regime, seed=2).run(4 * DAY_S)
    contacts = table(world)
    last: dict[int, int] = {}
    pairs = zip(contacts["known_as"].tolist(), contacts["previous"].tolist(), strict=True)
    for row, (known, previous) in enumerate(pairs):
        assert previous == (last.get(known, -1) if known >= 0 else -1)
        last[known] = row


def test_to_match_nobody_costs_no_luck_of_others() -> None:
    """Identity and guesses are addressed: what customers do is the same without a policy."""
    digests = set()
    for regime in (Regime(), Regime(match_rate=0.3, intent_accuracy=0.2, signals="none")):
        regime = regime.model_copy(update={"steering": False})
        contacts = table(World(SCENARIO, regime=regime, seed=1).run(2 * DAY_S))
        kept = ("journey", "intent", "channel", "start_s", "outcome", "experience", "context")
        digests.add(b"".join(contacts[name].tobytes() for name in kept))
    # The default rule hands over to who can do what the bot has heard, whatever was guessed.
    assert len(digests) == 1


# -- what it is about ----------------------------------------------------------------------------


def _entries(scenario: Any, regime: Regime, days: float) -> tuple[list[View], list[int]]:
    """Return views of first attempts' entries, with the true intents."""
    world = World(scenario, regime=regime, external=[Kind.ENTRY], seed=3)
    views, true = [], []
    core = world.core
    while world.advance(days * DAY_S):
        assert world.pending is not None
        c = core.scalar("pending_contact")
        journey = core.record("journeys", core.value("contacts", c, "journey"))
        if journey["attempts"] == 1:
            views.append(world.pending_view(frozenset({"intents"})))
            true.append(journey["intent"])
        world.answer(world.pending.default)
    return views, true


@pytest.mark.parametrize("by", ["channel", "regime"])
def test_guesses_are_as_right_as_channels_or_the_regime_say(by: str) -> None:
    own = {"phone": 0.4, "chat": 0.7, "email": 0.2, "bot": 0.9}
    changes = {name: {"intent_accuracy": p} for name, p in own.items()}
    scenario = THREE.model_copy(
        update={
            "channels": {
                name: c.model_copy(update=changes.get(name, {}))
                for name, c in THREE.channels.items()
            }
        }
    )
    regime = Regime(intent_accuracy=0.5 if by == "regime" else None, match_rate=0.6)
    views, true = _entries(scenario, regime, 8)
    names = list(scenario.channels)
    for name, p in own.items():
        share = p if by == "channel" else 0.5
        here = [(v, t) for v, t in zip(views, true, strict=True) if _asked(v, names) == name]
        right = [v.customer.intent == t for v, t in here if v.customer is not None]
        assert len(right) > 200
        assert abs(np.mean(right) - share) <= _error(share, len(right))
        assert {v.customer.accuracy for v, _ in here if v.customer is not None} == {share}


def _asked(view: View, names: list[str]) -> str:
    assert view.customer is not None
    return names[view.customer.channel]


def test_probabilities_of_intents_are_calibrated() -> None:
    """Of what is given a probability, that share is so: by tenths, of known and unknown."""
    regime = Regime(intent_accuracy=0.6, match_rate=0.5)
    views, true = _entries(THREE, regime, 12)
    given = np.array([v.intents for v in views])
    assert np.allclose(given.sum(axis=1), 1.0)
    happened = np.array(true)[:, None] == np.arange(3)
    known = np.array([v.customer is not None and v.customer.segment >= 0 for v in views])
    for some in (known, ~known):
        assert some.sum() > 1500
        p, came = given[some].ravel(), happened[some].ravel()
        for low in np.arange(0, 1, 0.1):
            here = (p >= low) & (p < low + 0.1)
            if here.sum() > 50:
                mean = p[here].mean()
                assert abs(came[here].mean() - mean) <= 1.2 * _error(mean, int(here.sum()))
    # They say more than the mix alone: Brier scores, with room for luck.
    prior = np.array([[r] for r in (happened.mean(axis=0))]).reshape(1, -1)
    assert ((given - happened) ** 2).mean() < 0.9 * ((prior - happened) ** 2).mean()


def test_priors_and_mixes_are_shares() -> None:
    compiled = compiled_of(THREE, None, None)
    assert mixes(compiled).shape == (3, 3)
    assert mixes(compiled)[:, -1] == pytest.approx(1.0)
    assert priors(compiled).sum(axis=2) == pytest.approx(np.ones((3, compiled.channels.n)))


def test_who_comes_back_with_a_visible_journey_is_understood() -> None:
    scenario = firm(population={"customers": 300}, signals={"repeat_accuracy": 1.0})

    def rights(regime: Regime) -> float:
        contacts = table(World(scenario, regime=regime, seed=1).run(5 * DAY_S))
        over: dict[int, float] = {}  # when a journey's first leg was over
        for journey, at in zip(
            contacts["journey"].tolist(), contacts["released_s"].tolist(), strict=True
        ):
            over.setdefault(journey, at)
        first_over = np.array([over[j] for j in contacts["journey"].tolist()])
        again = (contacts["attempt"] == 2) & (contacts["from_channel"] < 0)
        again &= contacts["answered_s"] < 0  # nobody has heard them
        again &= contacts["outcome"] == Outcome.ABANDONED
        again &= first_over < contacts["start_s"]
        assert again.sum() > 20
        return float((contacts["seen_intent"] == contacts["intent"])[again].mean())

    assert rights(Regime(intent_accuracy=0.1)) == 1.0
    for blind in ({"match_rate": 0.0}, {"signals": "none"}):
        assert rights(Regime(intent_accuracy=0.1, **blind)) < 0.5


def test_who_was_heard_is_taken_for_what_was_heard() -> None:
    scenario = firm(
        population={"customers": 300},
        channels={"phone": {"front_door": None}, "bot": {"automation": {"recognition": 0.7}}},
    )
    world = World(scenario, regime=Regime(intent_accuracy=0.0), seed=1).run(4 * DAY_S)
    contacts, channels = table(world), world.compiled.channels.index
    wrong = contacts["seen_intent"] != contacts["intent"]
    bot = contacts["channel"] == channels["bot"]
    heard = contacts["outcome"] != Outcome.OPEN
    n = int((bot & heard).sum())
    assert n > 200
    assert abs(wrong[bot & heard].mean() - 0.3) <= _error(0.3, n)
    unreached = contacts["outcome"] == Outcome.UNREACHED
    assert not wrong[(contacts["agent"] >= 0) & ~unreached].any()
    gone = (contacts["answered_s"] < 0) & (contacts["attempt"] == 1) & heard
    gone &= contacts["from_channel"] < 0
    assert gone.sum() > 20
    assert wrong[gone].all()


# -- what is legal, and sensible -----------------------------------------------------------------


def test_what_is_legal_does_not_depend_on_the_guess() -> None:
    """The same contact has the same choice whatever it is taken for, and whatever it is about."""
    scenario = firm(
        population={"customers": 300},
        intents={"repair": {"resolution": {"bot": 0.0, "email": 0.0}}},
    )
    found = []
    for accuracy in (1.0, 0.0):
        views, _ = _entries(scenario, Regime(intent_accuracy=accuracy), 0.5)
        found.append([(v.time_s, v.actions) for v in views][:40])
    assert found[0][:10] == found[1][:10]
    views, _ = _entries(scenario, Regime(), 2)
    by_intent = [
        {v.actions for v in views if v.customer and v.customer.intent == i} for i in (0, 1)
    ]
    assert by_intent[0] & by_intent[1]


@pytest.mark.parametrize(
    "name",
    [
        "random",
        "silo",
        "least_expected_wait",
        "thresholds",
        "cheapest_channel",
        "bot_first",
        "best_channel",
        "value_at_risk",
    ],
)
def test_rules_steer_to_nobody_who_cannot_help(name: str) -> None:
    """No accepted steering leads where the guess cannot be resolved."""
    scenario = firm(
        population={"customers": 300},
        intents={"repair": {"resolution": {"bot": 0.0, "email": 0.0, "chat": 0.0}}},
    )
    regime = Regime(intent_accuracy=0.6)
    world = World(
        scenario, regime=regime, policy=make(name, scenario), external=[Kind.ENTRY], seed=2
    )
    rule, names = make(name, scenario), list(scenario.channels)
    steered = 0
    while world.advance(3 * DAY_S):
        view = world.pending_view(rule.reads)
        action = rule.decide(view)
        channel = names[world.compiled.actions[action].target]
        assert view.customer is not None
        intent = list(scenario.intents.values())[view.customer.intent]
        if action != view.default:
            steered += 1
            where = scenario.channels[channel].of or channel
            assert intent.resolution.get(where, 0.0) > 0
        world.answer(action)
    assert steered > 5 or name in ("thresholds", "value_at_risk", "least_expected_wait")


# -- what is shown when --------------------------------------------------------------------------


class Listens(Policy):
    """Keeps what it hears and is shown, and decides by default."""

    reads = frozenset({"profile", "loads", "candidates", "history", "intents"})
    stateful = True

    def prepare(self, scenario: Any) -> None:
        self.legs: list[Leg] = []
        self.heard_at: list[int] = []
        self.views: list[View] = []

    def observe(self, leg: Leg) -> None:
        self.legs.append(leg)

    def decide(self, view: View) -> int:
        self.views.append(view)
        self.heard_at.append(len(self.legs))
        return view.default


@pytest.mark.parametrize("engine", ["compiled", "interpreted"])
@pytest.mark.parametrize(
    "regime",
    [
        Regime(match_rate=0.7),
        Regime(latency="nightly"),
        Regime(visible="own"),
        Regime(signals="none"),
        Regime(acts="nightly", match_rate=0.7),
    ],
)
def test_policies_hear_legs_as_the_regime_shows_them(regime: Regime, engine: str) -> None:
    policy = Listens(SCENARIO)
    world = World(SCENARIO, regime=regime, policy=policy, seed=1, engine=engine).run(2.5 * DAY_S)
    contacts = table(world)
    legs, ended = policy.legs, contacts["released_s"]
    if regime.signals == "none":
        assert not legs
        assert all(v.history == () for v in policy.views if v.customer is not None)
        return
    nightly = "nightly" in (regime.latency, regime.acts)
    assert [leg.released_s for leg in legs] == ended[: len(legs)].tolist()
    assert [leg.outcome for leg in legs] == contacts["coded"][: len(legs)].tolist()
    known = contacts["known_as"][: len(legs)]
    alone = np.full(len(legs), -1)
    told = known if regime.visible == "all" else alone
    assert [leg.customer for leg in legs] == told.tolist()
    for view, n in zip(policy.views, policy.heard_at, strict=True):
        until = view.time_s - view.time_s % DAY_S if nightly else view.time_s
        assert (ended[:n] <= until).all()
        if nightly:  # all of yesterday is heard
            assert n >= np.searchsorted(ended, until) - 1
        for leg in view.history or ():
            assert view.customer is not None
            assert leg.customer == view.customer.customer
            assert leg.released_s <= until
            assert regime.visible == "all" or leg.channel == view.customer.channel
    assert max(len(v.history or ()) for v in policy.views) > 2
    assert all(len(v.history or ()) <= MOST_LEGS for v in policy.views)


def test_forks_and_copies_go_on_listening_by_themselves() -> None:
    policy = Listens(SCENARIO)
    world = World(SCENARIO, policy=policy, seed=1)
    world.advance(DAY_S)
    twin = world.fork()
    assert isinstance(twin.policy, Listens)
    heard = len(policy.legs)
    twin.advance(2 * DAY_S)
    assert len(policy.legs) == heard < len(twin.policy.legs)
    world.advance(2 * DAY_S)
    assert policy.legs == twin.policy.legs


def test_no_signals_show_nothing_of_the_past() -> None:
    policy = Listens(SCENARIO)
    World(SCENARIO, regime=Regime(signals="none"), policy=policy, seed=1).run(2 * DAY_S)
    seen = [v for v in policy.views if v.customer is not None]
    assert {v.profile.contacts for v in seen if v.profile is not None} == {0}
    entries = [v for v in seen if v.kind == Kind.ENTRY]
    assert {(v.customer.attempt, v.customer.journey_h) for v in entries if v.customer} == {(1, 0.0)}
    assert {v.customer.segment for v in seen if v.customer is not None} == {0, 1}  # who it is


def test_attempts_are_those_that_the_rows_tell() -> None:
    """All rows at once tell every attempt; a night's delay, another channel or nobody's do not."""

    def attempts(regime: Regime) -> tuple[list[int], list[int]]:
        world = World(SCENARIO, regime=regime, external=[Kind.ENTRY], seed=1)
        core, seen, true = world.core, [], []
        while world.advance(3 * DAY_S):
            assert world.pending is not None
            view = world.pending_view(frozenset())
            assert view.customer is not None
            c = core.scalar("pending_contact")
            true.append(core.value("journeys", core.value("contacts", c, "journey"), "attempts"))
            seen.append(view.customer.attempt)
            world.answer(world.pending.default)
        return seen, true

    seen, true = attempts(Regime())
    assert max(true) > 2
    same = np.array(seen) == np.array(true)
    assert same.mean() > 0.9  # who waits for an e-mail still has no row of it yet
    assert (np.array(seen) <= np.array(true)).all()
    for other in (Regime(latency="nightly"), Regime(visible="own"), Regime(match_rate=0.5)):
        fewer, real = attempts(other)
        assert sum(fewer) < sum(real)


def test_what_was_prepared_at_night_knows_the_mix_and_the_usual_loads() -> None:
    policy = Listens(THREE)
    World(THREE, regime=Regime(acts="nightly"), policy=policy, seed=1).run(2 * DAY_S)
    shares = np.diff(mixes(compiled_of(THREE, None, None)), axis=1, prepend=0.0)
    for view in policy.views:
        if view.customer is not None:
            mix = shares[view.customer.segment]
            assert view.customer.intent == mix.argmax()
            assert view.customer.accuracy == pytest.approx(mix.max())
            assert view.intents == pytest.approx(mix)
            assert view.customer.wait_s == 0.0
        by_hour = int(view.week_s / 3600)
        assert {load.oldest_wait_s for load in view.loads or ()} == {0.0}
        assert 0 <= by_hour < 168


def test_each_key_of_random_regimes_is_off_its_default_in_a_fifth() -> None:
    regimes = [random_regime(seed) for seed in range(300)]
    for name, field in Regime.model_fields.items():
        off = np.mean([getattr(r, name) != field.default for r in regimes])
        assert off > 0.2, name
