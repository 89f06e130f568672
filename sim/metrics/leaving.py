"""Which measure of a customer predicts leaving: how journeys went, or proxies such as surveys.

A run is split in two. Customers are measured over its first part, from what the firm sees (visible
columns of the register, by the customer whom the firm took the caller for), and judged by who of
those still there leaves in the second part. Nothing is fitted: each measure has a direction that is
stated beforehand, so that an area below 0.5 says that practice reads it the wrong way round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.metrics.auc import Auc, auc
from sim.metrics.contact_kpis import waits
from sim.metrics.facts import Columns, Facts, mean, select
from sim.register.register import Context, Outcome, Register
from sim.tables.codes import AUTOMATED, LIVE
from sim.units import HOUR_S, MINUTE_S

Floats = npt.NDArray[np.float64]

JOURNEYS = (
    "failed_journeys",
    "contacts_per_journey",
    "time_to_resolution",
    "repeated_explanations",
    "waits",
    "transfers",
)
"""Measures of journeys; more of each is read as nearer to leaving."""
PROXIES = ("csat", "ces", "nps", "self_service_minutes")
"""What stands for them: survey scores, and time spent with self-service as engagement."""
LOWER = frozenset({"csat", "nps", "self_service_minutes"})
"""Less of it is read as nearer to leaving."""
AUC = "auc_"
MEASURES = (*JOURNEYS, *PROXIES, "journeys", "proxies", "answered_journeys", "answered_proxies")
"""What areas are given of, each as ``auc_…``."""
LEAVING = (*(AUC + name for name in MEASURES), "answered_share")
"""The metrics of this module."""
HALF = 0.5

_FAILED = (
    Outcome.UNRESOLVED,
    Outcome.ABANDONED,
    Outcome.CLOSED,
    Outcome.UNREACHED,
    Outcome.SUPERSEDED,
    Outcome.CUT_OFF,
)
_MOVED = (Outcome.TRANSFERRED, Outcome.HANDED_OVER)


def leaving_kpis(register: Register, facts: Facts, split: float = HALF) -> dict[str, float]:
    """Return the areas under the ROC curve of every measure, and the share that has answered.

    Args:
        register: of the run.
        facts: the window; who left when.
        split: the part of the window over which customers are measured.
    """
    found = leaving_areas(register, facts, split)
    areas = {AUC + name: of.area for name, of in found.items()}
    there, _ = _judged(facts, split)
    answered = ~np.isnan(measures(register, facts, split)["csat"][there])
    return areas | {"answered_share": mean(answered)}


def leaving_areas(register: Register, facts: Facts, split: float = HALF) -> dict[str, Auc]:
    """Return by measure how well it tells who leaves in the rest of the window, with its error.

    Who lacks a measure (has not answered) stands at its mean. ``journeys`` and ``proxies`` are the
    sums of each kind's measures in standard deviations. Those ``answered_…`` are of customers who
    answered a survey only, so that both kinds are asked of the same people.

    Args:
        register: of the run.
        facts: the window; who left when.
        split: the part of the window over which customers are measured.
    """
    there, left = _judged(facts, split)
    of = {name: column[there] for name, column in measures(register, facts, split).items()}
    answered = ~np.isnan(of["csat"])
    scores = {name: standardised(column) for name, column in of.items()}
    scores["journeys"] = np.sum([scores[name] for name in JOURNEYS], axis=0)
    scores["proxies"] = np.sum([scores[name] for name in PROXIES], axis=0)
    areas = {name: auc(column, left) for name, column in scores.items()}
    for kind in ("journeys", "proxies"):
        areas[f"answered_{kind}"] = auc(scores[kind][answered], left[answered])
    return {name: areas[name] for name in MEASURES}


def standardised(column: Floats) -> Floats:
    """Return a column in standard deviations from its mean; NaN becomes 0, its mean."""
    known = column[~np.isnan(column)]
    spread = float(known.std()) if known.size else 0.0
    if not spread > 0.0:
        return np.zeros(len(column))
    away: Floats = np.nan_to_num((column - known.mean()) / spread, nan=0.0)
    return away


def measures(register: Register, facts: Facts, split: float = HALF) -> dict[str, Floats]:
    """Return each measure of each customer, shape (customers,), so that more is nearer to leaving.

    NaN: the customer has none. What is over after the split is open in it.

    Args:
        register: of the run.
        facts: the window.
        split: the part of it over which customers are measured.
    """
    first = replace(facts, end_s=_split_s(facts, split))
    contacts = first.within(register.columns("contacts"))
    contacts = select(contacts, contacts["known_as"] >= 0)
    found = _of_journeys(contacts, first) | _of_contacts(contacts, first)
    found |= _of_surveys(register, first)
    return {n: -found[n] if n in LOWER else found[n] for n in (*JOURNEYS, *PROXIES)}


def _split_s(facts: Facts, split: float) -> float:
    return facts.start_s + split * (facts.end_s - facts.start_s)


def _judged(facts: Facts, split: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return who is there at the split, shape (customers,), and of these who leaves until the end.

    The second has the shape (number there,).
    """
    at = _split_s(facts, split)
    there = (facts.left_s < 0) | (facts.left_s > at)
    left = facts.left_s[there]
    return there, (left > at) & (left <= facts.end_s)


