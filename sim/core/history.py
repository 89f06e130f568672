"""What a firm has heard of its customers before the start: light past journeys, as if heard.

Each customer's past needs come as they do later (rate, intents by segment and concern), go to
channels by the same weights and habits, are resolved with the same chances (their own difficulty,
the customer's fit and ability) and are coded, read, surveyed and noted as later ones are. Simpler
than life: no queues, opening hours, outages or transfers (everybody who is not helped by automation
at the door reaches people of the team that usually serves), nobody is steered, habits and ability
are those of the start, moods do not last (so usage shows drift, sleep and base alone), nobody is
taken for somebody else, and whoever is a customer now has been one for as long as said.
"""

from __future__ import annotations

from math import log
from typing import Final

from sim.behaviour.customers import (
    csat,
    experience,
    recontact_probability,
    survey_answers,
)
from sim.behaviour.durations import duration_s
from sim.behaviour.normal import normal_quantile
from sim.behaviour.signals import (
    coded_resolved,
    is_posted,
    sentiment_reading,
)
from sim.core.accessors import (
    channel_at,
    customer_at,
    evidence_at,
    free_journey,
    intent_at,
    journey_at,
    law_at,
    link_at,
    new_journey,
)
from sim.core.choosing import chosen_channel, recognised_intent
from sim.core.evidence import evidence_of, fade_to
from sim.core.past_signals import PAST_NEED, past_note, past_usage, tell_past, tell_past_outcome
from sim.core.records.bundles import World
from sim.core.records.state import Customer, Journey
from sim.core.resolving import chance_of
from sim.core.storage import FloatArray, FloatMatrix, IntArray
from sim.native_types import Float, Int, Small
from sim.population.draws import (
    ATTEMPTS,
    FOR_AUTO_RESOLVE,
    FOR_CODING,
    FOR_DELAY,
    FOR_DETECT,
    FOR_MATCH,
    FOR_RECOGNISE,
    FOR_RESOLVE,
    FOR_RETURN,
    FOR_SENTIMENT,
    FOR_SENTIMENT_NOISE,
    FOR_SOCIAL,
    FOR_SURVEY,
    FOR_SURVEY_NOISE,
    TRAIT_DIFFICULTY,
    TRAIT_HISTORY,
    TRAIT_INTENT,
    draw,
    luck_at,
    uniform,
)
from sim.register.codes import (
    SIGNAL_CSAT,
    SIGNAL_OUTCOME,
    SIGNAL_POST,
    SIGNAL_SELF_SERVICE,
    SIGNAL_SENTIMENT,
)
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S

NOT_YET: Final = -2  # ids of past journeys count down from here


def remember(
    world: World, days: IntArray, rates: FloatArray, kinds: IntArray, shares: FloatMatrix
) -> None:
    """Let evidence hold what the signals of past days have told, as if they had been heard.

    Args:
        world: at its start, with evidence of nothing.
        days: how long each customer's past is.
        rates: needs a day, by customer.
        kinds: by customer the row of ``shares``.
        shares: cumulative shares of intents among needs.
    """
    j = new_journey(world)  # every past journey in turn
    journey = journey_at(world, j)
    for who in range(len(days)):
        customer = customer_at(world, who)
        _begin_past(world, who, days[who])
        ago_s = -DAY_S * days[who]
        number = 0
        while rates[who] > 0.0:
            u = uniform(world.trait_key, who, PAST_NEED + number, TRAIT_HISTORY)
            ago_s -= log(u) / rates[who] * DAY_S
            if ago_s >= 0.0:
                break
            u = uniform(world.trait_key, who, PAST_NEED + number, TRAIT_INTENT)
            intent: Int = 0
            while shares[kinds[who], intent] < u:
                intent += 1
            _past_need(world, who, customer, journey, intent, number, ago_s)
            number += 1
        past_usage(world, who, days[who])
        _end_past(world, who)
    free_journey(world, j)


def _begin_past(world: World, who: Int, days: Int) -> None:
    for channel in range(-1, world.firm.n_channels):
        evidence_at(world, evidence_of(world, who, channel)).at_s = -DAY_S * days


def _end_past(world: World, who: Int) -> None:
    for channel in range(-1, world.firm.n_channels):
        fade_to(world, evidence_at(world, evidence_of(world, who, channel)), 0.0)


