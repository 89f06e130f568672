"""Which measure predicts leaving: measures by hand, direction, the split, and visible columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim import Facts, World, load_scenario
from sim.metrics import leaving
from sim.metrics.leaving import JOURNEYS, LEAVING, PROXIES, leaving_areas, leaving_kpis, measures
from sim.metrics.metrics import PREDICTION
from sim.register.register import TABLES, Context, Outcome
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED, LIVE
from sim.units import DAY_S
from tests.support.registers import register_of

PHONE, MAIL, APP = range(3)
HOUR, MINUTE = 3600.0, 60.0


def _facts(left_s: list[float], end_s: float = 20 * HOUR) -> Facts:
    n = len(left_s)
    kinds = np.array([LIVE, ASYNCHRONOUS, AUTOMATED])
    return Facts(0.0, end_s, np.ones(n), np.array(left_s), np.array([0.5]), kinds, 0.0)


def _leg(contact: int, journey: int, who: int, start: float, **more: Any) -> dict[str, Any]:
    row = {name: 0 for name in TABLES["contacts"]} | {
        "contact": contact,
        "journey": journey,
        "customer": who,
        "known_as": who,
        "start_s": start,
        "queued_s": -1.0,
        "answered_s": -1.0,
        "released_s": start + HOUR,
        "outcome": Outcome.RESOLVED,
        **more,
    }
    return row | {"coded": more.get("coded", row["outcome"])}


def _survey(contact: int, who: int, csat: int, ces: int, nps: int) -> dict[str, Any]:
    return {
        "time_s": HOUR, "customer": who, "journey": 0, "contact": contact,
        "csat": csat, "ces": ces, "nps": nps,
    }  # fmt: skip


def test_measures_by_hand() -> None:
    legs = [
        _leg(0, 0, 0, 0.0, queued_s=0.0, answered_s=10 * MINUTE, outcome=Outcome.TRANSFERRED),
        _leg(1, 0, 0, 2 * HOUR, context=Context.REPEATED, outcome=Outcome.UNRESOLVED),
        _leg(2, 1, 0, 4 * HOUR, channel=APP, outcome=Outcome.UNRESOLVED, coded=Outcome.RESOLVED),
        _leg(3, 2, 1, 9 * HOUR, channel=MAIL, released_s=30 * HOUR),  # open at the split
        _leg(4, 3, 2, 11 * HOUR, outcome=Outcome.UNRESOLVED),  # after the split
        _leg(5, 4, 1, 1 * HOUR, known_as=-1, outcome=Outcome.UNRESOLVED),  # nobody knows whose
    ]
    answers = [_survey(1, 0, 2, 6, 3), _survey(5, 1, 1, 7, 0)]  # by row
    register = register_of(contacts=legs, surveys=answers)
    found = measures(register, _facts([-1.0, -1.0, -1.0]))
    nan = np.nan
    by_hand: dict[str, list[float]] = {
        "failed_journeys": [1, 0, 0],  # the app's failure was not seen
        "contacts_per_journey": [1.5, 1, nan],
        "time_to_resolution": [(10 + 1) / 2, 1, nan],
        "repeated_explanations": [1, 0, 0],
        "waits": [10, 0, 0],
        "transfers": [1, 0, 0],
        "csat": [-2, nan, nan],
        "ces": [6, nan, nan],
        "nps": [-3, nan, nan],
        "self_service_minutes": [-60, 0, 0],
    }
    assert list(found) == [*JOURNEYS, *PROXIES] == list(by_hand)
    for name, values in by_hand.items():
        np.testing.assert_allclose(found[name], values, err_msg=name)


def test_only_those_there_at_the_split_are_judged_by_who_leaves_after_it() -> None:
    # Customer 0 left before the split; 1 leaves after it, and had the only failure of those there.
    legs = [_leg(i, i, i, HOUR, outcome=Outcome.UNRESOLVED) for i in (0, 1)]
    register = register_of(contacts=legs, surveys=[])
    found = leaving_areas(register, _facts([5 * HOUR, 15 * HOUR, -1.0, -1.0, 25 * HOUR]))
    failed = found["failed_journeys"]
    assert (failed.area, failed.positive, failed.negative) == (1.0, 1, 3)
    assert found["waits"].area == 0.5
    assert np.isnan(found["answered_proxies"].area)


def test_who_did_not_answer_stands_in_the_middle() -> None:
    scores = leaving.standardised(np.array([1.0, np.nan, 3.0]))
    assert scores.tolist() == [-1.0, 0.0, 1.0]
    assert leaving.standardised(np.full(3, np.nan)).tolist() == [0.0, 0.0, 0.0]
    assert leaving.standardised(np.ones(3)).tolist() == [0.0, 0.0, 0.0]


@pytest.fixture(scope="module")
def unhappy() -> World:
    """A help desk where moods decide who leaves, and everybody answers surveys."""
    firm = load_scenario(
        "helpdesk",
        {
            "retention": {"mood_effect": 4.0},
            "survey": {"response_rate": 1.0},
            "segments": {"subscribers": {"hazard_per_month": 0.1}},
        },
    )
    return World(firm, seed=3).run(56 * DAY_S)


def _of(world: World) -> Facts:
    return Facts.of(world.compiled, world.customers, 0.0, 56 * DAY_S)


def test_what_moods_do_is_seen_in_surveys_and_in_journeys(unhappy: World) -> None:
    areas = leaving_areas(unhappy.register, _of(unhappy))
    for name in ("csat", "proxies", "answered_proxies"):
        assert areas[name].interval()[0] > 0.5, name


def test_shuffled_leavers_are_told_by_nothing(unhappy: World) -> None:
    facts = _of(unhappy)
    there = (facts.left_s < 0) | (facts.left_s > 28 * DAY_S)
    shuffled = facts.left_s.copy()
    shuffled[there] = np.random.default_rng(0).permutation(facts.left_s[there])
    areas = leaving_areas(unhappy.register, Facts(**{**vars(facts), "left_s": shuffled}))
    # Eleven measures that overlap: 4 standard errors fail once in a thousand such tests.
    for name, found in areas.items():
        assert abs(found.area - 0.5) <= 4 * found.error, name


def test_only_visible_columns_are_read(unhappy: World) -> None:
    """What customers felt, and what became of contacts in truth, changes no measure."""
    register, facts = unhappy.register, _of(unhappy)

    class Scrambled:
        def columns(self, table: str) -> dict[str, Any]:
            found = dict(register.columns(table))
            for latent in ("customer", "outcome", "experience", "effort", "gap"):
                if table == "contacts" and latent in found:
                    found[latent] = np.random.default_rng(1).permutation(found[latent])
            return found

    as_it_is, scrambled = (leaving_kpis(of, facts) for of in (register, Scrambled()))  # type: ignore[arg-type]
    assert as_it_is == scrambled


def test_every_metric_is_described(unhappy: World) -> None:
    assert tuple(leaving_kpis(unhappy.register, _of(unhappy))) == LEAVING == PREDICTION
