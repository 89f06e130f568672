"""One M/M/20+M queue in this simulator and in other libraries: CPU time, and the right answer.

Ours is an ordinary scenario with its register, entry decisions, satisfaction and churn clocks; the
others hold a queue and nothing else. Rounds are interleaved, so that a busy machine slows all.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import fmean, median, variance

import numpy as np

from experiments.benchmarks.peers import PEERS, PeerResult
from experiments.benchmarks.workload import ARRIVALS, PATIENCE, SERVERS, SERVICE
from experiments.statistics.student import t_quantile
from experiments.validation.theory.queueing import erlang_a
from sim.core.engine import INTERPRETED, engine
from sim.core.world import World
from sim.errors import InputError
from sim.inputs import nearest
from sim.register.register import Outcome
from sim.scenario import Scenario, load_scenario

SCENARIO = Path(__file__).with_name("erlang.yaml")
OURS, IDIOMATIC = "optichannel", "simpy"
ENGINES = {OURS: None, f"{OURS}-interpreted": INTERPRETED}
"""Ours by name: the engine of this process, and the one that needs no compiler."""
LEVEL = 0.999


@dataclass(frozen=True, slots=True)
class EngineSpeed:
    """One engine over all rounds; waits in minutes, CPU seconds as the median over rounds.

    ``speed_vs_idiomatic`` is the median over rounds of (CPU of idiomatic SimPy / CPU of this
    engine), None without that engine. The intervals are Student's at 99.9 % over the rounds, their
    variance pooled over the engines (all simulate one queue); ``agrees`` tells whether both hold
    the exact values (None with a single round).
    """

    engine: str
    cpu_s: float
    us_per_caller: float
    speed_vs_idiomatic: float | None
    p_abandon: float
    p_abandon_interval: tuple[float, float] | None
    mean_wait: float
    mean_wait_interval: tuple[float, float] | None
    agrees: bool | None


def exact() -> tuple[float, float]:
    """Return the share who abandon and the mean wait of all arrivals in minutes (Erlang A)."""
    figures = erlang_a(ARRIVALS, SERVICE, SERVERS, PATIENCE)
    return figures.p_abandon, figures.mean_wait


def simulate(scenario: Scenario, callers: int, seed: int, engine: str | None = None) -> PeerResult:
    """Simulate as many minutes as bring ``callers`` on average; CPU seconds for exactly that many.

    Callers still in the system at the end are left out of the shares. The number of arrivals is
    random, so that the time is scaled by callers / arrivals.
    """
    started = time.process_time()
    world = World(scenario, seed=seed, engine=engine).run(60 * callers / ARRIVALS)
    outcome, queued_s, answered_s, released_s = (
        world.register.column("contacts", name)
        for name in ("outcome", "queued_s", "answered_s", "released_s")
    )
    over = outcome != Outcome.OPEN
    wait_s = np.where(answered_s >= 0, answered_s, released_s)[over] - queued_s[over]
    share_lost = float((outcome[over] == Outcome.ABANDONED).mean())
    mean_s = float(wait_s.mean())
    cpu_s = time.process_time() - started
    return PeerResult(share_lost, mean_s / 60, cpu_s * callers / len(over))


def measure(callers: int, rounds: int, engines: Sequence[str], seed: int = 1) -> list[EngineSpeed]:
    """Run every engine in each round, one after the other; return a row for each.

    Raises:
        InputError: an engine is unknown or not installed.
    """
    known = [*ENGINES, *PEERS]
    for name in engines:
        if name not in known:
            raise InputError(f"engines: unknown engine '{name}'{nearest(name, known)}")
    scenario = load_scenario(SCENARIO)
    results: dict[str, list[PeerResult]] = {name: [] for name in engines}
    for number in range(rounds):
        for name, found in results.items():
            gc.collect()  # what the engine before has left is not this one's to clear
            if name in ENGINES:
                found.append(simulate(scenario, callers, seed + number, ENGINES[name]))
            else:
                found.append(PEERS[name].run(callers, seed=seed + number))
    widths = None
    if rounds > 1:
        widths = (
            _half_width([[run.p_abandon for run in found] for found in results.values()]),
            _half_width([[run.mean_wait for run in found] for found in results.values()]),
        )
    idiomatic = results.get(IDIOMATIC)
    return [_row(name, found, idiomatic, callers, widths) for name, found in results.items()]


def default_engines() -> list[str]:
    """Return ours, idiomatic SimPy, and those of the other libraries and bare C that are here."""
    others = (IDIOMATIC, "ciw", "salabim", "cimba", "c")
    ours = list(ENGINES) if engine().name != INTERPRETED else [OURS]
    return [*ours, *(name for name in others if PEERS[name].installed)]


def left_out() -> dict[str, str]:
    """Return what is not measured by default, with the reason."""
    return {
        name: f"needs {peer.package or 'a C compiler'}, which is not here"
        for name, peer in PEERS.items()
        if not peer.installed
    }


def _row(
    name: str,
    found: list[PeerResult],
    idiomatic: list[PeerResult] | None,
    callers: int,
    widths: tuple[float, float] | None,
) -> EngineSpeed:
    cpu_s = median(run.cpu_s for run in found)
    speed = None
    if idiomatic is not None:
        pairs = zip(idiomatic, found, strict=True)
        speed = median(base.cpu_s / own.cpu_s for base, own in pairs)
    share, wait = fmean(run.p_abandon for run in found), fmean(run.mean_wait for run in found)
    share_in = wait_in = agrees = None
    if widths is not None:
        share_in, wait_in = ((m - w, m + w) for m, w in zip((share, wait), widths, strict=True))
        true_share, true_wait = exact()
        agrees = share_in[0] <= true_share <= share_in[1] and wait_in[0] <= true_wait <= wait_in[1]
    return EngineSpeed(
        name, cpu_s, cpu_s / callers * 1e6, speed, share, share_in, wait, wait_in, agrees
    )


def _half_width(samples: list[list[float]]) -> float:
    """Return the half-width of each sample's mean, by the variance within all of them."""
    rounds = len(samples[0])
    pooled = fmean(variance(sample) for sample in samples)
    quantile = t_quantile((1 + LEVEL) / 2, len(samples) * (rounds - 1))
    return quantile * sqrt(pooled / rounds)
