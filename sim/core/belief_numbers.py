"""The numbers that signals and beliefs go by, of a compiled scenario."""

from __future__ import annotations

from sim.tables.codes import AUTOMATED
from sim.tables.compiled import Compiled


def signal_numbers(compiled: Compiled) -> dict[str, float]:
    """Return what is said of signals, by the names of the fields in the bundle ``Firm``."""
    signals, scenario = compiled.scenario.signals, compiled.scenario
    return {
        "writes_signals": compiled.on.signals,
        "coded_right": signals.coded_right,
        "silent_seen": signals.silent_seen,
        "sentiment_noise": signals.sentiment_noise,
        "usage_noise": signals.usage_noise,
        "usage_bias_sd": signals.usage_bias_sd,
        "inactive_from": signals.inactive_from,
        "social_share": signals.social_share,
        "note_share": signals.note_share,
        "note_right": signals.note_right,
        "evidence_half_life_days": signals.half_life_days,
        "opinion_sd": scenario.survey.opinion_sd,
    }


def miscoded(compiled: Compiled) -> list[float]:
    """Return how probably a failure is coded as a success, by channel.

    People and systems err alike; automation that has not noticed takes a failure for a success, but
    where it is a front door it hands over whom it has not helped.
    """
    channels, signals = compiled.channels, compiled.scenario.signals
    doors = {door for door in channels.front_door if door >= 0}
    return [
        1 - signals.coded_right
        if channels.kind[c] != AUTOMATED
        else 0.0
        if c in doors and not channels.chosen[c]
        else (1 - channels.detection[c]) * (1 - signals.silent_seen)
        for c in range(channels.n)
    ]


def raised_by(compiled: Compiled) -> list[int]:
    """Return the first concern that raises each intent, -1: none does."""
    kinds = list(compiled.scenario.concerns.kinds.values())
    return [
        next((k for k, concern in enumerate(kinds) if name in concern.intents), -1)
        for name in compiled.intent_names
    ]
