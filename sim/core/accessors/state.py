"""How what changes is got by number, made and freed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.native_types import Int

if TYPE_CHECKING:
    from sim.core.records.bundles import World
    from sim.core.records.decisions import (
        Decides,
        Entry,
        EntryRange,
        Feature,
        Income,
        Learner,
        Legal,
        Option,
        Partial,
        Question,
        SeenBelief,
        SeenCandidate,
        SeenCustomer,
        SeenFit,
        SeenIntent,
        SeenLoad,
        SeenProfile,
        SeenReason,
    )
    from sim.core.records.state import (
        Agent,
        Busy,
        Contact,
        Customer,
        Duty,
        Evidence,
        Habit,
        Hint,
        Journey,
        Lane,
        Lasting,
        Need,
        Outage,
        Waiting,
        Watch,
    )


def customer_at(world: World, i: Int) -> Customer:
    return world.customers.rows[i]


def lasting_at(world: World, i: Int) -> Lasting:
    return world.lasting.rows[i]


def habit_at(world: World, i: Int) -> Habit:
    return world.habits.rows[i]


def evidence_at(world: World, i: Int) -> Evidence:
    return world.evidence.rows[i]


def hint_at(world: World, i: Int) -> Hint:
    return world.hints.rows[i]


def journey_at(world: World, i: Int) -> Journey:
    return world.journeys.rows[i]


def new_journey(world: World) -> Int:
    table = world.journeys
    if table.free:  # as Table.new: one call less for every journey
        i = table.free.pop()
        blank = table.blank
        blank(table.rows[i])
        return i
    return table.new()


def free_journey(world: World, i: Int) -> None:
    world.journeys.free.append(i)


def contact_at(world: World, i: Int) -> Contact:
    return world.contacts.rows[i]


def new_contact(world: World) -> Int:
    table = world.contacts
    if table.free:  # as Table.new: one call less for every contact
        i = table.free.pop()
        blank = table.blank
        blank(table.rows[i])
        return i
    return table.new()


def free_contact(world: World, i: Int) -> None:
    world.contacts.free.append(i)


def agent_at(world: World, i: Int) -> Agent:
    return world.agents.rows[i]


def new_agent(world: World) -> Int:
    return world.agents.new()


def free_agent(world: World, i: Int) -> None:
    world.agents.release(i)


def duty_at(world: World, i: Int) -> Duty:
    return world.duties.rows[i]


def lane_at(world: World, i: Int) -> Lane:
    return world.lanes.rows[i]


def waiting_at(world: World, i: Int) -> Waiting:
    return world.waiting.rows[i]


def watch_at(world: World, i: Int) -> Watch:
    return world.watches.rows[i]


def new_watch(world: World) -> Int:
    return world.watches.new()


def free_watch(world: World, i: Int) -> None:
    world.watches.release(i)


def outage_at(world: World, i: Int) -> Outage:
    return world.outages.rows[i]


def need_at(world: World, i: Int) -> Need:
    return world.needs.rows[i]


def question_at(world: World, i: Int) -> Question:
    return world.agenda.rows[i]


def new_question(world: World) -> Int:
    return world.agenda.new()


def free_question(world: World, i: Int) -> None:
    world.agenda.release(i)


def legal_at(world: World, i: Int) -> Legal:
    return world.legal.rows[i]


def option_at(world: World, i: Int) -> Option:
    return world.options.rows[i]


def entry_range_at(world: World, i: Int) -> EntryRange:
    return world.entry_ranges.rows[i]


def entry_at(world: World, i: Int) -> Entry:
    return world.entries.rows[i]


def new_entry(world: World) -> Int:
    return world.entries.new()


def decides_at(world: World, i: Int) -> Decides:
    return world.decides.rows[i]


def seen_customer_at(world: World, i: Int) -> SeenCustomer:
    return world.seen_customers.rows[i]


def seen_profile_at(world: World, i: Int) -> SeenProfile:
    return world.seen_profiles.rows[i]


def seen_intent_at(world: World, i: Int) -> SeenIntent:
    return world.seen_intents.rows[i]


def seen_belief_at(world: World, i: Int) -> SeenBelief:
    return world.seen_beliefs.rows[i]


def seen_fit_at(world: World, i: Int) -> SeenFit:
    return world.seen_fits.rows[i]


def seen_reason_at(world: World, i: Int) -> SeenReason:
    return world.seen_reasons.rows[i]


def seen_load_at(world: World, i: Int) -> SeenLoad:
    return world.seen_loads.rows[i]


def seen_candidate_at(world: World, i: Int) -> SeenCandidate:
    return world.seen_candidates.rows[i]


def feature_at(world: World, i: Int) -> Feature:
    return world.features.rows[i]


def learner_at(world: World, i: Int) -> Learner:
    return world.learners.rows[i]


def income_at(world: World, i: Int) -> Income:
    return world.incomes.rows[i]


def partial_at(world: World, i: Int) -> Partial:
    return world.partials.rows[i]


def busy_at(world: World, i: Int) -> Busy:
    return world.busies.rows[i]


def new_busy(world: World) -> Int:
    return world.busies.new()
