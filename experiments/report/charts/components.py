"""Net value taken apart: what each component brings per customer, and how strategies differ."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.report.formatting import Scale, decimals_for, half_width, scale_for
from experiments.report.palette import Style
from experiments.report.tables import Cell, LabelledRow
from experiments.statistics import PairedDifference, paired_difference
from experiments.store.results import RunResults

Array = npt.NDArray[np.float64]

COMPONENTS = {
    "Margin": ("margin", 1.0),
    "Sales": ("sales", 1.0),
    "Staff": ("staff_cost", -1.0),
    "Telephony and automation": ("contact_cost", -1.0),
    "Goodwill and offers": ("treatment_cost", -1.0),
}
"""The components of net value: metric and sign."""

NET, PER_CUSTOMER = "net_value", "net_value_per_customer"
COST, COST_PER_CUSTOMER = "cost", "cost_per_customer"


def components(
    results: RunResults,
    styles: Mapping[str, Style],
    reference: str | None,
    currency: str,
    level: float,
) -> list[LabelledRow]:
    """The rows of the table; empty where the run lacks a component.

    A cell holds the mean per customer; below it, except for the reference, the paired difference
    from the reference with its interval.
    """
    parts = _parts(results, styles)
    if not parts:
        return []
    # One number of decimals, that of the net value, so that a reader can add the rows up.
    net = [found["Net value"] for found in parts.values()]
    shown = scale_for("currency/customer", [_mean(of) for of in net], currency)
    base = parts.get(reference or "")
    gaps = [_gap(of, base["Net value"], level) for of in net] if base else []
    halves = [half_width(gap.low, gap.high) for gap in gaps if gap is not None]
    digits = max(2, decimals_for([_mean(of) for of in net], halves, shown.factor))

    def cell(label: str, of: Mapping[str, Array]) -> Cell:
        against = None if base is None or of is base else base[label]
        return _cell(of[label], against, level, shown, digits)

    return [
        LabelledRow(label, [cell(label, of) for of in parts.values()], total=label == "Net value")
        for label in (*COMPONENTS, "Discounting", "Net value")
    ]


def component_figures(
    results: RunResults, strategies: Iterable[str], reference: str | None, level: float
) -> list[dict[str, Any]]:
    """The same as numbers: a row for each strategy and component, money per customer.

    `mean`, and `difference` from the reference (strategy less reference) with `low` and `high`.
    """
    parts = _parts(results, strategies)
    base = parts.get(reference or "")
    rows = []
    for strategy, of in parts.items():
        for label, values in of.items():
            gap = None if base is None or of is base else _gap(values, base[label], level)
            ends = (None,) * 3 if gap is None else (gap.mean, gap.low, gap.high)
            names = ("strategy", "component", "mean", "difference", "low", "high")
            rows.append(dict(zip(names, (strategy, label, _mean(values), *ends), strict=True)))
    return rows


def _parts(results: RunResults, strategies: Iterable[str]) -> dict[str, dict[str, Array]]:
    """Each strategy's components; none where the run lacks one."""
    own = (name for name, _ in COMPONENTS.values())
    needed = {NET, PER_CUSTOMER, COST, COST_PER_CUSTOMER, *own}
    if needed - set(results.metrics["metric"].unique()):
        return {}
    return {name: _of_strategy(results.metrics, name) for name in strategies}


def _of_strategy(metrics: pl.DataFrame, strategy: str) -> dict[str, Array]:
    """Each component per customer, shape (replications,); they sum to the net value."""
    rows = metrics.filter(pl.col("strategy") == strategy)
    wide = rows.pivot(on="metric", index="replication", values="value").sort("replication")

    def column(name: str) -> Array:
        if name not in wide.columns:
            return np.full(len(wide), math.nan)
        return wide[name].cast(pl.Float64).fill_null(math.nan).to_numpy()

    each = _per_customer(column(COST_PER_CUSTOMER), column(COST), column(PER_CUSTOMER), column(NET))
    found = {label: sign * column(name) * each for label, (name, sign) in COMPONENTS.items()}
    net = column(PER_CUSTOMER)
    found["Discounting"] = net - sum(found.values(), np.zeros(len(wide)))
    found["Net value"] = net
    return found


def _per_customer(cost_each: Array, cost: Array, net_each: Array, net: Array) -> Array:
    """One over the number of customers, from whichever total is not zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        by_cost, by_net = cost_each / cost, net_each / net
    return np.where(np.isfinite(by_cost) & (cost != 0), by_cost, by_net)


def _cell(values: Array, base: Array | None, level: float, scale: Scale, digits: int) -> Cell:
    mean = scale.show(_mean(values), digits)
    gap = None if base is None else _gap(values, base, level)
    if gap is None or not math.isfinite(gap.mean):
        return Cell(mean, "")
    ends = scale.interval(gap.low, gap.high, digits, signed=True)
    return Cell(mean, scale.show(gap.mean, digits, signed=True) + (f" ({ends})" if ends else ""))


def _gap(values: Array, base: Array, level: float) -> PairedDifference | None:
    return paired_difference(values, base, level) if len(values) == len(base) > 0 else None


def _mean(values: Array) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None
