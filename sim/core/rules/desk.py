"""A desk at which a rule decides by a view: the loop's functions over tables filled from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.accessors import make_firm, make_world
from sim.core.columns import fill
from sim.core.firm_tables import action_columns
from sim.core.layout import layout_columns, load_places
from sim.core.records.decisions import (
    SeenBelief,
    SeenCandidate,
    SeenChance,
    SeenCustomer,
    SeenFit,
    SeenHidden,
    SeenIntent,
    SeenLoad,
    SeenNow,
    SeenProfile,
    SeenReason,
)
from sim.core.records.policies import GivenRule
from sim.core.rules.book import Book, Shape, tables_of_a_decision
from sim.core.rules.network import score_actions
from sim.core.rules.ruling import action_of
from sim.core.rules.thumbs import value_actions
from sim.decisions.actions import action_table, queue_names
from sim.decisions.features import Features
from sim.decisions.view import View
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.tables.channels import KINDS
from sim.tables.guesses import able_cells


def shape_of(scenario: Scenario) -> Shape:
    """Return what a scenario's rules go by."""
    return Shape(
        len(scenario.segments),
        len(scenario.intents),
        len(scenario.channels),
        tuple(action.name for action in action_table(scenario)),
    )


class Desk:
    """A bundle of tables without customers or calendar: what is seen, and one rule.

    Always interpreted, whatever engine runs the worlds.
    """

    def __init__(self, scenario: Scenario, write: Callable[[Book], int]) -> None:
        self.world = make_world(make_firm())
        self._fill_firm(scenario)
        shape = shape_of(scenario)
        concerns, queues = len(scenario.concerns.kinds), len(queue_names(scenario))
        n, intents = shape.channels, shape.intents
        size = self.world.firm.layouts.rows[0].size
        for table, name, start, rows in (
            *tables_of_a_decision(len(shape.actions), intents, n, queues, concerns),
            ("features", "value", 0.0, size),
        ):
            self.fill(table, {name: np.full(rows, start)})
        book = Book(shape)
        self.number = write(book)
        book.write(self)

    def fill(self, table: str, columns: dict[str, Any]) -> None:
        """Replace a table of the bundle."""
        fill(self.world, table, columns)

    def _fill_firm(self, scenario: Scenario) -> None:
        firm = self.world.firm
        firm.n_segments = len(scenario.segments)
        firm.n_intents = len(scenario.intents)
        firm.n_channels = len(scenario.channels)
        firm.n_concerns = len(scenario.concerns.kinds)
        actions = action_table(scenario)
        fill(firm, "actions", action_columns(actions))
        features = Features(scenario, Regime(match_rate=1.0))
        for table, columns in layout_columns(features, len(actions)).items():
            fill(firm, table, columns)
        kinds = [KINDS.index(channel.kind) for channel in scenario.channels.values()]
        load_at = load_places(features, firm.n_channels)
        fill(firm, "channels", {"kind": kinds, "load_at": load_at})
        fill(firm, "cells", {"able": able_cells(scenario)})

    def decide(self, view: View) -> int:
        """Return the rule's action."""
        self.show(view)
        return action_of(self.world, self.number)

    def values(self, view: View) -> tuple[list[float], float] | None:
        """Return what the actions are worth to the rule, and a unit; None where it cannot say."""
        self.show(view)
        world = self.world
        if not value_actions(world, self.number):
            return None
        return [world.worths.rows[i].money for i in range(world.n_legal)], world.worth_unit

    def scores(self, vector: npt.NDArray[np.float32]) -> list[float]:
        """Return a learned rule's scores of all actions, from a vector of features."""
        world = self.world
        for feature, value in zip(world.features.rows, vector.tolist(), strict=True):
            feature.value = value
        world.n_legal = len(world.legal.rows)
        for action, row in enumerate(world.legal.rows):
            row.action = action
        first = score_actions(world, world.learned_rules.rows[world.rules.rows[self.number].at])
        return [row.value for row in world.signals.rows[first:]]

    def give(self, action: int, values: tuple[Sequence[float], float] | None) -> None:
        """Tell what the Python rule below a learned one does, and thinks of the actions."""
        world = self.world
        world.given_rules.rows[0] = GivenRule(action, values is not None)
        if values is not None:
            world.worth_unit = values[1]
            for row, money in zip(world.worths.rows, values[0], strict=False):
                row.money = money

    def show(self, view: View) -> None:
        """Fill what is seen from a view; its named tuples have the order of the records."""
        world = self.world
        world.pending_kind = view.kind
        world.default_action = view.default
        world.n_legal = len(view.actions)
        for row, action in zip(world.legal.rows, view.actions, strict=False):
            row.action = action
        world.seen_nows.rows[0] = SeenNow(view.time_s, view.week_s, view.uniform)
        world.pending_contact = -1 if view.customer is None else 0
        if view.customer is not None:
            world.seen_customers.rows[0] = SeenCustomer(*view.customer)
        profile = view.profile
        world.seen_profiles.rows[0] = SeenProfile() if profile is None else SeenProfile(*profile)
        if view.loads is not None:
            world.seen_loads.rows[:] = [SeenLoad(*load) for load in view.loads]
        world.pending_agent = -1 if view.candidates is None else 0
        candidates = view.candidates or ()
        world.n_candidates = len(candidates)
        for i, candidate in enumerate(candidates):
            world.seen_candidates.rows[i] = SeenCandidate(*candidate)
        self._show_belief(view)
        shown = view.intents or [0.0] * world.firm.n_intents
        world.seen_intents.rows[:] = [SeenIntent(p) for p in shown]
        self._show_hidden(view)

    def _show_belief(self, view: View) -> None:
        world, belief = self.world, view.belief
        world.seen_beliefs.rows[0] = SeenBelief()
        if belief is not None:
            told: Any = belief[:-2]  # the order of the record's fields
            world.seen_beliefs.rows[0] = SeenBelief(*told)
            world.seen_fits.rows[:] = [SeenFit(*fit) for fit in belief.fits]
            world.seen_reasons.rows[:] = [SeenReason(reason) for reason in belief.reasons]

    def _show_hidden(self, view: View) -> None:
        world, hidden = self.world, view.hidden
        world.seen_hidden.rows[0] = SeenHidden()
        if hidden is not None:
            world.seen_hidden.rows[0] = SeenHidden(1, *hidden[:6])
            world.seen_chances.rows[:] = map(SeenChance, *hidden[6:])
