"""The feature vector straight from the world: what ``Features.of_view`` gives, faster.

A view builds its tuples first; here the numbers go straight into the caller's array (through a
memoryview, in half the time of NumPy's own item assignment). Both read the same world through the
same regime, and a test holds them equal.
"""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING

from sim import service
from sim.compiled import LIVE, SLOT_S
from sim.entities import Contact
from sim.features import Features, Vector, profile_values, waves
from sim.observe import observe
from sim.retention import SECONDS_PER_MONTH
from sim.view import NO_PROFILE, profile

if TYPE_CHECKING:
    from sim.world import World

    Cells = memoryview[float]

CANDIDATES = frozenset({"candidates"})
NEVER = profile_values(NO_PROFILE)[3]
# Of a channel: offset in the vector, queues, teams, mean handle time, slots, opening hours.
Plan = tuple[int, list[int], list[int], float, int, bytes | None]


class Observer:
    """Writes observations of worlds of one compiled scenario."""

    def __init__(self, features: Features) -> None:
        self.features = features
        self._plan: list[Plan] = []

    def write(self, world: World, out: Vector) -> None:
        """Write the vector of the pending decision (of the time alone, when none is pending).

        ``out`` has to be zeros, shape (size,), float32, contiguous.
        """
        cells: Cells = memoryview(out)  # type: ignore[arg-type]  # NumPy's types lack the buffer
        features = self.features
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
        cells[at + 2] = log1p((now - (journey.start_s if matched else contact.start_s)) / 3600)
        if contact.queued_s >= 0:
            until = contact.answered_s if contact.answered_s >= 0 else now
            cells[at + 3] = log1p((until - contact.queued_s) / 60)
        if journey.recovered:
            cells[at + 5] = 1.0
        if matched:
            cells[at + 1] = log1p(journey.attempts)
            cells[at + 4] = log1p(people.margin_per_s[customer] * SECONDS_PER_MONTH)
            cells[features.segment + people.segment[customer]] = 1.0
        cells[features.intent + journey.seen_intent] = 1.0
        cells[features.channel + contact.channel] = 1.0
        rules = world.satisfaction
        seen = profile(
            world.register,
            customer,
            contact.channel,
            world.compiled.regime,
            now,
            rules.initial_expectation,
            rules.mood_half_life_days,
        )
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
        now, waiting, lines = world.now, world.waiting, world.queues
        floor = world.floor
        for at, queues, teams, handle_s, slots, hours in self._plan or self._planned(world):
            count, oldest = 0, 0.0
            for q in queues:
                if waiting[q]:
                    count += waiting[q]
                    first = lines[q][0][3]
                    if first.state != 2 and first.state != 5:
                        first = service.head(world, q)
                    if first is not None and now - first.queued_s > oldest:
                        oldest = now - first.queued_s
            idle = on_duty = 0
            for t in teams:
                team = floor[t]
                idle += len(team.idle)
                on_duty += len(team.on_duty)
            if hours is None or hours[slot] == 1:
                cells[at] = 1.0
            if count:
                cells[at + 1] = log1p(count)
                cells[at + 2] = log1p(oldest / 60)
            if on_duty:
                cells[at + 3] = log1p(idle)
                cells[at + 4] = log1p(on_duty)
            if count or not idle:
                servers = on_duty * slots if on_duty * slots > 1 else 1
                cells[at + 5] = log1p(handle_s * (count + 1) / servers / 60)

    def _planned(self, world: World) -> list[Plan]:
        """Keep what never changes of each channel with queues."""
        channels = world.compiled.channels
        self._plan = [
            (
                at,
                world.channel_queues[c],
                world.channel_teams[c],
                world.mean_handle_s[c],
                world.mean_slots[c],
                channels.open_slots[c] if channels.kind[c] == LIVE else None,
            )
            for c, at in self.features.loads
        ]
        return self._plan

    def _candidates(self, world: World, cells: Cells) -> None:
        kind, subject, legal, default = world.pending  # type: ignore[misc]
        view = observe(world, kind, subject, legal, default, CANDIDATES)
        for candidate in view.candidates or ():
            at = self.features.candidates[candidate.queue]
            for i, value in enumerate(self.features.candidate_values(candidate)):
                cells[at + i] = value
