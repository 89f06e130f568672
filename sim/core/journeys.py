"""Journeys: needs, attempts and the channels that contacts go to."""

from __future__ import annotations

from sim.behaviour.agents import tired_share
from sim.behaviour.customers import choose
from sim.behaviour.durations import duration_s
from sim.core import churn, closing, contacts, queues, rows
from sim.core.state import handlers
from sim.core.state.codes import (
    FOR_ANSWER,
    FOR_AUTO_TIME,
    FOR_CHOICE,
    FOR_RECOGNISE,
    FOR_RESOLVE,
    FOR_SIGHT,
    FOR_TRANSFER,
    IN_DIALOGUE,
    PASSED,
    REPEATED,
    RESOLVED,
    SUPERSEDED,
    TRANSFERRED,
    UNREACHED,
    UNRESOLVED,
)
from sim.core.state.records import Agent, Contact, Journey
from sim.core.state.world_state import Legal, WorldState
from sim.decisions.actions import CANCEL, ENTRY
from sim.population.demand import ATTEMPTS
from sim.population.streams import contact_draws
from sim.register.register import C_CHANNEL, C_RELEASED
from sim.register.visibility import context_passed
from sim.tables.compiled import AUTOMATED, CALLBACK, LIVE, SLOT_S

TRANSFERRED_LEG = 1 << 50  # addresses of transferred legs lie beyond those of all attempts


def on_need(world: WorldState, at: int, token: int) -> None:
    """A need arises: open its journey and its first attempt; schedule the next need."""
    needs = world.needs
    following = at + 1
    if following < needs.n:
        world.calendar.at(needs.time_s[following], handlers.NEED, following)
    customer = needs.customer[at]
    people = world.customers
    if not people.alive[customer]:
        return
    number = world.n_journeys
    world.n_journeys = number + 1
    draws, segment, intent = needs.draws(at), people.segment[customer], needs.intent[at]
    seen = intent
    if world.misreads_intent:
        seen = choose(world.compiled.sight[intent], draws[FOR_SIGHT])
    need = needs.number[at]
    journey = Journey(number, customer, segment, intent, seen, need, world.now, draws)
    opened = world.open_journeys.get(customer)
    if opened is None:
        world.open_journeys[customer] = [journey]
    else:
        opened.append(journey)
    attempt(world, journey)


def on_return(world: WorldState, journey: Journey, token: int) -> None:
    """The customer comes back with the same need."""
    if token != journey.attempts or journey.token < 0:
        return
    address = journey.need * ATTEMPTS + min(journey.attempts, ATTEMPTS - 2)
    journey.draws = contact_draws(world.key, journey.customer, address)
    attempt(world, journey)


def on_cancel_call(world: WorldState, customer: int, token: int) -> None:
    """The customer calls to cancel: a journey of its own."""
    if not world.customers.alive[customer]:
        return
    number = (1 << 40) + world.customers.saves[customer]
    draws = contact_draws(world.key, customer, number * ATTEMPTS)
    segment, intent = world.customers.segment[customer], world.cancel_intent
    journey = Journey(
        world.n_journeys, customer, segment, intent, intent, number, world.now, draws, cancel=True
    )
    world.n_journeys += 1
    world.open_journeys.setdefault(customer, []).append(journey)
    attempt(world, journey)


def attempt(world: WorldState, journey: Journey) -> None:
    """The customer turns to a channel of their choice; the entry is then decided."""
    table, skill = world.compiled, world.customers.skill_bin[journey.customer]
    journey.attempts += 1
    if journey.cancel:
        requested = churn.cancel_channel(world)
    elif journey.failed_channel < 0:
        row = table.cumulative[journey.segment][journey.intent][skill]
        requested = choose(row, journey.draws[FOR_CHOICE])
    else:
        weights = table.weights[journey.segment][journey.intent][skill]
        requested = _second_choice(world, journey, weights)
    draws, intent = journey.draws, journey.intent
    contact = Contact(world.n_contacts, journey, requested, requested, world.now, draws, intent)
    world.n_contacts += 1
    journey.contact = contact
    if world.entry_is_forced:
        enter(world, contact)
    elif world.entry_by_rule and not world.agenda:
        _enter_by_rule(world, contact)
    else:
        world.agenda.append((ENTRY, contact))


def _second_choice(world: WorldState, journey: Journey, weights: list[float]) -> int:
    """After a failure the failed channel loses its attraction."""
    aversion = 1 - world.choice.failure_aversion
    failed = journey.failed_channel
    changed = [w * aversion if c == failed else w for c, w in enumerate(weights)]
    total = sum(changed)
    if total <= 0:
        return failed
    u, reached, last = journey.draws[FOR_CHOICE] * total, 0.0, failed
    for channel, weight in enumerate(changed):
        reached += weight
        if weight > 0:
            last = channel
            if u <= reached:
                return channel
    return last


def legal_entries(world: WorldState, contact: Contact) -> tuple[Legal, int]:
    """Return the legal actions of an entry decision, and the rule's: the channel asked for."""
    table, requested = world.compiled, contact.requested
    default = table.entry_action[requested]
    journey = contact.journey
    if journey.cancel:
        return (default,), default
    callback = _callback_for(world, requested) if world.callback_of else -1
    if not table.regime.steering:
        if callback < 0:
            return (default,), default
        return (default, table.entry_action[callback]), default
    pattern = table.channels.pattern[int(world.week_s() / SLOT_S)] if world.closes else 0
    key = (journey.seen_intent, requested, pattern * 64 + callback)
    legal = world.legal_cache.get(key)
    if legal is None:
        legal = _legal_entry(world, journey.seen_intent, requested, callback)
        world.legal_cache[key] = legal
    return legal, default


