"""The M/M/n+M queue written for other simulation libraries, for comparison of speed.

One workload for all: Poisson arrivals, exponential service and patience, ``servers`` agents, first
come first served, from an empty system until every caller has left (Erlang A: Palm 1957; Garnett,
Mandelbaum & Reiman 2002). Each engine is written as its own documentation advises, so that the CPU
seconds tell what a user of that library would pay. Rates are per minute, waits in minutes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from experiments.benchmarks import c_queue
from experiments.benchmarks.c_queue import simulate_c
from experiments.benchmarks.simpy_peers import (
    simulate_simpy,
    simulate_simpy_callbacks,
    simulate_simpy_events,
)
from experiments.benchmarks.workload import Tally, Workload
from sim.errors import InputError


@dataclass(frozen=True, slots=True)
class PeerResult:
    """Share of callers who abandoned, mean wait of all arrivals (minutes), CPU seconds."""

    p_abandon: float
    mean_wait: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Peer:
    """One engine: its name, what it shows, what it needs and its simulation function.

    ``package`` is to be imported (empty: it needs a C compiler). What is ``compiled`` when it is
    first called is called once before it is timed.
    """

    name: str
    description: str
    package: str
    simulate: Callable[[Workload], Tally]
    compiled: bool = False

    @property
    def installed(self) -> bool:
        """Whether what it needs is here."""
        return (find_spec(self.package) if self.package else c_queue.compiler()) is not None

    def run(self, callers: int, *, seed: int = 1) -> PeerResult:
        """Simulate ``callers`` arrivals and time it, imports and compiling apart.

        Raises:
            InputError: what it needs is not installed, or ``callers`` is not positive.
        """
        if not callers > 0:
            raise InputError(f"callers must be greater than 0, but is {callers}")
        if self.package and not self.installed:
            raise InputError(
                f"engine {self.name!r} needs the package {self.package!r}, which is not installed; "
                "pip install 'optichannel[bench]' brings it"
            )
        if self.package:
            __import__(self.package)
        if self.compiled:
            self.simulate(Workload(callers=1, seed=seed))
        started = time.process_time()
        tally = self.simulate(Workload(callers=callers, seed=seed))
        cpu_s = time.process_time() - started
        return PeerResult(tally.abandoned / tally.left, tally.waited / tally.left, cpu_s)


def simulate_ciw(work: Workload) -> Tally:
    """Ciw: one node with reneging; its records of callers are read at the end."""
    import ciw

    ciw.seed(work.seed)  # the only way: Ciw draws from the global generators
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=work.arrival_rate)],
        service_distributions=[ciw.dists.Exponential(rate=work.service_rate)],
        reneging_time_distributions=[ciw.dists.Exponential(rate=work.patience_rate)],
        number_of_servers=[work.servers],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(work.callers, method="Finish")
    tally = Tally()
    for record in simulation.get_all_records(only=["service", "renege"]):
        tally.left += 1
        tally.waited += record.waiting_time
        tally.abandoned += record.record_type == "renege"
    return tally


def simulate_salabim(work: Workload) -> Tally:
    """Salabim: a component per caller, ``request(fail_delay=…)``; resource monitors off."""
    import salabim

    env = salabim.Environment(trace=False, random_seed=work.seed, yieldless=False)
    rng, tally = random.Random(work.seed), Tally()
    agents = salabim.Resource("agents", capacity=work.servers, monitor=False)

    class Caller(salabim.Component):  # type: ignore[misc]  # salabim has no types
        def process(self) -> Generator[Any, None, None]:
            arrived = env.now()
            yield self.request(agents, fail_delay=rng.expovariate(work.patience_rate))
            tally.left += 1
            tally.waited += env.now() - arrived
            if self.failed():
                tally.abandoned += 1
            else:
                yield self.hold(rng.expovariate(work.service_rate))

    class Source(salabim.Component):  # type: ignore[misc]
        def process(self) -> Generator[Any, None, None]:
            for _ in range(work.callers):
                yield self.hold(rng.expovariate(work.arrival_rate))
                Caller()

    Source()
    env.run()
    return tally


def simulate_cimba(work: Workload) -> Tally:
    """cimba: a model for each caller, ``acquire`` with a timer; compiled by numba."""
    from experiments.benchmarks.cimba_queue import simulate

    return simulate(work)


PEERS: dict[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer("simpy", "SimPy, Resource and request | timeout", "simpy", simulate_simpy),
        Peer("simpy-events", "SimPy, own queue of events", "simpy", simulate_simpy_events),
        Peer("simpy-callbacks", "SimPy, callbacks only", "simpy", simulate_simpy_callbacks),
        Peer("ciw", "Ciw, one node with reneging", "ciw", simulate_ciw),
        Peer("salabim", "salabim, request with fail_delay", "salabim", simulate_salabim),
        Peer("cimba", "cimba, acquire with a timer", "cimba", simulate_cimba, compiled=True),
        Peer("c", "bare C, a heap and a line", "", simulate_c, compiled=True),
    )
}
"""The engines by name; ``simpy`` is the idiomatic one that speeds are relative to."""
