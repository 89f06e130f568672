"""Made-up results of a run, for the tests of the page: random, but of realistic sizes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import norm

from experiments import RunResults
from experiments.store.results import SCHEMAS
from sim.metrics.metrics import Metric

CHANNELS = ("phone", "chat", "email", "chatbot", "app")
STATUSES = ("fitted", "published", "secondary", "assumed")
NAMES = (
    "multichannel",
    "omnichannel",
    "optichannel",
    "cheapest_channel",
    "bot_first",
    "least_expected_wait",
    "longest_idle_agent",
    "cmu_theta_index",
    "value_at_risk",
    "thresholds",
    "silo_teams",
    "oracle",
)

INFO = {
    m.name: m
    for m in (
        Metric(
            "retention", "Customers retained", "share", "retention", "higher",
            "Customers at the end ÷ customers at the start.",
        ),
        Metric(
            "cost_per_customer", "Cost per customer", "currency/customer", "cost", "lower",
            "All costs of service ÷ customers at the start.",
        ),
        Metric(
            "net_per_customer", "Net value", "currency/customer", "net", "higher",
            "Discounted margin − cost, per customer at the start.",
        ),
        Metric(
            "satisfaction", "Satisfaction", "score", "customer", "higher",
            "Mean satisfaction after a journey, on a scale of 0 to 1.",
        ),
        Metric(
            "first_contact_resolution", "First-contact resolution", "share", "journey", "higher",
            "Journeys resolved in their first contact ÷ all journeys; a ratio of sums.",
        ),
        Metric(
            "time_to_resolution_h", "Time to resolution", "h", "journey", "lower",
            "Mean time from need to resolution over resolved journeys.",
        ),
        Metric(
            "contacts_per_journey", "Contacts per journey", "contacts", "journey", "lower",
            "Contacts ÷ journeys.",
        ),
        Metric(
            "speed_of_answer_s", "Speed of answer", "s", "contact", "lower",
            "Mean wait of the served only.",
        ),
        Metric(
            "occupancy", "Occupancy", "share", "agent", "neither",
            "Busy ÷ scheduled agent time.",
        ),
        Metric(
            "handle_time_s", "Handle time", "s", "agent", "lower",
            "Mean of talk + search + wrap-up.",
        ),
        Metric(
            "margin", "Margin", "currency", "money", "higher",
            "Margin over the horizon, all customers.",
        ),
    )
}  # fmt: skip
CENTRES = {
    "retention": (0.912, 0.016, 0.003),
    "cost_per_customer": (14.2, 1.3, 0.12),
    "net_per_customer": (61.0, 4.0, 0.6),
    "satisfaction": (0.63, 0.04, 0.006),
    "first_contact_resolution": (0.68, 0.05, 0.004),
    "time_to_resolution_h": (21.0, 5.0, 0.8),
    "contacts_per_journey": (1.42, 0.1, 0.01),
    "speed_of_answer_s": (58.0, 20.0, 3.0),
    "occupancy": (0.81, 0.04, 0.006),
    "handle_time_s": (268.0, 14.0, 2.0),
    "margin": (1_480_000.0, 45_000.0, 6_000.0),
}
"""Per metric: its centre, its spread between strategies and its standard error."""


def make_results(strategies: int = 3, replications: int = 20, seed: int = 5) -> RunResults:
    """Results for the first `strategies` of `NAMES`; the first is the reference."""
    rng = np.random.default_rng(seed)
    names = NAMES[:strategies]
    reference = names[0] if strategies > 1 else None
    estimates = _estimates(rng, names, replications)
    frames = {
        "metrics": estimates.select(
            "strategy", pl.lit(0).alias("replication"), "metric", pl.col("mean").alias("value")
        ),
        "estimates": estimates,
        "differences": _differences(rng, estimates, reference, replications),
        "best_sets": _best_sets(estimates),
        "hourly": _hourly(rng, names),
        "flows": _flows(rng, names),
        "survival": _survival(estimates, replications),
        "decisions": _decisions(rng, names),
        "provenance": _provenance(rng),
    }
    return RunResults.build(frames, _manifest(names, reference, replications))


def _estimates(rng: np.random.Generator, names: Sequence[str], n: int) -> pl.DataFrame:
    rows = []
    for i, name in enumerate(names):
        # The first three get better in turn, the others scatter around the first.
        step = i if i < 3 else 0
        lift = {"retention": 0.8 * step, "cost_per_customer": -0.4 * step, "net_per_customer": step}
        for metric, (centre, spread, error) in CENTRES.items():
            mean = centre + spread * (0.4 * float(rng.normal()) + lift.get(metric, 0.0))
            half = None if n < 2 else 2.0 * error * float(rng.uniform(0.8, 1.2))
            low, high = (None, None) if half is None else (mean - half, mean + half)
            rows.append((name, metric, mean, low, high, n))
    return pl.DataFrame(rows, ["strategy", "metric", "mean", "low", "high", "n"], orient="row")


def _differences(
    rng: np.random.Generator, estimates: pl.DataFrame, reference: str | None, n: int
) -> pl.DataFrame:
    base = dict(
        estimates.filter(pl.col("strategy") == pl.lit(reference, pl.String))[
            "metric", "mean"
        ].iter_rows()
    )
    rows = []
    for row in estimates.filter(pl.col("strategy") != (reference or "")).iter_rows(named=True):
        if row["metric"] not in base:
            continue
        mean = row["mean"] - base[row["metric"]]
        half = CENTRES[row["metric"]][2] * float(rng.uniform(0.7, 1.1))
        many = n > 1
        p = float(2 * norm.sf(1.96 * abs(mean) / half)) if many else None
        rows.append(
            (
                row["strategy"], reference, row["metric"], mean,
                mean - half if many else None, mean + half if many else None,
                p, None if p is None else min(1.0, p * len(NAMES)),
                float(rng.uniform(3, 30)) if many else None,
            )
        )  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMAS["differences"], orient="row")


def _best_sets(estimates: pl.DataFrame) -> pl.DataFrame:
    rows = []
    for name, metric in INFO.items():
        if metric.better == "neither":
            continue
        of = estimates.filter(pl.col("metric") == name)
        sign = 1 if metric.better == "higher" else -1
        best = max(sign * v for v in of["mean"])
        error = CENTRES[name][2]
        rows += [
            (name, s, sign * m > best - 2 * error) for s, m in of["strategy", "mean"].iter_rows()
        ]
    return pl.DataFrame(rows, ["metric", "strategy", "in_best_set"], orient="row")


def _hourly(rng: np.random.Generator, names: Sequence[str]) -> pl.DataFrame:
    typical = {"phone": 60.0, "chat": 35.0, "email": 40_000.0, "chatbot": 0.0, "app": 0.0}
    rows: list[tuple[Any, ...]] = []
    for name in names:
        level = float(rng.uniform(0.6, 1.5))
        for channel in CHANNELS:
            staffed = typical[channel] > 0
            for hour in range(24):
                open_ = 7 <= hour < 22 or channel != "phone"
                if not open_:
                    continue
                peak = np.exp(-(((hour - 11) / 3.5) ** 2)) + 0.7 * np.exp(-(((hour - 17) / 3) ** 2))
                wait = typical[channel] * level * (0.2 + peak) * float(rng.uniform(0.85, 1.15))
                busy = min(0.97, 0.35 + 0.45 * peak * level) if staffed and 7 <= hour < 22 else None
                rows.append((name, channel, hour, 400 * (0.1 + peak), wait, busy))
    columns = ["strategy", "channel", "hour", "contacts", "mean_wait_s", "occupancy"]
    return pl.DataFrame(rows, columns, orient="row", infer_schema_length=None)


def _flows(rng: np.random.Generator, names: Sequence[str]) -> pl.DataFrame:
    rows: list[tuple[str, str, str, float]] = []
    for name in names:
        entering = dict(zip(CHANNELS, rng.dirichlet([6, 2, 2, 3, 3]) * 9000, strict=True))
        for attempt in (1, 2, 3):
            onward = dict.fromkeys(CHANNELS, 0.0)
            for channel, contacts in entering.items():
                again = {"phone": 0.18, "chat": 0.25}.get(channel, 0.4) if attempt < 3 else 0.0
                source = f"{channel} {attempt}"
                resolved = (1 - again) * float(rng.uniform(0.8, 0.95))
                rows.append((name, source, "resolved", contacts * resolved))
                rows.append((name, source, "given up", contacts * (1 - again - resolved)))
                for target, share in zip(CHANNELS, rng.dirichlet([8, 2, 1, 1, 1]), strict=True):
                    if again:
                        moved = contacts * again * float(share)
                        onward[target] += moved
                        rows.append((name, source, f"{target} {attempt + 1}", moved))
            entering = onward
    return pl.DataFrame(rows, ["strategy", "source", "target", "contacts"], orient="row")


def _survival(estimates: pl.DataFrame, n: int) -> pl.DataFrame:
    rows = []
    kept = estimates.filter(pl.col("metric") == "retention")["strategy", "mean"]
    for name, end in kept.iter_rows():
        for day in range(91):
            share = end ** (day / 90)
            half = 0.004 * (day / 90) ** 0.5
            band = (share - half, min(1.0, share + half)) if n > 1 else (None, None)
            rows.append((name, day, share, *band))
    return pl.DataFrame(rows, ["strategy", "day", "retained", "low", "high"], orient="row")


def _decisions(rng: np.random.Generator, names: Sequence[str]) -> pl.DataFrame:
    actions = {
        "entry": ("route_phone", "route_chat", "route_email", "route_chatbot", "route_app"),
        "escalation": ("stay", "hand_over_chat", "hand_over_phone", "callback"),
        "dispatch": ("oldest", "highest_value", "shortest_job"),
        "wrap_up": ("nothing", "recover", "survey", "offer"),
    }
    rows = []
    for name in names:
        for kind, options in actions.items():
            total = float(rng.uniform(1000, 9000))
            for action, share in zip(options, rng.dirichlet(np.ones(len(options))), strict=True):
                rows.append((name, kind, action, float(share), total * float(share)))
    columns = ["strategy", "kind", "action", "share", "per_replication"]
    return pl.DataFrame(rows, columns, orient="row")


def _provenance(rng: np.random.Generator) -> pl.DataFrame:
    rows = []
    for i in range(140):
        status = STATUSES[int(rng.choice(4, p=[0.35, 0.2, 0.15, 0.3]))]
        source = {"fitted": "call log of February 1999, odd days", "assumed": ""}.get(
            status, "Gans, Koole & Mandelbaum (2003), Table 1"
        )
        path = f"channels.{CHANNELS[i % 5]}.handle_time.intents.intent_{i}.log_mean"
        rows.append((path, f"{rng.lognormal(1, 1):.3g}", status, source))
    return pl.DataFrame(rows, ["path", "value", "status", "source"], orient="row")


def _manifest(names: Sequence[str], reference: str | None, n: int) -> dict[str, Any]:
    return {
        "name": "quickstart",
        "title": "Telco: three channel strategies over a quarter",
        "scenario": "telco",
        "description": "What multichannel, omnichannel and optichannel orchestration are worth.",
        "command": "optichannel run experiments/configs/quickstart.yaml",
        "started": "2026-03-02T09:14:05+00:00",
        "finished": "2026-03-02T09:14:51+00:00",
        "versions": {"optichannel": "0.1.0", "python": "3.11.7", "numpy": "2.3.1"},
        "revision": "a7e24c9",
        "seed": 20260302,
        "replications": n,
        "horizon_days": 90,
        "warm_up_days": 14,
        "currency": "USD",
        "bounds": [name for name in names if name == "oracle"],
        "confidence": 0.95,
        "firms": {"telco": {"customers": 2000}},
        "digests": {name: ["9f2c"] * n for name in names},
        "reference": reference,
        "config": {"scenario": "telco", "strategies": {name: {"policy": name} for name in names}},
    }
