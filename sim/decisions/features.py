"""The feature table: a decision's view as a vector of numbers, for learners.

One table per scenario, in blocks: kind of decision, time, customer, profile, probabilities of
intents, belief, loads by channel, candidates by queue. Counts, money and durations are
log1p-scaled; what does not apply to a decision is 0, and so is what is not known because the firm
does not recognise the customer. ``Features.of_view`` fills it from a ``View`` (any policy can); the
environment fills it faster from the world, with equal values (tested).
"""

from __future__ import annotations

from math import cos, log1p, pi, sin
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.decisions.actions import KINDS, queue_names
from sim.decisions.beliefs import belief_rows, belief_values, tells_apart
from sim.decisions.view import Candidate, CustomerView, Load, Profile, View
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.units import DAY_S, WEEK_S

Vector = npt.NDArray[np.float32]
LOG_HIGH = 16.0  # log1p of nine million
FEATURE_READS = frozenset({"profile", "loads", "candidates", "intents"})


class Feature(NamedTuple):
    """One number of the vector: ``shown`` says when it is, ``reads`` names its view group."""

    name: str
    low: float
    high: float
    unit: str
    reads: str
    shown: str


ALWAYS, KNOWN, HIDDEN = "always", "known", "hidden"
SHOWN = {
    ALWAYS: "always",
    KNOWN: "of recognised customers",
    HIDDEN: "never: customers of this firm do not differ in what lasts",
}


def feature_table(scenario: Scenario, regime: Regime | None = None) -> list[Feature]:
    """Return the features of a scenario, in order.

    ``shown`` of what is known of recognised customers only is ``known``; with a ``regime`` that
    recognises nobody it is ``hidden``: those numbers are always 0.
    """
    rows = [Feature(f"kind.{k.name.lower()}", 0, 1, "0/1", "kind", ALWAYS) for k in KINDS]
    for clock in ("day", "week"):
        for wave in ("sin", "cos"):
            rows.append(Feature(f"time.{clock}_{wave}", -1, 1, "1", "time", ALWAYS))
    rows += _customer_rows(scenario) + _profile_rows(scenario) + _belief_rows(scenario)
    for name in _served(scenario):
        rows += [
            Feature(f"load.{name}.open", 0, 1, "0/1", "loads", ALWAYS),
            log_feature(f"load.{name}.waiting", "contacts", "loads"),
            log_feature(f"load.{name}.oldest_wait", "min", "loads"),
            log_feature(f"load.{name}.idle", "agents", "loads"),
            log_feature(f"load.{name}.on_duty", "agents", "loads"),
            log_feature(f"load.{name}.expected_wait", "min", "loads"),
        ]
    for channel, skill, tier in queue_names(scenario):
        name = f"candidate.{channel}.{skill}" + (".tier2" if tier > 1 else "")
        rows += [
            Feature(f"{name}.offered", 0, 1, "0/1", "candidates", ALWAYS),
            log_feature(f"{name}.waiting", "contacts", "candidates"),
            log_feature(f"{name}.wait", "min", "candidates"),
            log_feature(f"{name}.patience", "min", "candidates"),
            log_feature(f"{name}.margin", "money/month", "candidates", KNOWN),
            Feature(f"{name}.hazard", 0, 1, "1/month", "candidates", KNOWN),
        ]
    if regime is not None and not recognises(regime):
        rows = [r._replace(shown=HIDDEN) if r.shown == KNOWN else r for r in rows]
    return rows


def recognises(regime: Regime) -> bool:
    """Return whether the firm takes any contact's customer for somebody."""
    return regime.match_rate + regime.wrong_match_rate > 0


def log_feature(name: str, unit: str, reads: str = "", shown: str = ALWAYS) -> Feature:
    """Return the feature of a count, money or a duration, which is log1p-scaled."""
    return Feature(name, 0, LOG_HIGH, f"log1p({unit})", reads, shown)


