"""A compiled scenario as the core's flat tables of rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, Protocol

import numpy as np

from sim.behaviour.durations import Law, law
from sim.behaviour.retention import mean_churn
from sim.core.codes import (
    AUTOMATED,
    CALLBACK,
    DO_NOTHING,
    END,
    GO_ON,
    LIVE,
    MESSAGE,
    OFFER,
    RECOVER,
    RELEASE,
    SURVEY,
    TO_CHANNEL,
    TO_QUEUE,
    TO_TEAM,
)
from sim.decisions.actions import Action, Kind
from sim.scenario.parts import DAYS
from sim.scenario.staff import headcount
from sim.tables.compiled import SKILL_BINS, Compiled
from sim.units import HOUR_S, MINUTE_S

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
LAW_FIELDS = ("kind", "a", "b", "short_share", "short_mean_s", "mean_s", "longest_s")
Columns = dict[str, list[Any]]


class Tables(Protocol):
    """What takes a firm's rules: ``Rules`` of the engine."""

    def fill(self, table: str, columns: Columns) -> None:
        """Replace a table by rows of the columns given."""

    def put_scalar(self, field: str, number: float) -> None:
        """Set one number."""


def fill_rules(rules: Tables, compiled: Compiled) -> None:
    """Write a compiled scenario into the core's tables."""
    Filling(rules, compiled).fill()


