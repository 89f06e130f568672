"""Synthetic experiments with a known answer, one trial at a time."""

from collections.abc import Callable

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

Trial = Callable[[np.random.Generator], tuple[bool, float]]
"""One synthetic experiment: whether the event counted happened, and a size worth averaging."""


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


def paired(n: int, skewness: float) -> Trial:
    """The paired interval; the skewness is that of the differences themselves."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        base = 3 * luck(rng, skewness, n)
        found = paired_difference(base + 0.5 + luck(rng, skewness, n), base, LEVEL)
        return found.low <= 0.5 <= found.high, n

    return trial


def paired_plain(n: int, skewness: float) -> Trial:
    """The textbook's paired t interval on the same data, from SciPy."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        base = 3 * luck(rng, skewness, n)
        found = ttest_rel(base + 0.5 + luck(rng, skewness, n), base).confidence_interval(LEVEL)
        return bool(found.low <= 0.5 <= found.high), n

    return trial


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


def tied(n: int, gain: float, loss: float) -> Trial:
    """The paired interval of shares that mostly tie."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        first, second = kept(rng, n, gain, loss)
        found = paired_difference(second, first, LEVEL, step=STEP)
        return found.low <= (gain - loss) * STEP <= found.high, found.ties

    return trial


def tied_plain(n: int, gain: float, loss: float) -> Trial:
    """The interval that ignores the lattice: of no width where all pairs tie."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        first, second = kept(rng, n, gain, loss)
        found = paired_difference(second, first, LEVEL)
        return found.low <= (gain - loss) * STEP <= found.high, found.ties

    return trial


def claimed(n: int, mean: float) -> Trial:
    """Whether equal strategies whose shares mostly tie are told apart, or one is left out."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        values = dict(zip("ab", kept(rng, n, mean, mean), strict=True))
        row = compare_all(values, "a", step=STEP)[0]
        best = best_set(values, step=STEP, alpha=ERROR)
        return row.p_holm <= ERROR or len(best.members) < 2, row.ties

    return trial


def share_of(probability: float, n: int) -> Trial:
    """The interval of a share itself, near one of its limits."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        values = rng.binomial(CUSTOMERS, probability, n) * STEP
        found = estimate(values, LEVEL, step=STEP, within=(0.0, 1.0))
        return found.low <= probability <= found.high and 0 <= found.low <= found.high <= 1, n

    return trial


def positive(n: int, skewness: float) -> Trial:
    """The interval of a mean that cannot be negative, such as a wait: gamma of mean 1."""
    shape = 4 / skewness**2

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        found = estimate(rng.gamma(shape, size=n) / shape, LEVEL, within=(0.0, np.inf))
        return 0 <= found.low <= 1 <= found.high, n

    return trial


def ratio(n: int) -> Trial:
    """A ratio of means whose numerator and denominator are correlated and skewed."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        contacts = 10 + 2 * luck(rng, 1.0, n)
        found = ratio_of_means(0.2 * contacts + 0.3 * luck(rng, 1.0, n), contacts, LEVEL)
        return found.low <= 0.2 <= found.high, n

    return trial


def stopped(rule: StoppingRule, skewness: float, *, together: bool = False) -> Trial:
    """The interval reported when the rule stops: of the first metric, or all of the rule's own."""
    names = [target.metric for target in rule.targets]
    level = 1 - (1 - LEVEL) / len(names) if together else LEVEL

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        shared = luck(rng, skewness, rule.maximum)
        paths = {name: 5 + (shared + luck(rng, skewness, rule.maximum)) / 2**0.5 for name in names}
        n, more = 0, rule.minimum
        while more:
            n += more
            more = rule.decide({name: path[:n] for name, path in paths.items()}).more
        found = [estimate(paths[name][:n], level) for name in (names if together else names[:1])]
        return all(e.low <= 5 <= e.high for e in found), n

    return trial


def rejected(effects: list[float], skewness: float, *, corrected: bool = True) -> Trial:
    """Whether any strategy equal to the reference is called different."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        rows = compare_all(strategies(rng, effects, skewness), "s0")
        small = {r.strategy for r in rows if (r.p_holm if corrected else r.p) <= ERROR}
        equal = {f"s{i}" for i, effect in enumerate(effects) if effect == effects[0]}
        return bool(small & equal), len(small - equal)

    return trial


def simultaneous(effects: list[float], skewness: float) -> Trial:
    """Whether the simultaneous intervals of all comparisons cover."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        values = strategies(rng, effects, skewness)
        rows = compare_all(values, "s0", level=LEVEL, simultaneous=True)
        truth = {f"s{i}": effect - effects[0] for i, effect in enumerate(effects)}
        return all(r.low <= truth[r.strategy] <= r.high for r in rows), len(rows)

    return trial


def missed(effects: list[float], skewness: float) -> Trial:
    """Whether a best strategy is missing from the best set."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        found = best_set(strategies(rng, effects, skewness), alpha=ERROR)
        best = {f"s{i}" for i, effect in enumerate(effects) if effect == max(effects)}
        return not best <= set(found.members), len(found.members)

    return trial


def equivalence(*, as_pairs: bool, n: int = 20) -> Trial:
    """Whether runs that differ by just the tolerance are called equivalent."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        a, b = luck(rng, 0, n), luck(rng, 0, n)
        return equivalent(a + 1.5, b, 1.5, paired=as_pairs, alpha=ERROR).equivalent, n

    return trial


def survived(n: int) -> Trial:
    """The Kaplan-Meier interval at the true median, half of the subjects censored."""

    def trial(rng: np.random.Generator) -> tuple[bool, float]:
        event, censor = rng.exponential(size=(2, n))
        curve = kaplan_meier(np.minimum(event, censor), event <= censor, level=LEVEL)
        _, low, high = curve.at(np.log(2))
        return bool(low <= 0.5 <= high), n

    return trial
