"""The view of a decision for a policy in Python: frozen values, nothing leads back to the world."""

from __future__ import annotations

from sim.core.accessors import (
    agent_at,
    channel_at,
    contact_at,
    duty_at,
    journey_at,
    legal_at,
    seen_candidate_at,
    seen_customer_at,
    seen_hidden_at,
    seen_load_at,
    seen_profile_at,
    seen_resolution_at,
)
from sim.core.opening import week_s
from sim.core.records.bundles import World
from sim.core.seeing import see_candidates, see_customer, see_loads, see_profile
from sim.core.truth import see_hidden
from sim.decisions.view import NO_PROFILE, Candidate, CustomerView, Hidden, Load, Profile, View
from sim.native_types import Int
from sim.population.draws import FOR_POLICY, draw

UNSTAFFED = Load(True, 0, 0.0, 0, 0, 0.0)


def view_of(world: World, reads: frozenset[str]) -> View:
    """Return the view of the decision at hand, with the groups that a policy reads."""
    c = world.pending_contact
    customer = profile = loads = candidates = hidden = None
    uniform = 0.5
    if c >= 0:
        customer = _customer(world, c)
        uniform = draw(contact_at(world, c).luck, FOR_POLICY)
        if "profile" in reads:
            profile = profile_of(world, c)
        if "hidden" in reads:
            hidden = _hidden(world, c)
    if "loads" in reads:
        loads = _loads(world)
    if "candidates" in reads and world.pending_agent >= 0:
        candidates = _candidates(world)
    return View(
        world.pending_kind,
        world.now,
        week_s(world),
        legal_actions(world),
        world.default_action,
        customer,
        profile,
        loads,
        candidates,
        hidden,
        uniform,
    )


def legal_actions(world: World) -> tuple[int, ...]:
    """Return the legal actions of the decision at hand."""
    return tuple([legal_at(world, i).action for i in range(world.n_legal)])


def _customer(world: World, c: Int) -> CustomerView:
    see_customer(world, c)
    seen = seen_customer_at(world, 0)
    return CustomerView(
        seen.customer,
        seen.segment,
        seen.intent,
        seen.margin_per_month,
        seen.attempt,
        seen.journey_h,
        seen.channel,
        seen.wait_s,
        seen.automated != 0,
        seen.recovered != 0,
    )


def profile_of(world: World, c: Int) -> Profile:
    """Return the profile of a contact's customer, as its channel shows it."""
    contact = contact_at(world, c)
    see_profile(world, journey_at(world, contact.journey).customer, contact.channel)
    seen = seen_profile_at(world, 0)
    if not seen.contacts:
        return NO_PROFILE
    return Profile(
        seen.contacts,
        seen.failures,
        seen.abandoned,
        seen.hours_since_last,
        seen.last_channel,
        seen.mean_effort,
        seen.estimated_mood,
    )


def _loads(world: World) -> tuple[Load, ...]:
    see_loads(world)
    return tuple([_load(world, c) for c in range(world.firm.n_channels)])


def _load(world: World, number: Int) -> Load:
    if not channel_at(world, number).queues_n:
        return UNSTAFFED
    seen = seen_load_at(world, number)
    return Load(
        seen.open != 0,
        seen.waiting,
        seen.oldest_wait_s,
        seen.idle,
        seen.on_duty,
        seen.expected_wait_s,
    )


def _candidates(world: World) -> tuple[Candidate, ...]:
    see_candidates(world)
    return tuple([_candidate(world, i) for i in range(world.n_candidates)])


def _candidate(world: World, i: Int) -> Candidate:
    seen = seen_candidate_at(world, i)
    return Candidate(
        seen.queue,
        seen.channel,
        seen.intent,
        seen.segment,
        seen.waiting,
        seen.wait_s,
        seen.backlog != 0,
        seen.margin_per_month,
        seen.hazard_per_month,
        seen.mean_handle_s,
        seen.mean_patience_s,
    )


def _hidden(world: World, c: Int) -> Hidden:
    """Return the truth, for bounds."""
    see_hidden(world, c)
    seen = seen_hidden_at(world, 0)
    channels = range(world.firm.n_channels)
    resolves = tuple([seen_resolution_at(world, i).resolves != 0 for i in channels])
    return Hidden(seen.intent, seen.mood, seen.hazard_per_month, resolves, seen.offer_response)


def agents_on_duty(world: World, team: Int) -> list[int]:
    """Return the numbers of the agents' records on duty, in order of arrival."""
    numbers = []
    a = duty_at(world, team).duty_first
    while a >= 0:
        numbers.append(a)
        a = agent_at(world, a).duty_behind
    return numbers
