"""Who leaves: what customers are looked at for, and a bound that no firm has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.prediction.seen import columns_of, firm_view, own_view
from sim import World
from sim.behaviour.customers import mood_decays
from sim.behaviour.retention import churn_log_odds_of, sleeps_of
from sim.behaviour.signals import experience_of_csat
from sim.register import codes
from sim.units import DAY_S, MONTH_S

Array = npt.NDArray[Any]


def looks_of(world: World) -> dict[str, Array]:
    """Return features of leaving for all customers now, by what is looked at; `truth` beside."""
    core = world.core
    segment = core.column("customers", "segment")
    own = (np.arange(len(world.compiled.segment_names)) == segment[:, None]).astype(float)
    tenure = np.log1p(core.column("customers", "tenure"))
    asked = _answers(world)
    return {
        "segment": own,
        "tenure": np.column_stack([own, tenure]),
        "surveys": np.column_stack([own, tenure, asked]),
        "own channel": np.column_stack([own, features_of(world, own_view(world))]),
        "unified": np.column_stack([own, features_of(world, firm_view(world))]),
        "truth": true_log_odds(world)[:, None],
    }


def features_of(world: World, numbers: Array) -> Array:
    """Return `CHURN_FEATURES` of all customers from pieces of evidence, as the core sees them."""
    core, signals = world.core, world.compiled.scenario.signals
    sums = {
        name: core.column("evidence", name)[numbers]
        for name in ("contacts", "failures", "feeling", "feelings", "usage", "usages", "inactive")
    }
    days = np.maximum(0.0, world.now - core.column("evidence", "at_s")[numbers]) / DAY_S
    left = mood_decays(days, signals.half_life_days)
    pseudo = signals.usage_noise**2 / (1.0 + signals.usage_bias_sd**2)
    usages = left * sums["usages"]
    usage = np.divide(left * sums["usage"], pseudo + usages, where=usages > 0, out=0 * left)
    return np.column_stack(
        [
            np.log1p(core.column("customers", "tenure")),
            left * sums["feeling"] / (1.0 + left * sums["feelings"]),
            left * sums["failures"],
            left * sums["contacts"],
            usage,
            left * sums["inactive"],
            np.log1p(core.column("customers", "margin_per_s") * MONTH_S),
        ]
    )


def _answers(world: World) -> Array:
    """Return each customer's mean satisfaction in surveys, a neutral one added, as it fades."""
    signals = columns_of(world, "signals")
    asked = (signals["kind"] == codes.SIGNAL_CSAT) & (signals["customer"] >= 0)
    half_life = world.compiled.scenario.signals.half_life_days
    left = mood_decays((world.now - signals["time_s"][asked]) / DAY_S, half_life)
    who, n = signals["customer"][asked], world.core.scalar("n_customers")
    felt = experience_of_csat(signals["value"][asked])
    sums = np.bincount(who, left * felt, n)
    result: Array = sums / (1.0 + np.bincount(who, left, n))
    return result


def true_log_odds(world: World) -> Array:
    """Return every customer's true log-odds of leaving now: what no firm sees; a bound."""
    core, rules = world.core, world.compiled.scenario.retention
    base = core.column("customers", "base")
    if rules.clock != "contractual":
        base = np.log(np.maximum(base, 1e-300))
    drift: Array | float = 0.0
    sleep: Array | float = 0.0
    if core.rules.scalar("drifts"):
        drift = core.column("lasting", "drift")
    if core.rules.scalar("sleeps"):
        asleep, awake = (core.column("lasting", name) for name in ("asleep", "awake"))
        sleep = sleeps_of(rules.sleep_depth, asleep, awake)
    mood = core.column("customers", "mood")
    odds: Array = churn_log_odds_of(base, rules.mood_effect, mood, drift, sleep)
    return odds
