"""The queue for cimba: a model for each caller, who acquires an agent until a timer goes off.

The library compiles the model to machine code, once in a process. It reads the annotations of the
classes, so that this module does not postpone them.
"""

from typing import Any

import cimba
from cimba import inputs

from experiments.benchmarks.workload import ARRIVALS, PATIENCE, SERVERS, SERVICE, Tally, Workload

HUNG_UP = 7  # the timer's signal: any that the library does not use itself


class Caller(cimba.Model):
    """A caller, who waits for an agent until the patience is over."""

    line: "cimba.Ref[Line]"

    @cimba.process
    def call(self) -> None:
        """Wait, and be served or hang up."""
        line = self.line
        arrived = cimba.now()
        cimba.this_process().timer_set(line.patience.next(), HUNG_UP)
        signal = line.agents.acquire(1)
        line.left += 1
        line.waited += cimba.now() - arrived
        if signal == 0:
            cimba.this_process().timers_clear()
            cimba.hold(line.service.next())
            line.agents.release(1)
        else:
            line.abandoned += 1


class Line(cimba.Model):
    """The line, its agents, and what is counted."""

    callers: cimba.Param[int] = 1
    gap: cimba.Input[float] = inputs.dist.exponential(mean=1 / ARRIVALS)
    service: cimba.Input[float] = inputs.dist.exponential(mean=1 / SERVICE)
    patience: cimba.Input[float] = inputs.dist.exponential(mean=1 / PATIENCE)
    agents: cimba.Resource = cimba.Resource(capacity=SERVERS)
    left: cimba.Output[int]
    abandoned: cimba.Output[int]
    waited: cimba.Output[float]

    @cimba.on_start
    def begin(self) -> None:
        """Begin to count."""
        self.waited = 0.0

    @cimba.process
    def arrivals(self) -> None:
        """Let the callers come."""
        for _ in range(self.callers):
            cimba.hold(self.gap.next())
            cimba.spawn(Caller, line=self)


def simulate(work: Workload) -> Tally:
    """Simulate the workload, whose rates are those of the module ``workload``."""
    model: Any = Line()
    model.callers = work.callers
    found = cimba.Experiment(model, replications=1, seed=work.seed).run()[model]
    left, abandoned, waited = (
        of.values.item() for of in (found.left, found.abandoned, found.waited)
    )
    return Tally(int(left), int(abandoned), float(waited))
