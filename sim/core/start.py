"""A new world of a firm: rules, customers, empty lines, nobody on duty yet."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from sim.behaviour.resolution import pulls_of
from sim.core.books import N_COMPONENTS
from sim.core.engine import Engine
from sim.core.firm import fill_rules
from sim.core.layout import fill_layout
from sim.core.rules.book import tables_of_a_decision
from sim.population.customers import Integers, draw_customers, draw_habits
from sim.population.lasting import draw_lasting
from sim.tables.compiled import Compiled
from sim.units import DAY_S

if TYPE_CHECKING:
    from sim.core.rule_tables import Rules
    from sim.core.simulation import Simulation

_RULES: WeakKeyDictionary[Compiled, dict[str, Rules]] = WeakKeyDictionary()


def rules_of(compiled: Compiled, engine: Engine) -> Rules:
    """Return a compiled scenario's rules as an engine's tables, made once."""
    made = _RULES.setdefault(compiled, {})
    rules = made.get(engine.name)
    if rules is None:
        rules = made[engine.name] = engine.face.Rules()
        fill_rules(rules, compiled)
        fill_layout(rules, compiled)
    return rules


def new_core(
    compiled: Compiled, key: int, n: int, segment: Integers | None, engine: Engine
) -> Simulation:
    """Return the core of a world of ``n`` customers; see ``draw_customers``."""
    core: Simulation = engine.face.Simulation(rules_of(compiled, engine))
    traits = draw_customers(compiled, key, n, segment)
    core.fill("customers", traits)
    lasting = draw_lasting(compiled, key, traits)
    if compiled.spreads.learning:
        lasting["ability"] = np.zeros(n)
    if lasting:
        core.fill("lasting", lasting)
    core.put_scalar("key", key)
    core.put_scalar("trait_key", key)
    core.put_scalar("n_customers", n)
    core.put_scalar("monday_s", compiled.scenario.start_day * DAY_S)
    core.put_scalar("margin_rate", np.cumsum(traits["margin_per_s"])[-1])  # one after the other
    if compiled.spreads.habit_weight > 0:
        levels = draw_habits(compiled, key, n)
        pulls = pulls_of(levels, compiled.spreads.habit_weight)
        core.fill("habits", {"level": levels, "pull": pulls})
    _empty_tables(core, compiled)
    core.find_sole_queues()
    return core


def _empty_tables(core: Simulation, compiled: Compiled) -> None:
    """Lines, teams and what a decision writes to, all at their defaults."""
    rules = core.rules
    channels, queues, teams = compiled.channels.n, compiled.queues.n, compiled.teams.n
    situations = channels * rules.scalar("n_patterns") * 2
    for table, field, start, n in (
        ("duties", "idle_n", 0, teams),
        ("lanes", "first", -1, queues * rules.scalar("n_lanes")),
        ("waiting", "n", 0, queues),
        ("outages", "n", 0, channels),
        ("options", "queue", 0, queues + 1),
        ("entry_ranges", "n", -1, situations),
        ("decides", "who", 0, 6),
        *tables_of_a_decision(
            len(compiled.actions),
            compiled.n_intents,
            channels,
            queues,
            len(compiled.scenario.concerns.kinds),
        ),
        ("predictors", "loaded", 0, 1),
        ("learners", "steps", 0, 1),
        ("incomes", "step", 0, N_COMPONENTS + 1),
        ("partials", "value", 0, 2 * N_COMPONENTS),
        ("features", "value", 0, int(rules.column("layouts", "size")[0])),
    ):
        core.fill(table, {field: np.full(n, start)})
