"""A firm whose customers and needs differ, and leave traces."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import Scenario, World
from sim.inputs import merge
from tests.support.worlds import firm

LASTING: dict[str, Any] = {
    "difficulty_sd": 1.0,
    "need_channel_sd": 0.6,
    "fit_sd": 0.7,
    "ability_sd": 0.7,
    "acceptance_sd": 1.2,
}
CONCERNS: dict[str, Any] = {
    "price": {"weight": 0.4, "intents": ["question"]},
    "service": {"weight": 0.3, "intents": ["repair"]},
    "moving": {"weight": 0.3},
}


def telling_firm(**changes: Any) -> Scenario:
    """Return a small firm whose customers differ and tell of it; ``changes`` by section."""
    base: dict[str, Any] = {
        "lasting": LASTING,
        "concerns": {"kinds": CONCERNS},
        "survey": {"response_rate": 0.5, "opinion_sd": 0.5},
        "channels": {name: {"sentiment_share": 0.5} for name in ("phone", "chat", "bot")},
        "population": {"customers": 60},
        "retention": {"drift_sd": 0.8},
    }
    return firm(**merge(base, changes))


def troubled(world: World, seed: int = 1) -> World:
    """Give a world's customers concerns and risks, whatever its firm draws."""
    n = world.core.scalar("n_customers")
    luck = np.random.default_rng(seed)
    columns = {"concern": luck.integers(0, 3, n), "risk": luck.normal(size=n)}
    world.core.fill("lasting", columns)
    return world
