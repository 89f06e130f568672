"""How a firm's rules are got by number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.native_types import Int

if TYPE_CHECKING:
    from sim.behaviour.durations import Law
    from sim.core.records.bundles import World
    from sim.core.records.rules import (
        Action,
        Cell,
        Channel,
        Closing,
        Concern,
        Confusion,
        Hours,
        Intent,
        Link,
        Offer,
        Pair,
        Pattern,
        Pause,
        Prior,
        Queue,
        Resolves,
        Segment,
        Shift,
        Sight,
        Skill,
        Slots,
        Steers,
        Team,
        UsualLoad,
        Weight,
    )
    from sim.core.records.vector import CountLog, KindPlace, Layout


def law_at(world: World, i: Int) -> Law:
    return world.firm.laws.rows[i]


def segment_at(world: World, i: Int) -> Segment:
    return world.firm.segments.rows[i]


def intent_at(world: World, i: Int) -> Intent:
    return world.firm.intents.rows[i]


def channel_at(world: World, i: Int) -> Channel:
    return world.firm.channels.rows[i]


def queue_at(world: World, i: Int) -> Queue:
    return world.firm.queues.rows[i]


def team_at(world: World, i: Int) -> Team:
    return world.firm.teams.rows[i]


def pair_at(world: World, i: Int) -> Pair:
    return world.firm.pairs.rows[i]


def cell_at(world: World, i: Int) -> Cell:
    return world.firm.cells.rows[i]


def resolves_at(world: World, i: Int) -> Resolves:
    return world.firm.resolves.rows[i]


def steers_at(world: World, i: Int) -> Steers:
    return world.firm.steers.rows[i]


def slots_at(world: World, i: Int) -> Slots:
    return world.firm.slots.rows[i]


def skill_at(world: World, i: Int) -> Skill:
    return world.firm.skills.rows[i]


def weight_at(world: World, i: Int) -> Weight:
    return world.firm.weights.rows[i]


def confusion_at(world: World, i: Int) -> Confusion:
    return world.firm.confusions.rows[i]


def sight_at(world: World, i: Int) -> Sight:
    return world.firm.sights.rows[i]


def prior_at(world: World, i: Int) -> Prior:
    return world.firm.priors.rows[i]


def usual_load_at(world: World, i: Int) -> UsualLoad:
    return world.firm.usual_loads.rows[i]


def hours_at(world: World, i: Int) -> Hours:
    return world.firm.hours.rows[i]


def pattern_at(world: World, i: Int) -> Pattern:
    return world.firm.patterns.rows[i]


def closing_at(world: World, i: Int) -> Closing:
    return world.firm.closings.rows[i]


def link_at(world: World, i: Int) -> Link:
    return world.firm.links.rows[i]


def action_at(world: World, i: Int) -> Action:
    return world.firm.actions.rows[i]


def offer_at(world: World, i: Int) -> Offer:
    return world.firm.offer_rules.rows[i]


def concern_at(world: World, i: Int) -> Concern:
    return world.firm.concern_rules.rows[i]


def shift_at(world: World, i: Int) -> Shift:
    return world.firm.shifts.rows[i]


def pause_at(world: World, i: Int) -> Pause:
    return world.firm.pauses.rows[i]


def layout_at(world: World, i: Int) -> Layout:
    return world.firm.layouts.rows[i]


def kind_place_at(world: World, i: Int) -> KindPlace:
    return world.firm.kind_places.rows[i]


def count_log_at(world: World, i: Int) -> CountLog:
    return world.firm.count_logs.rows[i]
