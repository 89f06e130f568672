"""Exact retention and journey figures: survival curves, buying rates, absorbing chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import betaln

from experiments.validation.theory.queueing import need

FloatArray = NDArray[np.float64]


def sbg_survival(periods: ArrayLike, alpha: float, beta: float) -> FloatArray:
    """Share still a customer after each of `periods` renewals: S(t) = B(α, β+t) / B(α, β).

    Each customer's churn probability per renewal is drawn from Beta(α, β). Same shape as
    `periods`. Raises InputError. Source: Fader & Hardie (2007), J. Interactive Marketing 21(1).
    """
    t = np.asarray(periods, dtype=np.float64)
    need(alpha > 0, "alpha", "positive", alpha)
    need(beta > 0, "beta", "positive", beta)
    need(bool(np.all(t >= 0)), "periods", "at least 0", periods)
    return np.asarray(np.exp(betaln(alpha, beta + t) - betaln(alpha, beta)))


def renewed_base(periods: ArrayLike, alpha: float, beta: float, longest: int) -> FloatArray:
    """Share of a base in force still there after each of `periods` renewals: Σ_T w_T Π_j (1 - p_j).

    Customers have survived T = 0..longest renewals, w_T ∝ S(T), and so have churn Beta(α, β+T);
    whoever has survived j more leaves with p_j = α / (α+β+T+j). Same shape as `periods`, whole
    numbers. Raises InputError. Source: Fader & Hardie (2007), conditional on survival; the product
    is taken renewal by renewal.
    """
    t = np.asarray(periods)
    need(bool(np.all(t >= 0) and np.all(t == np.floor(t))), "periods", "whole, at least 0", periods)
    need(longest >= 0, "longest", "at least 0", longest)
    tenures = np.arange(longest + 1)
    weights = sbg_survival(tenures, alpha, beta)
    alive = np.ones(len(tenures))
    kept = [1.0]
    for j in range(int(t.max(initial=0))):
        alive = alive * (beta + tenures + j) / (alpha + beta + tenures + j)
        kept.append(float(weights @ alive / weights.sum()))
    return np.asarray(np.array(kept)[t.astype(np.int64)])


@dataclass(frozen=True)
class SbgFit:
    """Maximum-likelihood shifted-beta-geometric: α, β."""

    alpha: float
    beta: float


def fit_sbg(retained: Sequence[float]) -> SbgFit:
    """Fit to a cohort's survivors after renewals 0, 1, ..., T (any scale: counts, shares, %).

    Maximises Σ (n(t-1)-n(t)) ln P(T=t) + n(T) ln S(T) over ln α, ln β. Raises InputError when the
    series is short, rises, or does not move. Source: Fader & Hardie (2007), appendix B.
    """
    alive = np.asarray(retained, dtype=np.float64)
    need(alive.ndim == 1 and len(alive) >= 3, "retained", "a series of at least 3", retained)
    lost = -np.diff(alive)
    need(bool(np.all(alive >= 0) and alive[0] > 0), "retained", "positive at first", retained)
    need(bool(np.all(lost >= 0) and lost.any()), "retained", "a falling series", retained)
    weights = np.append(lost, alive[-1]) / alive[0]
    years = np.arange(len(alive))

    def loss(logs: FloatArray) -> float:
        curve = sbg_survival(years, float(np.exp(logs[0])), float(np.exp(logs[1])))
        masses = np.append(-np.diff(curve), curve[-1])
        return -float(weights @ np.log(np.maximum(masses, 1e-300)))

    # e^±12: beyond it the beta is a point mass and the likelihood flat.
    best = minimize(
        loss,
        np.zeros(2),
        method="Nelder-Mead",
        bounds=[(-12, 12)] * 2,
        options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000, "maxfev": 8000},
    )
    need(bool(best.success), "retained", "a series with a likelihood maximum", retained)
    alpha, beta = np.exp(best.x)
    return SbgFit(float(alpha), float(beta))


def hazard_survival(
    times: ArrayLike, hazards: Sequence[float], changes: Sequence[float] = ()
) -> FloatArray:
    """Survival under a piecewise-constant churn hazard: S(t) = exp(-∫ h), same shape as `times`.

    hazards[i] applies from changes[i-1] (0 for the first) to changes[i]; rates per the unit of
    `times`. Raises InputError. Source: Cox & Oakes (1984), Analysis of Survival Data, ch. 2.
    """
    t, rates, edges = (np.asarray(x, dtype=np.float64) for x in (times, hazards, changes))
    need(len(rates) == len(edges) + 1, "hazards", "one longer than changes", hazards)
    need(bool(np.all(rates >= 0)), "hazards", "at least 0", hazards)
    need(bool(np.all(t >= 0)), "times", "at least 0", times)
    starts = np.concatenate([[0.0], edges])
    need(bool(np.all(np.diff(starts) > 0)), "changes", "positive and rising", changes)
    lengths = np.append(np.diff(starts), np.inf)
    lived = np.clip(t[..., None] - starts, 0.0, lengths)
    return np.asarray(np.exp(-(lived @ rates)))


@dataclass(frozen=True)
class Absorption:
    """Of an absorbing chain: visits (transient x transient) and ends (transient x absorbing)."""

    visits: FloatArray
    ends: FloatArray


def absorb(transient: ArrayLike, absorbing: ArrayLike) -> Absorption:
    """Fundamental matrix N = (I-Q)^-1 and end probabilities NR of a chain with blocks Q, R.

    transient Q: (n, n); absorbing R: (n, m); rows of [Q R] sum to 1. Raises InputError when they do
    not, or when some state never ends. Source: Kemeny & Snell (1960), Finite Markov Chains, ch. 3.
    """
    q, ends = np.asarray(transient, dtype=np.float64), np.asarray(absorbing, dtype=np.float64)
    need(q.ndim == 2 and q.shape[0] == q.shape[1], "transient", "a square matrix", q.shape)
    need(ends.ndim == 2 and len(ends) == len(q), "absorbing", "as tall as transient", ends.shape)
    rows = np.hstack([q, ends])
    need(bool(np.all(rows >= 0)), "transitions", "probabilities", rows.tolist())
    need(bool(np.allclose(rows.sum(axis=1), 1)), "rows", "sums of 1", rows.sum(axis=1).tolist())
    radius = float(np.max(np.abs(np.linalg.eigvals(q))))
    need(radius < 1 - 1e-12, "transient", "a block that every state leaves", q.tolist())
    visits = np.asarray(np.linalg.inv(np.eye(len(q)) - q), dtype=np.float64)
    return Absorption(visits, visits @ ends)


@dataclass(frozen=True)
class BotJourney:
    """A need before a bot with human back-up; every field but the last three is a probability.

    bot_first: a new need meets the bot. bot_resolves: the bot settles it. bot_hands_over: a failed
    bot contact is passed to a human within the contact (else it ends unresolved: containment in
    name only). human_resolves: a human settles it (first-contact resolution). recontact_after_bot
    and recontact_after_human: an unresolved need comes back. bot_again: a return meets the bot.
    """

    bot_first: float
    bot_resolves: float
    bot_hands_over: float
    human_resolves: float
    recontact_after_bot: float
    recontact_after_human: float
    bot_again: float


@dataclass(frozen=True)
class JourneyFigures:
    """Expected counts per journey, share of journeys resolved, and shares of bot contacts.

    containment: ended without a human; verified_containment: contained, resolved and no recontact.
    """

    contacts: float
    bot_contacts: float
    human_contacts: float
    resolved: float
    containment: float
    verified_containment: float


def bot_journey(journey: BotJourney) -> JourneyFigures:
    """Solve the journey as an absorbing chain; ratios are of expectations. Raises InputError.

    States: bot contact, human part after hand-over, human contact; ends: resolved, given up. A
    resolved need never returns, so a return verifies that containment failed, whatever the window.
    """
    for key, value in vars(journey).items():
        need(0 <= value <= 1, key, "a probability", value)
    j = journey
    handed = (1 - j.bot_resolves) * j.bot_hands_over
    dropped = (1 - j.bot_resolves) * (1 - j.bot_hands_over)
    failed = 1 - j.human_resolves
    back_bot, back_human = dropped * j.recontact_after_bot, failed * j.recontact_after_human
    human_row = [back_human * j.bot_again, 0.0, back_human * (1 - j.bot_again)]
    human_end = [j.human_resolves, failed * (1 - j.recontact_after_human)]
    chain = absorb(
        [[back_bot * j.bot_again, handed, back_bot * (1 - j.bot_again)], human_row, human_row],
        [[j.bot_resolves, dropped * (1 - j.recontact_after_bot)], human_end, human_end],
    )
    start = np.array([j.bot_first, 0.0, 1 - j.bot_first])
    bot, passed, human = (float(x) for x in start @ chain.visits)
    return JourneyFigures(
        contacts=bot + human,
        bot_contacts=bot,
        human_contacts=passed + human,
        resolved=float((start @ chain.ends)[0]),
        containment=1 - passed / bot if bot > 0 else 0.0,
        verified_containment=j.bot_resolves if bot > 0 else 0.0,
    )