class Filling:
    """One filling: laws and lists get their numbers as they are met."""

    def __init__(self, rules: Tables, compiled: Compiled) -> None:
        self.rules, self.compiled = rules, compiled
        self.scenario = compiled.scenario
        self.laws: list[Law] = []
        self.links: list[int] = []

    def fill(self) -> None:
        """Fill all tables."""
        self._scalars()
        self._people()
        self._channels()
        self._queues_and_teams()
        self._actions()
        self._shifts()
        self.rules.fill("links", {"number": self.links or [0]})
        laws = {name: [getattr(law, name) for law in self.laws] for name in LAW_FIELDS}
        self.rules.fill("laws", laws)

    def _law(self, duration: Law | None) -> int:
        if duration is None:
            return -1
        self.laws.append(duration)
        return len(self.laws) - 1

    def _ranges(self, lists: Iterable[Iterable[int]], name: str) -> Columns:
        """Return the ranges of lists, which are put among the links."""
        firsts, counts = [], []
        for numbers in lists:
            firsts.append(len(self.links))
            self.links += numbers
            counts.append(len(self.links) - firsts[-1])
        return {f"{name}_first": firsts, f"{name}_n": counts}

    # -- numbers of the firm -------------------------------------------------------------------

    def _scalars(self) -> None:
        for name, number in {
            **self._sizes(),
            **self._feelings(),
            **self._service(),
            **self._customers(),
            **self._knowledge(),
            **self._act_numbers(),
        }.items():
            self.rules.put_scalar(name, number)

    def _sizes(self) -> dict[str, float]:
        table = self.compiled
        return {
            "n_segments": len(table.segment_names),
            "n_intents": table.n_intents,
            "n_channels": table.channels.n,
            "n_queues": table.queues.n,
            "n_teams": table.teams.n,
            "n_skills": len(table.queues.skills),
            "n_offers": len(self.scenario.offers),
            "n_lanes": len(self._priorities()),
            "n_slots": len(table.channels.pattern),
            "n_bins": SKILL_BINS,
            "n_patterns": max(table.channels.pattern) + 1,
            "start_day": self.scenario.start_day,
        }

    def _priorities(self) -> list[float]:
        return sorted({p for row in self.compiled.priority for p in row})

    def _feelings(self) -> dict[str, float]:
        rules, choice, on = self.scenario.satisfaction, self.scenario.choice, self.compiled.on
        return {
            "initial_expectation": rules.initial_expectation,
            "resolved": rules.resolved,
            "unresolved": rules.unresolved,
            "given_up": rules.given_up,
            "effort_weight": rules.effort_weight,
            "wait_weight": rules.wait_weight,
            "tone_weight": rules.tone_weight,
            "adaptation": rules.adaptation,
            "adapts": on.adapting_expectation,
            "mood_limit": rules.mood_limit,
            "mood_half_life_days": rules.mood_half_life_days,
            "repeat_effort": rules.repeat_effort,
            "attempt_effort": rules.attempt_effort,
            "abandon_effort": rules.abandon_effort,
            "transfer_effort": rules.transfer_effort,
            "effort_of_steering": choice.effort_of_steering,
            "effort_of_refusal": choice.effort_of_refusal,
            "failure_aversion": choice.failure_aversion,
        }

    def _service(self) -> dict[str, float]:
        table, on, desk = self.compiled, self.compiled.on, self.scenario.agent_desktop
        tiredness, head_start = self.scenario.tiredness, self.scenario.queueing.head_start_s
        return {
            "tires": on.tiredness,
            "tired_threshold": tiredness.threshold,
            "tired_slowdown": tiredness.slowdown,
            "tired_resolution_loss": tiredness.resolution_loss,
            "tired_half_life_h": tiredness.half_life_h,
            "searches": on.search and table.search.mean_s > 0,
            "search": self._law(table.search),
            "search_factor": table.search_factor,
            "talk_cut": table.talk_cut,
            "repeat_s": desk.repeat_s,
            "misroute_s": desk.misroute_s,
            "transfers": on.transfers,
            "transfer_probability": desk.transfer_probability,
            "finish_after_shift": on.finish_after_shift,
            "breaks": on.breaks,
            "by_head_start": head_start is not None,
            "head_start_s": head_start or 0.0,
            "abandons": on.abandonment,
        }

    def _customers(self) -> dict[str, float]:
        table, on, scenario = self.compiled, self.compiled.on, self.scenario
        returns, survey, retention = scenario.returns, scenario.survey, scenario.retention
        names, churn = table.intent_names, scenario.mechanisms.churn
        usual = self._usual_hazards()
        cancel = retention.cancel_intent
        return {
            "redials": on.redial,
            "redial_probability": returns.redial_probability,
            "redial_delay": self._law(law(returns.redial_delay)),
            "recontacts": on.recontact,
            "recontact_probability": returns.recontact_probability,
            "recontact_delay": self._law(law(returns.recontact_delay)),
            "max_attempts": returns.max_attempts,
            "surveys": on.surveys,
            "surveys_each": on.surveys and survey.every_contact,
            "response_rate": survey.response_rate,
            "extreme_bias": survey.extreme_bias,
            "survey_noise": survey.noise,
            "sells": on.sales,
            "offers": on.offers,
            "recovers": on.recovery,
            "recovery_uplift": scenario.recovery.uplift,
            "recovery_cost": scenario.recovery.cost,
            "double_failure": scenario.recovery.double_failure,
            "message_uplift": scenario.recovery.message_uplift,
            "outbound": table.channels.outbound,
            "hazard_clock": churn and retention.clock == "hazard",
            "contract_clock": churn and retention.clock == "contractual",
            "mood_effect": retention.mood_effect,
            "announces": on.announced_churn,
            "announced_share": retention.announced_share,
            "cancel_channel": self._cancel_channel(),
            "cancel_intent": names.index(cancel) if cancel in names else 0,
            "cancel_talk": self._law(law(retention.cancel_talk_s)),
            "mean_hazard": float(np.dot([s.share for s in scenario.segments.values()], usual)),
            "discount_per_s": table.discount_per_s,
        }

    def _usual_hazards(self) -> list[float]:
        """Return the mean base hazard by segment, which the firm knows from its churn figures."""
        clock = self.scenario.retention.clock
        segments = self.scenario.segments.values()
        if clock == "hazard":
            return [s.hazard_per_month for s in segments]
        if clock == "contractual":
            return [mean_churn(s.renewal.alpha, s.renewal.beta) for s in segments]
        return [0.0 for _ in segments]

    def _cancel_channel(self) -> int:
        """Return the channel for cancellation: the first enabled live one, else the first open."""
        channels = self.compiled.channels
        live = [c for c in range(channels.n) if channels.kind[c] == LIVE and channels.enabled[c]]
        return live[0] if live else next(c for c in range(channels.n) if channels.chosen[c])

    def _knowledge(self) -> dict[str, float]:
        regime, channels = self.compiled.regime, self.compiled.channels
        return {
            "steering": regime.steering,
            "context_passes": regime.context_passes,
            "identity_matched": regime.identity_matched,
            "sees_all": regime.identity_matched and regime.visible == "all",
            "real_time": regime.latency == "real_time",
            "decision_latency_s": regime.decision_latency_s,
            "misreads_intent": regime.intent_accuracy < 1,
            "closes": any(
                kind == LIVE and slots is not None
                for kind, slots in zip(channels.kind, channels.open_slots, strict=True)
            ),
            "calls_back": any(c >= 0 for c in self._callbacks()),
            "entry_is_forced": not regime.steering and not any(c >= 0 for c in self._callbacks()),
        }

    def _callbacks(self) -> list[int]:
        """Return the callback channel that relieves each channel, or -1."""
        channels = self.compiled.channels
        relief = [-1] * channels.n
        for c in range(channels.n):
            usable = self.compiled.on.callbacks and channels.enabled[c]
            if channels.kind[c] == CALLBACK and usable and channels.of[c] >= 0:
                relief[channels.of[c]] = c
        return relief

    def _act_numbers(self) -> dict[str, float]:
        of = self.compiled.action_of
        return {
            "go_on_action": of[Kind.ESCALATION, "continue", -1],
            "end_action": of[Kind.ESCALATION, "end", -1],
            "nothing_action": of[Kind.WRAP_UP, "nothing", -1],
            "survey_action": of[Kind.WRAP_UP, "survey", -1],
            "recover_action": of[Kind.WRAP_UP, "recover", -1],
            "message_action": of[Kind.WRAP_UP, "message", -1],
            "wrap_up_offer_action": of.get((Kind.WRAP_UP, "offer", 0), -1),
            "release_action": of[Kind.CANCEL, "release", -1],
            "cancel_offer_action": of.get((Kind.CANCEL, "offer", 0), -1),
        }

    # -- tables --------------------------------------------------------------------------------

    def _people(self) -> None:
        table = self.compiled
        self.rules.fill(
            "segments",
            {
                "steering_acceptance": table.steering_acceptance,
                "sensitivity": table.sensitivity,
                "offer_response": table.offer_response,
                "usual_hazard": self._usual_hazards(),
            },
        )
        self.rules.fill(
            "intents",
            {
                "skill": table.skill,
                "urgency": table.urgency,
                "complexity": table.complexity,
                "talk": [self._law(x) for x in table.talk],
                "sells": [sale is not None for sale in table.sale],
                "sale_probability": [sale[0] if sale else 0.0 for sale in table.sale],
                "sale_margin": [sale[1] if sale else 0.0 for sale in table.sale],
            },
        )
        lane_of = {p: i for i, p in enumerate(self._priorities())}
        self.rules.fill(
            "pairs",
            {
                "mood_weight": _flat(table.mood_weight),
                "priority": _flat(table.priority),
                "lane": [lane_of[p] for p in _flat(table.priority)],
                "patience_factor": _flat(table.patience_factor),
            },
        )
        self.rules.fill("sights", {"upto": _flat(table.sight)})
        bins = [row for rows in table.weights for intent in rows for row in intent]
        shares = [row for rows in table.cumulative for intent in rows for row in intent]
        self.rules.fill("weights", {"weight": _flat(bins), "upto": _flat(shares)})

    def _channels(self) -> None:
        table, channels = self.compiled, self.compiled.channels
        queues = [
            [q for q in range(table.queues.n) if table.queues.channel[q] == c]
            for c in range(channels.n)
        ]
        teams = [sorted({t for q in qs for t in table.queues.teams[q]}) for qs in queues]
        closings = [list(times) for times in channels.closings]
        self.rules.fill(
            "channels",
            {
                "kind": channels.kind,
                "enabled": channels.enabled,
                "chosen": channels.chosen,
                "has_hours": [slots is not None for slots in channels.open_slots],
                "straight": self._straight(),
                "at_closing": channels.at_closing,
                "closings_first": [sum(map(len, closings[:c])) for c in range(channels.n)],
                "closings_n": list(map(len, closings)),
                "front_door": channels.front_door,
                "callback": self._callbacks(),
                "entry_action": table.entry_action,
                "escalation_action": [
                    table.action_of.get((Kind.ESCALATION, "channel", c), -1)
                    for c in range(channels.n)
                ],
                "effort": channels.effort,
                "wait_scale_s": channels.wait_scale,
                "tone": channels.tone,
                "acceptance": channels.acceptance,
                "talk_factor": channels.talk_factor,
                "wraps_up": self._wraps_up(),
                "wrap_up": [self._law(x) for x in channels.wrap_up],
                "unhurried": [self._law(x) for x in channels.unhurried],
                "answer_delay": [self._law(x) for x in channels.answer_delay],
                "slowdown": channels.slowdown,
                "no_answer": channels.no_answer,
                "overflow_after_s": channels.overflow_after,
                "sale_factor": channels.sale_factor,
                "margin_factor": channels.margin_factor,
                "cost": channels.cost,
                "cost_per_s": channels.cost_per_s,
                "auto_time": [self._law(x) for x in channels.auto_time],
                "detection": channels.detection,
                "preparation": channels.preparation,
                "retry_factor": channels.retry_factor,
                **self._ranges(channels.hand_over, "hand_over"),
                **self._ranges(queues, "queues"),
                **self._ranges(teams, "teams"),
                "mean_handle_s": self._mean_handle_s(),
                "mean_slots": [
                    max([table.teams.slots[t][c] for t in teams[c]], default=1)
                    for c in range(channels.n)
                ],
            },
        )
        self.rules.fill("closings", {"time_s": _flat(closings) or [0.0]})
        always = bytes([1]) * len(channels.pattern)
        hours = b"".join(always if slots is None else slots for slots in channels.open_slots)
        self.rules.fill("hours", {"open": list(hours)})
        self.rules.fill("patterns", {"number": channels.pattern})
        confusion = [row for rows in channels.confusion for row in rows]
        self.rules.fill("confusions", {"upto": _flat(confusion)})
        self._cells()

    def _straight(self) -> list[bool]:
        """Return which lines are joined as it is: no automation before them, no closing hours."""
        channels = self.compiled.channels
        return [
            channels.kind[c] != AUTOMATED
            and channels.front_door[c] < 0
            and (channels.open_slots[c] is None or channels.kind[c] != LIVE)
            for c in range(channels.n)
        ]

    def _wraps_up(self) -> list[bool]:
        channels = self.compiled.channels
        return [
            self.compiled.on.wrap_up and (wrap.mean_s > 0 or unhurried is not None)
            for wrap, unhurried in zip(channels.wrap_up, channels.unhurried, strict=True)
        ]

    def _mean_handle_s(self) -> list[float]:
        table, channels = self.compiled, self.compiled.channels
        talk = float(np.mean([x.mean_s for x in table.talk]))
        search = table.search.mean_s * table.search_factor
        return [
            talk * channels.talk_factor[c] + search + channels.wrap_up[c].mean_s
            for c in range(channels.n)
        ]

    def _cells(self) -> None:
        table = self.compiled
        cells = list(product(range(table.n_intents), range(table.channels.n)))
        patience = [table.patience[c][i] for i, c in cells]
        self.rules.fill(
            "cells",
            {
                "resolution": [table.resolution[i][c] for i, c in cells],
                "patience": [self._law(x) for x in patience],
                "mean_patience_s": [x.mean_s for x in patience],
                "queue": [table.queue_of[c][i][0] for i, c in cells],
                "queue_tier2": [table.queue_of[c][i][1] for i, c in cells],
            },
        )
        rows = [row for team in table.people_resolve for row in team]
        self.rules.fill("resolves", {"probability": _flat(rows)})

    def _queues_and_teams(self) -> None:
        table, queues, teams = self.compiled, self.compiled.queues, self.compiled.teams
        of = table.action_of
        self.rules.fill(
            "queues",
            {
                "channel": queues.channel,
                "backlog": queues.backlog,
                **self._ranges(queues.teams, "teams"),
                **self._ranges(queues.overflow_teams, "overflow"),
                "action": [of[Kind.DISPATCH, "queue", q] for q in range(queues.n)],
            },
        )
        self.rules.fill(
            "teams",
            {
                "multi": teams.multi,
                "reserve": teams.reserve,
                "wage_per_s": teams.wage_per_s,
                "proficiency_sd": teams.proficiency_sd,
                **self._ranges(teams.queues, "queues"),
                **self._ranges(teams.overflow_queues, "overflow"),
                "action": [of[Kind.DISPATCH, "team", t] for t in range(teams.n)],
            },
        )
        self.rules.fill("slots", {"n": _flat(teams.slots)})
        skills = range(len(queues.skills))
        self.rules.fill("skills", {"has": [s in own for own in teams.skills for s in skills]})

    def _actions(self) -> None:
        self.rules.fill("actions", action_columns(self.compiled.actions))
        offers = self.scenario.offers.values()
        self.rules.fill(
            "offer_rules",
            {
                "strength": [offer.strength for offer in offers],
                "response_sd": [offer.response_sd for offer in offers],
                "cost": [offer.cost for offer in offers],
            },
        )

    def _shifts(self) -> None:
        scenario, rows, pauses = self.scenario, [], []
        scale, number = scenario.population.scale, 0
        for t, team in enumerate(scenario.teams.values()):
            for shift, agents in zip(team.shifts, headcount(team, scale), strict=True):
                days = sum(1 << DAYS.index(day) for day in shift.days)
                hours = shift.start_h * HOUR_S, shift.until_h * HOUR_S
                rows.append((t, days, *hours, number, agents, len(pauses), len(shift.breaks)))
                pauses += [(b.after_h * HOUR_S, round(b.minutes * MINUTE_S)) for b in shift.breaks]
                number += agents
        names = ("team", "days", "start_s", "until_s", "first_number", "agents")
        names += ("breaks_first", "breaks_n")
        self.rules.fill("shifts", {name: [row[i] for row in rows] for i, name in enumerate(names)})
        self.rules.fill(
            "pauses", {"after_s": [p[0] for p in pauses], "lasts_s": [p[1] for p in pauses]}
        )
        self.rules.put_scalar("n_shifts", len(rows))


def action_columns(actions: Sequence[Action]) -> Columns:
    """Return the action table as columns of the core's."""
    return {
        "kind": [int(a.kind) for a in actions],
        "verb": [VERBS[a.verb] for a in actions],
        "target": [a.target for a in actions],
    }


def _flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [value for row in rows for value in row]
