"""Small scenarios and policies for tests of the simulator."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from policies import Policy
from sim import Scenario, World, load_scenario
from sim.core.world import DutyPeriod
from sim.decisions.view import View
from sim.inputs import merge
from sim.tables.codes import SLOT_S
from sim.units import DAY_S, DAYS_PER_MONTH, WEEK_S

ALWAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Columns = dict[str, npt.NDArray[Any]]

_FIRM: dict[str, Any] = {
    "name": "firm",
    "population": {"customers": 120},
    "segments": {
        "calm": {
            "share": 0.7,
            "margin_per_month": 30.0,
            "margin_cv": 0.5,
            "preference": {"phone": 3, "chat": 2, "email": 1, "bot": 1},
            "hazard_per_month": 0.3,
        },
        "hasty": {
            "share": 0.3,
            "margin_per_month": 90.0,
            "patience_factor": 0.5,
            "priority": 1,
            "digital_skill": 0.8,
            "preference": {"phone": 1, "chat": 3, "email": 2, "bot": 3},
            "hazard_per_month": 0.5,
        },
    },
    "intents": {
        "question": {
            "needs_per_month": 20.0,
            "talk_s": {"kind": "lognormal", "mean_s": 300, "cv": 1.0},
            "resolution": {"phone": 0.7, "chat": 0.6, "email": 0.6, "bot": 0.5, "ivr": 0.2,
                           "message": 0.5},
            "sale": {"probability": 0.3, "margin": 20.0},
        },
        "repair": {
            "needs_per_month": 12.0,
            "skill": "technical",
            "urgency": 0.8,
            "talk_s": {"kind": "exponential", "mean_s": 600},
            "resolution": {"phone": 0.6, "chat": 0.4, "email": 0.3, "bot": 0.2},
        },
    },
    "demand": {
        "day_cv": 0.3,
        "hourly": [0] * 7 + [1, 2, 3, 4, 4, 3, 3, 3, 2, 2, 2, 1, 1, 0, 0, 0, 0],
    },
    "channels": {
        "phone": {
            "kind": "live",
            "hours": [{"days": ALWAYS, "open_h": 8, "close_h": 18}],
            "front_door": "ivr",
            "patience": {"kind": "exponential", "mean_s": 180},
            "wrap_up": {"kind": "exponential", "mean_s": 40},
            "overflow_after_s": 30,
            "cost_per_contact": 0.1,
            "cost_per_minute": 0.05,
            "tone": 0.3,
        },
        "chat": {
            "kind": "live",
            "digital": True,
            "patience": {"kind": "exponential", "mean_s": 300},
            "concurrency_slowdown": 0.3,
            "acceptance": 0.8,
        },
        "email": {
            "kind": "asynchronous",
            "digital": True,
            "patience": {"kind": "exponential", "mean_s": 20000},
            "talk_factor": 1.2,
        },
        "back": {
            "kind": "callback",
            "of": "phone",
            "no_answer": 0.1,
            "patience": {"kind": "exponential", "mean_s": 7200},
            "cost_per_contact": 0.2,
        },
        "bot": {
            "kind": "automated",
            "digital": True,
            "cost_per_contact": 0.3,
            "tone": -0.5,
            "automation": {"hand_over_to": ["chat", "email"], "preparation": 0.2},
        },
        "ivr": {
            "kind": "automated",
            "customer_choice": False,
            "automation": {
                "duration": {"kind": "exponential", "mean_s": 30},
                "recognition": 0.8,
                "preparation": 0.2,
            },
        },
        "message": {"kind": "outbound", "cost_per_contact": 0.05},
    },
    "teams": {
        "front": {
            "channels": {"phone": 1, "back": 1, "email": 1},
            "skills": ["general"],
            "wage_per_h": 30.0,
            "proficiency_sd": 0.2,
            "shifts": [
                {"agents": 2, "days": ALWAYS, "start_h": 8, "end_h": 17,
                 "breaks": [{"after_h": 2, "minutes": 30}, {"after_h": 6, "minutes": 15}]}
            ],
        },
        "technicians": {
            "channels": {"phone": 1, "back": 1, "chat": 2, "email": 1},
            "skills": ["general", "technical"],
            "wage_per_h": 40.0,
            "overflow": True,
            "shifts": [{"agents": 2, "days": ALWAYS, "start_h": 7, "end_h": 19}],
        },
        "chatters": {
            "channels": {"chat": 3},
            "skills": ["general", "technical"],
            "wage_per_h": 25.0,
            "shifts": [{"agents": 1, "days": ALWAYS, "start_h": 8, "end_h": 20,
                        "breaks": [{"after_h": 4, "minutes": 45}]}],
        },
        "experts": {
            "tier": 2,
            "channels": {"phone": 1, "chat": 1},
            "skills": ["general", "technical"],
            "wage_per_h": 60.0,
            "resolution_boost": 0.5,
            "overflow": True,
            "shifts": [{"agents": 1, "days": ALWAYS, "start_h": 9, "end_h": 18}],
        },
    },
    "agent_desktop": {"search": {"kind": "exponential", "mean_s": 30}},
    "offers": {"discount": {"cost": 20.0}},
    "retention": {"clock": "hazard", "announced_share": 0.4},
    "money": {"discount_per_year": 0.1},
}  # fmt: skip


def firm(**changes: Any) -> Scenario:
    """Return a firm with all kinds of channels, two skills and two tiers, and ``changes``."""
    return load_scenario(merge(_FIRM, changes))


def desk(
    arrivals_per_min: float,
    talk: dict[str, Any],
    agents: int = 1,
    **changes: Any,
) -> Scenario:
    """Return a one-queue scenario: Poisson calls, no churn, no returns, every call resolved."""
    customers = 100
    needs = arrivals_per_min * 1440 * DAYS_PER_MONTH / customers
    raw: dict[str, Any] = {
        "name": "desk",
        "population": {"customers": customers},
        "segments": {"all": {"share": 1.0, "preference": {"phone": 1}}},
        "intents": {
            "call": {"needs_per_month": needs, "talk_s": talk, "resolution": {"phone": 1.0}}
        },
        "channels": {"phone": {"kind": "live"}},
        "teams": {
            "pool": {
                "channels": {"phone": 1},
                "shifts": [{"agents": agents, "days": ALWAYS, "start_h": 0, "end_h": 24}],
            }
        },
        "mechanisms": {"redial": False, "recontact": False, "tiredness": False},
    }
    return load_scenario(merge(raw, changes))


def always_on(agents: int, until_s: float, team: int = 0) -> list[DutyPeriod]:
    """Return agents on duty from the start to ``until_s``, without a change of shift."""
    return [DutyPeriod(number, team, 0.0, until_s, 1.0) for number in range(agents)]


def table(world: World, name: str = "contacts") -> Columns:
    """Return a table of a world's register as named columns."""
    return world.register.columns(name)


