"""Traces that a world leaves: what, of whom, and how truly."""

from __future__ import annotations

import numpy as np
import pytest

from sim import World
from sim.register.register import Outcome, SignalKind, SignalSource
from sim.scenario.knowledge import Regime
from sim.units import DAY_S
from tests.support.seeing_firms import telling_firm, troubled
from tests.support.worlds import Columns, Scatters

BUSY = telling_firm(population={"customers": 300})
DAYS = 6


def run(regime: Regime | None = None, scenario: object = BUSY) -> tuple[Columns, Columns, World]:
    world = World(scenario, regime=regime or Regime(), policy=Scatters(BUSY), seed=3)
    troubled(world).advance(DAYS * DAY_S)
    return world.register.columns("contacts"), world.register.columns("signals"), world


CONTACTS, SIGNALS, WORLD = run()
RESOLVED, UNRESOLVED = Outcome.RESOLVED, Outcome.UNRESOLVED


def of_kind(kind: int) -> Columns:
    mine = SIGNALS["kind"] == kind
    return {name: column[mine] for name, column in SIGNALS.items()}


def share_is(hits: np.ndarray, share: float) -> None:
    """A share of n cases stays within four standard errors: wrong once in 16,000 runs."""
    assert len(hits) > 200
    error = (share * (1 - share) / len(hits)) ** 0.5
    assert np.mean(hits) == pytest.approx(share, abs=4 * error)


def automated(rows: Columns) -> np.ndarray:
    kinds = np.array(WORLD.compiled.channels.kind)
    result: np.ndarray = kinds[rows["channel"]] == 1
    return result


def test_only_whether_it_was_resolved_is_coded_wrongly() -> None:
    judged = np.isin(CONTACTS["outcome"], [RESOLVED, UNRESOLVED])
    np.testing.assert_array_equal(CONTACTS["coded"][~judged], CONTACTS["outcome"][~judged])
    assert np.isin(CONTACTS["coded"][judged], [RESOLVED, UNRESOLVED]).all()
    people = judged & (CONTACTS["team"] >= 0)
    share_is(CONTACTS["coded"][people] == CONTACTS["outcome"][people], 0.9)


def test_a_silent_failure_passes_for_a_success_unless_it_is_seen() -> None:
    detects = {"mechanisms": {"failure_detection": False}}  # then every failure is silent
    contacts, _, _ = run(scenario=telling_firm(population={"customers": 300}, **detects))
    silent = (contacts["outcome"] == UNRESOLVED) & automated(contacts)
    share_is(contacts["coded"][silent] == UNRESOLVED, 0.15)


def test_each_leg_leaves_one_trace_of_how_it_ended_at_most() -> None:
    kinds = [SignalKind.OUTCOME, SignalKind.SELF_SERVICE]
    ends = {name: c[np.isin(SIGNALS["kind"], kinds)] for name, c in SIGNALS.items()}
    assert len(np.unique(ends["contact"])) == len(ends["contact"])
    coded, machine = CONTACTS["coded"][ends["contact"]], automated(CONTACTS)[ends["contact"]]
    failed = ends["kind"] == SignalKind.SELF_SERVICE
    assert machine[failed].all()
    assert np.isin(coded[failed], [UNRESOLVED, Outcome.HANDED_OVER]).all()
    np.testing.assert_array_equal(ends["value"][~failed] == 1, coded[~failed] == RESOLVED)
    left = np.isin(CONTACTS["coded"], [RESOLVED, UNRESOLVED, Outcome.ABANDONED])
    assert np.isin(np.flatnonzero(left), ends["contact"]).all()


def test_traces_belong_to_whom_the_firm_takes_the_customer_for() -> None:
    contacts, signals, _ = run(Regime(match_rate=0.6, wrong_match_rate=0.1))
    of_legs = signals["contact"] >= 0
    known_as = contacts["known_as"][signals["contact"][of_legs]]
    np.testing.assert_array_equal(signals["customer"][of_legs], known_as)
    assert (known_as == -1).any()
    assert (known_as != contacts["customer"][signals["contact"][of_legs]]).any()


