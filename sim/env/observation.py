"""The feature vector straight from the world: what ``Features.of_view`` gives, faster.

A view builds its tuples first; here the numbers go straight into the caller's array (through a
memoryview, in half the time of NumPy's own item assignment). Both read the same world through the
same regime, and a test holds them equal.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

import numpy as np

from sim.behaviour.agents import expected_wait
from sim.core import queues
from sim.core.observe import observe, profile_of
from sim.core.state.records import Contact
from sim.decisions.features import Features, Vector, profile_values, waves
from sim.decisions.view import NO_PROFILE
from sim.tables.compiled import LIVE, SLOT_S
from sim.units import HOUR_S, MINUTE_S, MONTH_S

if TYPE_CHECKING:
    from sim.core.world import World

    Cells = memoryview[float]

CANDIDATES = frozenset({"candidates"})
NEVER = profile_values(NO_PROFILE)[3]
# Of a channel: offset in the vector, first queue and end of queues (a channel's are neighbours),
# teams, opening hours, log1p(agents on duty), mean handle time, contacts served at once.
Plan = tuple[int, int, int, list[int], bytes | None, float, float, int]


def cells_of(out: Vector) -> Cells:
    """Return what ``Observer.write`` writes to: the memory of an array of shape (size,)."""
    return memoryview(out)  # type: ignore[arg-type]  # NumPy's types lack the buffer


class Observer:
    """Writes observations of worlds of one compiled scenario."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._blank = cells_of(np.zeros(features.size, dtype=np.float32))
        self._plan: list[Plan] = []
        self._duty_of: list[int] | None = None

    def __reduce__(self) -> tuple[type[Observer], tuple[Features]]:
        """A copy plans anew: what is kept here only saves time."""
        return Observer, (self.features,)

    def write(self, world: World, cells: Cells) -> None:
        """Write the vector of the pending decision (of the time alone, when none is pending)."""
        features = self.features
        cells[:] = self._blank
        week_s = world.week_s()
        at = features.time
        cells[at], cells[at + 1], cells[at + 2], cells[at + 3] = waves(week_s)
        self._loads(world, int(week_s / SLOT_S), cells)
        pending = world.pending
        if pending is not None:
            kind = pending.kind
            cells[features.kind[kind]] = 1.0
            subject = pending.subject[0] if kind == 3 else pending.subject
            if subject.__class__ is Contact:
                self._customer(world, subject, cells)
            else:
                self._candidates(world, cells)

    def _customer(self, world: World, contact: Contact, cells: Cells) -> None:
        features, now, people, journey = self.features, world.now, world.customers, contact.journey
        customer, matched = journey.customer, features.matched
        at = features.customer
        cells[at] = 1.0
        cells[at + 2] = log1p((now - (journey.start_s if matched else contact.start_s)) / HOUR_S)
        if contact.queued_s >= 0:
            until = contact.answered_s if contact.answered_s >= 0 else now
            cells[at + 3] = log1p((until - contact.queued_s) / MINUTE_S)
        if journey.recovered:
            cells[at + 5] = 1.0
        if matched:
            cells[at + 1] = log1p(journey.attempts)
            cells[at + 4] = log1p(people.margin_per_s[customer] * MONTH_S)
            cells[features.segment + people.segment[customer]] = 1.0
        cells[features.intent + journey.seen_intent] = 1.0
        cells[features.channel + contact.channel] = 1.0
        seen = profile_of(world, contact)
        at = features.profile
        if seen is NO_PROFILE:
            cells[at + 3] = NEVER
            return
        (
            cells[at],
            cells[at + 1],
            cells[at + 2],
            cells[at + 3],
            cells[at + 4],
            cells[at + 5],
        ) = profile_values(seen)
        if seen.last_channel >= 0:
            cells[features.last_channel + seen.last_channel] = 1.0

    def _loads(self, world: World, slot: int, cells: Cells) -> None:
        now, waiting = world.now, world.waiting
        idle_of = [len(team.idle) for team in world.on_duty]
        duty_of = [len(team.agents) for team in world.on_duty]
        plan = self._plan if duty_of == self._duty_of else self._planned(world, duty_of)
        for at, first, end, teams, hours, on_duty_log, handle_s, servers in plan:
            count, idle = sum(waiting[first:end]), 0
            for t in teams:
                idle += idle_of[t]
            if hours is None or hours[slot]:
                cells[at] = 1.0
            if count:
                oldest = 0.0
                for q in range(first, end):
                    if waiting[q]:
                        contact = queues.head(world, q)
                        if contact is not None and now - contact.queued_s > oldest:
                            oldest = now - contact.queued_s
                cells[at + 1] = log1p(count)
                cells[at + 2] = log1p(oldest / MINUTE_S)
            if idle:
                cells[at + 3] = log1p(idle)
            cells[at + 4] = on_duty_log
            if count or not idle:
                cells[at + 5] = log1p(expected_wait(handle_s, count, servers) / MINUTE_S)

    def _planned(self, world: World, duty_of: list[int]) -> list[Plan]:
        """Keep what does not change of each channel with queues while the same people work."""
        channels = world.compiled.channels
        self._plan, self._duty_of = [], duty_of
        for c, at in self.features.loads:
            queues, teams = world.channel_queues[c], world.channel_teams[c]
            on_duty = sum(duty_of[t] for t in teams)
            hours = channels.open_slots[c] if channels.kind[c] == LIVE else None
            servers = max(1, on_duty * world.mean_slots[c])
            lasting = hours, log1p(on_duty), world.mean_handle_s[c], servers
            self._plan.append((at, queues[0], queues[-1] + 1, teams, *lasting))
        return self._plan

    def _candidates(self, world: World, cells: Cells) -> None:
        kind, subject, legal, default = world.pending  # type: ignore[misc]
        view = observe(world, kind, subject, legal, default, CANDIDATES)
        for candidate in view.candidates or ():
            at = self.features.candidates[candidate.queue]
            for i, value in enumerate(self.features.candidate_values(candidate)):
                cells[at + i] = value
