"""A compiled scenario as the core's flat tables of rules."""

from __future__ import annotations

from sim.core.firm_lasting import fill_lasting
from sim.core.firm_lists import Laws, Links, Tables
from sim.core.firm_numbers import numbers_of
from sim.core.firm_tables import (
    fill_actions,
    fill_channels,
    fill_people,
    fill_queues_and_teams,
    fill_shifts,
)
from sim.tables.compiled import Compiled


def fill_rules(rules: Tables, compiled: Compiled) -> None:
    """Write a compiled scenario into the core's tables."""
    laws, links = Laws(), Links()
    for name, number in numbers_of(compiled, laws).items():
        rules.put_scalar(name, number)
    fill_people(rules, compiled, laws)
    fill_channels(rules, compiled, laws, links)
    fill_queues_and_teams(rules, compiled, links)
    fill_lasting(rules, compiled)
    fill_actions(rules, compiled)
    fill_shifts(rules, compiled)
    rules.fill("links", links.columns())
    rules.fill("laws", laws.columns())
