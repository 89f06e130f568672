"""The view of a decision for a policy in Python: frozen values, nothing leads back to the world."""

from __future__ import annotations

from sim.core.accessors import (
    agent_at,
    channel_at,
    contact_at,
    duty_at,
    legal_at,
    seen_belief_at,
    seen_candidate_at,
    seen_chance_at,
    seen_customer_at,
    seen_fit_at,
    seen_hidden_at,
    seen_intent_at,
    seen_load_at,
    seen_profile_at,
    seen_reason_at,
)
from sim.core.believing import believe_candidates, see_belief
from sim.core.intents import see_intents
from sim.core.legs import history_of
from sim.core.loads import see_loads
from sim.core.opening import week_s
from sim.core.records.bundles import World
from sim.core.seeing import see_candidates, see_customer, see_profile
from sim.core.truth import see_hidden
from sim.decisions.view import (
    NO_PROFILE,
    Belief,
    Candidate,
    CustomerView,
    Fit,
    Hidden,
    Load,
    Profile,
    View,
)
from sim.native_types import Int
from sim.population.draws import FOR_POLICY, draw

UNSTAFFED = Load(True, 0, 0.0, 0, 0, 0.0)


def view_of(world: World, reads: frozenset[str]) -> View:
    """Return the view of the decision at hand, with the groups that a policy reads."""
    c = world.pending_contact
    customer = profile = loads = candidates = hidden = intents = history = belief = None
    uniform = 0.5
    if c >= 0:
        customer = _customer(world, c)
        uniform = draw(contact_at(world, c).luck, FOR_POLICY)
        if "profile" in reads:
            profile = profile_of(world, c)
        if "intents" in reads:
            intents = _intents(world, c)
        if "history" in reads:
            history = history_of(world, contact_at(world, c))
        if "hidden" in reads:
            hidden = _hidden(world, c)
        if "belief" in reads:
            see_belief(world, c)
            belief = seen_belief(world)
    if "loads" in reads:
        loads = _loads(world)
    if "candidates" in reads and world.pending_agent >= 0:
        candidates = _candidates(world, "belief" in reads)
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
        intents,
        history,
        belief,
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
        seen.accuracy,
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
    see_profile(world, contact.known_as, contact.channel)
    seen = seen_profile_at(world, 0)
    if not seen.contacts:
        return NO_PROFILE
    return Profile(
        seen.contacts,
        seen.failures,
        seen.abandoned,
        seen.hours_since_last,
        seen.last_channel,
        seen.mean_wait_min,
        seen.transfers,
        seen.repeats,
    )


def _intents(world: World, c: Int) -> tuple[float, ...]:
    see_intents(world, c)
    return tuple([seen_intent_at(world, i).probability for i in range(world.firm.n_intents)])


def _fit(world: World, channel: Int) -> Fit:
    seen = seen_fit_at(world, channel)
    return Fit(seen.mean, seen.variance, seen.score)


def seen_belief(world: World) -> Belief:
    """Return the belief that was seen last."""
    seen = seen_belief_at(world, 0)
    channels, concerns = range(world.firm.n_channels), range(world.firm.n_concerns)
    return Belief(
        seen.known != 0,
        seen.churn,
        seen.ability_mean,
        seen.ability_variance,
        seen.acceptance_mean,
        seen.acceptance_variance,
        seen.feeling,
        seen.contacts,
        seen.failures,
        seen.usage,
        seen.inactive,
        seen.tenure,
        seen.need_mean,
        seen.need_variance,
        seen.slope,
        tuple([_fit(world, i) for i in channels]),
        tuple([seen_reason_at(world, i).probability for i in concerns]),
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


def _candidates(world: World, believed: bool) -> tuple[Candidate, ...]:
    see_candidates(world)
    if believed:
        believe_candidates(world)
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
    return Hidden(
        seen.segment,
        seen.intent,
        seen.margin_per_month,
        seen.mood,
        seen.hazard_per_month,
        seen.offer_response,
        tuple([seen_chance_at(world, i).resolution for i in channels]),
        tuple([seen_chance_at(world, i).resolves != 0 for i in channels]),
        tuple([seen_chance_at(world, i).acceptance for i in channels]),
        tuple([seen_chance_at(world, i).accepts != 0 for i in channels]),
        tuple([seen_chance_at(world, i).ease for i in channels]),
    )


def agents_on_duty(world: World, team: Int) -> list[int]:
    """Return the numbers of the agents' records on duty, in order of arrival."""
    numbers = []
    a = duty_at(world, team).duty_first
    while a >= 0:
        numbers.append(a)
        a = agent_at(world, a).duty_behind
    return numbers
