"""A state built from a scenario's tables: customers, books, lines, and the hot path's shortcuts."""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from sim.behaviour.durations import law
from sim.behaviour.retention import mean_churn
from sim.core.state.records import TeamOnDuty
from sim.core.state.world_state import WorldState
from sim.decisions.actions import Kind
from sim.population.customers import Customers
from sim.register.ledger import Ledger
from sim.register.register import Register
from sim.scenario import Scenario
from sim.scenario.staff import headcount
from sim.tables.compiled import AUTOMATED, CALLBACK, LIVE, Compiled, plain
from sim.units import DAY_S


def set_up(
    world: WorldState, scenario: Scenario, n: int, segment: npt.NDArray[np.int64] | None = None
) -> None:
    """Set all of a state but its policies and its calendar; tables, key and clock are set.

    Args:
        world: the state.
        scenario: the firm.
        n: the number of customers.
        segment: each customer's segment, shape (n,); None: drawn by their shares.
    """
    world.customers = Customers(world.compiled, world.key, n, segment)
    world.register = Register()
    world.ledger = Ledger(world.compiled.discount_per_s)
    world.ledger.flow(world.ledger.margin, sum(world.customers.margin_per_s), 0.0)
    world.agenda = deque()
    world.pending = None
    world.n_journeys = world.n_contacts = 0
    world.open_journeys = {}
    world.legal_cache, world.closures = {}, {}
    _shortcuts(world, scenario)
    _set_lines(world)


def _shortcuts(world: WorldState, scenario: Scenario) -> None:
    """Values of the scenario that the hot path reads as plain attributes."""
    table = world.compiled
    world.satisfaction = plain(scenario.satisfaction)
    world.tiredness = plain(scenario.tiredness)
    world.returns = plain(scenario.returns)
    world.survey = plain(scenario.survey)
    world.choice = plain(scenario.choice)
    world.watch = world.luck = None  # reading the class's default takes longer
    world.tires = table.on.tiredness
    world.sells = table.on.sales
    world.adapts = table.on.adapting_expectation
    world.surveys = table.on.surveys
    world.repeat_s = scenario.agent_desktop.repeat_s
    world.head_start_s = scenario.queueing.head_start_s
    world.misroute_s = scenario.agent_desktop.misroute_s
    world.redial_delay = law(scenario.returns.redial_delay)
    world.recontact_delay = law(scenario.returns.recontact_delay)
    retention = scenario.retention
    world.cancel_talk = law(retention.cancel_talk_s)
    world.mood_effect = retention.mood_effect
    churn = scenario.mechanisms.churn
    world.hazard_clock = churn and retention.clock == "hazard"
    world.contract_clock = churn and retention.clock == "contractual"
    names = table.intent_names
    world.cancel_intent = (
        names.index(retention.cancel_intent) if retention.cancel_intent in names else 0
    )
    world.decision_latency_s = table.regime.decision_latency_s
    world.next_sweep = 0.0
    world.monday_s = scenario.start_day * DAY_S
    on = scenario.mechanisms
    world.misreads_intent = table.regime.intent_accuracy < 1
    world.surveys_each = on.surveys and scenario.survey.every_contact
    world.abandons = on.abandonment
    world.searches = on.search and table.search.mean_s > 0
    channels = table.channels
    world.wraps_up = [
        on.wrap_up and (wrap.mean_s > 0 or unhurried is not None)
        for wrap, unhurried in zip(channels.wrap_up, channels.unhurried, strict=True)
    ]
    world.offer_rules = list(scenario.offers.values())
    _action_shortcuts(world, table)
    _channel_shortcuts(world, table)
    _usual_hazards(world, scenario)


def _action_shortcuts(world: WorldState, table: Compiled) -> None:
    of, on = table.action_of, table.on
    world.escalation_ends = of[Kind.ESCALATION, "continue", -1], of[Kind.ESCALATION, "end", -1]
    world.escalate = [of.get((Kind.ESCALATION, "channel", c), -1) for c in range(table.channels.n)]
    world.dispatch_queue = [of[Kind.DISPATCH, "queue", q] for q in range(table.queues.n)]
    world.dispatch_team = [of[Kind.DISPATCH, "team", t] for t in range(table.teams.n)]
    offers = range(len(world.offer_rules) if on.offers else 0)
    nothing = of[Kind.WRAP_UP, "nothing", -1]
    surveys = [of[Kind.WRAP_UP, "survey", -1]] if world.surveys_each else []
    recovery = [of[Kind.WRAP_UP, "recover", -1]] if on.recovery else []
    messages = [of[Kind.WRAP_UP, "message", -1]] if table.channels.outbound >= 0 else []
    wrap_up_offers = [of[Kind.WRAP_UP, "offer", o] for o in offers]
    world.wrap_up_legal = (
        (nothing, *surveys),
        (nothing, *recovery, *surveys, *messages, *wrap_up_offers),
    )
    cancel_offers = [of[Kind.CANCEL, "offer", o] for o in offers]
    world.cancel_legal = (of[Kind.CANCEL, "release", -1], *cancel_offers)


