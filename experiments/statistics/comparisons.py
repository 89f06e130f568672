"""Many strategies at once: Holm's correction and the set that may be best."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from experiments.statistics.intervals import paired_difference
from experiments.statistics.samples import (
    FloatArray,
    as_sample,
    defined,
    defined_pairs,
    differences,
    mean_of,
    share,
)
from experiments.statistics.student import one_sided_p, two_sided_p
from sim.errors import InputError
from sim.inputs import unknown_name


@dataclass(frozen=True)
class Comparison:
    """One strategy against the reference: `strategy - reference` over paired replications.

    `p_holm` is corrected over all rows of the same call, from p-values on the cautious side (see
    `student.one_sided_p`), so it may exceed `p` even for a single row; the interval is for
    this row alone unless `compare_all` was asked for simultaneous ones.
    """

    strategy: str
    reference: str
    mean: float
    low: float
    high: float
    p: float
    p_holm: float
    variance_ratio: float
    n: int
    ties: int


@dataclass(frozen=True)
class BestSet:
    """The strategies that may be best.

    `p_best` holds, for each strategy in the order given, the corrected p-value of "it is best";
    a strategy is a member when this exceeds `alpha`.
    """

    members: tuple[str, ...]
    p_best: Mapping[str, float]
    alpha: float

    def __contains__(self, strategy: object) -> bool:
        """Whether a strategy may be best."""
        return strategy in self.members


def holm(pvalues: npt.ArrayLike) -> FloatArray:
    """Holm's adjusted p-values, shape (m,): reject where at most the error wanted.

    Controls the family-wise error under any dependence (Holm, "A simple sequentially rejective
    multiple test procedure", Scandinavian Journal of Statistics 6, 1979). A NaN stands for a test
    that was not made: it stays NaN and does not count.

    Raises:
        InputError: a p-value outside [0, 1] or a wrong shape.
    """
    p = as_sample(pvalues, "pvalues")
    if ((p < 0) | (p > 1)).any():
        raise InputError("pvalues: must lie between 0 and 1")
    order = np.argsort(p, kind="stable")[: int((~np.isnan(p)).sum())]
    weighted = p[order] * np.arange(order.size, 0, -1)
    result = np.full(p.size, np.nan)
    result[order] = np.minimum(np.maximum.accumulate(weighted), 1.0)
    return result


def compare_all(
    values: Mapping[str, npt.ArrayLike],
    reference: str,
    *,
    level: float = 0.95,
    simultaneous: bool = False,
    step: float = 0.0,
) -> tuple[Comparison, ...]:
    """Every other strategy against the reference, in the order given.

    Args:
        values: per strategy shape (n,), one metric over the same replications.
        reference: the strategy subtracted from each of the others.
        level: coverage of the intervals.
        simultaneous: all intervals together cover with `level` (Bonferroni) instead of each.
        step: width of the lattice of counts and shares, as in `paired_difference`.

    Raises:
        InputError: unknown reference, or what `paired_difference` refuses.
    """
    if reference not in values:
        raise unknown_name("reference", reference, values)
    others = [name for name in values if name != reference]
    each = 1 - (1 - share(level, "level")) / max(len(others), 1) if simultaneous else level
    base = values[reference]
    found = [paired_difference(values[name], base, each, step=step) for name in others]
    adjusted = holm([_cautious(values[name], base, step) for name in others])
    return tuple(
        Comparison(strategy=name, reference=reference, p_holm=float(p_holm), **asdict(row))
        for name, row, p_holm in zip(others, found, adjusted, strict=True)
    )


def best_set(
    values: Mapping[str, npt.ArrayLike],
    *,
    higher_is_better: bool = True,
    alpha: float = 0.05,
    step: float = 0.0,
) -> BestSet:
    """The strategies that cannot be told from the best under common random numbers.

    Guarantee: with probability at least 1 - alpha *no* truly best strategy is missing, also if
    several tie, for any variances and correlations of (nearly) normal replications. It implies
    that of multiple comparisons with the best, where one best strategy is kept (Hsu, Multiple
    Comparisons, 1996, ch. 4; with common random numbers Nelson & Matejcik, Management Science 41,
    1995).

    How: "i is best" is tested by one-sided paired t tests against each of the k - 1 others, as in
    the screening of Nelson, Swann, Goldsman & Song (Operations Research 49, 2001) with Bonferroni
    for dependent systems; Holm then corrects over the k strategies. With two strategies this is
    the two-sided paired t test. Nelson & Matejcik's sharper constant is not used because it
    assumes equal variances of all differences (sphericity).

    A strategy without any defined value is no candidate; one with fewer than three pairs cannot be
    shown to be worse and stays.

    Args:
        values: per strategy shape (n,), one metric over the same replications.
        higher_is_better: the direction of the metric.
        alpha: the family-wise error.
        step: width of the lattice of counts and shares, as in `paired_difference`.

    Raises:
        InputError: what `paired_difference` refuses, or an alpha outside (0, 1).
    """
    share(alpha, "alpha")
    candidates = [name for name in values if defined(values[name], name).size]
    sign = 1 if higher_is_better else -1
    raw = [_p_best(name, candidates, values, sign, step) for name in candidates]
    adjusted = dict(zip(candidates, (float(p) for p in holm(raw)), strict=True))
    p_best = {name: adjusted.get(name, float("nan")) for name in values}
    return BestSet(tuple(n for n in candidates if adjusted[n] > alpha), p_best, alpha)


def _cautious(a: npt.ArrayLike, b: npt.ArrayLike, step: float) -> float:
    return two_sided_p(differences(*defined_pairs(a, b)), step=step, cautious=True)


def _p_best(
    name: str, candidates: list[str], values: Mapping[str, npt.ArrayLike], sign: int, step: float
) -> float:
    """P-value of "no other strategy is better than this one", Bonferroni over the others."""
    smallest = 1.0
    for other in candidates:
        if other == name:
            continue
        theirs, ours = defined_pairs(values[other], values[name], (other, name))
        gaps = differences(theirs, ours) * sign
        if mean_of(gaps) > 0:
            smallest = min(smallest, one_sided_p(gaps, step=step, cautious=True))
    return min(1.0, smallest * (len(candidates) - 1)) if len(candidates) > 1 else 1.0
