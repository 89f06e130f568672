"""Ordinary scenarios against queueing and journey theory.

Each figure is the mean over independent replications; theory must lie within its Student-t
interval at 99.9 %, and the interval must be narrow enough to tell (its half-width is bounded).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiments.validation.theory.queueing import (
    erlang_a,
    erlang_c,
    mg1_wait,
    mmn_priority_waits,
    transient_day,
)
from experiments.validation.theory.retention import BotJourney, bot_journey
from sim import Facts, Scenario, World, kpis
from sim.register.register import JourneyOutcome, Outcome
from sim.units import DAYS_PER_MONTH
from tests.support.worlds import (
    always_on,
    desk,
    in_line,
    of,
    on_duty,
    table,
)

Figures = dict[str, float]


def replicate(
    scenario: Scenario,
    agents: int,
    figures: Callable[[World], Figures],
    *,
    replications: int,
    hours: float,
) -> dict[str, list[float]]:
    """Return each figure's values over replications of ``hours``, agents always on duty."""
    found: dict[str, list[float]] = {}
    for replication in range(replications):
        world = World(
            scenario, replication=replication, seed=11, roster=always_on(agents, hours * 3600 + 1)
        )
        for name, value in figures(world.run(hours * 3600)).items():
            found.setdefault(name, []).append(value)
    return found


def agrees(values: Sequence[float], theory: float, half_width: float) -> None:
    """Assert that theory lies in the mean's 99.9 % interval, which must be narrow enough."""
    mean, n = float(np.mean(values)), len(values)
    half = stats.t.ppf(0.9995, n - 1) * float(np.std(values, ddof=1)) / math.sqrt(n)
    assert half <= half_width * theory, f"too wide to tell: {half / theory:.3f} of {theory}"
    assert abs(mean - theory) <= half, f"{mean:.5f} ± {half:.5f}, theory {theory:.5f}"


def after(warm_up_min: float) -> Callable[[World], Figures]:
    """Return the figures of contacts that began after a warm-up; waits in minutes."""

    def figures(world: World) -> Figures:
        facts = Facts.of(world.compiled, world.customers, warm_up_min * 60, world.now)
        found = kpis(world.register, facts)
        contacts = table(world)
        late = of(contacts, (contacts["start_s"] >= warm_up_min * 60))
        known = of(late, late["outcome"] != Outcome.OPEN)
        waited = known["answered_s"] != known["queued_s"]
        shifts = table(world, "shifts")
        return {
            "p_wait": float(waited.mean()),
            "p_abandon": found["abandonment"],
            "mean_wait": found["waiting_time_s"] / 60,
            "speed_of_answer": found["speed_of_answer_s"] / 60,
            "service_level": found["service_level"],
            "utilisation": float(shifts["busy_s"].sum() / (shifts["off_s"] - shifts["on_s"]).sum()),
        }

    return figures


def test_erlang_a() -> None:
    """M/M/20+M, λ 19, μ 1, θ 0.5 a minute: the published abandonment .053994, wait .107987."""
    patience = {"channels": {"phone": {"patience": {"mean_s": 120.0}}}}
    scenario = desk(19.0, {"mean_s": 60.0}, 20, **patience)
    theory = erlang_a(19.0, 1.0, 20, 0.5, acceptable_wait=20 / 60)
    assert theory.p_abandon == pytest.approx(0.053994, abs=1e-6)
    found = replicate(scenario, 20, after(20), replications=24, hours=3.5)
    agrees(found["p_abandon"], theory.p_abandon, 0.25)
    agrees(found["mean_wait"], theory.mean_wait, 0.25)
    agrees(found["p_wait"], theory.p_wait, 0.1)
    agrees(found["speed_of_answer"], theory.speed_of_answer, 0.25)
    agrees(found["service_level"], theory.service_level, 0.05)
    agrees(found["utilisation"], theory.utilisation, 0.02)


def test_erlang_c() -> None:
    scenario = desk(4.0, {"mean_s": 60.0}, 5)
    theory = erlang_c(4.0, 1.0, 5, acceptable_wait=20 / 60)
    found = replicate(scenario, 5, after(60), replications=20, hours=10)
    for name in ("p_wait", "mean_wait", "service_level", "utilisation"):
        agrees(found[name], getattr(theory, name), 0.35 if name == "mean_wait" else 0.15)
    assert set(found["p_abandon"]) == {0.0}


def test_a_day_from_empty() -> None:
    """M/M/12, 4.2 calls and .5 services a minute, 480 minutes (Montréal; Buist & L'Ecuyer 2005)."""
    theory = transient_day(4.2, 0.5, 12, 480.0, acceptable_wait=20 / 60)
    hourly = [1.0] * 8 + [0.0] * 16
    scenario = desk(4.2 / 3, {"mean_s": 120.0}, 12, demand={"hourly": hourly})

    def totals(world: World) -> Figures:
        contacts = table(world)
        wait = contacts["answered_s"] - contacts["queued_s"]
        within = float((wait <= 20).sum())
        offered = float(len(wait))
        return {"offered": offered, "within": within, "waited_min": float(wait.sum() / 60)}

    found = replicate(scenario, 12, totals, replications=24, hours=9.5)
    agrees(found["offered"], theory.offered, 0.03)
    agrees(found["within"], theory.offered * theory.figures.service_level, 0.04)
    agrees(found["waited_min"], theory.offered * theory.figures.speed_of_answer, 0.4)
    assert 0.900 <= theory.figures.service_level <= 0.904


