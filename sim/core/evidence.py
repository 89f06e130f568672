"""What the signals of a customer sum up to: each that is heard is added at once, in O(1).

There is evidence as a channel has it (its own signals only) and as the whole firm has it. Sums
fade by ``signals.half_life_days``. Nightly, signals are heard at the midnight after they were
written. Nothing is kept unless somebody asks for beliefs.
"""

from __future__ import annotations

from sim.behaviour.customers import mood_decay
from sim.behaviour.signals import experience_of_csat, mood_of_nps
from sim.core.accessors import contact_row_at, evidence_at, hint_at, intent_at, signal_row_at
from sim.core.filtering import hear_answer, hear_attempt
from sim.core.records.bundles import World
from sim.core.records.rows import SignalRow
from sim.core.records.state import Evidence
from sim.native_types import Float, Int, Small
from sim.register.codes import (
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
)
from sim.tables.codes import DIRECT_SIGNALS, NO_SIGNALS
from sim.units import DAY_S


def evidence_of(world: World, who: Int, channel: Int) -> Int:
    """Return the number of a customer's evidence on a channel; -1: that of the whole firm."""
    n = world.firm.n_channels
    return who * (n + 1) + (channel if channel >= 0 else n)


def viewed_from(world: World, channel: Int) -> Int:
    """Return the channel whose evidence a decision there sees: its own, or -1: all of it."""
    return -1 if world.firm.sees_all else channel


def hear_until_now(world: World) -> None:
    """Hear what has arrived since the last time: all, or nightly all up to the last midnight."""
    until_s = world.now if world.firm.real_time else world.now - world.now % DAY_S
    while world.heard_signals < world.n_signals:
        if signal_row_at(world, world.heard_signals).time_s > until_s:
            return
        hear(world, world.heard_signals)
        world.heard_signals += 1


def hear(world: World, number: Int) -> None:
    """Add a signal to the evidence on its channel and to the firm's, if the regime reads it."""
    signal = signal_row_at(world, number)
    if signal.customer < 0 or not _is_read(world, signal.kind):
        return
    whole = evidence_of(world, signal.customer, -1)
    _add(world, signal, whole)
    if signal.channel >= 0:
        _add(world, signal, evidence_of(world, signal.customer, signal.channel))
    elif not world.firm.sees_all:
        return
    view = evidence_of(world, signal.customer, viewed_from(world, signal.channel))
    if signal.kind == SIGNAL_STEERING:
        hear_answer(world, signal, evidence_at(world, view))
    elif signal.kind == SIGNAL_OUTCOME or signal.kind == SIGNAL_SELF_SERVICE:
        own = evidence_of(world, signal.customer, signal.channel)
        hear_attempt(world, signal, evidence_at(world, view), evidence_at(world, own))


def _is_read(world: World, kind: Int) -> Small:
    """Return whether the regime reads a kind of signal."""
    reads = world.firm.sees_signals
    if reads == NO_SIGNALS:
        return 0
    passive = (
        kind == SIGNAL_SENTIMENT
        or kind == SIGNAL_USAGE
        or kind == SIGNAL_INACTIVE
        or kind == SIGNAL_POST
    )
    return not passive or reads != DIRECT_SIGNALS


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


def _add(world: World, signal: SignalRow, number: Int) -> None:
    """Add a signal to the sums of one piece of evidence."""
    evidence = evidence_at(world, number)
    fade_to(world, evidence, signal.time_s)
    kind = signal.kind
    value = signal.value
    if kind == SIGNAL_OUTCOME or kind == SIGNAL_SELF_SERVICE:
        evidence.contacts += 1.0
        if kind == SIGNAL_SELF_SERVICE or value < 0.5:
            evidence.failures += 1.0
        _add_need(world, signal, evidence, number)
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


def _add_need(world: World, signal: SignalRow, evidence: Evidence, number: Int) -> None:
    """Count what somebody has heard the customer wanted, once a journey."""
    if signal.journey == evidence.need:
        return
    evidence.need = signal.journey
    evidence.need_mean = 0.0
    evidence.need_variance = world.firm.difficulty_sd * world.firm.difficulty_sd
    evidence.needs += 1.0
    if world.firm.n_concerns:
        heard = contact_row_at(world, signal.contact).seen_intent
        concern = intent_at(world, heard).raised_by
        if concern >= 0:
            hint_at(world, number * world.firm.n_concerns + concern).needs += 1.0
