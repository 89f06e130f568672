"""The chance that an attempt resolves a need, and that a customer follows: one logit for all.

logit P = intercept + shift. The shift sums what lasts and was drawn for the customer, the need and
the channel: normal variables of mean 0, so P is logit-normal over customers and needs (Atchison &
Shen 1980). The intercept is such that the mean of P is the figure that a scenario states:
E[σ(intercept + sd × Z)] = p, Z standard normal. A figure of 0 or 1 stays what it is.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, pi, sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit

from sim.behaviour.retention import LARGEST_LOGIT, log_odds

Floats = npt.NDArray[np.float64]

ALWAYS: Final = 1.0e6
"""The intercept of a figure of 1; that of 0 is its negative."""
LOGIT_SQUASH: Final = 0.39269908169872414  # π / 8
LARGEST_PULL: Final = 300.0
STEP: Final = 0.05
# The trapezoidal rule: on the whole line its error falls exponentially with the step (Trefethen &
# Weideman 2014), below 1e-9 here for spreads up to 18; Gauss–Hermite needs small ones.
NODES: Final[Floats] = np.arange(-170.0, 171.0) * STEP
SHARES: Final[Floats] = np.exp(-0.5 * NODES * NODES) * (STEP / sqrt(2 * pi))


def resolution_chance(intercept: float, shift: float) -> float:
    """Return the probability σ(intercept + shift); 0 and 1 where the intercept says so."""
    if intercept >= ALWAYS:
        return 1.0
    if intercept <= -ALWAYS:
        return 0.0
    x = intercept + shift
    return 1.0 / (1.0 + exp(-x)) if x > -LARGEST_LOGIT else exp(x)


def chance_given(intercept: float, mean: float, variance: float) -> float:
    """Return the mean of ``resolution_chance`` where the shift is normal: what a belief expects.

    σ((intercept + mean) / √(1 + π/8 × variance)), MacKay (1992), "The evidence framework applied to
    classification networks", Neural Computation 4: within .011 of the integral for standard
    deviations up to 2.
    """
    if intercept >= ALWAYS:
        return 1.0
    if intercept <= -ALWAYS:
        return 0.0
    return resolution_chance((intercept + mean) / sqrt(1.0 + LOGIT_SQUASH * variance), 0.0)


def mean_chances(intercept: float, sd: float, shift: Any = 0.0) -> Floats:
    """Return the means of ``resolution_chance`` over normal spreads of ``sd``, for known shifts.

    Integrated (see ``NODES``): an array of the shape of ``shift``.
    """
    known = np.asarray(shift, dtype=np.float64)
    if abs(intercept) >= ALWAYS:
        return np.full(known.shape, float(intercept > 0))
    if sd == 0:
        result: Floats = np.asarray(expit(intercept + known))
        return result
    result = np.asarray(expit(intercept + known[..., None] + sd * NODES) @ SHARES)
    return result


def mean_over_skills(
    intercept: float, sd: float, skill_effect: float, skill: float, skill_sd: float
) -> float:
    """Return the mean chance of automation over customers of a mean digital skill.

    Skills are normal around it, kept within 0 and 1; each shifts by ``skill_effect`` × (skill −
    0.5): at 2, the slope at a chance of one half is that of chance × (0.5 + skill).
    """
    return _over_skills(intercept, sd, skill_effect, skill, skill_sd)


@lru_cache(maxsize=65536)
def _over_skills(
    intercept: float, sd: float, skill_effect: float, skill: float, skill_sd: float
) -> float:
    skills = np.clip(skill + skill_sd * NODES, 0.0, 1.0) if skill_sd else np.full(len(NODES), skill)
    return float(mean_chances(intercept, sd, skill_effect * (skills - 0.5)) @ SHARES)


def skill_moments(skill: float, skill_sd: float) -> tuple[float, float]:
    """Return mean and variance of digital skill: normal, kept within 0 and 1; integrated."""
    if skill_sd == 0:
        return skill, 0.0
    skills = np.clip(skill + skill_sd * NODES, 0.0, 1.0)
    mean = float(skills @ SHARES)
    return mean, float((skills - mean) ** 2 @ SHARES)


def mean_rescue(first: float, second: float, sd: float) -> float:
    """Return the probability that an attempt fails and the next one resolves the same need.

    ``first``, ``second``: their intercepts. Both feel the same need, customer and channel (spread
    ``sd``), so what fails once fails more easily again: E[(1 − P₁) P₂], integrated.
    """
    fails = 1.0 - _at_nodes(first, sd)
    return float((fails * _at_nodes(second, sd)) @ SHARES)


def _at_nodes(intercept: float, sd: float) -> Floats:
    return mean_chances(intercept, 0.0, sd * NODES)


def intercept_for(probability: float, sd: float) -> float:
    """Return the intercept with which the mean chance over a spread is a stated probability.

    E[σ(a + sd × Z)] = p, solved by bracketing (Brent) on the integral, exact where nothing differs
    (sd = 0: the logit of p). Solved once for each p.
    """
    if probability <= 0.0:
        return -ALWAYS
    if probability >= 1.0:
        return ALWAYS
    return log_odds(probability) if sd == 0 else _solved(probability, sd)


@lru_cache(maxsize=65536)
def _solved(probability: float, sd: float) -> float:
    def excess(intercept: float) -> float:
        return float(mean_chances(intercept, sd)) - probability

    edge = abs(log_odds(probability)) + sd * sd + 1.0
    while excess(-edge) > 0 or excess(edge) < 0:
        edge *= 2.0
    solved: float = brentq(excess, -edge, edge, xtol=1e-13, rtol=1e-14)
    return solved


def intercepts_for(probabilities: Any, sd: float) -> Floats:
    """Return ``intercept_for`` of an array."""
    stated = np.asarray(probabilities, dtype=np.float64)
    distinct, places = np.unique(stated, return_inverse=True)
    solved = np.array([intercept_for(p, sd) for p in distinct.tolist()])
    result: Floats = solved[places].reshape(stated.shape)
    return result


def spread(*deviations: float) -> float:
    """Return the standard deviation of a sum of independent variables of these deviations."""
    return sqrt(sum(sd * sd for sd in deviations))


def pull_of(level: float, weight: float) -> float:
    """Return the factor exp(weight × level) of a habit on a channel's attraction.

    The exponent is kept within ±300. A factor that all channels have in common does not matter to
    a choice, so the mean of these factors is not divided out.
    """
    x = weight * level
    if x > LARGEST_PULL:
        return exp(LARGEST_PULL)
    return exp(x) if x > -LARGEST_PULL else exp(-LARGEST_PULL)


def pulls_of(level: Any, weight: float) -> Floats:
    """Return ``pull_of`` of an array."""
    result: Floats = np.exp(np.clip(weight * level, -LARGEST_PULL, LARGEST_PULL))
    return result


def habit_after(level: float, good: bool, rate: float) -> float:
    """Return a customer's habit of a channel after a contact there, or a hand-over from it.

    A step of ``rate`` towards +1 (resolved, or handed over easily) or −1 (failed, or handed over
    the hard way). So one hard instead of one easy hand-over moves the log-odds of coming back by
    2 × rate × weight: 0.6 with a rate of 0.3 and a weight of 1. Gartner (2023) found that 74% come
    back to self-service after an easy hand-over and under half after a hard one, log-odds 1.05 or
    more apart: these figures are on the careful side.
    """
    return level + rate * ((1.0 if good else -1.0) - level)
