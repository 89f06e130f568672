"""What each strategy knew of customers, beside what it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from experiments.report.tables import MetricRow
from experiments.store.results import RunResults
from policies.registry import find
from sim.errors import InputError
from sim.metrics.metrics import Metric

GROUP = "knowledge"
LOOKS = frozenset({"intents", "belief", "history"})
OPTIONS = frozenset({"intent", "customer", "acceptance", "predictor"})
"""Parameters by which a policy is told to believe."""


def knowledge_rows(
    results: RunResults,
    metrics: Mapping[str, Metric],
    row_of: Callable[[Metric], MetricRow],
) -> list[MetricRow]:
    """The rows on what was known; none where no policy could make use of it."""
    config = results.manifest.get("config") or {}
    strategies = config.get("strategies") or {}
    if not any(_could_use(s) for s in strategies.values() if isinstance(s, Mapping)):
        return []
    return [row_of(metric) for metric in metrics.values() if metric.group == GROUP]


def _could_use(strategy: Mapping[str, Any]) -> bool:
    """Whether a strategy's policy looks at beliefs or guesses, or could be told to."""
    chosen = strategy.get("policy")
    use = chosen.get("use") if isinstance(chosen, Mapping) else chosen
    if ":" in str(use):  # the user's own is not imported for a page
        return False
    try:
        policy = find(str(use))
    except InputError:
        return False
    return bool(policy.reads & LOOKS or set(policy.parameters()) & OPTIONS)
