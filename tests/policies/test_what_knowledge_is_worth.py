"""In a world made to be known, who knows more decides better: segment, belief, traits; and dice.

Power: over eight seeds belief fell short of the best by 2.6 money a customer less than the segment
(standard deviation 1.26), and the dice resolved .028 more needs at once than the traits (.010, six
seeds), so that tests at 1% miss neither in one of a hundred times.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import ttest_1samp

from policies import make
from sim import Scenario, World, load_scenario
from sim.units import DAY_S

SEEDS = range(11, 19)
KNOWS: dict[str, tuple[str, dict[str, Any]]] = {
    "segment": ("best_channel", {}),
    "belief": ("best_channel", {"customer": "belief", "acceptance": "belief"}),
    "traits": ("oracle", {}),
    "dice": ("oracle", {"knows": "dice"}),
}


@cache
def knowable() -> Scenario:
    """Return a firm whose customers differ much in what lasts, which it has seen for a year."""
    base = load_scenario("telco")
    return load_scenario(
        "telco",
        {
            "population": {"scale": 0.03, "history_days": 365},
            "lasting": {
                **{"difficulty_sd": 0.0, "need_channel_sd": 0.0},
                **{"fit_sd": 1.5, "ability_sd": 1.5, "acceptance_sd": 1.2},
            },
            "signals": {"coded_right": 1.0, "silent_seen": 1.0},
            "channels": {name: {"intent_accuracy": 1.0} for name in base.channels},
        },
    )


def run(knows: str, seed: int) -> World:
    rule, params = KNOWS[knows]
    policy = make(rule, knowable(), params)
    world = World(knowable(), policy=policy, decides=["entry"], seed=seed)
    world.value_decisions(make("oracle", knowable()))
    return world.run(14 * DAY_S)


def values(knows: str) -> Any:
    """Return by seed the decision value a customer."""
    worlds = [run(knows, seed) for seed in SEEDS]
    return np.array(
        [w.register.columns("decisions")["value"].sum() / w.customers.n for w in worlds]
    )


def at_once(knows: str) -> Any:
    """Return by seed the share of needs that were resolved at the first contact."""
    return np.array(
        [run(knows, s).register.columns("journeys")["first_contact_resolved"].mean() for s in SEEDS]
    )


def above_0(differences: Any) -> bool:
    return bool(ttest_1samp(differences, 0.0, alternative="greater").pvalue < 0.01)


def test_belief_decides_better_than_the_segment_and_traits_best() -> None:
    segment, belief, traits = (values(knows) for knows in ("segment", "belief", "traits"))
    assert above_0(belief - segment)
    assert (traits == 0.0).all() and (belief < 0.0).all()  # they value by what they know


def test_dice_resolve_more_than_traits_and_traits_more_than_the_segment() -> None:
    segment, traits, dice = (at_once(knows) for knows in ("segment", "traits", "dice"))
    assert above_0(dice - traits) and above_0(traits - segment)
