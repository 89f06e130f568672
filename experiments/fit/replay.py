"""Replay observed offers and stints of agents in the simulator, and compare with what happened.

Given of a test day are its offers (time, type) and the stints of its agents. The rest, service,
patience, priority, skills, speed and time between calls, comes from the fit, as in
`experiments.fit.predict`, whose reference model is an independent check of the simulator.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from experiments.fit.bank import CALLBACK_TYPE, CallFit
from experiments.fit.durations import away_duration, patience_duration, service_duration
from experiments.fit.predict import TestDay, agent_skills
from experiments.fit.queueing import PRIORITIES
from sim.compiled import Compiled
from sim.errors import InputError
from sim.register import C_ANSWERED, C_OUTCOME, C_QUEUED, C_RELEASED, Outcome
from sim.scenario import Scenario, load_scenario
from sim.scenario.service import Regime
from sim.world import Stint, Trace, World

FIRST_OF_ALL = 40  # levels of priority of those served first: 40 × 90 s, an hour's head start
AFTERWARDS_S = 86_400.0  # time for the last callers of a day to be served or to leave
CUSTOMER = 2  # column of the contacts table
SWITCHED_OFF = (
    "redial",
    "recontact",
    "tiredness",
    "search",
    "recovery",
    "sales",
    "churn",
    "surveys",
    "adapting_expectation",
)


def intents_of(fit: CallFit) -> dict[str, Any]:
    """One intent per call type, with its service time and patience; every call is resolved."""
    return {
        kind.lower(): {
            "needs_per_month": 1.0,
            "skill": kind.lower(),
            "talk_s": service_duration(service),
            "patience": patience_duration(fit.patience[kind]),
            "priority": FIRST_OF_ALL if kind == CALLBACK_TYPE else 0,
            "resolution": {"phone": 1.0},
        }
        for kind, service in fit.service.items()
    }


def queue_scenario(fit: CallFit, skill_sets: Sequence[frozenset[str]]) -> Scenario:
    """The phone queue alone, as an ordinary scenario: a segment per priority, a team per skill set.

    Raises `InputError` when no team can take some call type.
    """
    # The shift only satisfies the scenario's rules: stints given to the world replace the shifts.
    always = {"agents": 1, "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    return load_scenario(
        {
            "name": "replay",
            "title": "The phone queue, replayed",
            "population": {"customers": 1},
            "segments": {
                f"priority_{level}": {
                    "share": 1 / PRIORITIES,
                    "priority": level,
                    "preference": {"phone": 1.0},
                }
                for level in range(PRIORITIES)
            },
            "intents": intents_of(fit),
            "channels": {
                "phone": {
                    "kind": "live",
                    "wrap_up": away_duration(fit.away_with_queue),
                    "unhurried_wrap_up": away_duration(fit.away_without_queue),
                }
            },
            "teams": {
                f"team_{number}": {
                    "channels": {"phone": 1},
                    "skills": sorted(kind.lower() for kind in kinds),
                    "shifts": [{**always, "start_h": 0, "end_h": 24}],
                }
                for number, kinds in enumerate(skill_sets)
            },
            "queueing": {"head_start_s": fit.head_start_s},
            "mechanisms": dict.fromkeys(SWITCHED_OFF, False),
        }
    )


def trace_of(day: TestDay, fit: CallFit, rng: np.random.Generator) -> Trace:
    """The day's offers as needs of one customer each, whose segment is a drawn priority.

    Priority is recorded for those who waited only: drawn for everyone, so as not to tell who did.
    """
    kinds = list(fit.service)
    fallback = max(kinds, key=lambda kind: fit.service[kind].calls)
    known = [offer.kind if offer.kind in fit.service else fallback for offer in day.offers]
    luck = rng.random(len(known))
    levels = [
        int(np.searchsorted(np.cumsum(fit.priority.get(kind, (1.0,))), u, side="right"))
        for kind, u in zip(known, luck, strict=True)
    ]
    return Trace(
        np.array([offer.time_s for offer in day.offers], dtype=np.float64),
        np.arange(len(known), dtype=np.int64),
        np.array([kinds.index(kind) for kind in known], dtype=np.int64),
        np.minimum(levels, PRIORITIES - 1).astype(np.int64),
    )


def _outcomes(world: World, calls: int) -> tuple[list[float], list[bool]]:
    """Wait (seconds) and abandonment of each call; its customer's number is its own."""
    wait, abandoned = [0.0] * calls, [False] * calls
    for row in world.register.contacts:
        call = row[CUSTOMER]
        left = row[C_OUTCOME] == Outcome.ABANDONED
        wait[call] = (row[C_RELEASED] if left else row[C_ANSWERED]) - row[C_QUEUED]
        abandoned[call] = left
    return wait, abandoned


def replay(
    days: Sequence[TestDay], fit: CallFit, *, replications: int = 20, seed: int = 1
) -> pl.DataFrame:
    """Simulate every day `replications` times with the world.

    Returns the columns of `experiments.fit.predict.predict`: day, type, time_s, replication,
    wait_s, abandoned. Raises `InputError` without a day.
    """
    if not days:
        raise InputError("calls: no day to replay")
    skills = [agent_skills(fit, day.stints) for day in days]
    sets = sorted({kinds for of_day in skills for kinds in of_day}, key=sorted)
    scenario = queue_scenario(fit, sets)
    compiled = Compiled(scenario, Regime(steering=False))
    frames: list[pl.DataFrame] = []
    for number, (day, of_day) in enumerate(zip(days, skills, strict=True)):
        names = {agent: i for i, agent in enumerate(dict.fromkeys(s.agent for s in day.stints))}
        roster = [
            Stint(names[s.agent], sets.index(kinds), s.on_s, s.off_s, fit.speed.get(s.agent, 1.0))
            for s, kinds in zip(day.stints, of_day, strict=True)
        ]
        times = [offer.time_s for offer in day.offers]
        known = {"type": [offer.kind for offer in day.offers], "time_s": times}
        last = max(times + [s.off_s for s in day.stints])
        for replication in range(replications):
            rng = np.random.default_rng((seed, number, replication))
            world = World(
                scenario,
                compiled=compiled,
                trace=trace_of(day, fit, rng),
                roster=roster,
                seed=seed,
                replication=number * replications + replication,
            ).run(last + AFTERWARDS_S)
            wait, abandoned = _outcomes(world, len(day.offers))
            frames.append(
                pl.DataFrame(known).with_columns(
                    day=pl.lit(day.day),
                    replication=replication,
                    wait_s=pl.Series(wait),
                    abandoned=pl.Series(abandoned),
                )
            )
    return pl.concat(frames)
