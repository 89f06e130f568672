"""One world as Python sees it. Compiled, the same file is the other engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.core.accessors import income_at, learner_at, make_world
from sim.core.believing import see_belief_of
from sim.core.books import N_COMPONENTS, book, open_books
from sim.core.calendar import (
    environment_of,
    events_of,
    expect_foreign,
    foreign_first,
    next_time,
    schedule,
)
from sim.core.churn import renew_all
from sim.core.codes import ON_DAY, RANK_OURS
from sim.core.columns import (
    column,
    number_of,
)
from sim.core.deciding import decide, find_legal, is_legal
from sim.core.evidence import hear_until_now
from sim.core.features import see_features
from sim.core.finishing import finish
from sim.core.history import remember
from sim.core.learning import begin_learning
from sim.core.legs import legs_since
from sim.core.loop import advance, begin_day, expect_need
from sim.core.outages import strike
from sim.core.queues import find_sole_queue, focus_team
from sim.core.rule_tables import Rules
from sim.core.rules.ruling import decide_by_rule
from sim.core.seeking import seek_all_again
from sim.core.shifts import put_on_roster
from sim.core.storage import FloatArray, FloatMatrix, IntArray, fork_world, free_world
from sim.core.sweeping import (
    arm_due,
    fade_all,
    fade_and_take_due,
    settle_and_fade,
    take_shifts,
)
from sim.core.views import agents_on_duty, legal_actions, seen_belief, view_of
from sim.core.watching import add_watch, line_of, next_that_came
from sim.core.world_tables import WorldTables
from sim.decisions.view import Belief, Leg, View
from sim.native_types import Float, Int

if TYPE_CHECKING:
    from sim.core.environment import Environment


class Simulation(WorldTables):
    """One world, at one moment."""

    rules: Rules

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.world = make_world(rules.firm)

    def __del__(self) -> None:
        free_world(self.world)

    # -- time ----------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """The time in seconds since the start."""
        return self.world.now

    def advance(self, until_s: Float) -> int:
        """Simulate to a time, or to what is settled outside; return which (see ``codes``)."""
        return advance(self.world, until_s)

    def events(self) -> list[tuple[float, int, int, int, int, int]]:
        """Return what is scheduled, in order: (time, rank, handler, subject, token, extra)."""
        return events_of(self.world.calendar)

    def schedule(
        self, at_s: Float, rank: Int, handler: Int, subject: Int, token: Int, extra: Int
    ) -> None:
        """Schedule an event, as ``events`` gave it."""
        schedule(self.world.calendar, at_s, rank, handler, subject, token, extra)

    def schedule_day(self, at_s: Float, day: Int) -> None:
        """Let a day begin at a time."""
        schedule(self.world.calendar, at_s, RANK_OURS, ON_DAY, day, 0, 0)

    def expect_need(self) -> None:
        """Schedule the first of the needs that were filled in."""
        expect_need(self.world)

    def begin_day(self) -> None:
        """Lay out the day whose midnight has come."""
        begin_day(self.world)

    def finish(self) -> None:
        """Write rows of what is still open: contacts, journeys, shifts, breaks."""
        finish(self.world)

    def fork(self) -> Simulation:
        """Return an independent copy, which goes on identically."""
        other = Simulation(self.rules)
        world = fork_world(self.world)  # may fail, and `other` still has its own then
        free_world(other.world)
        other.world = world
        return other

    # -- processes of SimPy's own --------------------------------------------------------------

    def environment(self) -> Environment:
        """Return SimPy's environment: the calendar, or one beside it."""
        return environment_of(self.world.calendar)

    def next_time(self) -> float:
        """Return when our next event is due; interpreted, SimPy's if that comes before."""
        return next_time(self.world.calendar)

    def expect(self, at_s: Float) -> None:
        """Note when SimPy's next event is due."""
        expect_foreign(self.world.calendar, at_s)

    def foreign_first(self, until_s: Float) -> bool:
        """Return whether SimPy's next event is due by then, and before our next one."""
        return foreign_first(self.world.calendar, until_s) != 0

    def pass_time(self, to_s: Float) -> None:
        """Let the time pass to that of an event of SimPy's own."""
        self.world.now = to_s

    def watch(self, channel: Int, above: Int, below: Int) -> int:
        """Return the number of a new watch for a channel's line above or below a number."""
        return add_watch(self.world, channel, above, below)

    def next_that_came(self) -> int:
        """Return the number of a watch whose number has come, -1 when there is none."""
        return next_that_came(self.world)

    def line_of(self, channel: Int) -> int:
        """Return how many wait in a channel's line."""
        return line_of(self.world, channel)

    def strike(self, channel: Int, lasts_s: Float) -> None:
        """Let a channel go out of order now, for some seconds."""
        strike(self.world, channel, lasts_s)

    # -- people --------------------------------------------------------------------------------

    def take_shifts(self, shifts: FloatArray) -> None:
        """Write down what moves churn rates off their base; see ``sweeping``."""
        take_shifts(self.world, shifts)

    def settle_and_fade(
        self, rates: FloatArray, mood_left: Float, awake_left: Float, day: Int
    ) -> None:
        """Settle every churn clock, let customers fade and drift; see ``sweeping``."""
        settle_and_fade(self.world, rates, mood_left, awake_left, day)

    def arm_due(self, factors: FloatArray) -> None:
        """Schedule the churn of whom it falls on the day that begins; see ``sweeping``."""
        arm_due(self.world, factors)

    def fade_and_take_due(
        self, mood_left: Float, awake_left: Float, day: Int, who: IntArray, odds: FloatArray
    ) -> int:
        """Let customers fade and drift; return how many contracts are due; see ``sweeping``."""
        return fade_and_take_due(self.world, mood_left, awake_left, day, who, odds)

    def fade_all(self, mood_left: Float, awake_left: Float, day: Int) -> None:
        """Let customers fade and drift, where nobody leaves."""
        fade_all(self.world, mood_left, awake_left, day)

    def renew_all(self, customers: IntArray, hazards: FloatArray, period_days: Int) -> None:
        """Renew contracts: each adds its hazard, and who has reached the threshold leaves."""
        renew_all(self.world, customers, hazards, period_days)

    def put_on_roster(
        self, number: Int, team: Int, on_s: Float, off_s: Float, speed: Float
    ) -> None:
        """Let an agent come at a time, with a given speed (0: drawn)."""
        put_on_roster(self.world, number, team, on_s, off_s, speed)

    def focus(self, channels: IntArray) -> None:
        """Let each team serve one of its channels only (-1: all of them), from now on."""
        for team in range(len(channels)):
            focus_team(self.world, team, int(channels[team]))
        seek_all_again(self.world)

    def find_sole_queues(self) -> None:
        """Note which teams need not choose among queues."""
        for team in range(self.world.firm.n_teams):
            find_sole_queue(self.world, team)

    def agents_on_duty(self, team: Int) -> list[int]:
        """Return the numbers of the agents' records on duty, in order of arrival."""
        return agents_on_duty(self.world, team)

    # -- beliefs -------------------------------------------------------------------------------

    def remember(
        self, days: IntArray, rates: FloatArray, kinds: IntArray, shares: FloatMatrix
    ) -> None:
        """Let evidence hold what past days have told; see ``history``."""
        remember(self.world, days, rates, kinds, shares)

    def hear(self) -> None:
        """Add signals that have arrived, and are not heard yet, to the evidence."""
        hear_until_now(self.world)

    def see_belief(self, who: Int, channel: Int, journey: Int) -> Belief:
        """Return what is believed of a customer (-1: nobody), as a channel (-1: the firm) sees."""
        see_belief_of(self.world, who, channel, journey)
        return seen_belief(self.world)

    # -- decisions -----------------------------------------------------------------------------

    @property
    def pending(self) -> bool:
        """Whether a decision waits for an answer."""
        return self.world.pending != 0

    @property
    def pending_kind(self) -> int:
        """The kind of the pending decision."""
        return self.world.pending_kind

    @property
    def default_action(self) -> int:
        """The default action of the pending decision."""
        return self.world.default_action

    def legal_actions(self) -> tuple[int, ...]:
        """Return the legal actions of the pending decision."""
        return legal_actions(self.world)

    def view(self, reads: frozenset[str]) -> View:
        """Return the view of the pending decision."""
        return view_of(self.world, reads)

    def legs_since(self, first: Int) -> list[Leg]:
        """Return the legs of the rows from ``first`` on that the regime shows by now."""
        return legs_since(self.world, first, number_of(self.world, "contact_rows"))

    def find_legal(self) -> None:
        """Find the legal actions of the pending decision anew, from the state as it is."""
        find_legal(self.world)

    def rule_action(self, number: Int) -> int:
        """Return what a rule of the world's book would do in the pending decision."""
        return decide_by_rule(self.world, number)

    def features(self) -> npt.NDArray[np.float64]:
        """Return the features of the pending decision, shape (features,)."""
        see_features(self.world)
        return column(self.world, "features", "value")

    def is_legal(self, action: Int) -> bool:
        """Return whether an action is legal in the pending decision."""
        return is_legal(self.world, action) != 0

    def answer(self, action: Int) -> None:
        """Give the pending decision a legal action."""
        self.world.pending = 0
        decide(self.world, action, 1)

    # -- a learner's episode -------------------------------------------------------------------

    def begin_learning(self, start_s: Float, until_s: Float, discount_per_s: Float) -> None:
        """Begin a learner's episode; see ``learning``."""
        begin_learning(self.world, start_s, until_s, discount_per_s)
        learner_at(self.world, 0).first_decision = number_of(self.world, "decision_rows")

    def open_books(self, start_s: Float) -> None:
        """Begin to book money at a time; see ``books``."""
        open_books(self.world, start_s)

    def book(self) -> list[float]:
        """Book what has come in since the last time; return the components and the whole."""
        book(self.world)
        return [income_at(self.world, i).step for i in range(N_COMPONENTS + 1)]