def _past_need(
    world: World,
    who: Int,
    customer: Customer,
    journey: Journey,
    intent: Int,
    number: Int,
    time_s: Float,
) -> None:
    """One past journey: attempts until it is resolved, given up, or the present has come."""
    firm = world.firm
    journey.id = NOT_YET - number
    journey.customer = who
    journey.segment = customer.segment
    journey.intent = intent
    journey.need = PAST_NEED + number
    journey.key = world.trait_key
    journey.failed_channel = -1
    journey.difficulty = 0.0
    if firm.difficulty_sd > 0.0:
        u = uniform(world.trait_key, who, journey.need, TRAIT_DIFFICULTY)
        journey.difficulty = normal_quantile(u)
    attempts = 0
    while attempts < firm.max_attempts and time_s < 0.0:
        address = journey.need * ATTEMPTS + min(attempts, ATTEMPTS - 2)
        journey.luck = luck_at(world.trait_key, who, address)
        attempts += 1
        chosen = chosen_channel(world, journey, customer)
        if chosen < 0 or _past_attempt(world, who, journey, chosen, attempts, time_s):
            return
        journey.failed_channel = chosen
        urgency = intent_at(world, intent).urgency
        if not firm.recontacts or draw(journey.luck, FOR_RETURN) >= recontact_probability(
            firm.recontact_probability, urgency
        ):
            return
        law = law_at(world, firm.recontact_delay)
        time_s += duration_s(law, draw(journey.luck, FOR_DELAY))


def _past_attempt(
    world: World, who: Int, journey: Journey, chosen: Int, attempt: Int, time_s: Float
) -> Small:
    """One past attempt: automation at the door or on the channel, then people; resolved or not."""
    firm = world.firm
    known = draw(journey.luck, FOR_MATCH) < firm.match_rate
    rules = channel_at(world, chosen)
    effort = firm.attempt_effort if attempt > 1 else 0.0
    channel: Int = chosen
    machine: Int = chosen if rules.kind == AUTOMATED else rules.front_door
    if machine >= 0:
        heard = recognised_intent(world, machine, journey.intent, draw(journey.luck, FOR_RECOGNISE))
        effort += channel_at(world, machine).effort
        helped = heard == journey.intent and (
            draw(journey.luck, FOR_AUTO_RESOLVE) < chance_of(world, journey, who, machine, -1)
        )
        at_door = machine != chosen
        noticed = at_door or draw(journey.luck, FOR_DETECT) < rules.detection
        onward: Int = chosen if at_door else -1
        if not at_door and noticed and rules.hand_over_n:
            onward = link_at(world, rules.hand_over_first).number
        if helped or onward < 0:
            silent = not helped and not noticed
            _past_end(
                world, who, journey, machine, heard, -1, helped, silent, effort, known, time_s
            )
            return helped
        if known:
            tell_past(world, who, machine, time_s, SIGNAL_SELF_SERVICE, 1.0)
            tell_past_outcome(world, who, machine, journey.id, heard, -1, 0.0)
        channel = onward
    helped = draw(journey.luck, FOR_RESOLVE) < chance_of(world, journey, who, channel, -1)
    effort += channel_at(world, channel).effort
    team = world.firm.cells.rows[journey.intent * firm.n_channels + channel].team
    _past_end(world, who, journey, channel, journey.intent, team, helped, 0, effort, known, time_s)
    return helped


def _past_end(
    world: World,
    who: Int,
    journey: Journey,
    channel: Int,
    heard: Int,
    team: Int,
    resolved: Small,
    silent: Small,
    effort: Float,
    known: Small,
    time_s: Float,
) -> None:
    """What the end of a past attempt leaves behind, of who is known."""
    if not known:
        return
    firm = world.firm
    luck = journey.luck
    u = draw(luck, FOR_CODING)
    coded = coded_resolved(resolved, silent, firm.coded_right, firm.silent_seen, u)
    automated = channel_at(world, channel).kind == AUTOMATED
    if automated and not coded:
        tell_past(world, who, channel, time_s, SIGNAL_SELF_SERVICE, 1.0)
    else:
        tell_past(world, who, channel, time_s, SIGNAL_OUTCOME, 1.0 if coded else 0.0)
    tell_past_outcome(world, who, channel, journey.id, heard, team, 1.0 if coded else 0.0)
    felt = experience(
        firm.resolved if resolved else firm.unresolved, effort, firm.effort_weight, 0.0
    )
    if draw(luck, FOR_SENTIMENT) < channel_at(world, channel).sentiment_share:
        read = sentiment_reading(felt, firm.sentiment_noise, draw(luck, FOR_SENTIMENT_NOISE))
        tell_past(world, who, channel, time_s, SIGNAL_SENTIMENT, read)
    u = draw(luck, FOR_SOCIAL)
    if is_posted(felt, firm.social_share, u):
        read = sentiment_reading(felt, firm.sentiment_noise, u / firm.social_share)
        tell_past(world, who, -1, time_s, SIGNAL_POST, read)
    gap = felt - firm.initial_expectation
    if firm.surveys and survey_answers(
        firm.response_rate, gap, firm.extreme_bias, draw(luck, FOR_SURVEY)
    ):
        z = normal_quantile(draw(luck, FOR_SURVEY_NOISE))
        tell_past(world, who, channel, time_s, SIGNAL_CSAT, csat(felt, firm.survey_noise, z))
    if not automated and firm.n_concerns:
        past_note(world, who, luck, channel, time_s)