@pytest.mark.parametrize("cv", [0.0, 1.5])
def test_pollaczek_khinchine(cv: float) -> None:
    """M/G/1 with constant and with lognormal service."""
    talk = {"kind": "lognormal", "mean_s": 60.0, "cv": cv}
    found = replicate(desk(0.6, talk), 1, after(60), replications=20, hours=50)
    agrees(found["mean_wait"], mg1_wait(0.6, 1.0, 1 + cv**2), 0.15 if cv == 0 else 0.35)


def test_two_priority_classes() -> None:
    """Non-preemptive M/M/3 (Cobham): the urgent wait less, the others more."""
    talk = {"mean_s": 60.0}
    needs = 1.2 * 1440 * DAYS_PER_MONTH / 100
    urgent = {
        "needs_per_month": needs,
        "priority": 1,
        "talk_s": talk,
        "resolution": {"phone": 1.0},
    }
    scenario = desk(1.3, talk, intents={"urgent": urgent})
    theory = mmn_priority_waits([1.2, 1.3], 1.0, 3)

    def waits(world: World) -> Figures:
        contacts = table(world)
        late = of(contacts, (contacts["answered_s"] >= 0) & (contacts["start_s"] > 3600))
        wait = (late["answered_s"] - late["queued_s"]) / 60
        return {
            name: float(wait[late["intent"] == i].mean()) for i, name in ((1, "first"), (0, "last"))
        }

    found = replicate(scenario, 3, waits, replications=20, hours=16)
    agrees(found["first"], theory[0], 0.2)
    agrees(found["last"], theory[1], 0.35)


def test_littles_law_and_pasta() -> None:
    """The number waiting, sampled by a user's process: λW; arrivals see time averages."""
    patience = {"channels": {"phone": {"patience": {"kind": "lognormal", "mean_s": 90.0}}}}
    scenario = desk(10.0, {"kind": "lognormal", "mean_s": 60.0, "cv": 1.4}, 10, **patience)
    gaps: dict[str, list[float]] = {"waiting": [], "busy": [], "p_wait": []}
    for replication in range(20):
        hours = 3.0
        roster = always_on(10, hours * 3600 + 1)
        world = World(scenario, replication=replication, seed=3, roster=roster)
        samples: list[tuple[int, int]] = []

        def sample(world: World = world, samples: Any = samples) -> Generator[Any, Any, None]:
            while True:
                yield world.env.timeout(7.0)
                busy = sum(agent["load"] for agent in on_duty(world, 0))
                samples.append((sum(in_line(world)), busy))

        world.env.process(sample())
        contacts = table(world.run(hours * 3600))
        until = np.where(
            contacts["answered_s"] >= 0, contacts["answered_s"], contacts["released_s"]
        )
        wait = until - contacts["queued_s"]
        served = of(contacts, contacts["answered_s"] >= 0)
        waiting, busy = np.array(samples).T
        talked = (served["end_s"] - served["answered_s"]).sum()
        gaps["waiting"].append(waiting.mean() / (wait.sum() / world.now))
        gaps["busy"].append(busy.mean() / (talked / world.now))
        gaps["p_wait"].append((busy == 10).mean() / (wait > 0).mean())
    for name, ratios in gaps.items():
        agrees(ratios, 1.0, 0.1 if name != "busy" else 0.01)


def test_bot_and_recontact_is_an_absorbing_chain() -> None:
    """Bot first, hand-over or silent failure, recontact: solved by linear algebra."""
    j = BotJourney(
        bot_first=0.6,
        bot_resolves=0.4,
        bot_hands_over=0.5,
        human_resolves=0.7,
        recontact_after_bot=0.6,
        recontact_after_human=0.6,
        bot_again=0.6,
    )
    soon = {"kind": "constant", "mean_s": 60.0}
    bot = {
        "kind": "automated",
        "automation": {
            "recognition": 1.0,
            "detection": j.bot_hands_over,
            "hand_over_to": ["phone"],
            "duration": soon,
        },
    }
    scenario = desk(
        2.0,
        soon,
        channels={"bot": bot},
        segments={"all": {"preference": {"phone": 0.4, "bot": j.bot_first},
                          "digital_skill_sd": 0.0}},
        intents={"call": {"resolution": {"phone": j.human_resolves, "bot": j.bot_resolves}}},
        choice={"failure_aversion": 0.0},
        returns={"max_attempts": 15, "recontact_probability": 0.6, "recontact_delay": soon},
        mechanisms={"recontact": True},
    )  # fmt: skip

    def figures(world: World) -> Figures:
        contacts, journeys = table(world), table(world, "journeys")
        done = journeys["journey"][journeys["outcome"] != JourneyOutcome.OPEN]
        mine = of(contacts, np.isin(contacts["journey"], done))
        by_bot = mine["channel"] == world.compiled.channels.index["bot"]
        n, bots = float(len(done)), of(mine, by_bot)
        resolved = journeys["outcome"] == JourneyOutcome.RESOLVED
        return {
            "bot_contacts": by_bot.sum() / n,
            "human_contacts": (~by_bot).sum() / n,
            "resolved": resolved.sum() / n,
            "containment": float((bots["outcome"] != Outcome.HANDED_OVER).mean()),
            "verified_containment": float((bots["outcome"] == Outcome.RESOLVED).mean()),
        }

    found, theory = replicate(scenario, 40, figures, replications=20, hours=6), bot_journey(j)
    for name, values in found.items():
        agrees(values, getattr(theory, name), 0.05)
