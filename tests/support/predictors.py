"""Firms that have something to know, and predictors made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sim import Scenario, load_scenario
from sim.decisions.predictor import (
    CHURN_FEATURES,
    RESOLUTION_FEATURES,
    Header,
    Predictor,
    Weights,
    firm_digest,
    regime_digest,
    save_predictor,
)
from sim.scenario.knowledge import Regime

SPREADS = {
    **{"difficulty_sd": 1.0, "need_channel_sd": 0.6, "fit_sd": 1.0, "ability_sd": 1.0},
    **{"acceptance_sd": 1.2, "acceptance_learning": 0.3},
}


def guessing(scale: float = 0.05, crowd: float = 2.0, **changes: Any) -> Scenario:
    """Return a firm that guesses intents, and whose customers differ in what lasts."""
    base = load_scenario("telco", {"population": {"scale": scale}})
    guesses = {c: {"intent_accuracy": 0.6} for c in base.channels}
    people = {"customers": round(crowd * base.population.customers), "scale": scale}
    overrides = {"population": people, "lasting": SPREADS, "channels": guesses}
    return load_scenario("telco", overrides | changes)


def predictor_file(scenario: Scenario, folder: Path) -> str:
    """Return the file of a predictor for a scenario and its regimes, with weights made up."""
    rng = np.random.default_rng(5)
    n, concerns = len(scenario.segments), len(scenario.concerns.kinds)
    weights = Weights(
        np.concatenate([rng.normal(-3.0, 0.5, n), rng.normal(0.0, 0.3, len(CHURN_FEATURES))]),
        np.concatenate([[0.1, 0.9], rng.normal(0.0, 0.4, len(RESOLUTION_FEATURES) - 2)]),
        reasons=np.zeros(concerns),
        intents=np.zeros((concerns, concerns + 1)),
        notes=np.zeros((concerns, concerns)),
    )
    regimes = {**scenario.regimes, "none stated": Regime()}
    header = Header(
        scenario=scenario.name,
        firm_digest=firm_digest(scenario),
        regimes={name: regime_digest(regime) for name, regime in regimes.items()},
        segments=tuple(scenario.segments),
        concerns=tuple(scenario.concerns.kinds),
    )
    path = folder / "predictor.safetensors"
    save_predictor(Predictor(header, (weights,) * len(regimes)), path)
    return str(path)
