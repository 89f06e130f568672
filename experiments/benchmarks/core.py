"""The figures that the core is held to: ratios and rates of one run, with what is asked of them.

Rounds are interleaved, the median of the rounds is shown; CPU seconds of this process unless a
figure says otherwise. The engine is that of the process.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import ceil, log
from statistics import median

import numpy as np

from experiments.benchmarks import build, erlang, memory, replications
from experiments.benchmarks.env import env_loop, vector_loop
from experiments.benchmarks.journeys import bare, scaled
from policies.registry import make
from sim.core.engine import INTERPRETED, engine
from sim.core.world import World
from sim.env.journey import JourneyEnv
from sim.env.vector import JourneyVectorEnv
from sim.errors import InputError
from sim.inputs import nearest
from sim.scenario import Scenario, load_scenario
from sim.units import DAY_S

DAYS = 3.0
CUSTOMERS, FORKED, FEW, MANY = 20_000, 10_000, 2_000, 1_000_000
CALLERS = 200_000
STEPS, WORLDS, HORIZON_DAYS = 20_000, 64, 30.0
FORKS = 20
TRIED, LEAST_S = "quickstart", 60.0  # the workers' experiment, and how long it simulates
Measured = dict[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``must`` and ``aim`` (None: nothing is asked) are least or ``most``.

    ``met`` says whether it holds what is asked (None: nothing is). ``why`` says why there is no
    value.
    """

    name: str
    what: str
    unit: str
    value: float | None = None
    must: float | None = None
    aim: float | None = None
    most: bool = False
    why: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the figure holds what is asked."""
        if self.value is None or self.must is None:
            return None
        return self.value <= self.must if self.most else self.value >= self.must


FIGURES: tuple[Figure, ...] = (
    Figure("erlang", "Erlang-A, whole journey path", "× SimPy", must=25, aim=45),
    # The core before records and engines was 1.0 × idiomatic SimPy here.
    Figure("erlang_interpreted", "the same, interpreted", "× SimPy", must=0.8, aim=1.2),
    Figure("bank", "bank, default rules", "contacts/s", must=0.8e6, aim=1.2e6),
    Figure("telco", "telco, default rules", "contacts/s", must=0.8e6, aim=1.2e6),
    Figure("best_channel", "telco, best_channel", "contacts/s", must=0.4e6),
    Figure("telco_whole", "telco with what lasts and is seen, drawn", "contacts/s", must=0.4e6),
    Figure("bank_drawn", "bank, customers drawn before", "contacts/s"),
    Figure("telco_drawn", "telco, customers drawn before", "contacts/s"),
    Figure("best_channel_drawn", "best_channel, likewise", "contacts/s"),
    Figure("steps_helpdesk", "helpdesk, one world", "steps/s", must=150e3),
    Figure("steps_telco", "telco, one world", "steps/s", must=150e3),
    Figure("batch_helpdesk", f"helpdesk, {WORLDS} worlds", "steps/s", must=500e3, aim=1e6),
    Figure("batch_telco", f"telco, {WORLDS} worlds", "steps/s", must=500e3, aim=1e6),
    Figure("batch_whole", f"telco as it ships, {WORLDS} worlds", "steps/s"),
    Figure("exponent", f"telco, {FEW:,} to {MANY:,} customers", "exponent", must=1.05, most=True),
    Figure("customer", f"telco, at {MANY:,} customers", "bytes a customer", must=200, most=True),
    Figure("customer_whole", "telco as it ships, likewise", "bytes a customer"),
    Figure("row", "the register", "bytes a contact", must=250, most=True),
    Figure("fork", f"telco, {FORKED:,} customers", "ms a fork", must=4, most=True),
    Figure("workers", f"two workers, at least {LEAST_S:g} s", "speed-up", must=1.8),
    Figure("build", "building the extension, wall", "s", must=120, most=True),
    Figure("help", "--help over bare Python", "s", must=0.3, most=True),
)


def names() -> list[str]:
    """Return the names of the figures."""
    return [figure.name for figure in FIGURES]


def measure(chosen: Sequence[str], rounds: int) -> list[Figure]:
    """Return the figures chosen, measured.

    Raises:
        InputError: an unknown name.
    """
    for name in chosen:
        if name not in names():
            raise InputError(f"figures: unknown figure '{name}'{nearest(name, names())}")
    found: dict[str, list[float]] = {name: [] for name in chosen}
    loops = [loop for of, loop in _loops() if set(of) & set(chosen)]
    for number in range(rounds):
        for loop in loops:
            gc.collect()  # what the one before has left is not this one's to clear
            for name, value in loop(number).items():
                found.setdefault(name, []).append(value)
    once, why = _once(chosen)
    values = {name: median(of) for name, of in found.items() if of} | once
    return [
        replace(figure, value=values.get(figure.name), why=why.get(figure.name, ""))
        for figure in FIGURES
        if figure.name in chosen
    ]


def _loops() -> Iterator[tuple[tuple[str, ...], Callable[[int], Measured]]]:
    """Yield what is measured in every round: the figures that it gives, and how."""
    yield ("erlang", "erlang_interpreted"), _erlang
    for figure, firm, policy in (
        ("bank", "bank", ""),
        ("telco", "telco", ""),
        ("best_channel", "telco", "best_channel"),
    ):
        yield (figure, f"{figure}_drawn"), partial(_contacts, figure, bare(firm), policy)
    yield ("telco_whole",), _whole
    for name in ("helpdesk", "telco"):
        yield (f"steps_{name}", f"batch_{name}"), _Stepping(name, bare(name))
    yield ("batch_whole",), _Stepping("whole", load_scenario("telco"))
    yield ("exponent",), _exponent
    yield ("fork",), _fork
    yield ("help",), _help


def _erlang(number: int) -> Measured:
    engines = [erlang.IDIOMATIC, *erlang.ENGINES]
    rows = {row.engine: row for row in erlang.measure(CALLERS, 1, engines, 1 + number)}
    ours, interpreted = (rows[name].speed_vs_idiomatic for name in erlang.ENGINES)
    assert ours is not None and interpreted is not None
    return {"erlang": ours, "erlang_interpreted": interpreted}


def _whole(seed: int) -> Measured:
    figures = _contacts("telco", load_scenario("telco"), "", seed)
    return {"telco_whole": figures["telco_drawn"]}


def _contacts(figure: str, firm: Scenario, policy: str, seed: int) -> Measured:
    """Contacts a second of a firm, from the first customer drawn and from the first day."""
    scenario = scaled(firm, CUSTOMERS)
    rule = make(policy, scenario) if policy else None
    world = World(scenario, seed=seed, policy=rule)  # the firm's tables are made: not to be timed
    started = time.process_time()
    world = World(scenario, compiled=world.compiled, seed=seed, policy=rule)
    drawn = time.process_time()
    world.advance(DAYS * DAY_S)
    ended, contacts = time.process_time(), world.register.number_of("contacts")
    return {figure: contacts / (ended - started), f"{figure}_drawn": contacts / (ended - drawn)}


class _Stepping:
    """One world and a batch of them, with the default actions, resets included."""

    def __init__(self, name: str, firm: Scenario) -> None:
        self.name, self.firm = name, firm

    @cached_property
    def one(self) -> JourneyEnv:
        """One world; made when it is first asked for."""
        return JourneyEnv(self.firm, horizon_days=HORIZON_DAYS)

    @cached_property
    def many(self) -> JourneyVectorEnv:
        """The batch, likewise."""
        return JourneyVectorEnv(WORLDS, scenario=self.firm, horizon_days=HORIZON_DAYS, copy=False)

    def __call__(self, number: int) -> Measured:
        """Return the steps a second of both."""
        return {
            f"steps_{self.name}": STEPS / env_loop(self.one, STEPS),
            f"batch_{self.name}": STEPS / vector_loop(self.many, STEPS),
        }


def _exponent(number: int) -> Measured:
    seconds = []
    for customers in (FEW, MANY):
        scenario = scaled(load_scenario("telco"), customers)
        started = time.process_time()
        World(scenario, seed=number).advance(DAYS * DAY_S)
        seconds.append(time.process_time() - started)
    return {"exponent": log(seconds[1] / seconds[0]) / log(MANY / FEW)}


def _fork(number: int) -> Measured:
    world = World(scaled(load_scenario("telco"), FORKED), seed=number)
    world.advance(1.5 * DAY_S)
    seconds = np.zeros(FORKS)
    for i in range(FORKS):
        started = time.perf_counter()
        copy = world.fork()
        seconds[i] = time.perf_counter() - started
        del copy
    return {"fork": 1000 * float(np.median(seconds))}


def _help(number: int) -> Measured:
    bare = _cpu_s([sys.executable, "-c", "pass"])
    return {"help": _cpu_s([sys.executable, "-m", "experiments.cli", "--help"]) - bare}


def _cpu_s(command: Sequence[str]) -> float:
    """Return the CPU seconds of another process, which works alone."""
    before = os.times()
    subprocess.run(command, capture_output=True, check=True)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def _once(chosen: Sequence[str]) -> tuple[Measured, dict[str, str]]:
    """Return what is measured once, and why what cannot be measured is not."""
    values: Measured = {}
    why: dict[str, str] = {}
    asked: dict[str, Callable[[], float]] = {
        "customer": lambda: memory.bytes_per_customer("telco", FEW, MANY, lasts=False),
        "customer_whole": lambda: memory.bytes_per_customer("telco", FEW, MANY, lasts=True),
        "row": lambda: memory.bytes_per_row("telco", CUSTOMERS),
        "workers": two_workers,
        "build": build.seconds,
    }
    for name in asked.keys() & set(chosen):
        try:
            values[name] = asked[name]()
        except build.Impossible as reason:
            why[name] = str(reason)
    if engine().name == INTERPRETED and "erlang" in chosen:
        why["erlang"] = "interpreted: the core is not compiled"
    return values, why


def two_workers() -> float:
    """Return how much sooner two workers are done with at least a minute of simulation."""
    few = replications.measure(replications.prepared(TRIED, 8))
    wanted = max(8, ceil(8 * LEAST_S / few.seconds["1"]))
    return replications.measure(replications.prepared(TRIED, wanted)).speed_up
