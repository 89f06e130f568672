"""What a firm believes of who will leave, and how that turns out within a run."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from experiments.prediction.fitting import measure
from experiments.prediction.pilots import period_days
from experiments.prediction.seen import own_view
from sim.core.world import World
from sim.metrics.kpis import Facts
from sim.metrics.metrics import BELIEF
from sim.units import DAY_S

Floats = npt.NDArray[np.float64]


def believed_churn(world: World) -> Floats | None:
    """Return how probably each customer is believed to leave within a period, shape (customers,).

    As the firm sees them now or, where channels see their own rows only, as the channel does that
    heard of them last. None where nothing is believed, as no policy asks.
    """
    core = world.core
    if not core.scalar("believes"):
        return None
    n, channels = core.scalar("n_customers"), world.compiled.channels.n
    of_all = world.compiled.regime.visible == "all"
    seen_from = np.full(n, -1) if of_all else own_view(world) % (channels + 1)
    churn = [core.see_belief(who, int(seen_from[who]), -1).churn for who in range(n)]
    found = np.array(churn)
    if world.compiled.scenario.retention.clock != "contractual":
        found = -np.expm1(-found)  # a rate a month
    return found


def belief_kpis(
    world: World, believed: Floats | None, facts: Facts, split: float
) -> dict[str, float]:
    """Return how what was believed at the split told who left in the rest of the window.

    Args:
        world: at the end of the window.
        believed: as ``believed_churn`` gave it at the split.
        facts: the window, and who left when.
        split: the share of the window that had passed.
    """
    if believed is None:
        return dict.fromkeys(BELIEF, math.nan)
    at = facts.start_s + split * (facts.end_s - facts.start_s)
    there = (facts.left_s < 0) | (facts.left_s > at)
    left = (facts.left_s[there] > at) & (facts.left_s[there] <= facts.end_s)
    periods = (facts.end_s - at) / DAY_S / period_days(world.compiled.scenario)
    chance = -np.expm1(periods * np.log1p(-np.minimum(believed[there], 1 - 1e-9)))
    found = measure(chance, left)
    values = (found.auc, found.lift, found.slope)
    named = zip(BELIEF, values, strict=True)
    return {name: math.nan if value is None else value for name, value in named}
