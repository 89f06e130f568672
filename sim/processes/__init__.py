"""SimPy processes that run beside a world, wait for what happens in it and cause something.

    >>> import sim
    >>> from sim.processes import outages, surge_team
    >>> world = sim.World("helpdesk", seed=1)
    >>> process = world.env.process(outages(world, "phone", mean_gap_h=30, mean_length_min=20))
    >>> _ = world.run(7 * 86400)
    >>> len(world.register.rows("contacts", "contact")) > 0
    True

They are short: copy one to write your own (``docs/how-to/use-simpy-processes.md``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from sim.processes.outage import outages
    from sim.processes.surge import surge_team

__all__ = ["outages", "surge_team"]
__getattr__, __dir__ = lazy(
    __name__,
    {"sim.processes.outage": ["outages"], "sim.processes.surge": ["surge_team"]},
)
