"""Where the vector of features holds what: the table of ``sim.decisions.features`` as rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.decisions.actions import Kind
from sim.decisions.features import Features
from sim.tables.compiled import Compiled

if TYPE_CHECKING:
    from sim.core.simulation import Rules


def fill_layout(rules: Rules, compiled: Compiled) -> None:
    """Write the layout of a compiled scenario's features into the core's tables."""
    features = Features(compiled.scenario, compiled.regime)
    places = {
        "size": features.size,
        "time": features.time,
        "customer": features.customer,
        "segment": features.segment,
        "intent": features.intent,
        "channel": features.channel,
        "profile": features.profile,
        "last_channel": features.last_channel,
        "candidates": features.candidates[0] if features.candidates else features.size,
        "actions": len(compiled.actions),
    }
    rules.fill("layouts", {name: [at] for name, at in places.items()})
    rules.fill("kind_places", {"at": [features.kind.get(int(kind), -1) for kind in Kind]})
    load_at = [-1] * compiled.channels.n
    for channel, at in features.loads:
        load_at[channel] = at
    rules.put_column("channels", "load_at", load_at)
