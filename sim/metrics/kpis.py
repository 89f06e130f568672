"""KPIs: pure functions over the register's tables.

``Facts`` says what is measured: contacts and journeys that began in a window, money and agents'
time within it (cut at its borders). What is still open when the run ends is allowed for, never
left out (`sim.metrics.censoring`).
"""

from __future__ import annotations

from math import fsum

from sim.behaviour.money import annuities, discount_factors
from sim.decisions.actions import Kind
from sim.metrics.agent_time import AgentTime, agent_time, paid_time
from sim.metrics.contact_kpis import (
    automation_kpis,
    contact_kpis,
    handle_times,
    handled_in,
    queue_kpis,
    waits,
    work_kpis,
)
from sim.metrics.facts import Columns, Facts, mean, ratio
from sim.metrics.journey_kpis import customer_kpis, journey_kpis
from sim.metrics.knowledge import knowledge_kpis
from sim.metrics.metrics import METRICS, measured
from sim.register.register import Departure, Outcome, Register
from sim.units import HOUR_S

__all__ = ["METRICS", "Columns", "Facts", "decision_value", "kpis", "money_kpis", "waits"]


def kpis(register: Register, facts: Facts) -> dict[str, float]:
    """Return what every run measures; NaN where undefined (no e-mail) or not known yet."""
    every = register.columns("contacts")
    contacts, journeys = facts.within(every), facts.within(register.columns("journeys"))
    time, handled = agent_time(register, facts), handled_in(every, facts)
    by_name = {
        **retention_kpis(register.columns("churn"), facts),
        **money_kpis(register, facts),
        **journey_kpis(journeys, facts),
        **customer_kpis(contacts, register.columns("surveys"), journeys, facts),
        **queue_kpis(contacts, facts),
        **contact_kpis(contacts),
        **automation_kpis(contacts, facts),
        **work_kpis(every, handled, facts),
        **agent_kpis(handled, time),
        **knowledge_kpis(contacts),
    }
    by_name["cost_per_contact"] = ratio(by_name["cost"], by_name["contacts"])
    resolved = by_name["journeys"] * by_name["resolved_share"]
    by_name["cost_per_resolution"] = ratio(by_name["cost"], resolved)
    return {name: float(by_name[name]) for name in measured(lifetime_value=False)}


def decision_value(register: Register, facts: Facts) -> float:
    """Return the metric `decision_value` of a world that has valued its decisions; see there."""
    decisions = facts.within(register.columns("decisions"), "time_s")
    entries = decisions["kind"] == Kind.ENTRY
    if not (entries & (decisions["by"] == 1)).any():  # no policy decides: nothing is valued
        return float("nan")
    return ratio(fsum(decisions["value"]), float(facts.there.sum()))


def retention_kpis(churn: Columns, facts: Facts) -> dict[str, float]:
    """Retention over the window."""
    start = facts.there
    kept = start & ((facts.left_s < 0) | (facts.left_s > facts.end_s))
    n, margin = int(start.sum()), facts.margin_per_s
    inside = (churn["time_s"] > facts.start_s) & (churn["time_s"] <= facts.end_s)
    left = inside & (churn["how"] != Departure.SAVED)
    announced = inside & (churn["how"] == Departure.ANNOUNCED)
    return {
        "retention": ratio(float(kept.sum()), n),
        "churned_per_1000": ratio(1000.0 * (n - float(kept.sum())), n),
        "margin_kept": ratio(float(margin[kept].sum()), float(margin[start].sum())),
        "announced_share": ratio(float(announced.sum()), float(left.sum())),
        "customers": float(n),
        "saved": float((inside & (churn["how"] == Departure.SAVED)).sum()),
    }


def money_kpis(register: Register, facts: Facts) -> dict[str, float]:
    """Money in the window: components undiscounted, net value discounted to its start."""
    start, rate = facts.start_s, facts.discount_per_s
    active = facts.active_s
    margin = float((facts.margin_per_s * active).sum())
    net = float((facts.margin_per_s * annuities(active, rate)).sum())
    paid = paid_time(register, facts)
    wage, on, off = facts.wage_per_s[paid.team], paid.start_s - start, paid.end_s - start
    staff = float((wage * (off - on)).sum())
    net -= float((wage * (annuities(off, rate) - annuities(on, rate))).sum())
    contacts = facts.during(register.columns("contacts"), "released_s")
    treatments = facts.during(register.columns("treatments"), "time_s")
    discount = discount_factors(contacts["released_s"] - start, rate)
    net += float(((contacts["sale"] - contacts["cost"]) * discount).sum())
    discount = discount_factors(treatments["time_s"] - start, rate)
    net -= float((treatments["cost"] * discount).sum())
    contact_cost, treated = float(contacts["cost"].sum()), float(treatments["cost"].sum())
    customers = float(facts.there.sum())
    cost = staff + contact_cost + treated
    return {
        "cost": cost,
        "cost_per_customer": ratio(cost, customers),
        "staff_cost": staff,
        "contact_cost": contact_cost,
        "treatment_cost": treated,
        "net_value": net,
        "net_value_per_customer": ratio(net, customers),
        "margin": margin,
        "sales": float(contacts["sale"].sum()),
    }


def agent_kpis(handled: Columns, time: AgentTime) -> dict[str, float]:
    """Agents: occupancy, handle time, productivity."""
    human = float(len(handled["agent"]))
    return {
        "occupancy": ratio(time.busy.total_s, time.available_s),
        "handle_time_s": mean(handle_times(handled)),
        "search_s": mean(handled["search_s"]),
        "wrap_up_s": mean(handled["wrap_up_s"]),
        "transfer_share": mean(handled["outcome"] == Outcome.TRANSFERRED),
        "agent_hours": time.paid.total_s / HOUR_S,
        "contacts_per_agent_hour": ratio(human, time.available_s / HOUR_S),
    }
