"""The workload that all engines of the Erlang benchmark run, and what each of them counts."""

from __future__ import annotations

from dataclasses import dataclass

ARRIVALS, SERVICE, SERVERS, PATIENCE = 19.0, 1.0, 20, 0.5  # per minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """An M/M/n+M queue and the number of callers to simulate; rates per minute."""

    callers: int
    seed: int
    arrival_rate: float = ARRIVALS
    service_rate: float = SERVICE
    patience_rate: float = PATIENCE
    servers: int = SERVERS


@dataclass(slots=True)
class Tally:
    """What an engine counts: callers who left, who abandoned, and the sum of all their waits."""

    left: int = 0
    abandoned: int = 0
    waited: float = 0.0