def _channel_shortcuts(world: WorldState, table: Compiled) -> None:
    channels, queues = table.channels, table.queues
    world.team_queues, world.queue_teams = table.teams.queues, queues.teams
    world.channel_queues = [
        [q for q in range(queues.n) if queues.channel[q] == c] for c in range(channels.n)
    ]
    world.staffed_channels = [c for c in range(channels.n) if world.channel_queues[c]]
    world.channel_teams = [
        sorted({t for q in qs for t in queues.teams[q]}) for qs in world.channel_queues
    ]
    world.callback_of = {
        channels.of[c]: c
        for c in range(channels.n)
        if channels.kind[c] == CALLBACK and table.on.callbacks and channels.enabled[c]
    }
    # Lines a contact joins as it is: no automation before them, no closing hours.
    world.straight = [
        channels.kind[c] != AUTOMATED
        and channels.front_door[c] < 0
        and (channels.open_slots[c] is None or channels.kind[c] != LIVE)
        for c in range(channels.n)
    ]
    world.closes = any(
        channels.kind[c] == LIVE and channels.open_slots[c] is not None for c in range(channels.n)
    )
    world.sole_queue = _sole_queues(world)
    world.entry_is_forced = not table.regime.steering and not world.callback_of
    talk = float(np.mean([x.mean_s for x in table.talk]))
    search = table.search.mean_s * table.search_factor
    world.mean_handle_s = [
        talk * channels.talk_factor[c] + search + channels.wrap_up[c].mean_s
        for c in range(channels.n)
    ]
    world.mean_slots = [
        max([table.teams.slots[t][c] for t in world.channel_teams[c]], default=1)
        for c in range(channels.n)
    ]


def _sole_queues(world: WorldState) -> list[int]:
    """Return each team's queue if it serves one queue, one contact at a time; else -1."""
    teams = world.compiled.teams
    return [
        queues[0]
        if len(queues) == 1 and not (teams.multi[t] or teams.reserve[t] or teams.overflow_queues[t])
        else -1
        for t, queues in enumerate(world.team_queues)
    ]


def _usual_hazards(world: WorldState, scenario: Scenario) -> None:
    """Mean base hazard by segment, which the firm knows from its own churn figures."""
    world.segment_hazard = []
    for segment in scenario.segments.values():
        if scenario.retention.clock == "hazard":
            world.segment_hazard.append(segment.hazard_per_month)
        elif scenario.retention.clock == "contractual":
            world.segment_hazard.append(mean_churn(segment.renewal.alpha, segment.renewal.beta))
        else:
            world.segment_hazard.append(0.0)
    shares = [s.share for s in scenario.segments.values()]
    world.mean_hazard = float(np.dot(shares, world.segment_hazard))


def _set_lines(world: WorldState) -> None:
    """Empty lines, nobody on duty yet, and the scenario's shifts with the agents' numbers."""
    table = world.compiled
    world.on_duty = [TeamOnDuty() for _ in range(table.teams.n)]
    world.queues = [[] for _ in range(table.queues.n)]
    world.waiting = [0] * table.queues.n
    scale = table.scenario.population.scale
    world.patterns = []
    number = 0
    for t, team in enumerate(table.scenario.teams.values()):
        for shift, agents in zip(team.shifts, headcount(team, scale), strict=True):
            world.patterns.append((t, shift, number, agents))
            number += agents


def focus(world: WorldState, channels: list[int]) -> None:
    """Let each team's queues be those of one of its channels (-1: all of them)."""
    table = world.compiled
    world.team_queues = [
        [q for q in own if channel < 0 or table.queues.channel[q] == channel]
        for own, channel in zip(table.teams.queues, channels, strict=True)
    ]
    world.queue_teams = [
        [t for t in teams if q in world.team_queues[t]]
        for q, teams in enumerate(table.queues.teams)
    ]
    world.sole_queue = _sole_queues(world)
