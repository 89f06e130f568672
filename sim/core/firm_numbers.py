"""The numbers of a firm: what its rules are beside tables."""

from __future__ import annotations

from math import fsum, sqrt

from sim.behaviour.customers import mood_decay
from sim.behaviour.durations import law
from sim.behaviour.spreads import usual_ability
from sim.behaviour.tenure import churn_laws, unsettled
from sim.core.belief_numbers import signal_numbers
from sim.core.firm_lists import Laws
from sim.decisions.actions import Kind
from sim.population.lasting import moves_weekly
from sim.scenario.knowledge import Regime
from sim.tables.codes import CALLBACK, LIVE
from sim.tables.compiled import SKILL_BINS, Compiled
from sim.tables.guesses import guess_accuracies

CONTEXTS = ("never", "next_day", "passes")
SIGNALS = ("none", "direct", "all")


def numbers_of(compiled: Compiled, laws: Laws) -> dict[str, float]:
    """Return a firm's numbers by the names of their fields in the bundle ``Firm``."""
    return {
        **_sizes(compiled),
        **_feelings(compiled),
        **_service(compiled, laws),
        **_customers(compiled, laws),
        **_lasting(compiled),
        **_knowledge(compiled),
        **_act_numbers(compiled),
        **signal_numbers(compiled),
        **_beliefs(compiled),
    }


def _sizes(compiled: Compiled) -> dict[str, float]:
    table = compiled
    return {
        "n_segments": len(table.segment_names),
        "n_intents": table.n_intents,
        "n_channels": table.channels.n,
        "n_queues": table.queues.n,
        "n_teams": table.teams.n,
        "n_skills": len(table.queues.skills),
        "n_offers": len(compiled.scenario.offers),
        "n_lanes": len(priorities(compiled)),
        "n_slots": len(table.channels.pattern),
        "n_bins": SKILL_BINS,
        "n_patterns": max(table.channels.pattern) + 1,
        "start_day": compiled.scenario.start_day,
    }


def priorities(compiled: Compiled) -> list[float]:
    """Return the priorities of customers, each once: the lanes of a queue."""
    return sorted({p for row in compiled.priority for p in row})


def _feelings(compiled: Compiled) -> dict[str, float]:
    rules, choice, on = compiled.scenario.satisfaction, compiled.scenario.choice, compiled.on
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


def _service(compiled: Compiled, laws: Laws) -> dict[str, float]:
    table, on, desk = compiled, compiled.on, compiled.scenario.agent_desktop
    tiredness, head_start = compiled.scenario.tiredness, compiled.scenario.queueing.head_start_s
    return {
        "tires": on.tiredness,
        "tired_threshold": tiredness.threshold,
        "tired_slowdown": tiredness.slowdown,
        "tired_resolution_loss": tiredness.resolution_loss,
        "tired_half_life_h": tiredness.half_life_h,
        "searches": on.search and table.search.mean_s > 0,
        "search": laws.number(table.search),
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


def _customers(compiled: Compiled, laws: Laws) -> dict[str, float]:
    table, on, scenario = compiled, compiled.on, compiled.scenario
    returns, survey, retention = scenario.returns, scenario.survey, scenario.retention
    names, churn = table.intent_names, scenario.mechanisms.churn
    segments, usual = scenario.segments.values(), usual_hazards(compiled)
    cancel = retention.cancel_intent
    return {
        "redials": on.redial,
        "redial_probability": returns.redial_probability,
        "redial_delay": laws.number(law(returns.redial_delay)),
        "recontacts": on.recontact,
        "recontact_probability": returns.recontact_probability,
        "recontact_delay": laws.number(law(returns.recontact_delay)),
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
        "cancel_channel": _cancel_channel(compiled),
        "cancel_intent": names.index(cancel) if cancel in names else 0,
        "cancel_talk": laws.number(law(retention.cancel_talk_s)),
        "mean_hazard": fsum(s.share * h for s, h in zip(segments, usual, strict=True)),
        "discount_per_s": table.discount_per_s,
    }


def usual_hazards(compiled: Compiled) -> list[float]:
    """Return the mean base hazard by segment, which the firm knows from its churn figures."""
    scenario = compiled.scenario
    if scenario.retention.clock == "none":
        return [0.0 for _ in scenario.segments]
    return [law.mean for law in churn_laws(scenario)]


def _lasting(compiled: Compiled) -> dict[str, float]:
    rules, concerns = compiled.scenario.retention, compiled.concerns
    around = unsettled(compiled.scenario)
    kept = mood_decay(7, rules.drift_half_life_days)
    return {
        "drifts": around.drift_sd > 0,
        "drift_kept": kept,
        "drift_new": around.drift_sd * sqrt(1 - kept**2),
        "sleeps": around.sleeping_share > 0,
        "sleep_depth": around.sleep_depth,
        "woken_by_message": rules.woken_by_message,
        "woken_by_call": rules.woken_by_call,
        "woken_by_offer": rules.woken_by_offer,
        "weekly": moves_weekly(compiled.scenario),
        "n_concerns": concerns.n,
        "concern_own": compiled.scenario.concerns.own,
        "stated_right": compiled.scenario.concerns.stated_right,
        "stated_otherwise": concerns.otherwise,
    }


def _cancel_channel(compiled: Compiled) -> int:
    """Return the channel for cancellation: the first enabled live one, else the first open."""
    channels = compiled.channels
    live = [c for c in range(channels.n) if channels.kind[c] == LIVE and channels.enabled[c]]
    return live[0] if live else next(c for c in range(channels.n) if channels.chosen[c])


def _knowledge(compiled: Compiled) -> dict[str, float]:
    regime, channels = compiled.regime, compiled.channels
    return {
        "steering": regime.steering,
        "context": CONTEXTS.index(regime.context),
        "match_rate": regime.match_rate,
        "wrong_match_rate": regime.wrong_match_rate,
        "mistakes_customers": regime.match_rate < 1,
        "mistakes_intents": min(guess_accuracies(compiled)) < 1,
        "repeat_accuracy": compiled.scenario.signals.repeat_accuracy,
        "sees_signals": SIGNALS.index(regime.signals),
        "sees_all": regime.visible == "all",
        "real_time": regime.latency == "real_time" and regime.acts == "real_time",
        "usual": sees_usual_loads(regime),
        "prepared": regime.acts == "nightly",
        "decision_latency_s": regime.decision_latency_s,
        "closes": any(
            kind == LIVE and slots is not None
            for kind, slots in zip(channels.kind, channels.open_slots, strict=True)
        ),
        "calls_back": any(c >= 0 for c in callbacks(compiled)),
        "entry_is_forced": not regime.steering and not any(c >= 0 for c in callbacks(compiled)),
    }


def sees_usual_loads(regime: Regime) -> bool:
    """Return whether loads are known by the hour of the week only."""
    return regime.loads == "usual" or regime.acts == "nightly"


def _beliefs(compiled: Compiled) -> dict[str, float]:
    means, variances = usual_ability(compiled.scenario)
    return {"ability_mean": means[-1], "ability_spread": variances[-1]}


def callbacks(compiled: Compiled) -> list[int]:
    """Return the callback channel that relieves each channel, or -1."""
    channels = compiled.channels
    relief = [-1] * channels.n
    for c in range(channels.n):
        usable = compiled.on.callbacks and channels.enabled[c]
        if channels.kind[c] == CALLBACK and usable and channels.of[c] >= 0:
            relief[channels.of[c]] = c
    return relief


def _act_numbers(compiled: Compiled) -> dict[str, float]:
    of = compiled.action_of
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
