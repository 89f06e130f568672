"""Random firms for comparing engines: every mechanism is on in many of them, and off in some."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.scenario.service import Mechanisms
from tests.support.worlds import ALWAYS, firm

KINDS = ("constant", "exponential", "lognormal", "weibull")
ON = 0.7  # chance of each mechanism, so that most meet most others


class Choices:
    """Draws of one firm."""

    def __init__(self, seed: int) -> None:
        self.luck = np.random.default_rng(seed)

    def of(self, *options: Any) -> Any:
        """Return one of the options."""
        return options[int(self.luck.integers(len(options)))]

    def likely(self, chance: float = 0.5) -> bool:
        """Return True with a chance."""
        return bool(self.luck.random() < chance)

    def duration(self, *means: float, never: bool = False) -> dict[str, Any]:
        """Return a duration of one of the means, or (``never``) possibly one without an end."""
        if never and self.likely(0.2):
            return {"kind": "never"}
        short = self.of(0.0, 0.0, 0.2)
        longest = {"longest_s": 9000.0} if self.likely(0.2) else {}
        return {"kind": self.of(*KINDS), "mean_s": self.of(*means), "short_share": short, **longest}

    def shift(self) -> dict[str, Any]:
        """Return a shift, by day or past midnight, with breaks or without."""
        breaks = self.of(
            [],
            [{"after_h": 0.0, "minutes": 20}],
            [{"after_h": 1.0, "minutes": 45}, {"after_h": 2.0, "minutes": 30}],
        )
        hours = {"start_h": self.of(0.0, 7.5, 9.0), "end_h": self.of(12.0, 17.0, 23.0, 6.0)}
        agents = int(self.luck.integers(1, 4))
        return {"agents": agents, "days": ALWAYS, "breaks": breaks, **hours}


def random_firm(seed: int) -> Scenario:
    """Return the firm of a seed; one that is none (nobody serves at its hours) is drawn again."""
    for attempt in range(10):
        try:
            return _drawn(Choices(seed + attempt * 10_000_019))
        except InputError:
            continue
    raise AssertionError(f"no firm of seed {seed}")


def _drawn(pick: Choices) -> Scenario:
    return firm(
        channels=_channels(pick),
        teams=_teams(pick),
        intents={
            "question": {"priority": pick.of(0, 2), "talk_s": pick.duration(60.0, 400.0)},
            "repair": {"urgency": pick.of(0.2, 0.8, 1.0), "talk_s": pick.duration(90.0, 900.0)},
        },
        agent_desktop={
            "misroute_s": pick.of(0.0, 20.0, 300.0),
            "integrated_desktop": pick.likely(),
            "agent_assist": pick.likely(),
            "search": pick.duration(0.0, 30.0, 120.0),
            "transfer_probability": pick.of(0.0, 0.4, 1.0),
        },
        queueing={"head_start_s": pick.of(None, 120.0)},
        tiredness={"threshold": pick.of(0.1, 0.5, 0.8), "half_life_h": pick.of(0.2, 1.0)},
        returns={"max_attempts": pick.of(1, 2, 4), "redial_probability": pick.of(0.2, 0.9)},
        retention={
            "clock": pick.of("hazard", "contractual", "none"),
            "period_days": pick.of(1, 2),
            "announced_share": pick.of(0.0, 0.4, 1.0),
            "mood_effect": pick.of(0.0, 1.0, 3.0),
            **_leaving(pick),
        },
        concerns=_concerns(pick),
        satisfaction={"mood_half_life_days": pick.of(1.0, 60.0), "adaptation": pick.of(0.0, 0.3)},
        survey={"every_contact": pick.likely(0.3), "response_rate": pick.of(0.2, 1.0)},
        offers={"discount": {"cost": 20.0, "strength": pick.of(0.5, 2.0)}},
        recovery={"uplift": pick.of(0.0, 0.4)},
        money={"discount_per_year": pick.of(0.0, 0.1, 5.0)},
        start_day=pick.of(0, 3, 6),
        lasting=_lasting(pick),
        mechanisms={name: pick.likely(ON) for name in Mechanisms.model_fields},
    )


def _leaving(pick: Choices) -> dict[str, Any]:
    return {
        "tenure": "stationary",
        "longest_tenure": pick.of(3, 120),
        "drift_sd": pick.of(0.0, 0.8, 2.0),
        "drift_half_life_days": pick.of(2.0, 60.0),
        "sleeping_share": pick.of(0.0, 0.3, 0.5, 0.8),
        "sleep_depth": pick.of(0.5, 2.0),
        "awake_half_life_days": pick.of(1.0, 90.0),
    }


def _concerns(pick: Choices) -> dict[str, Any]:
    kinds = {
        "price": {"weight": 0.4, "intents": ["question"]},
        "service": {"weight": pick.of(0.0, 0.6), "intents": ["repair"], "mood_effect": 0.8},
        "moving": {"weight": 0.2},
    }
    said = {"stated_right": pick.of(0.0, 0.5, 1.0), "otherwise": pick.of(None, "price")}
    return pick.of({}, {"kinds": kinds, "tilt": pick.of(1.0, 4.0), **said})


def _lasting(pick: Choices) -> dict[str, Any]:
    """Return what lasts in customers and needs: each in half of the firms, or oftener."""
    return {
        "difficulty_sd": pick.of(0.0, 1.0),
        "people_difficulty": pick.of(0.0, 0.7, 1.0),
        "need_channel_sd": pick.of(0.0, 0.6),
        "fit_sd": pick.of(0.0, 0.7, 3.0),
        "ability_sd": pick.of(0.0, 0.7),
        "skill_effect": pick.of(0.0, 2.0, 100.0),
        "ability_learning": pick.of(0.0, 0.3),
        "acceptance_sd": pick.of(0.0, 1.2),
        "acceptance_learning": pick.of(0.0, 0.5),
        "habit_weight": pick.of(0.0, 1.0, 30.0),
        "habit_sd": pick.of(0.0, 0.5),
        "habit_rate": pick.of(0.0, 0.3, 1.0),
    }


def random_regime(seed: int) -> Regime:
    """Return the information regime of a seed: each key is off its default in a fifth at least."""
    pick = Choices(seed + 1_000_003)
    context = pick.of("passes", "passes", "next_day", "never")
    match_rate = pick.of(1.0, 0.75, 0.75, 0.0)
    return Regime(
        context=context,
        match_rate=match_rate,
        visible=pick.of("own", "all", "all"),
        latency=pick.of("real_time", "nightly"),
        steering=pick.likely(0.7),
        decision_latency_s=pick.of(0.0, 0.0, 30.0),
        intent_accuracy=pick.of(None, 1.0, 0.7, 0.4),
        wrong_match_rate=pick.of(0.0, 0.2) if match_rate < 1 else 0.0,
        signals=pick.of("all", "all", "direct", "none"),
        loads=pick.of("live", "live", "usual"),
        acts=pick.of("real_time", "real_time", "real_time", "nightly"),
    )


def _channels(pick: Choices) -> dict[str, Any]:
    live = {
        "patience": pick.duration(60.0, 900.0, never=True),
        "wrap_up": pick.duration(0.0, 60.0),
        "front_door": pick.of("ivr", None),
        "overflow_after_s": pick.of(None, 0.0, 60.0),
        "hours": pick.of(
            None,
            [{"days": ALWAYS, "open_h": 9, "close_h": 12}],
            [{"days": ALWAYS, "open_h": 11, "close_h": 1}],
        ),
        "at_closing": pick.of("finish_queue", "send_away", "keep"),
        "unhurried_wrap_up": pick.of(None, {"kind": "exponential", "mean_s": 90}),
    }
    if live["unhurried_wrap_up"] is not None:
        live["answer_delay"] = pick.of(None, {"kind": "exponential", "mean_s": 20})
    return {
        "phone": live,
        "chat": {
            "patience": pick.duration(60.0, 900.0, never=True),
            "acceptance": pick.of(0.3, 1.0),
            "concurrency_slowdown": pick.of(0.0, 0.5),
        },
        "email": {
            "patience": pick.duration(900.0, 20_000.0, never=True),
            "wrap_up": pick.duration(0.0, 60.0),
        },
        "back": {"no_answer": pick.of(0.0, 0.3, 1.0)},
        "bot": {
            "automation": {
                "detection": pick.of(0.0, 0.6, 1.0),
                "recognition": pick.of(0.6, 1.0),
                "hand_over_to": pick.of([], ["chat"], ["phone", "email"]),
            }
        },
    }


def _teams(pick: Choices) -> dict[str, Any]:
    teams: dict[str, Any] = {}
    for name in ("front", "technicians", "chatters", "experts"):
        shift = pick.shift()
        # An agent alone cannot be held back: nobody would ever work the backlog.
        reserve = pick.of(0, 0, min(1, shift["agents"] - 1))
        teams[name] = {"shifts": [shift], "backlog_reserve": reserve}
    teams["chatters"]["channels"] = {"chat": int(pick.luck.integers(1, 5))}
    return teams
