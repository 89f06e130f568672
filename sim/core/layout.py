"""Where the vector of features holds what: the table of ``sim.decisions.features`` as rules."""

from __future__ import annotations

from math import log1p
from typing import TYPE_CHECKING, Any

from sim.decisions.actions import Kind
from sim.decisions.features import Features
from sim.tables.compiled import Compiled

COUNTS = 256  # whole numbers whose logarithm is made once

if TYPE_CHECKING:
    from sim.core.rule_tables import Rules


def fill_layout(rules: Rules, compiled: Compiled) -> None:
    """Write the layout of a compiled scenario's features into the core's tables."""
    features = Features(compiled.scenario, compiled.regime)
    for table, columns in layout_columns(features, len(compiled.actions)).items():
        rules.fill(table, columns)
    rules.put_column("channels", "load_at", load_places(features, compiled.channels.n))


def layout_columns(features: Features, actions: int) -> dict[str, dict[str, list[Any]]]:
    """Return the tables that the vector of features is made with, as columns."""
    candidates = features.candidates[0] if features.candidates else features.size
    places = {
        "size": features.size,
        "time": features.time,
        "customer": features.customer,
        "segment": features.segment,
        "intent": features.intent,
        "channel": features.channel,
        "profile": features.profile,
        "last_channel": features.last_channel,
        "probabilities": features.probabilities,
        "belief": features.belief,
        "loads": features.loads[0][1] if features.loads else candidates,
        "candidates": candidates,
        "actions": actions,
        "counts": COUNTS,
    }
    kinds = [features.kind.get(int(kind), -1) for kind in Kind]
    return {
        "layouts": {name: [at] for name, at in places.items()},
        "kind_places": {"at": kinds},
        "count_logs": {"value": [log1p(n) for n in range(COUNTS)]},
    }


def load_places(features: Features, channels: int) -> list[int]:
    """Return where the loads of each channel stand, or -1."""
    load_at = [-1] * channels
    for channel, at in features.loads:
        load_at[channel] = at
    return load_at
