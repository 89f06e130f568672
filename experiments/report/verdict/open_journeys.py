"""What a run leaves open: the sentence that says it, and the verdict that waits for it.

A journey that is open at the end has not cost all it will cost, nor done all the harm it will do:
who leaves more open looks cheaper and better liked than it is, the more so the shorter the run.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from experiments.report.formatting import listing
from experiments.report.metrics import against, rows_of
from experiments.report.verdict.wording import RunContext
from sim.metrics.metrics import OPEN_SHARE

MANY = 0.05
"""The share of open journeys from which it is said, whoever else leaves how many (assumption)."""
MATERIAL = 0.01
"""The smallest difference of open shares that is said, where it can be told from zero."""
LISTED = 3
"""Up to so many strategies are named one by one."""


def open_journeys_sentence(
    estimates: pl.DataFrame, differences: pl.DataFrame, names: Sequence[str], setting: RunContext
) -> str:
    """Say how many journeys were open at the end, or nothing where few are and all leave alike.

    Args:
        estimates: as in `experiments.store.results`.
        differences: as in `experiments.store.results`.
        names: the strategies to speak of.
        setting: titles, reference and days of the run.
    """
    shares = _open_shares(estimates, names)
    apart = [n for n in shares if _leaves_other(differences, n, setting)]
    if not shares or (max(shares.values()) <= MANY and not apart):
        return ""
    ordered = sorted(shares, key=lambda n: -shares[n])
    if len(ordered) <= LISTED:
        said = listing([f"{_percent(shares[n])} with {setting.title(n)}" for n in ordered])
    else:
        least, most = ordered[-1], ordered[0]
        said = f"{_percent(shares[least])} ({setting.title(least)})"
        said += f" to {_percent(shares[most])} ({setting.title(most)})"
    missing = (
        "what they will still cost, and how their customers will take it, is in no figure here"
    )
    flattered = "; that flatters whoever leaves more open" if apart else ""
    open_then = f"{said} were still open at the end of {setting.span}"
    return f"Of the journeys, {open_then}: {missing}{flattered}."


def too_early(
    candidate: str | None, estimates: pl.DataFrame, differences: pl.DataFrame, setting: RunContext
) -> str:
    """Say that candidate and reference cannot be ranked yet, where many journeys of one are open.

    Returns an empty text where few journeys are open or both leave about as many.
    """
    if candidate is None or setting.reference is None:
        return ""
    pair = _open_shares(estimates, [setting.reference, candidate])
    few = max(pair.values(), default=0.0) <= MANY
    if few or not _leaves_other(differences, candidate, setting):
        return ""
    less, more = sorted(pair, key=lambda n: pair[n])
    return (
        f"It is too early to choose between {setting.title(setting.reference)} and "
        f"{setting.title(candidate)}: {setting.title(more)} left {_percent(pair[more])} of "
        f"journeys open, {setting.title(less)} {_percent(pair[less])}."
    )


def _open_shares(estimates: pl.DataFrame, names: Sequence[str]) -> dict[str, float]:
    rows = rows_of(estimates, OPEN_SHARE)
    return {name: float(rows[name]["mean"]) for name in names if name in rows}


def _leaves_other(differences: pl.DataFrame, strategy: str, setting: RunContext) -> bool:
    """Whether a strategy leaves more or fewer journeys open than the reference."""
    row = rows_of(against(differences, setting.reference), OPEN_SHARE).get(strategy)
    if row is None or abs(row["mean"]) < MATERIAL:
        return False
    # Told apart where the interval leaves out zero; one replication has none, and is believed.
    low, high = row["low"], row["high"]
    return low is None or high is None or not low <= 0 <= high


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%" if share >= MATERIAL or share == 0 else "under 1%"