def of(columns: Columns, keep: npt.NDArray[np.bool_]) -> Columns:
    """Return the rows where ``keep`` holds."""
    return {name: values[keep] for name, values in columns.items()}


def on_duty(world: World, team: int) -> list[dict[str, Any]]:
    """Return the agents of a team on duty, as records, in order of arrival."""
    return [world.core.record("agents", a) for a in world.core.agents_on_duty(team)]


def in_line(world: World) -> list[int]:
    """Return how many wait, by queue."""
    waiting: list[int] = world.core.column("waiting", "n").tolist()
    return waiting


def open_legs(world: World) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return contacts that customers wait for, with their journeys, as records."""
    core = world.core
    going_on = np.flatnonzero(core.column("journeys", "closed") == 0)
    journeys = [core.record("journeys", int(j)) for j in going_on]
    return [(core.record("contacts", j["contact"]), j) for j in journeys if j["contact"] >= 0]


def is_open(world: World, channel: int) -> bool:
    """Return whether a channel is open now, by its hours of the week."""
    slots = world.compiled.channels.open_slots[channel]
    into_week_s = (world.now + world.compiled.scenario.start_day * DAY_S) % WEEK_S
    return slots is None or slots[int(into_week_s / SLOT_S)] == 1


class Prefers(Policy):
    """Takes the first legal action whose name contains one of ``words``; else the default."""

    reads = frozenset({"profile", "loads", "candidates"})

    def __init__(self, scenario: Scenario, *words: str) -> None:
        super().__init__(scenario)
        from sim.decisions.actions import action_table

        self.wanted = [a.id for w in words for a in action_table(scenario) if w in a.name]

    def decide(self, view: View) -> int:
        return next((a for a in self.wanted if a in view.actions), view.default)


class Scatters(Policy):
    """Any legal action, by the view's own luck; uses all that a view shows."""

    reads = frozenset({"profile", "loads", "candidates"})

    def decide(self, view: View) -> int:
        luck = view.uniform * 997 + view.kind * 0.37 + view.time_s * 0.6180339887
        return view.actions[int(luck % 1.0 * len(view.actions))]
