"""What a rule looks at before it decides: its parts of what the firm sees."""

from __future__ import annotations

from sim.core.accessors import (
    contact_at,
    rule_at,
    seen_belief_at,
    seen_hidden_at,
)
from sim.core.believing import believe_candidates, see_belief
from sim.core.intents import see_intents
from sim.core.loads import see_loads
from sim.core.records.bundles import World
from sim.core.seeing import see_candidates, see_customer, see_now, see_profile
from sim.core.truth import see_hidden
from sim.native_types import Int


def look(world: World, number: Int) -> None:
    """See what a rule reads of the decision at hand."""
    rule = rule_at(world, number)
    c = world.pending_contact
    see_now(world)
    seen_hidden_at(world, 0).known = 0
    seen_belief_at(world, 0).known = 0
    if rule.reads_loads:
        see_loads(world)
    if rule.reads_candidates:
        see_candidates(world)
        if rule.reads_belief:
            believe_candidates(world)
            seen_belief_at(world, 0).known = 0
    if c < 0:
        return
    see_customer(world, c)
    if rule.reads_profile:
        contact = contact_at(world, c)
        see_profile(world, contact.known_as, contact.channel)
    if rule.reads_intents:
        see_intents(world, c)
    if rule.reads_belief:
        see_belief(world, c)
    if rule.reads_hidden:
        see_hidden(world, c)
