"""Agents away from the desk: the simulator's mechanism, and its fit to a log."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from experiments.calibration.bank import fit_calls
from experiments.calibration.replay.attention import fit_attention, moments
from experiments.calibration.replay.predict import observed, test_days
from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.replay.replay import replay
from experiments.calibration.staff.agents import ObservedDuty, Unavailability
from sim import InputError, World, load_scenario
from sim.core.world import DutyPeriod, Trace
from sim.units import DAY_S

test_days.__test__ = False  # type: ignore[attr-defined]  # a function of ours, not a test
TALK_S, WRAP_UP_S, AWAY_S, DELAY_S = 60.0, 5.0, 300.0, 20.0


def constant(seconds):
    return {"kind": "constant", "mean_s": seconds}


def firm(breaks=(), **phone):
    """One phone queue of patient callers; all times are constants."""
    shift = {"agents": 1, "start_h": 0, "end_h": 24, "breaks": list(breaks)}
    return load_scenario(
        {
            "name": "desk",
            "population": {"customers": 1},
            "segments": {"all": {"share": 1.0, "preference": {"phone": 1.0}}},
            "intents": {
                "ask": {
                    "needs_per_month": 1.0,
                    "talk_s": constant(TALK_S),
                    "resolution": {"phone": 1.0},
                }
            },
            "channels": {"phone": {"kind": "live", "wrap_up": constant(WRAP_UP_S), **phone}},
            "teams": {"desk": {"channels": {"phone": 1}, "shifts": [shift]}},
            "mechanisms": {"churn": False, "surveys": False, "search": False},
        }
    )


def world(times, *, agents=1, off_s=DAY_S, seed=1, **phone):
    """A world with callers at the given times, and agents on duty from the start."""
    n = len(times)
    trace = Trace(np.array(times, dtype=float), np.arange(n), np.zeros(n, np.int64))
    roster = [DutyPeriod(agent, 0, 0.0, off_s, 1.0) for agent in range(agents)]
    return World(firm(**phone), trace=trace, roster=roster, seed=seed)


def answered(played):
    """Times of answer in the order of the customers."""
    rows = played.register.columns("contacts")
    return rows["answered_s"][np.argsort(rows["customer"])].tolist()


LEISURE = {"unhurried_wrap_up": constant(AWAY_S)}
RECALLED = {**LEISURE, "answer_delay": constant(DELAY_S)}


def test_a_waiting_caller_calls_back_an_agent_who_is_away() -> None:
    """Called at 100, back at 120; a wrap-up sees who waits; no delay goes beyond the plan."""
    times = [0.0, 100.0, 183.0, 540.0]
    assert answered(world(times, **LEISURE).run(DAY_S)) == [0.0, 360.0, 425.0, 540.0 + 245.0]
    assert answered(world(times, **RECALLED).run(DAY_S)) == [0.0, 120.0, 185.0, 545.0]


def test_being_away_is_no_work() -> None:
    played = world([0.0, 100.0], **RECALLED).run(DAY_S)
    assert played.register.columns("contacts")["wrap_up_s"].tolist() == [WRAP_UP_S] * 2
    shift = played.register.columns("shifts")
    assert shift["busy_s"].tolist() == [2 * (TALK_S + WRAP_UP_S)]
    assert shift["wrap_up_s"].tolist() == [2 * WRAP_UP_S]


def test_every_agent_has_a_delay_of_its_own() -> None:
    law = {**LEISURE, "answer_delay": {"kind": "exponential", "mean_s": DELAY_S}}
    waits = []
    for seed in range(200):
        at = answered(world([0.0, 0.0, 100.0, 100.0], agents=2, seed=seed, **law).run(DAY_S))
        waits.append(sorted(x - 100.0 for x in at[2:]))
    first, second = np.mean(waits, axis=0)
    # Two callers call back two agents: each comes at a minimum of two exponential delays.
    assert first == pytest.approx(DELAY_S / 4, rel=0.25)
    assert second == pytest.approx(DELAY_S * 3 / 4, rel=0.25)


def test_whoever_is_away_when_the_shift_ends_is_gone() -> None:
    played = world([0.0, 150.0], off_s=160.0, **RECALLED).run(DAY_S)
    assert answered(played) == [0.0, -1.0]
    assert played.register.columns("shifts")["off_s"].tolist() == [160.0]


def test_a_break_that_is_due_is_taken_by_whoever_is_away() -> None:
    """Away from 65 to 360, on a break from 180 to 480: nobody is called back from a break."""
    scenario = firm([{"after_h": 0.05, "minutes": 5}], **RECALLED)
    trace = Trace(np.array([0.0, 200.0]), np.arange(2), np.zeros(2, np.int64))
    assert answered(World(scenario, trace=trace).run(DAY_S)) == [0.0, 480.0]


def test_a_fork_continues_identically_while_agents_are_away() -> None:
    law = {**LEISURE, "answer_delay": {"kind": "exponential", "mean_s": DELAY_S}}
    original = world([0.0, 0.0, 100.0, 100.0, 101.0], agents=2, **law)
    original.advance(103.0)
    copy = original.fork()
    assert original.run(DAY_S).register.digest() == copy.run(DAY_S).register.digest()


def test_an_answer_delay_needs_a_time_away() -> None:
    with pytest.raises(InputError, match=r"channels\.phone\.answer_delay: needs a live channel"):
        firm(answer_delay=constant(DELAY_S))


# --- the fit ------------------------------------------------------------------------------------


def away_log(days=3, calls=700, agents=11, seed=3):
    """A log whose agents leave for minutes and are called back, in the columns of `call_log`."""
    away = Unavailability(np.log(5.0), 0.3, 0.45, np.log(400.0), 0.8)
    hurried = Unavailability(np.log(5.0), 0.3, 0.1, np.log(30.0), 0.8)
    frames = []
    for day in range(1, days + 1):
        rng = np.random.default_rng((seed, day))
        at = np.sort(rng.uniform(28_800, 57_600, calls)).round()
        service = rng.lognormal(4.8, 0.8, calls)
        patience = 150 * rng.weibull(0.9, calls) + 1
        callers = [
            Caller("PS", *map(float, (a, 0, 0, p, s)))
            for a, p, s in zip(at, patience, service, strict=True)
        ]
        on = [ObservedDuty(f"A{j}", 28_800.0, 57_600.0) for j in range(agents)]
        gaps = away.sample(rng, 3000), hurried.sample(rng, 3000)
        delays = rng.exponential(240.0, 3000)
        skills, speeds = [frozenset({"PS"})] * agents, [1.0] * agents
        result = simulate_day(callers, on, skills, speeds, gaps, delays)
        wait = result.wait_s.round()
        frames.append(
            pl.DataFrame(
                {
                    "day": [date(1999, 2, day)] * calls,
                    "start_s": at - 10,
                    "vru_s": [10] * calls,
                    "offered_s": at,
                    "queued": wait > 0,
                    "queue_s": wait,
                    "outcome": np.where(result.abandoned, "abandoned", "served"),
                    "service_start_s": at + wait,
                    "service_s": np.where(result.abandoned, 0.0, service.round()),
                    "type": ["PS"] * calls,
                    "priority": [0] * calls,
                    "customer": pl.Series([None] * calls, dtype=pl.String),
                    "server": [f"A{j}" if j >= 0 else "NO_SERVER" for j in result.duty],
                }
            ).sort("offered_s")
        )
    return pl.concat(frames)


def test_attention_is_found_where_the_gaps_alone_mislead() -> None:
    log = away_log()
    fit, days, seen = fit_calls(log), test_days(log), moments(observed(log))

    def miss(found):
        waits = replay(days, found, replications=6, seed=77)
        return moments(waits) - seen

    alone = miss(fit)
    assert alone[0] > 0.25  # logit of the service level: callers are answered too often at once
    attention = fit_attention(log, fit, rounds=2)
    assert miss(attention.of(fit)) == pytest.approx([0.0, 0.0], abs=0.12)
    assert attention.pauses > 0.5
    assert 60 < attention.answer_delay_s < 960  # 240 put in; shorter pauses make up for more
    first = fit_attention(log, fit, rounds=1)
    assert first == fit_attention(log, fit, rounds=1)
    assert first != fit_attention(log, fit, rounds=1, seed=2)
