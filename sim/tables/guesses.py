"""What a firm knows of needs before it hears them: mixes of intents, and how rightly it guesses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sim.scenario import Scenario
from sim.tables.compiled import SKILL_BINS, Compiled, needs_rates

Floats = npt.NDArray[np.float64]


def needs_by_segment(compiled: Compiled) -> Floats:
    """Return needs a customer and day by segment and intent, shape (segments, intents)."""
    rates, cumulative = needs_rates(compiled.scenario)
    shares = np.diff(np.array(cumulative), axis=1, prepend=0.0)
    result: Floats = np.asarray(rates)[:, None] * shares
    return result


def choices(compiled: Compiled) -> Floats:
    """Return how often needs go to each channel, shape (segments, intents, channels).

    The customers' own choice at the first attempt, over their digital skill.
    """
    shares = np.diff(np.array(compiled.cumulative), axis=3, prepend=0.0)
    edges = np.arange(1, SKILL_BINS) / SKILL_BINS
    rows = []
    for segment, of_segment in zip(compiled.scenario.segments.values(), shares, strict=True):
        mean, sd = segment.digital_skill, segment.digital_skill_sd
        below = ndtr((edges - mean) / sd) if sd > 0 else (edges > mean).astype(float)
        bins = np.diff(np.concatenate(([0.0], below, [1.0])))
        rows.append(np.einsum("b,ibc->ic", bins, of_segment))
    return np.array(rows)


def mixes(compiled: Compiled) -> Floats:
    """Return cumulative shares of intents by segment, the whole firm's last: (segments + 1, n)."""
    needs = _with_all(compiled, needs_by_segment(compiled))
    shares = _normed(needs, np.full(needs.shape[1], 1 / needs.shape[1]))
    result: Floats = np.cumsum(shares, axis=1)
    result[:, -1] = 1.0
    return result


def priors(compiled: Compiled) -> Floats:
    """Return shares of intents among first attempts: (segments + 1, channels, intents).

    A channel that nobody chooses has the segment's mix.
    """
    needs = needs_by_segment(compiled)
    asked = np.moveaxis(needs[:, :, None] * choices(compiled), 2, 1)
    asked = _with_all(compiled, asked)
    mix = np.diff(mixes(compiled), axis=1, prepend=0.0)
    return _normed(asked, mix[:, None, :])


def guess_accuracies(compiled: Compiled) -> list[float]:
    """Return by channel how often an intent is guessed rightly before it is heard."""
    if compiled.n_intents == 1:
        return [1.0] * compiled.channels.n
    given = compiled.regime.intent_accuracy
    channels = compiled.scenario.channels.values()
    return [c.intent_accuracy if given is None else given for c in channels]


def recognitions(compiled: Compiled) -> list[float]:
    """Return by channel how often its automation recognises an intent; 1 without any."""
    certain = not compiled.on.confusion or compiled.n_intents == 1
    channels = compiled.scenario.channels.values()
    return [1.0 if certain or c.automation is None else c.automation.recognition for c in channels]


def able_cells(scenario: Scenario) -> list[bool]:
    """Return by intent and channel whether it can be resolved there, or on what it relieves."""
    return [
        intent.resolution.get(name, 0.0) > 0 or intent.resolution.get(channel.of or "", 0.0) > 0
        for intent in scenario.intents.values()
        for name, channel in scenario.channels.items()
    ]


def _with_all(compiled: Compiled, rows: Floats) -> Floats:
    """Append the firm's mean over segments, weighted by their shares of customers."""
    shares = np.array([s.share for s in compiled.scenario.segments.values()])
    return np.concatenate((rows, np.tensordot(shares, rows, 1)[None]))


def _normed(rows: Floats, otherwise: Floats) -> Floats:
    total = rows.sum(axis=-1, keepdims=True)
    result: Floats = np.where(total > 0, rows / np.where(total > 0, total, 1.0), otherwise)
    return result
