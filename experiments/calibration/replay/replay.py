"""Replay observed offers and duties of agents in the simulator, and compare with what happened.

Given of a test day are its offers (time, type) and the duties of its agents. The rest, service,
patience, priority, skills, speed and time between calls, comes from the fit, as in
`experiments.calibration.replay.predict`, whose reference model is an independent check of the
simulator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any, Self

import numpy as np
import polars as pl

from experiments.calibration.bank import CALLBACK_TYPE, CallFit
from experiments.calibration.durations import (
    answer_duration,
    away_duration,
    patience_duration,
    service_duration,
)
from experiments.calibration.replay.predict import (
    TestDay,
    agent_skills,
    drawn_priorities,
    known_kinds,
    waits_of,
)
from experiments.calibration.staff.queueing import PRIORITIES
from sim.core.world import DutyPeriod, Trace, World
from sim.errors import InputError
from sim.register.register import Outcome
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.compiled import Compiled
from sim.units import DAY_S

FIRST_OF_ALL = 40  # levels of priority of those served first: 40 × 90 s, an hour's head start
AFTERWARDS_S = DAY_S  # time for the last callers of a day to be served or to leave
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
    """One intent per call type, with its service time and patience; every call is resolved.

    Named by number, for a log may name its types as it likes.
    """
    return {
        f"type_{number}": {
            "needs_per_month": 1.0,
            "skill": f"type_{number}",
            "talk_s": service_duration(service),
            "patience": patience_duration(fit.patience[kind]),
            "priority": FIRST_OF_ALL if kind == CALLBACK_TYPE else 0,
            "resolution": {"phone": 1.0},
        }
        for number, (kind, service) in enumerate(fit.service.items())
    }


def queue_scenario(fit: CallFit, skill_sets: Sequence[frozenset[str]]) -> Scenario:
    """The phone queue alone, as an ordinary scenario: a segment per priority, a team per skill set.

    Types that nobody takes go to everybody. Raises `InputError` without agents.
    """
    if not skill_sets:
        raise InputError("calls: no agent of the log to predict has served a call")
    taken = frozenset[str]().union(*skill_sets)
    names = {kind: f"type_{n}" for n, kind in enumerate(fit.service)}
    nobodys = {name for kind, name in names.items() if kind not in taken}
    # The shift only satisfies the scenario's rules: duties given to the world replace the shifts.
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
                    "answer_delay": answer_duration(fit),
                }
            },
            "teams": {
                f"team_{number}": {
                    "channels": {"phone": 1},
                    "skills": sorted(nobodys.union(names[k] for k in kinds if k in names)),
                    "shifts": [{**always, "start_h": 0, "end_h": 24}],
                }
                for number, kinds in enumerate(skill_sets)
            },
            "queueing": {"head_start_s": fit.head_start_s},
            "mechanisms": dict.fromkeys(SWITCHED_OFF, False),
        }
    )


def trace_of(day: TestDay, fit: CallFit, rng: np.random.Generator) -> Trace:
    """The day's offers as needs of one customer each, whose segment is a drawn priority."""
    kinds, known = list(fit.service), known_kinds(day, fit)
    return Trace(
        np.array([offer.time_s for offer in day.offers], dtype=np.float64),
        np.arange(len(known), dtype=np.int64),
        np.array([kinds.index(kind) for kind in known], dtype=np.int64),
        drawn_priorities(known, fit, rng),
    )


def _outcomes(world: World, calls: int) -> tuple[list[float], list[bool]]:
    """Wait (seconds) and abandonment of each call; its customer's number is its own."""
    wait, abandoned = np.zeros(calls), np.zeros(calls, dtype=bool)
    contacts = world.register.columns("contacts")
    call, left = contacts["customer"], contacts["outcome"] == Outcome.ABANDONED
    until_s = np.where(left, contacts["released_s"], contacts["answered_s"])
    wait[call], abandoned[call] = until_s - contacts["queued_s"], left
    return wait.tolist(), abandoned.tolist()


@dataclass(frozen=True, slots=True)
class Offsets:
    """What a day adds to the log service time, and to the log of pauses and answer delays."""

    speed: float = 0.0
    absence: float = 0.0

    def absent(self, fit: CallFit) -> CallFit:
        """Return the fit with the day's absences."""
        delay = fit.answer_delay_s
        return fit.with_absence(self.absence, None if delay is None else delay * exp(self.absence))


@dataclass(frozen=True, slots=True)
class Replay:
    """Days ready to be simulated, each with its scenario and its roster."""

    days: Sequence[TestDay]
    fit: CallFit
    firms: Sequence[tuple[Scenario, Compiled]]
    rosters: Sequence[list[DutyPeriod]]

    @classmethod
    def of(
        cls, days: Sequence[TestDay], fit: CallFit, offsets: Sequence[Offsets] | None = None
    ) -> Self:
        """Prepare; raises `InputError` without a day or without agents.

        `offsets`, one per day: what makes the days differ (None: nothing but luck).
        """
        if not days:
            raise InputError("calls: no day to replay")
        skills = [agent_skills(fit, day.duties) for day in days]
        sets = sorted({kinds for of_day in skills for kinds in of_day}, key=sorted)
        changes = [Offsets()] * len(days) if offsets is None else offsets
        made = {change: queue_scenario(change.absent(fit), sets) for change in set(changes)}
        firms = {
            change: (firm, Compiled(firm, Regime(steering=False))) for change, firm in made.items()
        }
        rosters: list[list[DutyPeriod]] = []
        for day, of_day, change in zip(days, skills, changes, strict=True):
            pace = exp(change.speed)
            names = {agent: i for i, agent in enumerate(dict.fromkeys(s.agent for s in day.duties))}
            rosters.append(
                [
                    DutyPeriod(
                        names[s.agent],
                        sets.index(k),
                        s.on_s,
                        s.off_s,
                        pace * fit.speed.get(s.agent, 1),
                    )
                    for s, k in zip(day.duties, of_day, strict=True)
                ]
            )
        return cls(days, fit, [firms[change] for change in changes], rosters)

    def once(self, replication: int, of: int, seed: int) -> pl.DataFrame:
        """Simulate every day once: replication number `replication` out of `of`.

        Returns the columns of `experiments.calibration.replay.predict.predict`: day, type, time_s,
        replication, wait_s, abandoned.
        """
        frames: list[pl.DataFrame] = []
        prepared = zip(self.days, self.firms, self.rosters, strict=True)
        for number, (day, (scenario, compiled), roster) in enumerate(prepared):
            times = [offer.time_s for offer in day.offers]
            rng = np.random.default_rng((seed, number, replication))
            world = World(
                scenario,
                compiled=compiled,
                trace=trace_of(day, self.fit, rng),
                roster=roster,
                seed=seed,
                replication=number * of + replication,
            ).run(max(times + [s.off_s for s in day.duties]) + AFTERWARDS_S)
            wait, abandoned = _outcomes(world, len(day.offers))
            frames.append(waits_of(day, replication, wait, abandoned))
        return pl.concat(frames)


def replay(
    days: Sequence[TestDay],
    fit: CallFit,
    *,
    replications: int = 20,
    seed: int = 1,
    offsets: Sequence[Offsets] | None = None,
) -> pl.DataFrame:
    """Simulate every day `replications` times with the world.

    Returns the columns of `Replay.once`. Raises `InputError` without a day.
    """
    prepared = Replay.of(days, fit, offsets)
    return pl.concat([prepared.once(r, replications, seed) for r in range(replications)])
