"""The tables of a firm: channels, queues, teams, actions, shifts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np

from sim.behaviour.spreads import usual_ability
from sim.behaviour.tenure import churn_laws
from sim.core.belief_numbers import miscoded, raised_by
from sim.core.codes import (
    DO_NOTHING,
    END,
    GO_ON,
    MESSAGE,
    OFFER,
    RECOVER,
    RELEASE,
    SURVEY,
    TO_CHANNEL,
    TO_QUEUE,
    TO_TEAM,
)
from sim.core.firm_lists import Columns, Laws, Links, Tables
from sim.core.firm_numbers import callbacks, priorities, sees_usual_loads, usual_hazards
from sim.decisions.actions import Action, Kind
from sim.scenario.parts import DAYS
from sim.scenario.staff import headcount
from sim.tables.codes import AUTOMATED, LIVE
from sim.tables.compiled import Compiled
from sim.tables.guesses import able_cells, guess_accuracies, mixes, priors, recognitions
from sim.tables.usual import usual_loads
from sim.units import HOUR_S, MINUTE_S

SHIFT_FIELDS = (
    *("team", "days", "start_s", "until_s", "first_number", "agents"),
    *("breaks_first", "breaks_n"),
)
VERBS = {
    "channel": TO_CHANNEL,
    "continue": GO_ON,
    "end": END,
    "queue": TO_QUEUE,
    "team": TO_TEAM,
    "nothing": DO_NOTHING,
    "recover": RECOVER,
    "survey": SURVEY,
    "message": MESSAGE,
    "offer": OFFER,
    "release": RELEASE,
}


def fill_people(rules: Tables, compiled: Compiled, laws: Laws) -> None:
    """Fill what is said of segments and intents, and of what customers choose."""
    table = compiled
    ability, differs = usual_ability(compiled.scenario)
    rules.fill(
        "segments",
        {
            "steering_acceptance": table.steering_acceptance,
            "sensitivity": table.sensitivity,
            "offer_response": table.offer_response,
            "usual_hazard": usual_hazards(compiled),
            "mean_log_odds": [law.mean_log_odds for law in churn_laws(compiled.scenario)],
            "ability_mean": ability[:-1],  # the last is that of all
            "ability_spread": differs[:-1],
        },
    )
    rules.fill(
        "intents",
        {
            "skill": table.skill,
            "urgency": table.urgency,
            "complexity": table.complexity,
            "talk": [laws.number(x) for x in table.talk],
            "raised_by": raised_by(compiled),
            "sells": [sale is not None for sale in table.sale],
            "sale_probability": [sale[0] if sale else 0.0 for sale in table.sale],
            "sale_margin": [sale[1] if sale else 0.0 for sale in table.sale],
        },
    )
    concerns = table.concerns
    rules.fill("concern_rules", {"weight": concerns.weights, "mood_effect": concerns.mood_effect})
    lane_of = {p: i for i, p in enumerate(priorities(compiled))}
    rules.fill(
        "pairs",
        {
            "mood_weight": _flat(table.mood_weight),
            "priority": _flat(table.priority),
            "lane": [lane_of[p] for p in _flat(table.priority)],
            "patience_factor": _flat(table.patience_factor),
        },
    )
    rules.fill("sights", {"upto": mixes(table).ravel().tolist()})
    rules.fill("priors", {"probability": priors(table).ravel().tolist()})
    bins = [row for rows in table.weights for intent in rows for row in intent]
    shares = [row for rows in table.cumulative for intent in rows for row in intent]
    rules.fill("weights", {"weight": _flat(bins), "upto": _flat(shares)})


def fill_channels(rules: Tables, compiled: Compiled, laws: Laws, links: Links) -> None:
    """Fill what is said of channels, their hours and what they resolve."""
    table, channels = compiled, compiled.channels
    queues = [
        [q for q in range(table.queues.n) if table.queues.channel[q] == c]
        for c in range(channels.n)
    ]
    teams = [sorted({t for q in qs for t in table.queues.teams[q]}) for qs in queues]
    closings = [list(times) for times in channels.closings]
    rules.fill(
        "channels",
        {
            "kind": channels.kind,
            "enabled": channels.enabled,
            "chosen": channels.chosen,
            "has_hours": [slots is not None for slots in channels.open_slots],
            "straight": _straight(compiled),
            "at_closing": channels.at_closing,
            "closings_first": [sum(map(len, closings[:c])) for c in range(channels.n)],
            "closings_n": list(map(len, closings)),
            "front_door": channels.front_door,
            "callback": callbacks(compiled),
            "entry_action": table.entry_action,
            "escalation_action": [
                table.action_of.get((Kind.ESCALATION, "channel", c), -1) for c in range(channels.n)
            ],
            "effort": channels.effort,
            "wait_scale_s": channels.wait_scale,
            "tone": channels.tone,
            "acceptance": channels.acceptance,
            "talk_factor": channels.talk_factor,
            "wraps_up": _wraps_up(compiled),
            "wrap_up": [laws.number(x) for x in channels.wrap_up],
            "unhurried": [laws.number(x) for x in channels.unhurried],
            "answer_delay": [laws.number(x) for x in channels.answer_delay],
            "slowdown": channels.slowdown,
            "no_answer": channels.no_answer,
            "overflow_after_s": channels.overflow_after,
            "sale_factor": channels.sale_factor,
            "margin_factor": channels.margin_factor,
            "cost": channels.cost,
            "cost_per_s": channels.cost_per_s,
            "auto_time": [laws.number(x) for x in channels.auto_time],
            "detection": channels.detection,
            "preparation": channels.preparation,
            "retry_factor": channels.retry_factor,
            "sentiment_share": [
                channel.sentiment_share for channel in compiled.scenario.channels.values()
            ],
            "miscoded": miscoded(compiled),
            **links.ranges(channels.hand_over, "hand_over"),
            **links.ranges(queues, "queues"),
            **links.ranges(teams, "teams"),
            "mean_handle_s": _mean_handle_s(compiled),
            "resolves": [any(row[c] > 0 for row in table.resolution) for c in range(channels.n)],
            "intent_accuracy": guess_accuracies(table),
            "recognition": recognitions(table),
            "mean_slots": [
                max([table.teams.slots[t][c] for t in teams[c]], default=1)
                for c in range(channels.n)
            ],
        },
    )
    rules.fill("closings", {"time_s": _flat(closings) or [0.0]})
    always = bytes([1]) * len(channels.pattern)
    hours = b"".join(always if slots is None else slots for slots in channels.open_slots)
    rules.fill("hours", {"open": list(hours)})
    rules.fill("patterns", {"number": channels.pattern})
    confusion = [row for rows in channels.confusion for row in rows]
    rules.fill("confusions", {"upto": _flat(confusion)})
    _fill_cells(rules, compiled, laws)
    if sees_usual_loads(compiled.regime):
        rules.fill("usual_loads", usual_loads(compiled, _mean_handle_s(compiled)))


def _straight(compiled: Compiled) -> list[bool]:
    """Return which lines are joined as it is: no automation before them, no closing hours."""
    channels = compiled.channels
    return [
        channels.kind[c] != AUTOMATED
        and channels.front_door[c] < 0
        and (channels.open_slots[c] is None or channels.kind[c] != LIVE)
        for c in range(channels.n)
    ]


def _wraps_up(compiled: Compiled) -> list[bool]:
    channels = compiled.channels
    return [
        compiled.on.wrap_up and (wrap.mean_s > 0 or unhurried is not None)
        for wrap, unhurried in zip(channels.wrap_up, channels.unhurried, strict=True)
    ]


def _mean_handle_s(compiled: Compiled) -> list[float]:
    table, channels = compiled, compiled.channels
    talk = float(np.mean([x.mean_s for x in table.talk]))
    search = table.search.mean_s * table.search_factor
    return [
        talk * channels.talk_factor[c] + search + channels.wrap_up[c].mean_s
        for c in range(channels.n)
    ]


def _fill_cells(rules: Tables, compiled: Compiled, laws: Laws) -> None:
    table = compiled
    cells = list(product(range(table.n_intents), range(table.channels.n)))
    patience = [table.patience[c][i] for i, c in cells]
    rules.fill(
        "cells",
        {
            "resolution": [table.resolution[i][c] for i, c in cells],
            "patience": [laws.number(x) for x in patience],
            "mean_patience_s": [x.mean_s for x in patience],
            "queue": [table.queue_of[c][i][0] for i, c in cells],
            "queue_tier2": [table.queue_of[c][i][1] for i, c in cells],
            "able": able_cells(table.scenario),
        },
    )
    rows = [row for team in table.people_resolve for row in team]
    rules.fill("resolves", {"probability": _flat(rows)})


def fill_queues_and_teams(rules: Tables, compiled: Compiled, links: Links) -> None:
    """Fill who serves what."""
    table, queues, teams = compiled, compiled.queues, compiled.teams
    of = table.action_of
    rules.fill(
        "queues",
        {
            "channel": queues.channel,
            "backlog": queues.backlog,
            **links.ranges(queues.teams, "teams"),
            **links.ranges(queues.overflow_teams, "overflow"),
            "action": [of[Kind.DISPATCH, "queue", q] for q in range(queues.n)],
        },
    )
    rules.fill(
        "teams",
        {
            "multi": teams.multi,
            "reserve": teams.reserve,
            "wage_per_s": teams.wage_per_s,
            "proficiency_sd": teams.proficiency_sd,
            **links.ranges(teams.queues, "queues"),
            **links.ranges(teams.overflow_queues, "overflow"),
            "action": [of[Kind.DISPATCH, "team", t] for t in range(teams.n)],
        },
    )
    rules.fill("slots", {"n": _flat(teams.slots)})
    skills = range(len(queues.skills))
    rules.fill("skills", {"has": [s in own for own in teams.skills for s in skills]})


def fill_actions(rules: Tables, compiled: Compiled) -> None:
    """Fill the action table, and what offers cost and do."""
    rules.fill("actions", action_columns(compiled.actions))
    offers = compiled.scenario.offers.values()
    rules.fill(
        "offer_rules",
        {
            "strength": [offer.strength for offer in offers],
            "response_sd": [offer.response_sd for offer in offers],
            "cost": [offer.cost for offer in offers],
        },
    )


def action_columns(actions: Sequence[Action]) -> Columns:
    """Return an action table as columns of the core's."""
    return {
        "kind": [int(a.kind) for a in actions],
        "verb": [VERBS[a.verb] for a in actions],
        "target": [a.target for a in actions],
    }


def fill_shifts(rules: Tables, compiled: Compiled) -> None:
    """Fill who works when, with the breaks."""
    scale, number = compiled.scenario.population.scale, 0
    rows: list[tuple[float, ...]] = []
    pauses: list[tuple[float, int]] = []
    for t, team in enumerate(compiled.scenario.teams.values()):
        for shift, agents in zip(team.shifts, headcount(team, scale), strict=True):
            days = sum(1 << DAYS.index(day) for day in shift.days)
            hours = shift.start_h * HOUR_S, shift.until_h * HOUR_S
            rows.append((t, days, *hours, number, agents, len(pauses), len(shift.breaks)))
            pauses += [(b.after_h * HOUR_S, round(b.minutes * MINUTE_S)) for b in shift.breaks]
            number += agents
    rules.fill("shifts", {name: [row[i] for row in rows] for i, name in enumerate(SHIFT_FIELDS)})
    rules.fill("pauses", {"after_s": [p[0] for p in pauses], "lasts_s": [p[1] for p in pauses]})
    rules.put_scalar("n_shifts", len(rows))


def _flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [value for row in rows for value in row]
