"""Decisions: what is legal, what the rule would do, who decides, and what follows.

Handlers put decisions on the agenda; ``settle`` takes them one after the other, each seeing the
effect of the one before. Moves without a choice play themselves and are not recorded.
"""

from __future__ import annotations

from sim.core.accessors import (
    agent_at,
    channel_at,
    contact_at,
    contact_row_at,
    customer_at,
    decides_at,
    entry_at,
    entry_range_at,
    free_question,
    journey_at,
    legal_at,
    link_at,
    option_at,
    question_at,
    queue_at,
    team_at,
)
from sim.core.automation import may_take_over
from sim.core.codes import (
    BY_DEFAULT,
    BY_OTHERS,
    BY_RULE,
    DECIDE_DISPATCH,
    DECIDE_ENTRY,
    DECIDE_ESCALATION,
    DECIDE_WRAP_UP,
    DONE,
    QUEUED,
)
from sim.core.contacts import cell_of
from sim.core.entering import entry_choice, may_enter
from sim.core.following import apply_decision
from sim.core.journeys import write_decision
from sim.core.queues import serves, takes_from, team_of_queue
from sim.core.records.bundles import World
from sim.core.rules.ruling import decide_by_rule
from sim.core.seeking import default_queue, find_work, rest_idle
from sim.core.valuing import decision_value
from sim.native_types import Int, Small
from sim.register.codes import RESOLVED


def settle(world: World) -> Small:
    """Empty the agenda; return 1 when a decision has to come from outside."""
    while world.agenda_first >= 0:
        take_question(world)
        find_legal(world)
        if world.n_legal == 0:
            continue
        action = world.default_action
        if world.n_legal == 1:
            apply_decision(world, legal_at(world, 0).action, 0)
            continue
        decides = decides_at(world, world.pending_kind)
        if decides.who == BY_OTHERS:
            world.pending = 1
            return 1
        if decides.who == BY_RULE:
            action = decide_by_rule(world, decides.rule)
        decide(world, action, decides.who != BY_DEFAULT)
    return 0


def decide(world: World, action: Int, by: Small) -> None:
    """Write down the decision at hand and let follow what it says."""
    c = world.pending_contact
    journey_id: Int = -1
    who: Int = -1
    contact_id: Int = -1
    value = 0.0
    if world.valued_by >= 0:
        value = decision_value(world, action)
    if c >= 0:
        contact = contact_at(world, c)
        journey = journey_at(world, contact.journey)
        journey_id = journey.id
        who = journey.customer
        contact_id = contact.id
    write_decision(
        world,
        world.pending_kind,
        journey_id,
        who,
        contact_id,
        action,
        world.default_action,
        world.n_legal,
        by,
        value,
    )
    apply_decision(world, action, by)


def take_question(world: World) -> None:
    """Take the next question off the agenda."""
    q = world.agenda_first
    question = question_at(world, q)
    world.agenda_first = question.behind
    if world.agenda_first < 0:
        world.agenda_last = -1
    world.pending_kind = question.kind
    world.pending_contact = question.contact
    world.pending_agent = question.agent
    world.pending_outcome = question.outcome
    free_question(world, q)


def is_legal(world: World, action: Int) -> Small:
    """Return whether an action is legal in the decision at hand."""
    for i in range(world.n_legal):
        if legal_at(world, i).action == action:
            return 1
    return 0


def _add_legal(world: World, action: Int) -> None:
    legal_at(world, world.n_legal).action = action
    world.n_legal += 1


def find_legal(world: World) -> None:
    """Find the legal actions of the question at hand, and the default one."""
    world.n_legal = 0
    kind = world.pending_kind
    if kind == DECIDE_ENTRY:
        _legal_entries(world, world.pending_contact)
    elif kind == DECIDE_WRAP_UP:
        _legal_wrap_up(world, world.pending_contact)
    elif kind == DECIDE_DISPATCH and world.pending_agent >= 0:
        _legal_queues(world, world.pending_agent)
    elif kind == DECIDE_DISPATCH:
        _legal_teams(world, world.pending_contact)
    elif kind == DECIDE_ESCALATION:
        _legal_escalation(world, world.pending_contact)
    else:
        _legal_cancel(world)


def _legal_entries(world: World, c: Int) -> None:
    """The channel asked for is the default."""
    contact = contact_at(world, c)
    if contact.state == DONE:  # its customer has left in this moment
        return
    world.default_action = channel_at(world, contact.requested).entry_action
    choice = entry_choice(world, journey_at(world, contact.journey), contact.requested)
    if choice < 0:
        _add_legal(world, world.default_action)
        return
    entries = entry_range_at(world, choice)
    for i in range(entries.n):
        action = entry_at(world, entries.first + i).action
        if may_enter(world, action, contact.requested):
            _add_legal(world, action)


def _legal_escalation(world: World, c: Int) -> None:
    """The default hands over to the first that can do what was heard, else it tries again."""
    contact = contact_at(world, c)
    channel = channel_at(world, contact.channel)
    world.default_action = world.firm.go_on_action
    _add_legal(world, world.firm.go_on_action)
    _add_legal(world, world.firm.end_action)
    for i in range(channel.hand_over_n):
        target = link_at(world, channel.hand_over_first + i).number
        if may_take_over(world, target):
            action = channel_at(world, target).escalation_action
            able = cell_of(world, contact.guess, target).able
            if able and world.default_action == world.firm.go_on_action:
                world.default_action = action
            _add_legal(world, action)


def _legal_queues(world: World, a: Int) -> None:
    """Queues that a free agent may serve, in the order of their numbers."""
    agent = agent_at(world, a)
    if not find_work(world, agent):
        rest_idle(world, a, agent)
        return
    world.default_action = queue_at(world, default_queue(world)).action
    for q in range(world.firm.n_queues):
        for i in range(world.n_options):
            if option_at(world, i).queue == q:
                _add_legal(world, queue_at(world, q).action)


def _legal_teams(world: World, c: Int) -> None:
    """Teams that can take a waiting contact, the most specialised first."""
    contact = contact_at(world, c)
    if contact.state != QUEUED:
        return
    for i in range(queue_at(world, contact.queue).teams_n):
        team = team_of_queue(world, contact.queue, i)
        if serves(world, team, contact.queue) and takes_from(world, team, contact.queue):
            _add_legal(world, team_at(world, team).action)
    if world.n_legal:
        world.default_action = legal_at(world, 0).action


def _legal_wrap_up(world: World, c: Int) -> None:
    """Nothing is the default; who fails visibly can be offered something."""
    firm = world.firm
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    world.default_action = firm.nothing_action
    _add_legal(world, firm.nothing_action)
    if journey.cancel or not customer_at(world, journey.customer).alive:
        return
    failing = contact_row_at(world, journey.last_row).coded != RESOLVED  # as far as is known
    if failing and firm.recovers:
        _add_legal(world, firm.recover_action)
    if firm.surveys_each:
        _add_legal(world, firm.survey_action)
    if failing and firm.outbound >= 0:
        _add_legal(world, firm.message_action)
    if failing and firm.offers:
        for i in range(firm.n_offers):
            _add_legal(world, firm.wrap_up_offer_action + i)


def _legal_cancel(world: World) -> None:
    """To let go is the default."""
    firm = world.firm
    world.default_action = firm.release_action
    _add_legal(world, firm.release_action)
    if firm.offers:
        for i in range(firm.n_offers):
            _add_legal(world, firm.cancel_offer_action + i)
