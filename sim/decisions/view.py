"""What a policy sees: frozen values, read from the register through the information regime.

A view holds plain numbers and tuples only; nothing in it leads back to the world, so hidden state
(true intent, mood, churn threshold, future luck) cannot be reached. ``oracle`` policies declare
``reads = {"hidden"}`` and get it as values, as a bound.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.register.register import (
    C_CHANNEL,
    C_EFFORT,
    C_EXPERIENCE,
    C_OUTCOME,
    C_PREVIOUS,
    C_RELEASED,
    Outcome,
    Register,
)
from sim.scenario.service import Regime

DAY_S = 86400.0
LOOKBACK_S = 90 * DAY_S
LOOKBACK_ROWS = 12
RESOLVED, ABANDONED = Outcome.RESOLVED, Outcome.ABANDONED
READS = frozenset({"profile", "loads", "candidates", "hidden"})


class CustomerView(NamedTuple):
    """What is known of the customer: -1 or 0 where the regime does not show it.

    ``recovered``: this journey has had service recovery already (a second failure undoes it).
    """

    customer: int
    segment: int
    intent: int
    margin_per_month: float
    attempt: int
    journey_h: float
    channel: int
    wait_s: float
    automated: bool
    recovered: bool = False


class Profile(NamedTuple):
    """The unified profile, from the visible rows of the last 90 days.

    ``estimated_mood`` sums experience minus the usual experience, faded by the half-life.
    """

    contacts: int
    failures: int
    abandoned: int
    hours_since_last: float
    last_channel: int
    mean_effort: float
    estimated_mood: float


class Load(NamedTuple):
    """A channel's state: people waiting, oldest wait, idle agents, agents on duty."""

    open: bool
    waiting: int
    oldest_wait_s: float
    idle: int
    on_duty: int
    expected_wait_s: float


class Candidate(NamedTuple):
    """The head of a queue that a free agent may serve."""

    queue: int
    channel: int
    intent: int
    segment: int
    waiting: int
    wait_s: float
    backlog: bool
    margin_per_month: float
    hazard_per_month: float
    mean_handle_s: float
    mean_patience_s: float


class Hidden(NamedTuple):
    """Hidden state for bounds: the truth, and whether each channel would resolve this contact."""

    intent: int
    mood: float
    hazard_per_month: float
    resolves: tuple[bool, ...]
    offer_response: float


class View(NamedTuple):
    """A decision to take: legal actions (indices of the action table) and what is known."""

    kind: int
    time_s: float
    week_s: float
    actions: tuple[int, ...]
    default: int
    customer: CustomerView | None
    profile: Profile | None
    loads: tuple[Load, ...] | None
    candidates: tuple[Candidate, ...] | None
    hidden: Hidden | None
    uniform: float


NO_PROFILE = Profile(0, 0, 0, LOOKBACK_S / 3600, -1, 0.0, 0.0)


def visible_until(regime: Regime, now: float) -> float:
    """Return the time up to which rows have arrived: now, or the last midnight."""
    return now if regime.latency == "real_time" else now - now % DAY_S


def row_visible(
    row_channel: int, released_s: float, channel: int, regime: Regime, now: float
) -> bool:
    """Return whether a contact's row is visible on ``channel`` (a silo sees its own only)."""
    if released_s > visible_until(regime, now):
        return False
    matched = regime.identity_matched and regime.visible == "all"
    return matched or row_channel == channel


def context_passed(
    row_channel: int, released_s: float, channel: int, regime: Regime, now: float
) -> bool:
    """Return whether who serves on ``channel`` knows what happened in an earlier contact."""
    return regime.context_passes and row_visible(row_channel, released_s, channel, regime, now)


def profile(
    register: Register,
    customer: int,
    channel: int,
    regime: Regime,
    now: float,
    usual_experience: float,
    half_life_days: float,
) -> Profile:
    """Return the customer's profile as visible on ``channel``."""
    rows = register.contacts
    at = register.last_of.get(customer, -1)
    if at < 0:
        return NO_PROFILE
    # As row_visible, with what does not change taken out of the loop.
    until = visible_until(regime, now)
    all_channels = regime.identity_matched and regime.visible == "all"
    contacts = failures = abandoned = 0
    last_s, last_channel, effort, mood = -1.0, -1, 0.0, 0.0
    for _ in range(LOOKBACK_ROWS):
        if at < 0:
            break
        row = rows[at]
        at = row[C_PREVIOUS]
        released = row[C_RELEASED]
        if now - released > LOOKBACK_S:
            break
        if released > until or not (all_channels or row[C_CHANNEL] == channel):
            continue
        if last_channel < 0:
            last_s, last_channel = released, row[C_CHANNEL]
        contacts += 1
        outcome = row[C_OUTCOME]
        if outcome != RESOLVED:
            failures += 1
            if outcome == ABANDONED:
                abandoned += 1
        effort += row[C_EFFORT]
        fade = 0.5 ** ((now - released) / DAY_S / half_life_days)
        mood += fade * (row[C_EXPERIENCE] - usual_experience)
    if not contacts:
        return NO_PROFILE
    hours = (now - last_s) / 3600
    return Profile(contacts, failures, abandoned, hours, last_channel, effort / contacts, mood)
