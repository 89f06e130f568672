"""Optichannel's simulator: a firm's customer journeys over many channels.

    >>> import sim
    >>> world = sim.simulate("helpdesk", days=1, regime="multichannel", seed=1)
    >>> facts = sim.Facts.of(world.compiled, world.customers, 0.0, world.now)
    >>> round(sim.kpis(world.register, facts)["retention"], 1)
    1.0

Names or objects may be given. What is wrong with an argument is said by an `InputError`, which
names the key, the rule, the value and the nearest valid name. Times are seconds from the start of
the simulation unless a name says otherwise, shares 0–1, money in the scenario's currency.

The names are imported when they are first used, so that `import sim` stays light. It registers the
Gymnasium environments (`ENVIRONMENTS`) without importing Gymnasium; their classes are in `sim.env`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.env.registration import ENVIRONMENTS, register_when_loaded
from sim.faces import lazy

if TYPE_CHECKING:
    from sim.core.simulate import simulate
    from sim.core.world import World
    from sim.decisions.actions import Kind
    from sim.errors import InputError
    from sim.metrics.kpis import Facts, kpis
    from sim.metrics.metrics import METRICS
    from sim.register.export import frame
    from sim.scenario import Scenario, load_scenario, scenario_names

__all__ = [
    "ENVIRONMENTS",
    "METRICS",
    "Facts",
    "InputError",
    "Kind",
    "Scenario",
    "World",
    "frame",
    "kpis",
    "load_scenario",
    "scenario_names",
    "simulate",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "sim.core.simulate": ["simulate"],
        "sim.core.world": ["World"],
        "sim.decisions.actions": ["Kind"],
        "sim.errors": ["InputError"],
        "sim.metrics.kpis": ["Facts", "kpis"],
        "sim.metrics.metrics": ["METRICS"],
        "sim.register.export": ["frame"],
        "sim.scenario": ["Scenario", "load_scenario", "scenario_names"],
    },
)

register_when_loaded()
