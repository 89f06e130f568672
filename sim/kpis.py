"""KPIs: pure functions over the register's tables.

``Window`` says what is measured: contacts and journeys that began in it, money that flowed in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import ASYNCHRONOUS, AUTOMATED, LIVE, Compiled
from sim.metrics import METRICS, measured
from sim.register import Context, Departure, JourneyOutcome, Outcome, Register, Steering
from sim.retention import annuity

Columns = dict[str, npt.NDArray[Any]]
ACCEPTABLE_WAIT_S = 20.0

__all__ = ["METRICS", "Facts", "customer_kpis", "kpis", "money_kpis"]


@dataclass(frozen=True)
class Facts:
    """What the KPIs need besides the register.

    ``margin_per_s`` and ``left_s`` (-1: still active) by customer; ``wage_per_s`` by team;
    ``channel_kind`` by channel; the window from ``start_s`` to ``end_s``.
    """

    start_s: float
    end_s: float
    margin_per_s: npt.NDArray[np.float64]
    left_s: npt.NDArray[np.float64]
    wage_per_s: npt.NDArray[np.float64]
    channel_kind: npt.NDArray[np.int64]
    discount_per_s: float

    @classmethod
    def of(cls, compiled: Compiled, customers: Any, start_s: float, end_s: float) -> Facts:
        """Return the facts of a world's customers under a compiled scenario."""
        return cls(
            start_s,
            end_s,
            np.array(customers.margin_per_s),
            np.array(customers.left_s),
            np.array(compiled.teams.wage_per_s),
            np.array(compiled.channels.kind),
            compiled.discount_per_s,
        )


def kpis(register: Register, facts: Facts) -> dict[str, float]:
    """Return all metrics but `LIFETIME` by name; NaN where undefined (without any e-mail…)."""
    contacts, journeys = register.columns("contacts"), register.columns("journeys")
    contacts = _since(contacts, "start_s", facts.start_s)
    journeys = _since(journeys, "start_s", facts.start_s)
    found = {
        **retention_kpis(register.columns("churn"), facts),
        **money_kpis(register, facts),
        **journey_kpis(journeys),
        **customer_kpis(contacts, _since(register.columns("surveys"), "time_s", facts.start_s)),
        **queue_kpis(contacts, facts),
        **contact_kpis(contacts, facts),
        **agent_kpis(contacts, register.columns("shifts"), facts),
    }
    found["cost_per_contact"] = _ratio(found["cost"], found["contacts"])
    resolved = float(np.sum(journeys["outcome"] == JourneyOutcome.RESOLVED))
    found["cost_per_resolution"] = _ratio(found["cost"], resolved)
    closed = _closed(journeys)
    found["human_share"] = _mean(journeys["human"][closed])
    return {name: float(found[name]) for name in measured(lifetime_value=False)}


def _since(table: Columns, column: str, start: float) -> Columns:
    keep = table[column] >= start
    return table if keep.all() else {name: values[keep] for name, values in table.items()}


def _ratio(a: float, b: float) -> float:
    return a / b if b else float("nan")


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else float("nan")


def retention_kpis(churn: Columns, facts: Facts) -> dict[str, float]:
    """Retention over the window."""
    start = (facts.left_s < 0) | (facts.left_s > facts.start_s)
    kept = start & ((facts.left_s < 0) | (facts.left_s > facts.end_s))
    n, margin = int(start.sum()), facts.margin_per_s
    inside = churn["time_s"] > facts.start_s
    left = inside & (churn["how"] != Departure.SAVED)
    announced = inside & (churn["how"] == Departure.ANNOUNCED)
    return {
        "retention": _ratio(float(kept.sum()), n),
        "churned_per_1000": _ratio(1000.0 * (n - float(kept.sum())), n),
        "margin_kept": _ratio(float(margin[kept].sum()), float(margin[start].sum())),
        "announced_share": _ratio(float(announced.sum()), float(left.sum())),
        "customers": float(n),
        "saved": float((inside & (churn["how"] == Departure.SAVED)).sum()),
    }


def money_kpis(register: Register, facts: Facts) -> dict[str, float]:
    """Money in the window: components undiscounted, net value discounted to its start."""
    start, end, rate = facts.start_s, facts.end_s, facts.discount_per_s
    left = np.where(facts.left_s < 0, end, np.minimum(facts.left_s, end))
    active = np.maximum(0.0, left - start)
    margin = float((facts.margin_per_s * active).sum())
    net = float((facts.margin_per_s * annuity(active, rate)).sum())
    shifts = register.columns("shifts")
    wage = facts.wage_per_s[shifts["team"]] if len(shifts["team"]) else np.empty(0)
    on = np.maximum(0.0, shifts["on_s"] - start)
    off = np.maximum(0.0, np.minimum(shifts["off_s"], end) - start)
    staff = float((wage * (off - on)).sum())
    net -= float((wage * (annuity(off, rate) - annuity(on, rate))).sum())
    contacts = _since(register.columns("contacts"), "released_s", start)
    treatments = _since(register.columns("treatments"), "time_s", start)
    discount = np.exp(-rate * (contacts["released_s"] - start))
    net += float(((contacts["sale"] - contacts["cost"]) * discount).sum())
    net -= float((treatments["cost"] * np.exp(-rate * (treatments["time_s"] - start))).sum())
    contact_cost, treated = float(contacts["cost"].sum()), float(treatments["cost"].sum())
    customers = float(((facts.left_s < 0) | (facts.left_s > start)).sum())
    cost = staff + contact_cost + treated
    return {
        "cost": cost,
        "cost_per_customer": _ratio(cost, customers),
        "staff_cost": staff,
        "contact_cost": contact_cost,
        "treatment_cost": treated,
        "net_value": net,
        "net_value_per_customer": _ratio(net, customers),
        "margin": margin,
        "sales": float(contacts["sale"].sum()),
    }