def _one_hot(block: str, names: list[str], reads: str, shown: str = ALWAYS) -> list[Feature]:
    return [Feature(f"{block}.{name}", 0, 1, "0/1", reads, shown) for name in names]


def _served(scenario: Scenario) -> list[str]:
    """Return the channels with queues, in the scenario's order."""
    queued = {channel for channel, _, _ in queue_names(scenario)}
    return [name for name in scenario.channels if name in queued]


def _customer_rows(scenario: Scenario) -> list[Feature]:
    return [
        Feature("customer.present", 0, 1, "0/1", "customer", ALWAYS),
        log_feature("customer.attempt", "attempts", "customer", KNOWN),
        log_feature("customer.journey", "h", "customer"),
        log_feature("customer.wait", "min", "customer"),
        log_feature("customer.margin", "money/month", "customer", KNOWN),
        Feature("customer.recovered", 0, 1, "0/1", "customer", KNOWN),
        Feature("customer.known", 0, 1, "0/1", "customer", KNOWN),
        *_one_hot("customer.segment", list(scenario.segments), "customer", KNOWN),
        *_one_hot("customer.intent", list(scenario.intents), "customer"),
        *_one_hot("customer.channel", list(scenario.channels), "customer"),
    ]


def _profile_rows(scenario: Scenario) -> list[Feature]:
    return [
        log_feature("profile.contacts", "contacts", "profile", KNOWN),
        log_feature("profile.failures", "contacts", "profile", KNOWN),
        log_feature("profile.abandoned", "contacts", "profile", KNOWN),
        log_feature("profile.since_last", "h", "profile", KNOWN),
        log_feature("profile.mean_wait", "min", "profile", KNOWN),
        log_feature("profile.transfers", "contacts", "profile", KNOWN),
        log_feature("profile.repeats", "contacts", "profile", KNOWN),
        *_one_hot("profile.last_channel", list(scenario.channels), "profile", KNOWN),
    ]


def _belief_rows(scenario: Scenario) -> list[Feature]:
    shown = KNOWN if tells_apart(scenario) else HIDDEN
    return [
        *(
            Feature(f"probability.{name}", 0, 1, "1", "intents", ALWAYS)
            for name in scenario.intents
        ),
        *(
            Feature(f"belief.{name}", low, high, unit, "belief", shown)
            for name, low, high, unit in belief_rows(scenario)
        ),
    ]


def feature_reads(scenario: Scenario) -> frozenset[str]:
    """Return the groups of the view that the vector of a scenario is made of."""
    return FEATURE_READS | {"belief"} if tells_apart(scenario) else FEATURE_READS


def features_as_rows(scenario: Scenario) -> list[dict[str, str]]:
    """Return the feature table as text, one mapping per feature, for printing."""
    return [
        {
            "feature": f.name,
            "low": f"{f.low:g}",
            "high": f"{f.high:g}",
            "unit": f.unit,
            "reads": f.reads,
            "shown": SHOWN[f.shown],
        }
        for f in feature_table(scenario)
    ]