def _of_journeys(contacts: Columns, facts: Facts) -> dict[str, Floats]:
    """Measures of journeys, as far as the firm sees them: what it knows of one customer."""
    n, close = len(facts.left_s), facts.end_s
    coded = np.where(contacts["released_s"] <= close, contacts["coded"], Outcome.OPEN)
    key = np.stack((contacts["known_as"], contacts["journey"]))
    journeys, of = np.unique(key, axis=1, return_inverse=True)
    of = of.reshape(-1)
    begun, solved = np.full(journeys.shape[1], np.inf), np.full(journeys.shape[1], np.inf)
    np.minimum.at(begun, of, contacts["start_s"])
    right = coded == Outcome.RESOLVED
    np.minimum.at(solved, of[right], contacts["released_s"][right])
    failed = np.zeros(journeys.shape[1], dtype=bool)
    failed[of[np.isin(coded, _FAILED)]] = True
    who, number = journeys[0], np.bincount(journeys[0], minlength=n)
    lasted = (np.minimum(solved, close) - begun) / HOUR_S
    legs = np.bincount(contacts["known_as"], minlength=n)
    return {
        "failed_journeys": _sum(who, failed & np.isinf(solved), n),
        "contacts_per_journey": _per(legs, number),
        "time_to_resolution": _per(_sum(who, lasted, n), number),
    }


def _of_contacts(contacts: Columns, facts: Facts) -> dict[str, Floats]:
    """Sums over a customer's contacts; 0 where there is none."""
    n, close, who = len(facts.left_s), facts.end_s, contacts["known_as"]
    over, kind = contacts["released_s"] <= close, facts.channel_kind[contacts["channel"]]
    queued = (kind == LIVE) & (contacts["queued_s"] >= 0)
    waited = np.minimum(waits(contacts), close - contacts["queued_s"])
    spent = np.minimum(contacts["released_s"], close) - contacts["start_s"]
    return {
        "repeated_explanations": _sum(who, contacts["context"] == Context.REPEATED, n),
        "waits": _sum(who, np.where(queued, waited, 0.0) / MINUTE_S, n),
        "transfers": _sum(who, np.isin(contacts["coded"], _MOVED) & over, n),
        "self_service_minutes": _sum(who, np.where(kind == AUTOMATED, spent, 0.0) / MINUTE_S, n),
    }


def _of_surveys(register: Register, facts: Facts) -> dict[str, Floats]:
    """Mean answers of those whom the firm takes to have given them; NaN without."""
    known_as, n = register.columns("contacts")["known_as"], len(facts.left_s)
    answers = facts.within(register.columns("surveys"), "time_s")
    answers = select(answers, answers["contact"] >= 0)
    who = known_as[answers["contact"]]  # a row
    known = select(answers, who >= 0)
    who = who[who >= 0]
    number = np.bincount(who, minlength=n)
    return {name: _per(_sum(who, known[name], n), number) for name in ("csat", "ces", "nps")}


def _sum(who: npt.NDArray[np.int64], values: npt.NDArray[Any], n: int) -> Floats:
    total: Floats = np.bincount(who, weights=values.astype(float), minlength=n).astype(float)
    return total  # bincount counts in whole numbers where there is nothing


def _per(total: npt.NDArray[Any], number: npt.NDArray[np.int64]) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Floats = np.where(number > 0, total / number, np.nan)
    return ratio
