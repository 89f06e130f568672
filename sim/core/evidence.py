"""What the signals of a customer sum up to: each that is heard is added at once, in O(1).

There is evidence as a channel has it (its own signals only) and as the whole firm has it. Sums
fade by ``signals.half_life_days``. Nightly, signals are heard at the midnight after they were
written. Nothing is kept unless somebody asks for beliefs.
"""

from __future__ import annotations

from typing import Final

from sim.behaviour.customers import mood_decay
from sim.behaviour.signals import experience_of_csat, mood_of_nps
from sim.core.accessors import contact_row_at, evidence_at, hint_at, intent_at, signal_row_at
from sim.core.filtering import hear_answer, hear_attempt
from sim.core.knowing import visible_until
from sim.core.records.bundles import World
from sim.core.records.state import Evidence
from sim.native_types import Float, Int, Small
from sim.register.codes import (
    RESOLVED,
    SIGNAL_CSAT,
    SIGNAL_INACTIVE,
    SIGNAL_NOTE,
    SIGNAL_NPS,
    SIGNAL_OUTCOME,
    SIGNAL_POST,
    SIGNAL_SELF_SERVICE,
    SIGNAL_SENTIMENT,
    SIGNAL_STEERING,
    SIGNAL_USAGE,
    UNRESOLVED,
)
from sim.units import DAY_S

DIRECTLY: Final = 1  # the regime reads what contacts tell, nothing passive


def evidence_of(world: World, who: Int, channel: Int) -> Int:
    """Return the number of a customer's evidence on a channel; -1: that of the whole firm."""
    n = world.firm.n_channels
    return who * (n + 1) + (channel if channel >= 0 else n)


def viewed_from(world: World, channel: Int) -> Int:
    """Return the channel whose evidence a decision there sees: its own, or -1: all of it."""
    return -1 if world.firm.sees_all else channel


def hear_until_now(world: World) -> None:
    """Hear what has arrived since the last time: all, or nightly all up to the last midnight."""
    until_s = visible_until(world)
    while world.heard_signals < world.n_signals:
        if signal_row_at(world, world.heard_signals).time_s > until_s:
            return
        hear(world, world.heard_signals)
        world.heard_signals += 1


def hear(world: World, number: Int) -> None:
    """Add a signal to the evidence on its channel and to the firm's, if the regime reads it."""
    signal = signal_row_at(world, number)
    if signal.customer < 0 or not is_read(world, signal.kind):
        return
    add_signal(world, signal.customer, signal.channel, signal.time_s, signal.kind, signal.value)
    if signal.channel < 0:
        return
    if signal.kind == SIGNAL_STEERING:
        view = evidence_of(world, signal.customer, viewed_from(world, signal.channel))
        hear_answer(world, signal.customer, signal.value, evidence_at(world, view))
    elif signal.kind == SIGNAL_OUTCOME or signal.kind == SIGNAL_SELF_SERVICE:
        row = contact_row_at(world, signal.contact)
        failed = signal.kind == SIGNAL_SELF_SERVICE
        served = failed or row.coded == RESOLVED or row.coded == UNRESOLVED
        add_outcome(
            world,
            signal.customer,
            signal.channel,
            signal.journey,
            row.seen_intent,
            row.team,
            0.0 if failed else signal.value,
            served,
        )


def add_outcome(
    world: World,
    who: Int,
    channel: Int,
    journey: Int,
    intent: Int,
    team: Int,
    seen: Float,
    served: Small,
) -> None:
    """Add how a leg ended (1: it seems to have resolved the need) to counts of needs and beliefs.

    ``served``: somebody, or automation, has tried; else it says nothing of who the customer is.
    """
    own = evidence_of(world, who, channel)
    view = evidence_of(world, who, viewed_from(world, channel))
    _add_need(world, journey, intent, evidence_of(world, who, -1))
    _add_need(world, journey, intent, own)
    if served:
        hear_attempt(
            world,
            who,
            intent,
            channel,
            team,
            seen,
            evidence_at(world, view),
            evidence_at(world, own),
        )


def is_read(world: World, kind: Int) -> Small:
    """Return whether the regime reads a kind of signal."""
    sees = world.firm.sees_signals
    if sees != DIRECTLY:
        return sees
    passive = (
        kind == SIGNAL_SENTIMENT
        or kind == SIGNAL_USAGE
        or kind == SIGNAL_INACTIVE
        or kind == SIGNAL_POST
    )
    return not passive


def fade_to(world: World, evidence: Evidence, at_s: Float) -> None:
    """Let the sums fade to a time."""
    passed_s = at_s - evidence.at_s
    evidence.at_s = at_s
    if passed_s <= 0.0:
        return
    left = mood_decay(passed_s / DAY_S, world.firm.evidence_half_life_days)
    evidence.contacts *= left
    evidence.failures *= left
    evidence.feeling *= left
    evidence.feelings *= left
    evidence.usage *= left
    evidence.usages *= left
    evidence.inactive *= left


def add_signal(
    world: World, who: Int, channel: Int, time_s: Float, kind: Int, value: Float
) -> None:
    """Add a signal to the sums of the firm's evidence and, if it is left on one, of a channel's."""
    _add(world, evidence_of(world, who, -1), time_s, kind, value)
    if channel >= 0:
        _add(world, evidence_of(world, who, channel), time_s, kind, value)


def _add(world: World, number: Int, time_s: Float, kind: Int, value: Float) -> None:
    """Add a signal to the sums of one piece of evidence."""
    evidence = evidence_at(world, number)
    fade_to(world, evidence, time_s)
    if kind == SIGNAL_OUTCOME or kind == SIGNAL_SELF_SERVICE:
        evidence.contacts += 1.0
        if kind == SIGNAL_SELF_SERVICE or value < 0.5:
            evidence.failures += 1.0
    elif kind == SIGNAL_SENTIMENT or kind == SIGNAL_POST:
        _add_feeling(evidence, value)
    elif kind == SIGNAL_CSAT:
        _add_feeling(evidence, experience_of_csat(value))
    elif kind == SIGNAL_NPS:
        _add_feeling(evidence, mood_of_nps(value))
    elif kind == SIGNAL_USAGE:
        evidence.usage += value
        evidence.usages += 1.0
    elif kind == SIGNAL_INACTIVE:
        evidence.inactive += 1.0
    elif kind == SIGNAL_NOTE:
        hint_at(world, number * world.firm.n_concerns + int(value)).notes += 1.0


def _add_feeling(evidence: Evidence, value: Float) -> None:
    evidence.feeling += value
    evidence.feelings += 1.0


def _add_need(world: World, journey: Int, intent: Int, number: Int) -> None:
    """Count what somebody has heard the customer wanted, once a journey."""
    evidence = evidence_at(world, number)
    if journey == evidence.need:
        return
    evidence.need = journey
    evidence.need_mean = 0.0
    evidence.need_variance = world.firm.difficulty_sd * world.firm.difficulty_sd
    evidence.needs += 1.0
    if world.firm.n_concerns:
        concern = intent_at(world, intent).raised_by
        if concern >= 0:
            hint_at(world, number * world.firm.n_concerns + concern).needs += 1.0
