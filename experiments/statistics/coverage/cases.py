"""The rows of the study."""

from dataclasses import dataclass
from typing import Literal

from experiments.statistics import Precision, StoppingRule
from experiments.statistics.coverage.trials import (
    Trial,
    claimed,
    equivalence,
    missed,
    paired,
    paired_plain,
    positive,
    ratio,
    rejected,
    share_of,
    simultaneous,
    stopped,
    survived,
    tied,
)

Counts = Literal["covered", "covered at least", "covered together", "wrong"]


@dataclass(frozen=True)
class CoverageCase:
    """A kind of synthetic experiment. `size` says what the trial's number means."""

    name: str
    trial: Trial
    counts: Counts = "covered"
    size: str = "n"
    contrast: bool = False


def cases() -> list[CoverageCase]:
    """All rows of the study, in the order printed."""
    rows = [
        CoverageCase(f"paired difference, skewness {skewness}, n {n}", paired(n, skewness))
        for skewness in (0, 1, 2)
        for n in (10, 20, 40)
    ]
    rows += [
        CoverageCase(f"plain paired t, skewness {k}, n 20", paired_plain(20, k), contrast=True)
        for k in (1, 2)
    ]
    rows += [
        *_lattices(),
        CoverageCase("ratio of means, n 20", ratio(20)),
        *_stopping(),
        CoverageCase("Kaplan-Meier at the median, n 200", survived(200)),
    ]
    return rows + _claims()


def _lattices() -> list[CoverageCase]:
    """Shares of 1,000 customers; few values are possible, so at least the level is the aim."""
    few, some = (0.2, 0.1), (0.8, 0.2)
    least: Counts = "covered at least"
    return [
        *(
            CoverageCase(f"ties in {words}, n {n}", tied(n, *shares), least, "ties")
            for words, shares in (("three of four", few), ("two of five", some))
            for n in (2, 3, 5, 10)
        ),
        *(
            CoverageCase(
                f"plain paired t, ties in three of four, n {n}",
                tied(n, *few, step=0.0),
                least,
                "ties",
                True,
            )
            for n in (2, 3, 5)
        ),
        *(
            CoverageCase(
                f"claims on equal shares that tie, n {n}", claimed(n, 0.15), "wrong", "ties"
            )
            for n in (2, 3, 5)
        ),
        *(
            CoverageCase(f"share of {100 * share:g}%, n {n}", share_of(share, n), least)
            for share in (0.997, 0.0002)
            for n in (2, 3, 5, 10)
        ),
        *(CoverageCase(f"mean above 0, skewness 1, n {n}", positive(n, 1)) for n in (3, 5, 10)),
    ]


def _stopping() -> list[CoverageCase]:
    """The true mean is 5 and the standard deviation 1, so ±0.5 takes about 16 replications."""
    wide, middle, narrow = (Precision(metric="a", absolute=width) for width in (0.5, 0.35, 0.2))
    relative = Precision(metric="b", relative=0.08)

    def rule(*targets: Precision, **sizes: int) -> StoppingRule:
        return StoppingRule(targets=targets, **sizes)

    short, eager = rule(wide, minimum=10, step=5), rule(wide, minimum=4, step=1)
    both = stopped(rule(middle, relative), 0, together=True)
    return [
        CoverageCase("stopping rule, ±0.5", stopped(rule(wide), 0)),
        CoverageCase("stopping rule, ±0.35", stopped(rule(middle), 0)),
        CoverageCase("stopping rule, ±0.2", stopped(rule(narrow), 0)),
        CoverageCase("stopping rule, ±8%", stopped(rule(relative), 0)),
        CoverageCase("stopping rule, ±0.35, skewness 1", stopped(rule(middle), 1)),
        CoverageCase("stopping rule, ±0.35 and ±8%", both, "covered together"),
        CoverageCase("stopping rule, ±0.5, minimum 10, step 5", stopped(short, 0)),
        CoverageCase("stopping rule, ±0.5, minimum 4, step 1", stopped(eager, 0), contrast=True),
    ]


def _claims() -> list[CoverageCase]:
    equal, some = [0.0] * 6, [0.0, 0.0, 0.0, 0.0, 0.5, 1.0]
    tied, led = [1.0, 1.0, 0.7, 0.4, 0.1], [1.0, 0.8, 0.6, 0.4, 0.2]
    hits, size = "differences found", "set size"
    rows = [
        CoverageCase(
            "simultaneous intervals, 5 comparisons", simultaneous(some, 0), "covered together"
        ),
        CoverageCase(
            "no correction, 5 of 5 equal", rejected(equal, 0, corrected=False), "wrong", hits, True
        ),
    ]
    for skewness in (0, 1):
        also = f", skewness {skewness}" if skewness else ""
        rows += [
            CoverageCase(f"Holm, 5 of 5 equal{also}", rejected(equal, skewness), "wrong", hits),
            CoverageCase(f"Holm, 3 of 5 equal{also}", rejected(some, skewness), "wrong", hits),
            CoverageCase(f"best set, all 5 tied{also}", missed(equal[:5], skewness), "wrong", size),
            CoverageCase(f"best set, 2 of 5 tied{also}", missed(tied, skewness), "wrong", size),
            CoverageCase(f"best set, 1 of 5 best{also}", missed(led, skewness), "wrong", size),
        ]
    return [
        *rows,
        CoverageCase("equivalence, paired, at the tolerance", equivalence(as_pairs=True), "wrong"),
        CoverageCase("equivalence, Welch, at the tolerance", equivalence(as_pairs=False), "wrong"),
    ]