def _legal_entry(world: WorldState, intent: int, requested: int, callback: int) -> Legal:
    table = world.compiled
    channels, resolution = table.channels, table.resolution[intent]
    return tuple(
        table.entry_action[c]
        for c in range(channels.n)
        if c in (requested, callback)
        or (
            channels.chosen[c]
            and resolution[c] > 0
            and (channels.kind[c] != LIVE or world.is_open(c))
        )
    )


def _callback_for(world: WorldState, requested: int) -> int:
    """Return the callback channel that relieves a busy live channel, or -1."""
    channels = world.compiled.channels
    callback = world.callback_of.get(requested, -1)
    if callback < 0 or not world.is_open(requested) or not channels.enabled[callback]:
        return -1
    busy = any(world.waiting[q] for q in world.channel_queues[requested])
    return callback if busy else -1


def _enter_by_rule(world: WorldState, contact: Contact) -> None:
    """Let a contact enter where its customer turned to, as the default rule does."""
    legal, default = legal_entries(world, contact)
    if len(legal) > 1:
        journey = contact.journey
        world.register.decisions.append(
            (
                world.now,
                ENTRY,
                journey.id,
                journey.customer,
                contact.id,
                default,
                default,
                len(legal),
                False,
            )
        )
    enter(world, contact)


def on_enter(world: WorldState, contact: Contact, token: int) -> None:
    """A contact whose decision took time goes to its channel."""
    if not contacts.journey_over(world, contact):
        enter(world, contact)


def enter(world: WorldState, contact: Contact) -> None:
    """Send a contact into its channel."""
    channels, channel, journey = world.compiled.channels, contact.channel, contact.journey
    if journey.first_channel < 0:
        journey.first_channel = channel
    if journey.last_row >= 0:
        row = world.register.contacts[journey.last_row]
        passed = context_passed(
            row[C_CHANNEL], row[C_RELEASED], channel, world.compiled.regime, world.now
        )
        if passed:
            contact.context = PASSED
        else:
            contact.context = REPEATED
            contact.prepared = 0.0  # what automation prepared did not arrive
    if world.straight[channel]:
        queues.enqueue(world, contact)
        return
    if channels.kind[channel] == AUTOMATED:
        start_automated(world, contact)
        return
    door = channels.front_door[channel]
    if door >= 0 and contact.from_channel < 0 and not journey.cancel:
        contact.front, contact.channel = channel, door
        start_automated(world, contact)
        return
    if (
        channels.open_slots[channel] is not None
        and channels.kind[channel] == LIVE
        and not world.is_open(channel)
        and not closing.admits(world, contact)
    ):
        contacts.turned_away(world, contact)
        return
    queues.enqueue(world, contact)


def start_automated(world: WorldState, contact: Contact) -> None:
    """Answer at once: recognise the intent, and schedule the end of the dialogue."""
    table, channel = world.compiled, contact.channel
    contact.state = IN_DIALOGUE
    contact.answered_s = contact.queued_s = world.now
    row = table.channels.confusion[channel][contact.journey.intent]
    contact.recognised = choose(row, contact.draws[FOR_RECOGNISE])
    law = table.channels.auto_time[channel]
    assert law is not None
    length = duration_s(law, contact.draws[FOR_AUTO_TIME])
    world.calendar.at(world.now + length, handlers.AUTOMATED_END, contact)


def serviced(world: WorldState, contact: Contact, agent: Agent) -> None:
    """A human contact is over for the customer: outcome, transfer or failure."""
    journey, table = contact.journey, world.compiled
    astray = contact.recognised != journey.intent
    journey.human = True
    if (
        table.channels.kind[contact.channel] == CALLBACK
        and contact.draws[FOR_ANSWER] < table.channels.no_answer[contact.channel]
    ):
        contacts.ended(world, contact, UNREACHED, world.now)
    elif contact is not journey.contact:
        rows.leg_ended(world, contact, SUPERSEDED, world.now)
    elif journey.cancel:
        world.agenda.append((CANCEL, contact))
    elif astray and queues.misrouted(world, contact, agent):
        _transfer(world, contact, 1)
    elif _resolves(world, contact, agent):
        contacts.ended(world, contact, RESOLVED, world.now)
    elif (
        table.on.transfers
        and contact.tier == 1
        and table.queue_of[contact.channel][journey.intent][1]
        != table.queue_of[contact.channel][journey.intent][0]
        and contact.draws[FOR_TRANSFER] < table.scenario.agent_desktop.transfer_probability
    ):
        _transfer(world, contact, 2)
    else:
        contacts.ended(world, contact, UNRESOLVED, world.now)


def _transfer(world: WorldState, contact: Contact, tier: int) -> None:
    """Hand the customer on inside the channel: to the right skill, or to the second tier."""
    rows.leg_ended(world, contact, TRANSFERRED, world.now)
    follow = contacts.next_leg(world, contact, contact.channel)
    follow.tier = tier
    follow.carried += world.satisfaction.transfer_effort
    journey = contact.journey
    address = TRANSFERRED_LEG * tier + journey.need * ATTEMPTS + journey.attempts
    follow.draws = contact_draws(world.key, journey.customer, address)
    if not contacts.journey_over(world, follow):
        enter(world, follow)


def _resolves(world: WorldState, contact: Contact, agent: Agent) -> bool:
    """Return whether a human contact resolves the need."""
    p = world.compiled.people_resolve[agent.team][contact.journey.intent][contact.channel]
    if world.tires and agent.tired > world.tiredness.threshold:
        p *= 1 - world.tiredness.resolution_loss * tired_share(
            agent.tired, world.tiredness.threshold
        )
    return world.succeeds(contact, p, contact.draws[FOR_RESOLVE])