class Features:
    """Where each block of the vector begins, and the vector of a view."""

    def __init__(self, scenario: Scenario, regime: Regime) -> None:
        self.table = feature_table(scenario, regime)
        self.matched = recognises(regime)
        at = {f.name: i for i, f in enumerate(self.table)}
        self.size = len(self.table)
        self.kind = {int(k): i for i, k in enumerate(KINDS)}
        self.time = at["time.day_sin"]
        self.customer = at["customer.present"]
        self.segment = self.customer + 7
        self.intent = self.segment + len(scenario.segments)
        self.channel = self.intent + len(scenario.intents)
        self.profile = at["profile.contacts"]
        self.last_channel = self.profile + 7
        names = list(scenario.channels)
        self.loads = [(names.index(c), at[f"load.{c}.open"]) for c in _served(scenario)]
        self.probabilities = self.last_channel + len(names)
        self.belief = self.probabilities + len(scenario.intents)
        beliefs = self.belief + len(belief_rows(scenario))
        first = self.loads[-1][1] + 6 if self.loads else beliefs
        self.candidates = [first + 6 * q for q in range(len(queue_names(scenario)))]

    @property
    def low(self) -> Vector:
        """Lower bounds, shape (size,)."""
        return np.array([f.low for f in self.table], dtype=np.float32)

    @property
    def high(self) -> Vector:
        """Upper bounds, shape (size,)."""
        return np.array([f.high for f in self.table], dtype=np.float32)

    def of_view(self, view: View) -> Vector:
        """Return the vector of a view, shape (size,); it has to hold ``feature_reads``."""
        out = np.zeros(self.size, dtype=np.float32)
        out[self.kind[view.kind]] = 1.0
        out[self.time : self.time + 4] = waves(view.week_s)
        if view.customer is not None:
            known = self._write_customer(out, view.customer)
            if known and view.profile is not None:
                self._write_profile(out, view.profile)
        if view.intents is not None:
            out[self.probabilities : self.belief] = view.intents
        if view.belief is not None and view.belief.known:
            values = belief_values(view.belief)
            out[self.belief : self.belief + len(values)] = values
        if view.loads is not None:
            for channel, at in self.loads:
                out[at : at + 6] = load_values(view.loads[channel])
        for candidate in view.candidates or ():
            at = self.candidates[candidate.queue]
            out[at : at + 6] = self.candidate_values(candidate)
        return out

    def _write_customer(self, out: Vector, seen: CustomerView) -> bool:
        """Write what is known of a customer; return whether the firm recognises who it is."""
        at, known = self.customer, self.matched and seen.segment >= 0
        out[at : at + 7] = (
            1.0,
            log1p(seen.attempt) if known else 0.0,
            log1p(seen.journey_h),
            log1p(seen.wait_s / 60),
            log1p(seen.margin_per_month) if known else 0.0,
            1.0 if known and seen.recovered else 0.0,
            1.0 if known else 0.0,
        )
        if known:
            out[self.segment + seen.segment] = 1.0
        out[self.intent + seen.intent] = 1.0
        out[self.channel + seen.channel] = 1.0
        return known

    def _write_profile(self, out: Vector, seen: Profile) -> None:
        out[self.profile : self.profile + 7] = profile_values(seen)
        if seen.last_channel >= 0:
            out[self.last_channel + seen.last_channel] = 1.0

    def candidate_values(self, seen: Candidate) -> tuple[float, ...]:
        """Return the six features of a candidate."""
        known = self.matched and seen.segment >= 0
        return (
            1.0,
            log1p(seen.waiting),
            log1p(seen.wait_s / 60),
            min(LOG_HIGH, log1p(seen.mean_patience_s / 60)),  # may be endless
            log1p(seen.margin_per_month) if known else 0.0,
            min(1.0, seen.hazard_per_month) if known else 0.0,
        )


def waves(week_s: float) -> tuple[float, float, float, float]:
    """Return the sine and cosine of the time of the day and of the week."""
    day, week = 2 * pi * (week_s % DAY_S) / DAY_S, 2 * pi * week_s / WEEK_S
    return sin(day), cos(day), sin(week), cos(week)


def profile_values(seen: Profile) -> tuple[float, ...]:
    """Return the seven numeric features of a profile."""
    contacts, failures, abandoned, hours, _, wait_min, transfers, repeats = seen
    counts = log1p(contacts), log1p(failures), log1p(abandoned), log1p(hours)
    return *counts, log1p(wait_min), log1p(transfers), log1p(repeats)


def load_values(seen: Load) -> tuple[float, ...]:
    """Return the six features of a channel's load."""
    return (
        1.0 if seen.open else 0.0,
        log1p(seen.waiting),
        log1p(seen.oldest_wait_s / 60),
        log1p(seen.idle),
        log1p(seen.on_duty),
        log1p(seen.expected_wait_s / 60),
    )
