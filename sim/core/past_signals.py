"""What the past has told a firm of a customer, into the evidence; see ``history``."""

from __future__ import annotations

from typing import Final

from sim.behaviour.customers import mood_decay
from sim.behaviour.normal import normal_quantile
from sim.behaviour.retention import drift_after
from sim.behaviour.signals import noted_concern, usage_reading
from sim.core.accessors import evidence_at, lasting_at
from sim.core.evidence import add_outcome, add_signal, evidence_of, fade_to, is_read
from sim.core.records.bundles import World
from sim.native_types import U64, Float, Int
from sim.population.draws import (
    FOR_NOTE,
    FOR_NOTE_KIND,
    TRAIT_DRIFT,
    TRAIT_USAGE,
    TRAIT_USAGE_BIAS,
    draw,
    uniform,
)
from sim.register.codes import SIGNAL_NOTE, SIGNAL_OUTCOME, SIGNAL_USAGE
from sim.units import DAY_S, WEEK_S

PAST_NEED: Final = 2199023255552  # 2^41: past needs are beyond all others by number


def past_note(world: World, who: Int, luck: U64, channel: Int, time_s: Float) -> None:
    """Add what an agent may have noted of a past contact."""
    firm = world.firm
    u = draw(luck, FOR_NOTE)
    if u < firm.note_share:
        concern = lasting_at(world, who).concern
        other_u = draw(luck, FOR_NOTE_KIND)
        noted = noted_concern(
            concern, firm.n_concerns, firm.note_right, u / firm.note_share, other_u
        )
        tell_past(world, who, channel, time_s, SIGNAL_NOTE, float(noted))


def tell_past(world: World, who: Int, channel: Int, time_s: Float, kind: Int, value: Float) -> None:
    """Add a past signal, if the regime reads its kind."""
    if is_read(world, kind):
        add_signal(world, who, channel, time_s, kind, value)


def tell_past_outcome(
    world: World, who: Int, channel: Int, journey: Int, intent: Int, team: Int, seen: Float
) -> None:
    """Add what a past outcome says of who has it, if the regime reads outcomes."""
    if is_read(world, SIGNAL_OUTCOME):
        add_outcome(world, who, channel, journey, intent, team, seen, 1)


def past_usage(world: World, who: Int, days: Int) -> None:
    """Weekly readings, the newest first: the drift runs back as it runs on, being stationary."""
    firm = world.firm
    if not firm.weekly or not is_read(world, SIGNAL_USAGE):
        return
    lasting = lasting_at(world, who)
    still = lasting.risk - lasting.drift
    drift = lasting.drift
    bias_u = uniform(world.trait_key, who, 0, TRAIT_USAGE_BIAS)
    evidence = evidence_at(world, evidence_of(world, who, -1))
    fade_to(world, evidence, 0.0)
    week = 1
    while week * WEEK_S <= days * DAY_S:
        index = PAST_NEED + week
        if firm.drifts:
            normal = normal_quantile(uniform(world.trait_key, who, index, TRAIT_DRIFT))
            drift = drift_after(drift, firm.drift_kept, firm.drift_new, normal)
        noise_u = uniform(world.trait_key, who, index, TRAIT_USAGE)
        read = usage_reading(still + drift, firm.usage_bias_sd, firm.usage_noise, bias_u, noise_u)
        left = mood_decay(week * WEEK_S / DAY_S, firm.evidence_half_life_days)
        evidence.usage += left * read
        evidence.usages += left
        if read > firm.inactive_from:
            evidence.inactive += left
        week += 1