def test_sentiment_is_read_on_a_share_of_contacts_with_noise() -> None:
    read = of_kind(SignalKind.SENTIMENT)
    heard = np.isin(CONTACTS["outcome"], [RESOLVED, UNRESOLVED])
    telling = [name in ("phone", "chat", "bot") for name in WORLD.compiled.channels.names]
    mine = np.flatnonzero(heard & np.array(telling)[CONTACTS["channel"]])
    share_is(np.isin(mine, read["contact"]), 0.5)
    assert np.isin(read["contact"], mine).all()
    noise = read["value"] - CONTACTS["experience"][read["contact"]]
    n = len(noise)
    assert noise.mean() == pytest.approx(0, abs=4 * 0.5 / n**0.5)
    assert noise.std() == pytest.approx(0.5, abs=4 * 0.5 / (2 * n) ** 0.5)


def test_posts_are_of_bad_experiences_and_on_no_channel() -> None:
    posts = of_kind(SignalKind.POST)
    assert len(posts["value"]) > 20
    assert set(posts["channel"]) == {-1} and set(posts["source"]) == {SignalSource.SOCIAL}
    assert (CONTACTS["experience"][posts["contact"]] < 0).all()


def test_agents_note_what_troubles_the_customer_right_more_often_than_not() -> None:
    notes = of_kind(SignalKind.NOTE)
    assert (CONTACTS["team"][notes["contact"]] >= 0).all()
    concern = WORLD.core.column("lasting", "concern")
    own = concern[CONTACTS["customer"][notes["contact"]]]
    share_is(notes["value"] == own, 0.7)


def test_surveys_keep_their_table_and_leave_their_answers() -> None:
    surveys = WORLD.register.columns("surveys")
    for kind, name in (("CSAT", "csat"), ("CES", "ces"), ("NPS", "nps")):
        answers = of_kind(getattr(SignalKind, kind))
        np.testing.assert_array_equal(answers["value"], surveys[name])
        np.testing.assert_array_equal(answers["contact"], surveys["contact"])


def test_steering_says_where_to_and_whether_the_customer_followed() -> None:
    steering = of_kind(SignalKind.STEERING)
    steered = CONTACTS["steering"] > 0
    first = steered & (CONTACTS["from_channel"] < 0)
    accepted = (steering["value"] > 0).sum()
    assert accepted == pytest.approx((CONTACTS["steering"][first] == 1).sum(), abs=60)
    assert 0 < accepted < len(steering["value"])
    assert set(np.abs(steering["value"])) <= set(range(1, WORLD.compiled.channels.n + 1))


def test_usage_shows_the_risk_of_a_week_before_with_an_error_that_stays() -> None:
    loyal = {name: {"hazard_per_month": 1e-4} for name in ("calm", "hasty")}
    stay = telling_firm(
        population={"customers": 300}, segments=loyal, retention={"drift_sd": 0.8, "mood_effect": 0}
    )
    world = World(stay, seed=3)
    sums, errors, heard = np.zeros(300), [], 0
    for day in range(1, 29):
        risk = world.core.column("lasting", "risk")  # as of the week before, until this midnight
        world.advance(day * DAY_S + 1)
        signals = {name: c[heard:] for name, c in world.register.columns("signals").items()}
        heard += len(signals["kind"])
        read = signals["kind"] == SignalKind.USAGE
        who = signals["customer"][read]
        error = signals["value"][read] - risk[who]
        np.add.at(sums, who, error)
        errors.append(error)
        inactive = signals["customer"][signals["kind"] == SignalKind.INACTIVE]
        np.testing.assert_array_equal(inactive, who[signals["value"][read] > 2.0])
    counts = sum(map(len, errors))
    assert counts == pytest.approx(4 * 300, abs=20)
    # Error 1.5 that stays and noise 1.5 are 2.12 together; over four weeks the noise averages to
    # .75, so 1.68 are left. 300 customers: known to ±.07.
    assert np.concatenate(errors).std() == pytest.approx(2.12, abs=4 * 0.07)
    assert (sums / 4).std() == pytest.approx(1.68, abs=4 * 0.07)


def test_what_is_thought_of_price_moves_recommendations_only() -> None:
    same = telling_firm(population={"customers": 300}, survey={"opinion_sd": 0.0})
    _, _, alike = run(scenario=same)
    surveys, others = (w.register.columns("surveys") for w in (WORLD, alike))
    for name in ("csat", "ces", "time_s"):
        np.testing.assert_array_equal(surveys[name], others[name])
    assert (surveys["nps"] != others["nps"]).mean() > 0.3
