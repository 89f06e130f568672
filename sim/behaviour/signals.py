"""What leaves a trace, and how truly: codes of outcomes, sentiment, usage, posts and notes.

All shares and noises are assumptions that experiments sweep (``signals`` of a firm). Luck comes as
uniforms, so that the same contact leaves the same traces whatever else happens. Experience is on
the scale of ``sim.behaviour.customers``, risk is the log-odds of leaving against the segment's.
"""

from __future__ import annotations

from sim.behaviour.normal import normal_quantile


def coded_resolved(resolved: int, silent: int, right: float, seen: float, u: float) -> int:
    """Return whether an outcome is coded as resolved (1) or not (0).

    Args:
        resolved: what it was.
        silent: automation failed and did not notice: it takes that for a success.
        right: how often an outcome is coded as it was.
        seen: how often a silent failure is coded as one all the same.
        u: the uniform.
    """
    if silent:
        return 0 if u < seen else 1
    return resolved if u < right else 1 - resolved


def sentiment_reading(experienced: float, noise_sd: float, u: float) -> float:
    """Return what an analysis of speech or text reads: the experience plus normal noise."""
    return experienced + noise_sd * normal_quantile(u)


def usage_reading(
    risk: float, bias_sd: float, noise_sd: float, bias_u: float, noise_u: float
) -> float:
    """Return the leaving risk that a week's usage shows, in log-odds against the segment's.

    risk + an error that stays with the customer + one of the week, both normal: an independent
    error alone would average out over the weeks (assumption).
    """
    return risk + bias_sd * normal_quantile(bias_u) + noise_sd * normal_quantile(noise_u)


def is_posted(experienced: float, share: float, u: float) -> bool:
    """Return whether an experience is posted: ``share`` of those below 0 (assumption)."""
    return experienced < 0.0 and u < share


def noted_concern(concern: int, n: int, right: float, u: float, other_u: float) -> int:
    """Return the concern that an agent notes: the customer's, or any of the ``n - 1`` others."""
    if u < right or n < 2:
        return concern
    other = min(n - 2, int(other_u * (n - 1)))
    return other if other < concern else other + 1


def experience_of_csat(score: float) -> float:
    """Return the experience that a 1-5 satisfaction score speaks of: (score - 3.5) / 2.5."""
    return (score - 3.5) / 2.5


def mood_of_nps(score: float) -> float:
    """Return the mood that a 0-10 recommendation score speaks of: (score - 7) / 2.5."""
    return (score - 7.0) / 2.5
