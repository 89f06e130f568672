"""The short way: a firm, some days, and its world."""

from __future__ import annotations

from sim.core.world import World
from sim.decisions.actions import Decider
from sim.errors import InputError
from sim.inputs.names import show
from sim.tables.arguments import Channels, Kinds, RegimeSource, Source
from sim.units import DAY_S


def simulate(
    scenario: Source,
    days: float = 28.0,
    *,
    regime: RegimeSource | None = None,
    channels: Channels | None = None,
    policy: Decider | None = None,
    decides: Kinds | None = None,
    seed: int = 0,
    replication: int = 0,
) -> World:
    """Simulate a firm for some days and return its world, the books closed.

    Args:
        scenario: a shipped name, a path, a mapping or a ``Scenario``.
        days: days to simulate, from midnight on.
        regime: the information regime: a name of the scenario, a mapping or a ``Regime``.
        channels: names of the channels that are on (None: all).
        policy: who decides, as ``policies.registry.make`` gives it (None: the default rule).
        decides: kinds of decision that the policy takes (None: all).
        seed: the luck, with ``replication``.
        replication: as above; strategies with the same two numbers meet the same luck.

    Raises:
        InputError: an unknown name, or a number out of range.
    """
    number = isinstance(days, (int, float)) and not isinstance(days, bool)
    if not number or not 0 < days < float("inf"):
        raise InputError(f"days: must be above 0; got {show(days)}")
    world = World(
        scenario,
        regime=regime,
        channels=channels,
        policy=policy,
        decides=decides,
        seed=seed,
        replication=replication,
    )
    return world.run(days * DAY_S)
