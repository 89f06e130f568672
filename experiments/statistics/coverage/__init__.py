"""How often our intervals cover the truth: `optichannel validate coverage`.

Every row repeats a synthetic experiment whose answer is known and counts how often the reported
95% interval holds it, or how often a claim with an error of 5% is wrong. Rows marked as contrast
show what the correction or the rule is good for. docs/results/coverage.md keeps a recorded result.
"""

from experiments.statistics.coverage.cases import CoverageCase, cases
from experiments.statistics.coverage.measure import Coverage, measure

__all__ = ["Coverage", "CoverageCase", "cases", "measure"]
