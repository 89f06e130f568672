"""A small firm in which every kind of channel, team and decision occurs: a test bench.

Its numbers describe no real firm; they are chosen so that a few simulated days with few customers
hold every kind of decision, full queues and departures.
"""

from __future__ import annotations

from typing import Any

from sim.scenario import Scenario, load_scenario


def bench_firm(customers: int = 250) -> Scenario:
    """Return the scenario; ``customers`` scales demand, the agents stay."""
    return load_scenario(
        {
            "name": "conformance bench",
            "population": {"customers": customers},
            "segments": _segments(),
            "intents": _intents(),
            "channels": _channels(),
            "teams": _teams(),
            "agent_desktop": {"search": _constant(30.0), "repeat_s": 40.0},
            "offers": {
                "discount": {"cost": 20.0, "strength": 0.8},
                "upgrade": {"cost": 45.0, "strength": 1.2, "response_sd": 0.8},
            },
            "recovery": {"cost": 4.0, "uplift": 0.5},
            "retention": {
                "clock": "contractual",
                "period_days": 4,
                "mood_effect": 0.8,
                "announced_share": 0.6,
                "cancel_intent": "bill",
                "cancel_talk_s": _constant(200.0),
            },
            "survey": {"every_contact": True, "response_rate": 0.3},
            "demand": {"day_cv": 0.2},
        }
    )


def _constant(mean_s: float) -> dict[str, Any]:
    return {"kind": "constant", "mean_s": mean_s}


def _exponential(mean_s: float) -> dict[str, Any]:
    return {"kind": "exponential", "mean_s": mean_s}


def _segments() -> dict[str, Any]:
    return {
        "digital": {
            "share": 0.6,
            "margin_per_month": 30.0,
            "margin_cv": 0.5,
            "digital_skill": 0.8,
            "steering_acceptance": 0.7,
            "offer_response": 0.4,
            "preference": {"phone": 1, "chat": 2, "bot": 2, "app": 2, "email": 1},
            "renewal": {"alpha": 0.7, "beta": 8.0},
        },
        "classic": {
            "share": 0.4,
            "margin_per_month": 80.0,
            "digital_skill": 0.3,
            "sensitivity": 1.3,
            "steering_acceptance": 0.3,
            "offer_response": -0.1,
            "priority": 1,
            "preference": {"phone": 5, "chat": 1, "email": 2, "app": 0.5},
            "renewal": {"alpha": 0.7, "beta": 12.0},
        },
    }


def _intents() -> dict[str, Any]:
    return {
        "bill": {
            "needs_per_month": 12.0,
            "skill": "service",
            "urgency": 0.4,
            "stakes": 0.8,
            "talk_s": _exponential(300.0),
            "resolution": {
                "phone": 0.85, "chat": 0.8, "bot": 0.5, "app": 0.6, "ivr": 0.2, "email": 0.7,
                "note": 0.2,
            },
        },
        "fault": {
            "needs_per_month": 8.0,
            "skill": "technical",
            "urgency": 0.9,
            "stakes": 1.5,
            "talk_s": {"kind": "lognormal", "mean_s": 500.0, "cv": 1.0},
            "resolution": {"phone": 0.7, "chat": 0.6, "bot": 0.2, "app": 0.2, "email": 0.4},
            "sale": {"probability": 0.2, "margin": 10.0},
        },
    }  # fmt: skip


def _channels() -> dict[str, Any]:
    hours = [
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "open_h": 8, "close_h": 18}
    ]
    bot = {"duration": _exponential(80.0), "detection": 0.7, "retry_factor": 0.3}
    return {
        "phone": {
            "kind": "live",
            "hours": hours,
            "front_door": "ivr",
            "patience": _exponential(400.0),
            "wrap_up": _constant(40.0),
            "cost_per_minute": 0.05,
            "overflow_after_s": 120.0,
        },
        "chat": {
            "kind": "live",
            "digital": True,
            "hours": hours,
            "patience": _exponential(500.0),
            "concurrency_slowdown": 0.1,
            "cost_per_contact": 0.1,
            "tone": -0.5,
        },
        "ivr": {
            "kind": "automated",
            "customer_choice": False,
            "cost_per_contact": 0.1,
            "automation": {**bot, "duration": _constant(30.0), "hand_over_to": ["phone"]},
        },
        "bot": {
            "kind": "automated",
            "digital": True,
            "cost_per_contact": 0.2,
            "automation": {**bot, "hand_over_to": ["chat", "phone"], "preparation": 0.2},
        },
        "app": {
            "kind": "automated",
            "digital": True,
            "cost_per_contact": 0.1,
            "automation": {**bot, "recognition": 0.95, "hand_over_to": ["chat", "email"]},
        },
        "email": {
            "kind": "asynchronous",
            "digital": True,
            "patience": _constant(172800.0),
            "cost_per_contact": 0.05,
        },
        "callback": {"kind": "callback", "of": "phone", "acceptance": 0.5, "no_answer": 0.1},
        "note": {"kind": "outbound", "cost_per_contact": 0.05},
    }


def _teams() -> dict[str, Any]:
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    pause = [{"after_h": 4, "minutes": 30}]

    def shift(agents: int, start_h: float, end_h: float) -> dict[str, Any]:
        return {
            "agents": agents, "days": week, "start_h": start_h, "end_h": end_h, "breaks": pause,
        }  # fmt: skip

    return {
        "generalists": {
            "channels": {"phone": 1, "callback": 1, "email": 1},
            "skills": ["service", "technical"],
            "shifts": [shift(1, 8, 16), shift(1, 10, 18)],
            "wage_per_h": 20.0,
        },
        "billing": {
            "channels": {"phone": 1, "callback": 1},
            "skills": ["service"],
            "shifts": [shift(1, 8, 18)],
            "wage_per_h": 18.0,
            "proficiency_sd": 0.2,
        },
        "writers": {
            "channels": {"chat": 2, "email": 1},
            "skills": ["service", "technical"],
            "shifts": [shift(1, 8, 18)],
            "wage_per_h": 19.0,
        },
        "experts": {
            "channels": {"phone": 1, "callback": 1},
            "skills": ["technical"],
            "tier": 2,
            "overflow": True,
            "resolution_boost": 0.4,
            "shifts": [shift(1, 9, 17)],
            "wage_per_h": 30.0,
        },
    }
