"""A firm with as much capacity as anybody wants: what resolves and who is steered, nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim import Scenario, World, load_scenario
from sim.core.world import Trace
from sim.decisions.actions import Decider
from sim.inputs import merge
from sim.units import HOUR_S
from tests.support.worlds import ALWAYS, Columns

SPREADS = {
    **{"difficulty_sd": 1.0, "people_difficulty": 0.7, "need_channel_sd": 0.6},
    **{"fit_sd": 0.7, "ability_sd": 0.7},
}
LEARNING = {
    **{"ability_learning": 0.2, "acceptance_sd": 1.2, "acceptance_learning": 0.3},
    **{"habit_weight": 1.0, "habit_sd": 0.5, "habit_rate": 0.3},
}
BOT, PHONE, CHAT = 0, 1, 2


def lab(resolution: list[float], lasting: dict[str, Any], **changes: Any) -> Scenario:
    """Return a firm with one intent for each figure, which holds on all its channels."""
    raw: dict[str, Any] = {
        "name": "lab",
        "population": {"customers": 100},
        "segments": {
            "all": {"share": 1.0, "digital_skill_sd": 0.0, "preference": {"bot": 1, "phone": 1}}
        },
        "intents": {
            f"need{i}": {
                "needs_per_month": 1.0,
                "urgency": 1.0,  # who failed comes back for certain
                "talk_s": {"kind": "constant", "mean_s": 60},
                "resolution": dict.fromkeys(("bot", "phone", "chat"), p),
            }
            for i, p in enumerate(resolution)
        },
        "channels": {
            "bot": {
                "kind": "automated",
                "automation": {
                    "recognition": 1.0,
                    "detection": 0.0,
                    "duration": {"kind": "constant", "mean_s": 60},
                },
            },
            "phone": {"kind": "live"},
            "chat": {"kind": "live"},
        },
        "teams": {
            "people": {
                "channels": {"phone": 1, "chat": 1},
                "shifts": [{"agents": 400, "days": ALWAYS, "start_h": 0, "end_h": 24}],
            }
        },
        "returns": {"recontact_delay": {"kind": "constant", "mean_s": 600}, "max_attempts": 15},
        "satisfaction": {"mood_half_life_days": 60.0},
        "mechanisms": {"tiredness": False, "breaks": False, "surveys": False},
        "lasting": lasting,
    }
    return load_scenario(merge(raw, changes))


def with_needs(
    scenario: Scenario,
    customers: int,
    needs: int = 1,
    policy: Decider | None = None,
    seed: int = 5,
    **other: Any,
) -> World:
    """Return a world in which every customer has needs, one after the other, by the hour."""
    intents = len(scenario.intents)
    who = np.tile(np.arange(customers, dtype=np.int64), needs)
    turn = np.repeat(np.arange(needs, dtype=np.int64), customers)
    at_s = 60.0 + turn * 8 * HOUR_S + (who * 7.3) % (4 * HOUR_S)
    trace = Trace(at_s, who, (who + turn) % intents, np.zeros(customers, dtype=np.int64))
    return World(scenario, policy=policy, seed=seed, trace=trace, **other)


def tried(world: World, until_s: float) -> Columns:
    """Run a world; return the attempts to resolve, with the chance of each (``expected``)."""
    world.listen(luck=True)
    world.run(until_s)
    log = world.heard("luck")
    return {name: values[log["sale"] == 0] for name, values in log.items()}
