"""How agents work: tiredness, concurrent chats, searching, what experts add."""

from __future__ import annotations

from math import exp2


def tiredness_after(tired: float, busy: bool, hours: float, half_life_h: float) -> float:
    """Return an agent's recent occupancy (exponentially weighted) after ``hours`` in one state."""
    keep = exp2(-hours / half_life_h)
    return tired * keep + (1 - keep if busy else 0.0)


def tired_share(tired: float, threshold: float) -> float:
    """Return how far recent occupancy exceeds the threshold, 0 to 1."""
    return max(0.0, (tired - threshold) / (1 - threshold)) if threshold < 1 else 0.0


def chat_slowdown(others: int, slowdown: float) -> float:
    """Return the factor on talk time with ``others`` chats running at the start."""
    return 1 + slowdown * others


def boosted(resolution: float, boost: float) -> float:
    """Return the probability that a team resolves what the scenario's figure gives for all.

    resolution + (1 - resolution) × boost: the boost is the share of failures that it turns.
    """
    return resolution + (1 - resolution) * boost


def search_time(search_s: float, complexity: float) -> float:
    """Return the time to search: the scenario's figure at complexity 0.5, in proportion to it."""
    return search_s * 2 * complexity


def expected_wait(handle_s: float, waiting: int, servers: float) -> float:
    """Return the seconds until who joins a line is served: handle time × (waiting + 1) ÷ servers.

    The estimate that firms announce (queue length over service rate: Ibrahim & Whitt 2009).
    """
    return handle_s * (waiting + 1) / servers
