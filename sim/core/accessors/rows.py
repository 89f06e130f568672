"""How rows of the register and of logs are got by number, and made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.native_types import Int

if TYPE_CHECKING:
    from sim.core.records.bundles import World
    from sim.core.records.rows import (
        BreakRow,
        ChurnRow,
        ContactRow,
        DecisionRow,
        JourneyRow,
        LuckRow,
        MoodRow,
        ShiftRow,
        SignalRow,
        SurveyRow,
        TreatmentRow,
    )


def contact_row_at(world: World, i: Int) -> ContactRow:
    return world.contact_rows.rows[i]


def new_contact_row(world: World) -> Int:
    table = world.contact_rows
    rows, empty = table.rows, table.empty
    rows.append(empty())
    return len(rows) - 1


def signal_row_at(world: World, i: Int) -> SignalRow:
    return world.signal_rows.rows[i]


def new_signal_row(world: World) -> Int:
    return world.signal_rows.new_row()


def journey_row_at(world: World, i: Int) -> JourneyRow:
    return world.journey_rows.rows[i]


def new_journey_row(world: World) -> Int:
    table = world.journey_rows
    rows, empty = table.rows, table.empty
    rows.append(empty())
    return len(rows) - 1


def decision_row_at(world: World, i: Int) -> DecisionRow:
    return world.decision_rows.rows[i]


def new_decision_row(world: World) -> Int:
    table = world.decision_rows
    rows, empty = table.rows, table.empty
    rows.append(empty())
    return len(rows) - 1


def churn_row_at(world: World, i: Int) -> ChurnRow:
    return world.churn_rows.rows[i]


def new_churn_row(world: World) -> Int:
    return world.churn_rows.new_row()


def survey_row_at(world: World, i: Int) -> SurveyRow:
    return world.survey_rows.rows[i]


def new_survey_row(world: World) -> Int:
    return world.survey_rows.new_row()


def treatment_row_at(world: World, i: Int) -> TreatmentRow:
    return world.treatment_rows.rows[i]


def new_treatment_row(world: World) -> Int:
    return world.treatment_rows.new_row()


def shift_row_at(world: World, i: Int) -> ShiftRow:
    return world.shift_rows.rows[i]


def new_shift_row(world: World) -> Int:
    return world.shift_rows.new_row()


def break_row_at(world: World, i: Int) -> BreakRow:
    return world.break_rows.rows[i]


def new_break_row(world: World) -> Int:
    return world.break_rows.new_row()


def mood_row_at(world: World, i: Int) -> MoodRow:
    return world.mood_rows.rows[i]


def new_mood_row(world: World) -> Int:
    return world.mood_rows.new_row()


def luck_row_at(world: World, i: Int) -> LuckRow:
    return world.luck_rows.rows[i]


def new_luck_row(world: World) -> Int:
    return world.luck_rows.new_row()
