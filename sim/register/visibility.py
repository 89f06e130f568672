"""The information regime as a filter over the register: which rows show, where and when."""

from __future__ import annotations

from sim.behaviour.customers import mood_decay
from sim.decisions.view import LOOKBACK_S, NO_PROFILE, Profile
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
from sim.units import DAY_S, HOUR_S

LOOKBACK_ROWS = 12
RESOLVED, ABANDONED = Outcome.RESOLVED, Outcome.ABANDONED


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
        fade = mood_decay((now - released) / DAY_S, half_life_days)
        mood += fade * (row[C_EXPERIENCE] - usual_experience)
    if not contacts:
        return NO_PROFILE
    hours = (now - last_s) / HOUR_S
    return Profile(contacts, failures, abandoned, hours, last_channel, effort / contacts, mood)
