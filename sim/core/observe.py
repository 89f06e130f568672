"""Build the view of a decision: only what the policy reads, only what the regime shows."""

from __future__ import annotations

from typing import Any

from sim.behaviour.agents import expected_wait
from sim.behaviour.retention import hazard_rate, log_odds, renewal_probability
from sim.core import automation, churn, queues
from sim.core.state.codes import FOR_POLICY, FOR_RESOLVE
from sim.core.state.records import Agent, Contact
from sim.core.state.world_state import WorldState
from sim.decisions.actions import WRAP_UP
from sim.decisions.view import NO_PROFILE, Candidate, CustomerView, Hidden, Load, Profile, View
from sim.register.visibility import profile
from sim.tables.compiled import AUTOMATED, LIVE, SLOT_S
from sim.units import HOUR_S, MONTH_S

_UNSTAFFED = Load(True, 0, 0.0, 0, 0, 0.0)


def observe(
    world: WorldState,
    kind: int,
    subject: Any,
    legal: tuple[int, ...],
    default: int,
    reads: frozenset[str],
) -> View:
    """Return the frozen view of a decision."""
    contact = subject[0] if kind == WRAP_UP else subject
    is_contact = contact.__class__ is Contact
    return View(
        kind,
        world.now,
        world.week_s(),
        legal,
        default,
        _customer(world, contact) if is_contact else None,
        profile_of(world, contact) if is_contact and "profile" in reads else None,
        _loads(world) if "loads" in reads else None,
        _candidates(world, contact, legal)
        if "candidates" in reads and contact.__class__ is Agent
        else None,
        _hidden(world, contact) if is_contact and "hidden" in reads else None,
        contact.draws[FOR_POLICY] if is_contact else 0.5,
    )


def _customer(world: WorldState, contact: Contact) -> CustomerView:
    journey, table = contact.journey, world.compiled
    customer = journey.customer
    known = table.regime.identity_matched
    waited = 0.0
    if contact.queued_s >= 0:
        waited = (contact.answered_s if contact.answered_s >= 0 else world.now) - contact.queued_s
    return CustomerView(
        customer,
        world.customers.segment[customer] if known else -1,
        journey.seen_intent,
        world.customers.margin_per_s[customer] * MONTH_S if known else 0.0,
        # Who is not recognised seems to call for the first time.
        journey.attempts if known else 1,
        (world.now - (journey.start_s if known else contact.start_s)) / HOUR_S,
        contact.channel,
        waited,
        table.channels.kind[contact.channel] == AUTOMATED,
        journey.recovered,
    )


def profile_of(world: WorldState, contact: Contact) -> Profile:
    """Return the profile of a contact's customer, as its channel shows it."""
    rules = world.satisfaction
    return profile(
        world.register,
        contact.journey.customer,
        contact.channel,
        world.compiled.regime,
        world.now,
        rules.initial_expectation,
        rules.mood_half_life_days,
    )


def _loads(world: WorldState) -> tuple[Load, ...]:
    channels, now, waits = world.compiled.channels, world.now, world.waiting
    idle_of = [len(team.idle) for team in world.on_duty]
    duty_of = [len(team.agents) for team in world.on_duty]
    slot = int(world.week_s() / SLOT_S)
    loads = [_UNSTAFFED] * channels.n
    for c in world.staffed_channels:
        waiting = idle = on_duty = 0
        oldest = 0.0
        for q in world.channel_queues[c]:
            if waits[q]:
                waiting += waits[q]
                first = queues.head(world, q)
                if first is not None and now - first.queued_s > oldest:
                    oldest = now - first.queued_s
        for t in world.channel_teams[c]:
            idle += idle_of[t]
            on_duty += duty_of[t]
        expected = 0.0
        if waiting or not idle:
            servers = max(1, on_duty * world.mean_slots[c])
            expected = expected_wait(world.mean_handle_s[c], waiting, servers)
        slots = channels.open_slots[c]
        is_open = slots is None or channels.kind[c] != LIVE or slots[slot] == 1
        loads[c] = Load(is_open, waiting, oldest, idle, on_duty, expected)
    return tuple(loads)


def _candidates(world: WorldState, agent: Agent, legal: tuple[int, ...]) -> tuple[Candidate, ...]:
    table = world.compiled
    known = table.regime.identity_matched
    rows = []
    for action in legal:
        queue = table.actions[action].target
        first = queues.head(world, queue)
        assert first is not None
        # Before a human or automation has heard them, the firm knows what it believes.
        heard = first.from_channel >= 0
        intent = first.recognised if heard else first.journey.seen_intent
        channel = table.queues.channel[queue]
        customer = first.journey.customer
        segment = world.customers.segment[customer]
        seen = profile_of(world, first) if known else NO_PROFILE
        rows.append(
            Candidate(
                queue,
                channel,
                intent,
                segment if known else -1,
                world.waiting[queue],
                world.now - first.queued_s,
                table.queues.backlog[queue],
                world.customers.margin_per_s[customer] * MONTH_S if known else 0.0,
                _usual_hazard(world, segment if known else -1, seen.estimated_mood),
                world.mean_handle_s[channel],
                table.patience[channel][intent].mean_s,
            )
        )
    return tuple(rows)


def _usual_hazard(world: WorldState, segment: int, mood: float) -> float:
    """Return the firm's estimate of a customer's churn hazard per month."""
    base = world.mean_hazard if segment < 0 else world.segment_hazard[segment]
    if world.contract_clock and 0 < base < 1:
        return renewal_probability(log_odds(base), world.mood_effect, mood)
    return hazard_rate(base, world.mood_effect, mood)


def _hidden(world: WorldState, contact: Contact) -> Hidden:
    journey, people, table = contact.journey, world.customers, world.compiled
    customer = journey.customer
    mood = people.mood[customer]
    if world.hazard_clock:
        hazard = churn.hazard_now(world, customer) * MONTH_S
    else:
        hazard = renewal_probability(people.base[customer], world.mood_effect, mood)
    resolves = tuple(
        (
            automation.would_resolve(world, contact, c)
            if table.channels.kind[c] == AUTOMATED
            else contact.draws[FOR_RESOLVE] < table.resolution[journey.intent][c]
        )
        for c in range(table.channels.n)
    )
    return Hidden(
        journey.intent, mood, hazard, resolves, churn.offer_response(world, customer, 0.5)
    )
