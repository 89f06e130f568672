"""A learner in the world: from one of its decisions to the next, and what it is shown there.

Worlds write into rows of matrices of the caller's: observations, masks of legal actions, and
outcomes, which hold the last step's money and time.
"""

from __future__ import annotations

from math import exp
from typing import Final

from sim.core.accessors import decides_at, income_at, layout_at, learner_at, legal_at
from sim.core.books import N_COMPONENTS, book, open_books
from sim.core.codes import ASKED, DECISION, REACHED
from sim.core.deciding import decide, is_legal
from sim.core.features import see_features, see_moment
from sim.core.finishing import finish
from sim.core.loop import advance
from sim.core.records.bundles import World
from sim.core.storage import ByteMatrix, Float32Matrix, FloatMatrix, copy_numbers, fill_row
from sim.native_types import Float, Int, Small

# Columns of outcomes: the components of money and the whole (see ``books``), then
OUT_ELAPSED_S: Final = 6  # how long the step took,
OUT_DISCOUNT: Final = 7  # the discount of that time,
OUT_ILLEGAL: Final = 8  # how many actions of the episode were illegal.
N_OUTCOMES: Final = 9


def begin_learning(world: World, start_s: Float, until_s: Float, discount_per_s: Float) -> None:
    """Begin an episode: its money from a time on, its horizon, its discount of time."""
    learner = learner_at(world, 0)
    learner.until_s = until_s
    learner.last_s = start_s
    learner.elapsed_s = 0.0
    learner.discount_per_s = discount_per_s
    learner.steps = 0
    learner.illegal = 0
    open_books(world, start_s)


def fits(
    world: World, observations: Float32Matrix, masks: ByteMatrix, outcomes: FloatMatrix, row: Int
) -> Small:
    """Return whether matrices have a row of that number, as wide as what a world writes."""
    layout = layout_at(world, 0)
    return (
        0 <= row
        and row < observations.shape[0]
        and row < masks.shape[0]
        and row < outcomes.shape[0]
        and observations.shape[1] == layout.size
        and masks.shape[1] == layout.actions
        and outcomes.shape[1] == N_OUTCOMES
    )


def take_action(world: World, action: Int) -> None:
    """Give the decision at hand an action, the default one in place of one that is not legal."""
    learner = learner_at(world, 0)
    learner.steps += 1
    if not world.pending:
        return
    taken = action
    if not is_legal(world, action):
        taken = world.default_action
        learner.illegal += 1
    world.pending = 0
    decide(world, taken, 1)


def go_on(
    world: World, observations: Float32Matrix, masks: ByteMatrix, outcomes: FloatMatrix, row: Int
) -> Small:
    """Simulate to the learner's next decision or to the horizon, and show what there is to see.

    Returns ``DECISION`` or ``REACHED``; another code says what is to be settled outside before one
    goes on, and nothing is shown.
    """
    code = advance(world, learner_at(world, 0).until_s)
    if code == DECISION and not decides_at(world, world.pending_kind).outside:
        return ASKED
    if code == REACHED:
        finish(world)
    if code == DECISION or code == REACHED:
        _clock(world)
        book(world)
        show(world, observations, masks, outcomes, row)
    return code


def begin(
    world: World, observations: Float32Matrix, masks: ByteMatrix, outcomes: FloatMatrix, row: Int
) -> None:
    """Show the first decision of an episode, whose time and money count for the first step."""
    _clock(world)
    learner_at(world, 0).shows_candidates = 1  # whatever stands there is another episode's
    show(world, observations, masks, outcomes, row)


def _clock(world: World) -> None:
    learner = learner_at(world, 0)
    learner.elapsed_s = max(0.0, world.now - learner.last_s)
    learner.last_s = world.now


def show(
    world: World, observations: Float32Matrix, masks: ByteMatrix, outcomes: FloatMatrix, row: Int
) -> None:
    """Show the decision at hand; without one, the time and the loads, and all actions are legal."""
    if world.pending:
        see_features(world)
    else:
        see_moment(world)
    learner = learner_at(world, 0)
    layout = layout_at(world, 0)
    changed = learner.shows_candidates or world.candidates_featured
    n = layout.size if changed else layout.candidates
    copy_numbers(world.features, n, observations, row)
    learner.shows_candidates = world.candidates_featured
    legal = 0 if world.pending else 1
    fill_row(masks, row, legal)
    if world.pending:
        for i in range(world.n_legal):
            masks[row, legal_at(world, i).action] = 1
    for i in range(N_COMPONENTS + 1):
        outcomes[row, i] = income_at(world, i).step
    outcomes[row, OUT_ELAPSED_S] = learner.elapsed_s
    outcomes[row, OUT_DISCOUNT] = exp(-learner.discount_per_s * learner.elapsed_s)
    outcomes[row, OUT_ILLEGAL] = learner.illegal
