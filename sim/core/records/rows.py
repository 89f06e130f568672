"""What is written down, once: the rows of the register, and of the logs that listeners read.

The fields of a row are the columns of its table (``sim.register.register``), in their order; a row
is never changed.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import Float, Int, Small


@dataclass(slots=True, eq=False)
class ContactRow:
    """A contact that is over."""

    contact: Int = 0
    journey: Int = 0
    customer: Small = 0
    segment: Small = 0
    intent: Small = 0
    seen_intent: Small = 0
    attempt: Small = 0
    channel: Small = 0
    requested: Small = 0
    from_channel: Small = 0
    team: Small = 0
    agent: Small = 0
    start_s: Float = 0.0
    queued_s: Float = 0.0
    answered_s: Float = 0.0
    released_s: Float = 0.0
    end_s: Float = 0.0
    search_s: Float = 0.0
    wrap_up_s: Float = 0.0
    others: Small = 0
    steering: Small = 0
    context: Small = 0
    outcome: Small = 0
    effort: Float = 0.0
    experience: Float = 0.0
    gap: Float = 0.0
    sale: Float = 0.0
    cost: Float = 0.0
    previous: Small = 0
    shift_s: Float = 0.0
    known_as: Small = -1
    coded: Small = 0
    guessed: Small = 0


@dataclass(slots=True, eq=False)
class JourneyRow:
    """A journey that is over."""

    journey: Int = 0
    customer: Small = 0
    segment: Small = 0
    intent: Small = 0
    start_s: Float = 0.0
    end_s: Float = 0.0
    contacts: Small = 0
    attempts: Small = 0
    outcome: Small = 0
    first_channel: Small = 0
    effort: Float = 0.0
    first_contact_resolved: Small = 0
    human: Small = 0
    experience: Float = 0.0
    cancel: Small = 0


@dataclass(slots=True, eq=False)
class DecisionRow:
    """A decision that was taken."""

    time_s: Float = 0.0
    kind: Small = 0
    journey: Int = 0
    customer: Small = 0
    contact: Int = 0
    action: Small = 0
    default: Small = 0
    legal: Small = 0
    by: Small = 0
    value: Float = 0.0


@dataclass(slots=True, eq=False)
class ChurnRow:
    """A customer left, or stayed after all."""

    time_s: Float = 0.0
    customer: Small = 0
    how: Small = 0
    reason: Small = -1
    stated: Small = -1


@dataclass(slots=True, eq=False)
class SignalRow:
    """A trace that a customer has left, with the customer whom the firm takes it to be of."""

    time_s: Float = 0.0
    customer: Small = -1
    journey: Int = -1
    contact: Int = -1
    channel: Small = -1
    source: Small = 0
    kind: Small = 0
    value: Float = 0.0


@dataclass(slots=True, eq=False)
class SurveyRow:
    """A survey that was answered."""

    time_s: Float = 0.0
    customer: Small = 0
    journey: Int = 0
    contact: Small = 0
    csat: Small = 0
    ces: Small = 0
    nps: Small = 0


@dataclass(slots=True, eq=False)
class TreatmentRow:
    """A recovery, a message or an offer."""

    time_s: Float = 0.0
    customer: Small = 0
    journey: Int = 0
    contact: Int = 0
    treatment: Small = 0
    effect: Float = 0.0
    cost: Float = 0.0


@dataclass(slots=True, eq=False)
class ShiftRow:
    """A shift that is over."""

    agent: Small = 0
    team: Small = 0
    on_s: Float = 0.0
    off_s: Float = 0.0
    break_s: Float = 0.0
    busy_s: Float = 0.0
    talk_s: Float = 0.0
    search_s: Float = 0.0
    wrap_up_s: Float = 0.0
    contacts: Small = 0


@dataclass(slots=True, eq=False)
class BreakRow:
    """A break that is over."""

    agent: Small = 0
    team: Small = 0
    start_s: Float = 0.0
    end_s: Float = 0.0


@dataclass(slots=True, eq=False)
class MoodRow:
    """A change of a customer's value: a mood that jumped, a sleeper woken, a leaver saved."""

    time_s: Float = 0.0
    customer: Small = 0
    saved: Small = 0
    going: Small = 0  # gone, or about to say so: the value is lost already
    before: Float = 0.0
    after: Float = 0.0
    renewal_day: Int = 0
    drift: Float = 0.0
    awake_before: Float = 0.0
    awake: Float = 0.0


@dataclass(slots=True, eq=False)
class LuckRow:
    """The chance behind what happened: a resolution (1 or 0) or a sale (money)."""

    time_s: Float = 0.0
    customer: Small = 0
    segment: Small = 0
    intent: Small = 0
    channel: Small = 0
    attempt: Small = 0
    sale: Small = 0  # 1: a sale, 0: an attempt to resolve
    expected: Float = 0.0
    came: Float = 0.0
    mood: Float = 0.0
    going: Small = 0
    renewal_day: Int = 0