def _closed(journeys: Columns) -> npt.NDArray[np.bool_]:
    closed: npt.NDArray[np.bool_] = (journeys["outcome"] != JourneyOutcome.OPEN) & (
        journeys["cancel"] == 0
    )
    return closed


def journey_kpis(journeys: Columns) -> dict[str, float]:
    """Journeys that began in the window; shares are of the closed ones."""
    closed = _closed(journeys)
    n = float(closed.sum())
    resolved = closed & (journeys["outcome"] == JourneyOutcome.RESOLVED)
    hours = (journeys["end_s"] - journeys["start_s"])[resolved] / 3600
    return {
        "journeys": float(len(closed)),
        "resolved_share": _ratio(float(resolved.sum()), n),
        "given_up_share": _ratio(
            float((closed & (journeys["outcome"] == JourneyOutcome.GIVEN_UP)).sum()), n
        ),
        "first_contact_resolution": _ratio(
            float((closed & (journeys["first_contact_resolved"] == 1)).sum()), n
        ),
        "contacts_per_journey": _ratio(float(journeys["contacts"][closed].sum()), n),
        "time_to_resolution_h": _mean(hours),
        "effort_per_journey": _mean(journeys["effort"][closed]),
        "recontact_share": _ratio(float((journeys["attempts"][closed] > 1).sum()), n),
    }


def customer_kpis(contacts: Columns, surveys: Columns) -> dict[str, float]:
    """Satisfaction, felt and surveyed."""
    attempt_ends = ~np.isin(
        contacts["outcome"],
        (Outcome.HANDED_OVER, Outcome.TRANSFERRED, Outcome.SUPERSEDED, Outcome.OPEN, Outcome.LEFT),
    )
    nps = surveys["nps"]
    return {
        "satisfaction": _mean(contacts["gap"][attempt_ends]),
        "csat": _mean(surveys["csat"]),
        "ces": _mean(surveys["ces"]),
        "nps": 100 * (_mean(nps >= 9) - _mean(nps <= 6)),
    }


def waits(contacts: Columns) -> npt.NDArray[np.float64]:
    """Return each contact's wait in its queue, seconds."""
    until = np.where(contacts["answered_s"] >= 0, contacts["answered_s"], contacts["released_s"])
    wait: npt.NDArray[np.float64] = until - contacts["queued_s"]
    return wait


def queue_kpis(contacts: Columns, facts: Facts) -> dict[str, float]:
    """Waits of live queues and response times of backlogs."""
    kind = facts.channel_kind[contacts["channel"]]
    live = (kind == LIVE) & (contacts["queued_s"] >= 0)
    served = live & (contacts["answered_s"] >= 0)
    abandoned = live & (contacts["outcome"] == Outcome.ABANDONED)
    wait = waits(contacts)
    quick = wait <= ACCEPTABLE_WAIT_S
    base = float(live.sum()) - float((abandoned & quick).sum())
    answered = (kind == ASYNCHRONOUS) & (contacts["answered_s"] >= 0)
    answered &= contacts["outcome"] != Outcome.SUPERSEDED
    response = (contacts["released_s"] - contacts["start_s"])[answered] / 3600
    return {
        "abandonment": _ratio(float(abandoned.sum()), float(live.sum())),
        "service_level": _ratio(float((served & quick).sum()), base),
        "speed_of_answer_s": _mean(wait[served]),
        "waiting_time_s": _mean(wait[live]),
        "time_to_abandon_s": _mean(wait[abandoned]),
        "response_time_h": _mean(response),
    }


def contact_kpis(contacts: Columns, facts: Facts) -> dict[str, float]:
    """Automation, steering, context, transfers."""
    kind, outcome = facts.channel_kind[contacts["channel"]], contacts["outcome"]
    automated = (kind == AUTOMATED) & (outcome != Outcome.OPEN)
    first_leg = contacts["from_channel"] < 0
    steering = contacts["steering"][first_leg]
    later = contacts["context"] != Context.FIRST
    human = contacts["agent"] >= 0
    n = float(len(outcome))
    return {
        "contacts": n,
        "contained_share": _mean(outcome[automated] != Outcome.HANDED_OVER),
        "verified_contained_share": _mean(outcome[automated] == Outcome.RESOLVED),
        "steered_share": _mean(steering == Steering.ACCEPTED),
        "refused_share": _mean(steering[steering != Steering.NONE] == Steering.REFUSED),
        "repeated_share": _mean(contacts["context"][later] == Context.REPEATED),
        "transfer_share": _mean(outcome[human] == Outcome.TRANSFERRED),
        "closed_share": _ratio(float((outcome == Outcome.CLOSED).sum()), n),
    }


def agent_kpis(contacts: Columns, shifts: Columns, facts: Facts) -> dict[str, float]:
    """Agents: occupancy, handle time, load."""
    human = (contacts["agent"] >= 0) & (contacts["outcome"] != Outcome.OPEN)
    handle = (contacts["end_s"] - contacts["answered_s"])[human]
    shifts = _since(shifts, "on_s", facts.start_s)
    paid = float((shifts["off_s"] - shifts["on_s"]).sum())
    available = paid - float(shifts["break_s"].sum())
    span = facts.end_s - facts.start_s
    return {
        "occupancy": _ratio(float(shifts["busy_s"].sum()), available),
        "handle_time_s": _mean(handle),
        "search_s": _mean(contacts["search_s"][human]),
        "wrap_up_s": _mean(contacts["wrap_up_s"][human]),
        "offered_load_erlangs": float(handle.sum()) / span,
        "agent_hours": paid / 3600,
        "contacts_per_agent_hour": _ratio(float(human.sum()), available / 3600),
    }
