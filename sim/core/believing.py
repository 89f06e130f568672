"""What the firm believes of a customer when a decision is to be taken: the ``seen_…`` records.

A decision sees the evidence that its regime shows: the whole firm's, or its own channel's. Who is
not recognised, or of whom nothing was heard, is believed to be as customers usually are.
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import Final

from sim.behaviour.customers import mood_decay
from sim.core.accessors import (
    channel_at,
    concern_at,
    contact_at,
    customer_at,
    evidence_at,
    figure_at,
    hint_at,
    journey_at,
    predictor_at,
    seen_belief_at,
    seen_candidate_at,
    seen_customer_at,
    seen_fit_at,
    seen_reason_at,
    segment_at,
)
from sim.core.evidence import evidence_of, viewed_from
from sim.core.lines import first_in_line
from sim.core.records.bundles import World
from sim.core.records.decisions import SeenBelief
from sim.core.records.state import Evidence
from sim.native_types import Float, Int
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S, MONTH_S

FARTHEST_LOGIT: Final = 30.0
RISK_SPREAD: Final = 1.0  # variance of leaving risks among customers, by which readings are shrunk


def see_belief(world: World, c: Int) -> None:
    """See what is believed of a contact's customer, as they are known, from its channel.

    What is known of the contact was seen before (``see_customer``).
    """
    contact = contact_at(world, c)
    see_belief_of(world, contact.known_as, contact.channel, journey_at(world, contact.journey).id)
    seen = seen_belief_at(world, 0)
    if seen.known and predictor_at(world, 0).loaded:
        _see_scores(world, seen)


def believe_candidates(world: World) -> None:
    """Put believed churn in place of the segments', of the heads of queues that were seen."""
    for i in range(world.n_candidates):
        candidate = seen_candidate_at(world, i)
        contact = contact_at(world, first_in_line(world, candidate.queue))
        journey = journey_at(world, contact.journey)
        see_belief_of(world, contact.known_as, contact.channel, journey.id)
        candidate.hazard_per_month = seen_belief_at(world, 0).churn


def see_belief_of(world: World, who: Int, channel: Int, journey: Int) -> None:
    """See what is believed of a customer (-1: nobody is known), of whom a channel asks.

    ``journey``: the id of that which it is about; what was heard of its difficulty counts.
    """
    seen = seen_belief_at(world, 0)
    _as_usual(world, who, seen)
    if who < 0 or not world.believes:
        _see_reasons(world, -1)
        return
    viewed = viewed_from(world, channel)
    number = evidence_of(world, who, viewed)
    evidence = evidence_at(world, number)
    _see_sums(world, evidence, seen)
    if evidence.ability_variance >= 0.0:
        seen.ability_mean = evidence.ability_mean
        seen.ability_variance = evidence.ability_variance
    if evidence.acceptance_variance >= 0.0:
        seen.acceptance_mean = evidence.acceptance_mean
        seen.acceptance_variance = evidence.acceptance_variance
    if evidence.need == journey and evidence.needs > 0.0:
        seen.need_mean = evidence.need_mean
        seen.need_variance = evidence.need_variance
    for other in range(world.firm.n_channels):
        if viewed < 0 or other == viewed:
            _see_fit(world, who, other)
    _see_reasons(world, number)
    if predictor_at(world, 0).loaded:
        seen.churn = churn_score(world, who, seen)


def _as_usual(world: World, who: Int, seen: SeenBelief) -> None:
    """Begin with what is usual: in the segment, or where nobody is known among all customers."""
    firm = world.firm
    seen.known = who >= 0
    seen.churn = firm.mean_hazard
    seen.ability_mean = firm.ability_mean
    seen.ability_variance = firm.ability_spread
    seen.acceptance_mean = 0.0
    seen.acceptance_variance = firm.acceptance_sd * firm.acceptance_sd
    seen.feeling = 0.0
    seen.contacts = 0.0
    seen.failures = 0.0
    seen.usage = 0.0
    seen.inactive = 0.0
    seen.tenure = 0.0
    seen.need_mean = 0.0
    seen.need_variance = firm.difficulty_sd * firm.difficulty_sd
    seen.slope = 0.0
    for channel in range(firm.n_channels):
        fit = seen_fit_at(world, channel)
        fit.mean = 0.0
        fit.variance = firm.fit_sd * firm.fit_sd
        fit.score = 0.0
    if who >= 0:
        customer = customer_at(world, who)
        segment = segment_at(world, customer.segment)
        seen.churn = segment.usual_hazard
        seen.ability_mean = segment.ability_mean
        seen.ability_variance = segment.ability_spread
        seen.tenure = customer.tenure


