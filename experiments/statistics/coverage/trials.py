"""Synthetic experiments with a known answer, one trial at a time."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec

import numpy as np
from scipy.stats import ttest_rel

from experiments.statistics import (
    StoppingRule,
    best_set,
    compare_all,
    equivalent,
    estimate,
    kaplan_meier,
    paired_difference,
    ratio_of_means,
)
from experiments.statistics.samples import FloatArray

LEVEL = 0.95
ERROR = 0.05

P = ParamSpec("P")

Outcome = tuple[bool, float]
"""Whether the event counted happened, and a size worth averaging."""

Trial = Callable[[np.random.Generator], Outcome]
"""One synthetic experiment."""


def drawn(outcome: Callable[Concatenate[np.random.Generator, P], Outcome]) -> Callable[P, Trial]:
    """Take the random numbers apart from the other arguments: those give a trial."""

    def of(*args: P.args, **kwargs: P.kwargs) -> Trial:
        return lambda rng: outcome(rng, *args, **kwargs)

    return of


def luck(rng: np.random.Generator, skewness: float, n: int) -> FloatArray:
    """Numbers of mean 0 and variance 1: normal, or gamma with the skewness asked for."""
    if skewness == 0:
        return rng.standard_normal(n)
    shape = 4 / skewness**2
    standard: FloatArray = (rng.gamma(shape, size=n) - shape) / shape**0.5
    return standard


def strategies(
    rng: np.random.Generator, effects: list[float], skewness: float, n: int = 20
) -> dict[str, FloatArray]:
    """Outcomes under common random numbers: mostly shared luck, which each answers differently."""
    shared = luck(rng, skewness, n)
    return {
        f"s{i}": effect + (1 + 0.1 * i) * shared + 0.3 * luck(rng, skewness, n)
        for i, effect in enumerate(effects)
    }


@drawn
def paired(rng: np.random.Generator, n: int, skewness: float) -> Outcome:
    """The paired interval; the skewness is that of the differences themselves."""
    base = 3 * luck(rng, skewness, n)
    found = paired_difference(base + 0.5 + luck(rng, skewness, n), base, LEVEL)
    return found.low <= 0.5 <= found.high, n


@drawn
def paired_plain(rng: np.random.Generator, n: int, skewness: float) -> Outcome:
    """The textbook's paired t interval on the same data, from SciPy."""
    base = 3 * luck(rng, skewness, n)
    found = ttest_rel(base + 0.5 + luck(rng, skewness, n), base).confidence_interval(LEVEL)
    return bool(found.low <= 0.5 <= found.high), n


CUSTOMERS = 1000
STEP = 1 / CUSTOMERS


def kept(
    rng: np.random.Generator, n: int, gain: float, loss: float
) -> tuple[FloatArray, FloatArray]:
    """Shares kept by two strategies, shape (n,) each, that mostly keep the same customers.

    The second keeps `gain` and loses `loss` customers more in the mean, so that most replications
    tie where both are small.
    """
    shared = CUSTOMERS - rng.binomial(CUSTOMERS, 0.003, n)
    more, fewer = (rng.binomial(CUSTOMERS, mean * STEP, n) for mean in (gain, loss))
    first: FloatArray = np.divide(shared, CUSTOMERS)
    second: FloatArray = np.divide(shared + more - fewer, CUSTOMERS)
    return first, second


@drawn
def tied(rng: np.random.Generator, n: int, gain: float, loss: float, step: float = STEP) -> Outcome:
    """The paired interval of shares that mostly tie.

    With `step` 0 it ignores the lattice, and has no width where all pairs tie.
    """
    first, second = kept(rng, n, gain, loss)
    found = paired_difference(second, first, LEVEL, step=step)
    return found.low <= (gain - loss) * STEP <= found.high, found.ties


@drawn
def claimed(rng: np.random.Generator, n: int, mean: float) -> Outcome:
    """Whether equal strategies whose shares mostly tie are told apart, or one is left out."""
    values = dict(zip("ab", kept(rng, n, mean, mean), strict=True))
    row = compare_all(values, "a", step=STEP)[0]
    best = best_set(values, step=STEP, alpha=ERROR)
    return row.p_holm <= ERROR or len(best.members) < 2, row.ties


