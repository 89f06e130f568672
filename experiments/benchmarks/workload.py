"""The workload that all engines of the Erlang benchmark run, and what each of them counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """An M/M/n+M queue and the number of callers to simulate; rates per unit of time."""

    callers: int
    arrival_rate: float
    service_rate: float
    patience_rate: float
    servers: int
    seed: int


@dataclass(slots=True)
class Tally:
    """What an engine counts: callers who left, who abandoned, and the sum of all their waits."""

    left: int = 0
    abandoned: int = 0
    waited: float = 0.0