def _see_sums(world: World, evidence: Evidence, seen: SeenBelief) -> None:
    """See sums as they have faded until now, and means of readings, shrunk by their number."""
    firm = world.firm
    passed_s = max(0.0, world.now - evidence.at_s)
    left = mood_decay(passed_s / DAY_S, firm.evidence_half_life_days)
    seen.contacts = left * evidence.contacts
    seen.failures = left * evidence.failures
    seen.inactive = left * evidence.inactive
    seen.feeling = left * evidence.feeling / (1.0 + left * evidence.feelings)
    # What stays of the error does not average out, so readings tell of the risk so far only.
    lasting = RISK_SPREAD + firm.usage_bias_sd * firm.usage_bias_sd
    pseudo = firm.usage_noise * firm.usage_noise / lasting
    usages = left * evidence.usages
    seen.usage = left * evidence.usage / (pseudo + usages) if usages > 0.0 else 0.0


def _see_fit(world: World, who: Int, channel: Int) -> None:
    evidence = evidence_at(world, evidence_of(world, who, channel))
    if evidence.fit_variance >= 0.0:
        fit = seen_fit_at(world, channel)
        fit.mean = evidence.fit_mean
        fit.variance = evidence.fit_variance


def _of_score(score: Float) -> Float:
    return 1.0 / (1.0 + exp(-max(-FARTHEST_LOGIT, min(FARTHEST_LOGIT, score))))


def churn_score(world: World, who: Int, seen: SeenBelief) -> Float:
    """Return how probably a customer is believed to leave: at a renewal, or the rate a month."""
    firm = world.firm
    customer = customer_at(world, who)
    first = predictor_at(world, 0).churn
    score = figure_at(world, first + customer.segment).value
    first += firm.n_segments
    score += figure_at(world, first).value * log1p(seen.tenure)
    score += figure_at(world, first + 1).value * seen.feeling
    score += figure_at(world, first + 2).value * seen.failures
    score += figure_at(world, first + 3).value * seen.contacts
    score += figure_at(world, first + 4).value * seen.usage
    score += figure_at(world, first + 5).value * seen.inactive
    score += figure_at(world, first + 6).value * log1p(customer.margin_per_s * MONTH_S)
    chance = _of_score(score)
    return chance if firm.contract_clock else -log1p(-chance)


def _see_scores(world: World, seen: SeenBelief) -> None:
    """See what the predictor says of resolution, of the contact whose customer was seen last.

    The log-odds are ``slope`` × those believed of an intent on a channel + the channel's score.
    """
    about = seen_customer_at(world, 0)
    first = predictor_at(world, 0).resolution
    seen.slope = figure_at(world, first + 1).value
    common = figure_at(world, first).value
    common += figure_at(world, first + 5).value * seen.need_mean
    common += figure_at(world, first + 7).value * log(max(1, about.attempt))
    common += figure_at(world, first + 8).value * (1.0 - about.accuracy)
    common += figure_at(world, first + 9).value * seen.failures
    own = figure_at(world, first + 2).value
    own += figure_at(world, first + 3).value * seen.ability_mean
    own += figure_at(world, first + 6).value * seen.need_mean
    for channel in range(world.firm.n_channels):
        fit = seen_fit_at(world, channel)
        automated = channel_at(world, channel).kind == AUTOMATED
        fit.score = common + figure_at(world, first + 4).value * fit.mean
        fit.score += own if automated else 0.0


def _see_reasons(world: World, number: Int) -> None:
    """See how probable each concern is the customer's, from evidence (-1: none): naive Bayes."""
    n = world.firm.n_concerns
    largest = -1e300
    predictor = predictor_at(world, 0)
    for concern in range(n):
        log_share = log(max(1e-300, concern_at(world, concern).weight))
        if predictor.loaded:
            log_share = figure_at(world, predictor.reasons + concern).value
            if number >= 0:
                log_share += _hints_at(world, number, concern)
        seen_reason_at(world, concern).probability = log_share
        largest = max(largest, log_share)
    total = 0.0
    for concern in range(n):
        seen = seen_reason_at(world, concern)
        seen.probability = exp(seen.probability - largest)
        total += seen.probability
    for concern in range(n):
        seen_reason_at(world, concern).probability /= total


def _hints_at(world: World, number: Int, concern: Int) -> Float:
    """Return the log-likelihood of a customer's needs and notes, were a concern theirs."""
    n = world.firm.n_concerns
    predictor = predictor_at(world, 0)
    intents = predictor.intents + concern * (n + 1)
    notes = predictor.notes + concern * n
    told = 0.0
    others = evidence_at(world, number).needs
    for hinted in range(n):
        hint = hint_at(world, number * n + hinted)
        others -= hint.needs
        told += hint.needs * figure_at(world, intents + hinted).value
        told += hint.notes * figure_at(world, notes + hinted).value
    return told + others * figure_at(world, intents + n).value
