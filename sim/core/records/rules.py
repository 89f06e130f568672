"""What never changes in a run: a firm's rules as flat tables, filled from a compiled scenario.

A table over pairs (segment and intent, intent and channel, …) is numbered row by row: the pair
(i, j) stands at i × (number of j) + j. A list of varying length stands as a range, ``first`` and
``n``, in ``Link``.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import Float, Int, Small


@dataclass(slots=True, eq=False)
class Segment:
    """A segment of customers."""

    steering_acceptance: Float = 0.0
    sensitivity: Float = 0.0
    offer_response: Float = 0.0
    usual_hazard: Float = 0.0  # per month or period, known from the firm's own churn figures
    mean_log_odds: Float = 0.0  # of leaving, without moods; on the hazard clock less the base's
    ability_mean: Float = 0.0  # with automation, among its customers, in log-odds
    ability_spread: Float = 0.0  # variance


@dataclass(slots=True, eq=False)
class Intent:
    """What customers want."""

    skill: Small = 0
    urgency: Float = 0.0
    complexity: Float = 0.0
    talk: Small = -1  # numbers of laws
    sells: Small = 0
    sale_probability: Float = 0.0
    sale_margin: Float = 0.0
    raised_by: Small = -1  # the first concern that raises it


@dataclass(slots=True, eq=False)
class Channel:
    """A channel."""

    kind: Small = 0
    enabled: Small = 0
    chosen: Small = 0  # customers may turn to it
    has_hours: Small = 0
    straight: Small = 0  # contacts join its line as they are: no automation, no closing hours
    at_closing: Small = 0
    closings_first: Small = 0
    closings_n: Small = 0
    front_door: Small = -1
    callback: Small = -1  # the callback channel that relieves it
    entry_action: Small = -1
    escalation_action: Small = -1
    effort: Float = 0.0
    wait_scale_s: Float = 0.0
    tone: Float = 0.0
    acceptance: Float = 1.0
    talk_factor: Float = 1.0
    wraps_up: Small = 0
    wrap_up: Small = -1
    unhurried: Small = -1
    answer_delay: Small = -1
    slowdown: Float = 0.0
    no_answer: Float = 0.0
    overflow_after_s: Float = -1.0
    sale_factor: Float = 1.0
    margin_factor: Float = 1.0
    cost: Float = 0.0
    cost_per_s: Float = 0.0
    auto_time: Small = -1
    detection: Float = 0.0
    preparation: Float = 0.0
    retry_factor: Float = 0.0
    hand_over_first: Small = 0
    hand_over_n: Small = 0
    queues_first: Small = 0
    queues_n: Small = 0
    teams_first: Small = 0
    teams_n: Small = 0
    mean_handle_s: Float = 0.0
    mean_slots: Small = 1
    resolves: Small = 0  # something, of whatever intent
    intent_accuracy: Float = 1.0  # of guesses before somebody has heard the customer
    recognition: Float = 1.0  # of its automation
    sentiment_share: Float = 0.0
    miscoded: Float = 0.0  # probability that a failure is coded as a success
    load_at: Small = -1  # where its loads stand in the vector of features; -1: it has no queues


@dataclass(slots=True, eq=False)
class Queue:
    """A line: a channel, a skill and a tier."""

    channel: Small = 0
    backlog: Small = 0
    teams_first: Small = 0
    teams_n: Small = 0
    overflow_first: Small = 0
    overflow_n: Small = 0
    action: Small = -1


@dataclass(slots=True, eq=False)
class Team:
    """A team of agents."""

    multi: Small = 0  # some serve several contacts at once
    reserve: Small = 0
    wage_per_s: Float = 0.0
    proficiency_sd: Float = 0.0
    queues_first: Small = 0
    queues_n: Small = 0
    overflow_first: Small = 0
    overflow_n: Small = 0
    action: Small = -1


@dataclass(slots=True, eq=False)
class Pair:
    """A segment and an intent."""

    mood_weight: Float = 0.0
    priority: Float = 0.0
    lane: Small = 0  # the place of the priority among all, by which a queue is parted
    patience_factor: Float = 1.0


@dataclass(slots=True, eq=False)
class Cell:
    """An intent and a channel."""

    resolution: Float = 0.0
    patience: Small = -1
    mean_patience_s: Float = 0.0
    queue: Small = -1
    queue_tier2: Small = -1
    intercept: Float = 0.0  # of the chance to resolve: log-odds; see ``behaviour.resolution``
    team: Small = -1  # that usually serves there
    able: Small = 0  # the channel, or the one that it relieves, can resolve the intent


@dataclass(slots=True, eq=False)
class Resolves:
    """A team, an intent and a channel."""

    probability: Float = 0.0
    intercept: Float = 0.0


@dataclass(slots=True, eq=False)
class Steers:
    """A segment and a channel that it is steered to."""

    acceptance: Float = 0.0
    intercept: Float = 0.0


@dataclass(slots=True, eq=False)
class Slots:
    """A team and a channel: how many contacts an agent serves at once."""

    n: Small = 0


@dataclass(slots=True, eq=False)
class Skill:
    """A team and a skill."""

    has: Small = 0


@dataclass(slots=True, eq=False)
class Weight:
    """A segment, an intent, a bin of digital skill and a channel: how it attracts."""

    weight: Float = 0.0
    upto: Float = 0.0  # cumulative share


@dataclass(slots=True, eq=False)
class Confusion:
    """A channel, a true and a recognised intent: cumulative probability."""

    upto: Float = 0.0


@dataclass(slots=True, eq=False)
class Sight:
    """A segment (the last: not known) and an intent: cumulative share among needs."""

    upto: Float = 0.0


@dataclass(slots=True, eq=False)
class Prior:
    """A segment (the last: not known), the channel asked for and an intent: its probability."""

    probability: Float = 0.0


@dataclass(slots=True, eq=False)
class UsualLoad:
    """A channel and an hour of the week: how busy it usually is."""

    waiting: Small = 0
    idle: Small = 0
    on_duty: Small = 0
    expected_wait_s: Float = 0.0


@dataclass(slots=True, eq=False)
class Hours:
    """A channel and a slot of the week: whether it is open."""

    open: Small = 1


@dataclass(slots=True, eq=False)
class Pattern:
    """A slot of the week: the number of its pattern of open channels."""

    number: Small = 0


@dataclass(slots=True, eq=False)
class Closing:
    """A time of the week at which a channel closes."""

    time_s: Float = 0.0


@dataclass(slots=True, eq=False)
class Link:
    """A member of a list: the number of a queue, a team or a channel."""

    number: Small = 0


@dataclass(slots=True, eq=False)
class Action:
    """An action of the action table."""

    kind: Small = 0
    verb: Small = 0
    target: Small = -1


@dataclass(slots=True, eq=False)
class Offer:
    """A retention offer."""

    strength: Float = 0.0
    response_sd: Float = 0.0
    cost: Float = 0.0


@dataclass(slots=True, eq=False)
class Concern:
    """Something that troubles customers, and may be why they leave."""

    weight: Float = 0.0
    mood_effect: Float = 0.0


@dataclass(slots=True, eq=False)
class Shift:
    """Agents of one team who begin together on some days of the week."""

    team: Small = 0
    days: Small = 0  # one bit a weekday, Monday the lowest
    start_s: Float = 0.0
    until_s: Float = 0.0
    first_number: Small = 0
    agents: Small = 0
    breaks_first: Small = 0
    breaks_n: Small = 0


@dataclass(slots=True, eq=False)
class Pause:
    """A break of a shift."""

    after_s: Float = 0.0
    lasts_s: Int = 0
