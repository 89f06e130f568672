"""What a run would take, without running it: how many replications, how many minutes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from experiments.running.cells import Cells, cells_of
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Engine, attempt, notes_of
from experiments.running.identity import default_folder, stamp
from experiments.running.manifest import stored_seconds
from experiments.running.precision import by_cell, runs, start
from experiments.store.replications import Job, State, state
from experiments.store.run_folder import STAMP
from sim.errors import InputError
from sim.inputs.files import read_json

PILOT_DAYS = 7.0
"""Days that are simulated to time a run: from Monday to Sunday, which differ."""
QUICK_S = 1.0
"""If one day takes longer, it is enough."""


@dataclass(frozen=True)
class Plan:
    """What a run would take.

    `declared` strategies, `derived` ones, and `cells` that are simulated, as equal ones are one.
    `least` runs are certain, `most` are possible (a stopping rule may end anywhere between); `kept`
    are finished already. `seconds_per_run` is `stored` by an earlier run in the folder, or comes
    from a `pilot` of `pilot_days` of the reference, scaled to the run's days. `minutes` are those
    of the least and the most runs that are still open, with `workers`. A portfolio of levers comes
    on top of both, with as many runs as a strategy (`portfolio`). `notes`: what strategies will not
    do, though they look as if they would.
    """

    declared: int
    derived: int
    cells: int
    replications: int
    least: int
    most: int
    kept: int
    portfolio: bool
    seconds_per_run: float
    source: Literal["stored", "pilot"]
    pilot_days: float | None
    workers: int
    minutes: tuple[float, float]
    folder: str
    notes: tuple[str, ...] = ()


def plan_of(config: ExperimentConfig, engine: Engine, folder: Path | None, workers: int) -> Plan:
    """Return what a run would take; nothing is written.

    Raises:
        InputError: what is wrong with the config, as a run would say it.
    """
    cells = cells_of(config, engine)
    identity = stamp(cells.whole, cells.firm)
    place = folder or default_folder(config, identity)
    numbers = start(config)
    wanted = config.replications
    top = wanted if isinstance(wanted, int) else wanted.max
    least, most = runs(numbers, cells.same), runs(dict.fromkeys(numbers, top), cells.same)
    if config.most_runs is not None:
        most = min(most, config.most_runs)
    kept = _kept(place, numbers, cells) if _same_run(place, identity) else 0
    stored = stored_seconds(place) if kept else None
    days, seconds = (None, stored) if stored is not None else _pilot(config, engine)

    def minutes(n: int) -> float:
        return (n - kept) * seconds / workers / 60

    return Plan(
        declared=len(config.strategies),
        derived=len(cells.whole.strategies) - len(config.strategies),
        cells=len(by_cell(numbers, cells.same)),
        replications=next(iter(numbers.values())),
        least=least,
        most=most,
        kept=kept,
        portfolio=config.levers is not None and config.levers.budget is not None,
        seconds_per_run=seconds,
        source="pilot" if stored is None else "stored",
        pilot_days=days,
        workers=workers,
        minutes=(minutes(least), minutes(most)),
        folder=str(place),
        notes=tuple(notes_of(cells.whole, cells.firm)),
    )


def _same_run(folder: Path, identity: dict[str, str]) -> bool:
    """Tell whether a folder holds replications of this run."""
    try:
        found = read_json(folder / STAMP)
    except (OSError, InputError):
        return False
    return isinstance(found, dict) and all(found.get(k) == v for k, v in identity.items())


def _kept(folder: Path, numbers: dict[str, int], cells: Cells) -> int:
    jobs = [Job(cell, i) for cell, n in by_cell(numbers, cells.same).items() for i in range(n)]
    return sum(state(folder, job) is State.KEPT for job in jobs)


def _pilot(config: ExperimentConfig, engine: Engine) -> tuple[float, float]:
    """Return the days that were simulated, and the seconds that a whole run takes by them."""
    name = config.reference_name
    warm_up = 0.0 if config.warm_up_days == "auto" else config.warm_up_days
    total = warm_up + config.horizon_days
    short = config.only(name).with_warm_up(0.0)
    days = min(1.0, total)
    seconds = _timed(short, engine, name, days)
    if seconds < QUICK_S and total > days:
        days = min(PILOT_DAYS, total)
        seconds = _timed(short, engine, name, days)
    return days, seconds * total / days


def _timed(config: ExperimentConfig, engine: Engine, name: str, days: float) -> float:
    """Return the seconds of one replication, once what can be prepared is."""
    short = config.model_copy(update={"horizon_days": days})
    attempt(engine.replicate, short.model_copy(update={"horizon_days": min(days, 0.01)}), name, 0)
    started = time.perf_counter()
    attempt(engine.replicate, short, name, 0)
    return time.perf_counter() - started