@drawn
def share_of(rng: np.random.Generator, probability: float, n: int) -> Outcome:
    """The interval of a share itself, near one of its limits."""
    values = rng.binomial(CUSTOMERS, probability, n) * STEP
    found = estimate(values, LEVEL, step=STEP, within=(0.0, 1.0))
    return found.low <= probability <= found.high and 0 <= found.low <= found.high <= 1, n


@drawn
def positive(rng: np.random.Generator, n: int, skewness: float) -> Outcome:
    """The interval of a mean that cannot be negative, such as a wait: gamma of mean 1."""
    shape = 4 / skewness**2
    found = estimate(rng.gamma(shape, size=n) / shape, LEVEL, within=(0.0, np.inf))
    return 0 <= found.low <= 1 <= found.high, n


@drawn
def ratio(rng: np.random.Generator, n: int) -> Outcome:
    """A ratio of means whose numerator and denominator are correlated and skewed."""
    contacts = 10 + 2 * luck(rng, 1.0, n)
    found = ratio_of_means(0.2 * contacts + 0.3 * luck(rng, 1.0, n), contacts, LEVEL)
    return found.low <= 0.2 <= found.high, n


@drawn
def stopped(
    rng: np.random.Generator, rule: StoppingRule, skewness: float, *, together: bool = False
) -> Outcome:
    """The interval reported when the rule stops: of the first metric, or all of the rule's own."""
    names = [target.metric for target in rule.targets]
    level = 1 - (1 - LEVEL) / len(names) if together else LEVEL
    shared = luck(rng, skewness, rule.maximum)
    paths = {name: 5 + (shared + luck(rng, skewness, rule.maximum)) / 2**0.5 for name in names}
    n, more = 0, rule.minimum
    while more:
        n += more
        more = rule.decide({name: path[:n] for name, path in paths.items()}).more
    found = [estimate(paths[name][:n], level) for name in (names if together else names[:1])]
    return all(e.low <= 5 <= e.high for e in found), n


@drawn
def rejected(
    rng: np.random.Generator, effects: list[float], skewness: float, *, corrected: bool = True
) -> Outcome:
    """Whether any strategy equal to the reference is called different."""
    rows = compare_all(strategies(rng, effects, skewness), "s0")
    small = {r.strategy for r in rows if (r.p_holm if corrected else r.p) <= ERROR}
    equal = {f"s{i}" for i, effect in enumerate(effects) if effect == effects[0]}
    return bool(small & equal), len(small - equal)


@drawn
def simultaneous(rng: np.random.Generator, effects: list[float], skewness: float) -> Outcome:
    """Whether the simultaneous intervals of all comparisons cover."""
    values = strategies(rng, effects, skewness)
    rows = compare_all(values, "s0", level=LEVEL, simultaneous=True)
    truth = {f"s{i}": effect - effects[0] for i, effect in enumerate(effects)}
    return all(r.low <= truth[r.strategy] <= r.high for r in rows), len(rows)


@drawn
def missed(rng: np.random.Generator, effects: list[float], skewness: float) -> Outcome:
    """Whether a best strategy is missing from the best set."""
    found = best_set(strategies(rng, effects, skewness), alpha=ERROR)
    best = {f"s{i}" for i, effect in enumerate(effects) if effect == max(effects)}
    return not best <= set(found.members), len(found.members)


@drawn
def equivalence(rng: np.random.Generator, *, as_pairs: bool, n: int = 20) -> Outcome:
    """Whether runs that differ by just the tolerance are called equivalent."""
    a, b = luck(rng, 0, n), luck(rng, 0, n)
    return equivalent(a + 1.5, b, 1.5, paired=as_pairs, alpha=ERROR).equivalent, n


@drawn
def survived(rng: np.random.Generator, n: int) -> Outcome:
    """The Kaplan-Meier interval at the true median, half of the subjects censored."""
    event, censor = rng.exponential(size=(2, n))
    curve = kaplan_meier(np.minimum(event, censor), event <= censor, level=LEVEL)
    _, low, high = curve.at(np.log(2))
    return bool(low <= 0.5 <= high), n
