"""Pure functions on arrays, one value per replication; results are frozen records.

Means, paired differences and ratios with intervals (`intervals`, `bootstrap`), Holm's correction
and the set that may be best (`comparisons`), MSER-5 (`warmup`), the stopping rule (`stopping`),
equivalence (`equivalence`), survival (`survival`), fronts of two goals (`front`). What happens to
bad or scarce data stands in `samples` and `intervals`; how often the intervals hold is measured by
`experiments.statistics.coverage`.
"""

from experiments.statistics.bootstrap import bootstrap_ratio
from experiments.statistics.comparisons import BestSet, Comparison, best_set, compare_all, holm
from experiments.statistics.equivalence import Equivalence, equivalent
from experiments.statistics.front import Area, areas, hypervolume, undominated
from experiments.statistics.intervals import (
    Estimate,
    PairedDifference,
    estimate,
    paired_difference,
    ratio_of_means,
    ratio_pseudo_values,
)
from experiments.statistics.power import equivalence_power
from experiments.statistics.stopping import Decision, Precision, Reached, StoppingRule
from experiments.statistics.survival import Survival, kaplan_meier
from experiments.statistics.warmup import WarmUp, mser5

__all__ = [
    "Area",
    "BestSet",
    "Comparison",
    "Decision",
    "Equivalence",
    "Estimate",
    "PairedDifference",
    "Precision",
    "Reached",
    "StoppingRule",
    "Survival",
    "WarmUp",
    "areas",
    "best_set",
    "bootstrap_ratio",
    "compare_all",
    "equivalence_power",
    "equivalent",
    "estimate",
    "holm",
    "hypervolume",
    "kaplan_meier",
    "mser5",
    "paired_difference",
    "ratio_of_means",
    "ratio_pseudo_values",
    "undominated",
]
