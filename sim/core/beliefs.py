"""Beginning to believe: evidence of every customer, with what has been heard of them before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.tables.compiled import Compiled, concern_shares, needs_rates

if TYPE_CHECKING:
    from sim.core.simulation import Simulation


def believe(core: Simulation, compiled: Compiled) -> None:
    """Keep evidence from now on, with the past that the firm has kept (``history_days``).

    What has been written so far, and has arrived, is heard at once. Nothing happens where evidence
    is kept already.
    """
    if core.scalar("believes"):
        return
    pieces = core.scalar("n_customers") * (compiled.channels.n + 1)
    hints = pieces * int(core.rules.scalar("n_concerns"))
    core.fill("evidence", {"at_s": np.zeros(pieces)})
    core.fill("hints", {"needs": np.zeros(hints)})
    if compiled.scenario.population.history_days and compiled.on.signals:
        _remember(core, compiled)
    core.put_scalar("believes", 1)
    core.hear()


def _remember(core: Simulation, compiled: Compiled) -> None:
    """Let evidence hold each customer's past, no longer than they have been one."""
    scenario = compiled.scenario
    segment = core.column("customers", "segment")
    rates, shares = needs_rates(scenario)
    kinds = segment
    if compiled.concerns.n:
        shares = concern_shares(compiled)
        kinds = segment * compiled.concerns.n + core.column("lasting", "concern")
    days = np.full(len(segment), scenario.population.history_days)
    retention = scenario.retention
    if retention.clock == "contractual" and retention.tenure == "stationary":
        since = (core.column("customers", "tenure") + 1) * retention.period_days
        days = np.minimum(days, since - core.column("customers", "renewal_day"))
    core.remember(
        np.maximum(days, 0),
        np.ascontiguousarray(rates[segment], dtype=np.float64),
        np.ascontiguousarray(kinds, dtype=np.int64),
        np.ascontiguousarray(shares, dtype=np.float64),
    )
