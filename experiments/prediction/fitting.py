"""Scores fitted to labels, and how well they predict: logistic regression and naive Bayes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit

Floats = npt.NDArray[np.float64]
MOST_STEPS = 50
SURE = 1e-9


class Measures(NamedTuple):
    """How well probabilities predict: of `n` cases `events` came true.

    `auc`: how often a case that came true was thought likelier than one that did not. `lift`: how
    much more often the tenth thought likeliest came true than all. `slope`: of a logistic
    regression on the predicted log-odds; 1 is calibrated, below it they go too far. `brier`: mean
    squared error. None where there is nothing to tell apart.
    """

    n: int
    events: int
    auc: float | None
    lift: float | None
    slope: float | None
    brier: float


def fit_logistic(
    x: Floats,
    y: Floats,
    ridge: float,
    free: int = 0,
    floor: Floats | float = 0.0,
    ceiling: Floats | float = 1.0,
) -> Floats:
    """Return the weights of a logistic regression by iteratively reweighted least squares.

    Where labels err, P(y = 1) = floor + (ceiling - floor) × σ(x weights), and the weights are
    those of what is true (Fisher scoring; Hausman, Abrevaya & Scott-Morton 1998, "Misclassification
    of the dependent variable in a discrete-response setting", Journal of Econometrics 87).

    Args:
        x: features, shape (n, k); constants are among them.
        y: labels 0 or 1, shape (n,).
        ridge: penalty on half the square of weights of standardised features.
        free: how many of the first features are not penalised (constants).
        floor: how often 0 is labelled 1, shape (n,) or one for all.
        ceiling: how often 1 is labelled 1, likewise; above ``floor``.
    """
    scale = x.std(axis=0)
    scale[scale == 0] = 1.0
    scale[:free] = 1.0
    z = x / scale
    penalty = np.full(x.shape[1], max(ridge, SURE))
    penalty[:free] = SURE
    weights: Floats = np.zeros(x.shape[1])
    for _ in range(MOST_STEPS):
        true = expit(z @ weights)
        chance = floor + (ceiling - floor) * true
        slope = (ceiling - floor) * np.maximum(true * (1 - true), SURE)
        spread = np.maximum(chance * (1 - chance), SURE)
        gradient = z.T @ ((y - chance) * slope / spread) - penalty * weights
        curvature = (z * (slope * slope / spread)[:, None]).T @ z + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    result: Floats = weights / scale
    return result


def fit_shares(counts: Floats, labels: npt.NDArray[np.int64], n: int) -> Floats:
    """Return the log-shares of what is counted, by label: naive Bayes with one more of each.

    Args:
        counts: how often each thing was met, shape (cases, things).
        labels: of the cases, 0 to `n` - 1.
        n: how many labels there are.
    """
    totals = np.array([counts[labels == k].sum(axis=0) for k in range(n)]).reshape(n, -1) + 1.0
    result: Floats = np.log(totals / totals.sum(axis=1, keepdims=True))
    return result


def fit_trust(prior: Floats, told: Floats, labels: npt.NDArray[np.int64]) -> float:
    """Return by how much to trust what naive Bayes tells: the power that fits best, 0 to 1.

    What hints at a label is not independent given the label where the label itself errs, so that
    the plain sum of log-likelihoods goes too far.

    Args:
        prior: log-probability of each label, shape (labels,).
        told: sums of log-likelihoods, shape (cases, labels).
        labels: of the cases.
    """
    if not len(labels):
        return 0.0

    def surprise(trust: float) -> float:
        chances = log_softmax(prior + trust * told, axis=1)
        return -float(chances[np.arange(len(labels)), labels].sum())

    found: float = minimize_scalar(surprise, bounds=(0.0, 1.0), method="bounded").x
    return found


def measure(predicted: Any, happened: Any) -> Measures:
    """Return how well probabilities predict what happened."""
    p, y = np.asarray(predicted, dtype=float), np.asarray(happened, dtype=float)
    events = int(y.sum())
    brier = float(np.mean((p - y) ** 2)) if len(y) else float("nan")
    if not 0 < events < len(y):
        return Measures(len(y), events, None, None, None, brier)
    return Measures(len(y), events, _auc(p, y), _lift(p, y), _slope(p, y), brier)


def _auc(p: Floats, y: Floats) -> float:
    """Return the area under the curve, ties counted half (Mann & Whitney 1947)."""
    _, place, count = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    hits = y.sum()
    return float((rank[y == 1].sum() - hits * (hits + 1) / 2) / (hits * (len(y) - hits)))


def _lift(p: Floats, y: Floats) -> float:
    """Return the lift of the best tenth; cases of equal probability share the last places."""
    n = len(y) / 10
    order = np.argsort(-p, kind="stable")
    edge = p[order[min(len(y), int(np.ceil(n))) - 1]]
    above, at = p > edge, p == edge
    hits = y[above].sum() + (n - above.sum()) * y[at].mean()
    return float(hits / n / y.mean())


def _slope(p: Floats, y: Floats) -> float | None:
    odds = logit(np.clip(p, SURE, 1 - SURE))
    if np.ptp(odds) < SURE:
        return None
    return float(fit_logistic(np.column_stack([np.ones(len(y)), odds]), y, 0.0, free=1)[1])
