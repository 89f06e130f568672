"""What lasts in customers and moves, as it is at the start: drift, sleep, what troubles them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.behaviour.retention import churn_log_odds_of, sleeps_of
from sim.behaviour.tenure import churn_laws, unsettled
from sim.population.draws import TRAIT_ASLEEP, TRAIT_CONCERN, TRAIT_DRIFT
from sim.population.streams import uniforms
from sim.scenario import Scenario
from sim.tables.compiled import Compiled

Columns = dict[str, npt.NDArray[Any]]


def moves_weekly(scenario: Scenario) -> bool:
    """Return whether customers move, or their usage is read, once a week."""
    churns = scenario.mechanisms.churn and scenario.retention.clock != "none"
    return unsettled(scenario).on or (churns and scenario.mechanisms.signals)


def draw_lasting(compiled: Compiled, key: int, traits: Columns) -> Columns:
    """Return what lasts in customers as columns, each of shape (n,); none where a firm has nothing.

    Args:
        compiled: the firm.
        key: the luck.
        traits: the customers' traits; see ``draw_customers``.
    """
    scenario, n = compiled.scenario, len(traits["base"])
    ids = np.arange(n, dtype=np.int64)
    around = unsettled(scenario)
    columns: Columns = {}
    if moves_weekly(scenario):
        drift = around.drift_sd * ndtri(uniforms(key, ids, 0, TRAIT_DRIFT))
        asleep = uniforms(key, ids, 0, TRAIT_ASLEEP) < around.sleeping_share
        columns["drift"], columns["asleep"] = drift, asleep.astype(np.int64)
        columns["risk"] = _risk(scenario, traits, drift, asleep)
    if compiled.concerns.n:
        upto = np.cumsum(compiled.concerns.weights)
        upto[-1] = 1.0
        columns["concern"] = np.searchsorted(upto, uniforms(key, ids, 0, TRAIT_CONCERN))
    return columns


def _risk(
    scenario: Scenario, traits: Columns, drift: npt.NDArray[Any], asleep: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Return the log-odds of leaving less the mean of the segment, at the first mood."""
    rules, segment = scenario.retention, traits["segment"]
    mean = np.array([law.mean_log_odds for law in churn_laws(scenario)])[segment]
    base = traits["base"] if rules.clock == "contractual" else 0.0
    sleep = sleeps_of(rules.sleep_depth, asleep, 0.0)
    odds = churn_log_odds_of(base, rules.mood_effect, 0.0, drift, sleep)
    risk: npt.NDArray[Any] = odds - mean
    return risk
