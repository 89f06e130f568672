"""What changes: customers, journeys, contacts, agents, lines.

Fields hold numbers of other records, never records, so that a copied world needs no repair; -1 is
nobody. A number is given out again once its record is freed, an ``id`` never: an event carries both
and is ignored when they differ.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import U64, Float, Int, Small


@dataclass(slots=True, eq=False)
class Customer:
    """A customer: traits drawn once, and state; what every contact asks stands together."""

    alive: Small = 1
    segment: Small = 0
    skill_bin: Small = 0
    last_row: Small = -1  # of the register's contacts
    first_journey: Small = -1  # open ones, oldest first
    last_journey: Small = -1
    mood: Float = 0.0
    expectation: Float = 0.0
    base: Float = 0.0  # of the churn clock: hazard per second, or logit of a renewal's churn
    threshold: Float = 0.0  # the hazard at which the customer leaves
    hazard: Float = 0.0  # accumulated until hazard_at
    hazard_at: Float = 0.0
    open_since: Int = -1  # the journey since which at least one has been open
    skill: Float = 0.0
    margin_per_s: Float = 0.0
    announce: Float = 0.0  # the uniform that says whether a departure is announced
    offer_response: Float = 0.0  # the uniform behind the response to offers
    renewal_day: Int = 0
    left_s: Float = -1.0
    saves: Small = 0
    tenure: Small = 0  # renewals survived


@dataclass(slots=True, eq=False)
class Journey:
    """One need of one customer, from its start until resolved, given up or ended by churn."""

    id: Int = -1
    customer: Small = -1
    segment: Small = 0
    intent: Small = 0
    need: Int = 0
    start_s: Float = 0.0
    attempt_s: Float = 0.0  # when the current attempt began
    luck: U64 = 0  # address of the current attempt's uniforms
    attempts: Small = 0
    contacts: Small = 0
    cancel: Small = 0
    contact: Small = -1  # the one that the customer waits for
    effort: Float = 0.0
    experience: Float = 0.0
    failed_channel: Small = -1
    first_channel: Small = -1
    human: Small = 0
    last_channel: Small = -1
    last_row: Small = -1
    difficulty: Float = 0.0  # of the need, in standard deviations
    key: U64 = 0  # of the luck that its traits are drawn by, whatever comes of the world's
    recovered: Small = 0
    closed: Small = 0
    legs: Small = 0  # contacts that still refer to it
    ahead: Small = -1  # neighbours among the customer's open journeys
    behind: Small = -1


@dataclass(slots=True, eq=False)
class Contact:
    """One leg of one attempt on one channel."""

    id: Int = -1
    journey: Small = -1
    requested: Small = 0
    channel: Small = 0
    start_s: Float = 0.0
    luck: U64 = 0
    recognised: Small = 0
    known_as: Small = -1  # the customer whom the firm takes the caller for; -1: nobody
    guess: Small = 0  # the intent that the firm believes
    accuracy: Float = 1.0  # how probably the guess is right
    heard: Small = -1  # the channel whose automation has heard the customer last
    repeats: Small = 0  # the journey was visible, so the guess is a good one
    state: Small = 0
    queue: Small = -1
    queued_s: Float = -1.0
    answered_s: Float = -1.0
    agent: Small = -1
    team: Small = -1  # of the agent, whose shift may be over when the row is written
    agent_number: Small = -1
    shift_s: Float = -1.0
    steering: Small = 0
    context: Small = 0
    front: Small = -1
    from_channel: Small = -1
    tier: Small = 1
    prepared: Float = 0.0
    carried: Float = 0.0
    others: Small = 0
    talk_s: Float = 0.0
    search_s: Float = 0.0
    wrap_up_s: Float = 0.0
    rank: Float = 0.0
    lane: Small = -1  # where it waits; its neighbours there:
    ahead: Small = -1
    behind: Small = -1
    serving_ahead: Small = -1  # neighbours among the agent's contacts
    serving_behind: Small = -1
    spent: Small = -1  # the next of those that are over, to be freed
    recorded: Small = 0  # its row is written
    held: Small = 0  # an agent is occupied by it
    guessed: Small = 0  # the intent that was guessed as the attempt began


@dataclass(slots=True, eq=False)
class Lasting:
    """What lasts in a customer and moves: nobody sees it. Only where the firm has it."""

    asleep: Small = 0
    concern: Small = -1
    drift: Float = 0.0  # of the log-odds of leaving
    awake: Float = 0.0  # how much of the sleep is gone, since midnight
    risk: Float = 0.0  # log-odds of leaving against the segment's, as of the last weekly step
    ability: Float = 0.0  # with automation, learned beyond the trait
    acceptance: Float = 0.0  # of steering, learned beyond the trait


@dataclass(slots=True, eq=False)
class Habit:
    """How much a customer is used to a channel."""

    level: Float = 0.0
    pull: Float = 1.0  # factor on the channel's attraction at this level


@dataclass(slots=True, eq=False)
class Evidence:
    """What the signals of a customer sum up to, seen from one channel or from the whole firm.

    Number: customer × (channels + 1) + channel; the last is the whole firm's. Sums fade, and hold
    until ``at_s``.
    """

    at_s: Float = 0.0
    contacts: Float = 0.0
    failures: Float = 0.0
    feeling: Float = 0.0  # sentiment, surveys, posts
    feelings: Float = 0.0  # how many
    usage: Float = 0.0
    usages: Float = 0.0
    inactive: Float = 0.0
    ability_mean: Float = 0.0
    ability_variance: Float = -1.0  # -1: nothing heard yet, the spread among customers
    acceptance_mean: Float = 0.0
    acceptance_variance: Float = -1.0
    fit_mean: Float = 0.0  # to this channel
    fit_variance: Float = -1.0
    need: Int = -1  # the journey last heard of, and what its outcomes say of the need's difficulty
    need_mean: Float = 0.0
    need_variance: Float = 0.0
    needs: Float = 0.0  # journeys heard of; these do not fade


@dataclass(slots=True, eq=False)
class Hint:
    """How often a customer's needs and notes have hinted at a concern; it does not fade.

    Number: evidence × concerns + concern.
    """

    needs: Float = 0.0
    notes: Float = 0.0


@dataclass(slots=True, eq=False)
class Agent:
    """One person on one shift."""

    id: Int = -1
    number: Small = 0
    team: Small = 0
    speed: Float = 1.0
    on_s: Float = 0.0
    off_s: Float = 0.0
    load: Small = 0
    channel: Small = -1
    on_duty: Small = 0
    idle: Small = 0
    leaving: Small = 0
    partial: Small = 0  # listed among the partly loaded
    pause_s: Float = 0.0
    away_s: Float = 0.0  # to be spent away from the desk once the wrap-up is over
    back_s: Float = -1.0  # when an agent who is away will be back; -1: at the desk
    break_at: Float = -1.0
    break_s: Float = 0.0
    busy_s: Float = 0.0
    busy_since: Float = -1.0
    talk_s: Float = 0.0
    search_s: Float = 0.0
    wrap_up_s: Float = 0.0
    contacts: Small = 0
    tired: Float = 0.0
    tired_at: Float = 0.0
    idle_ahead: Small = -1
    idle_behind: Small = -1
    duty_ahead: Small = -1
    duty_behind: Small = -1
    partial_ahead: Small = -1
    partial_behind: Small = -1
    serving_first: Small = -1
    serving_last: Small = -1


@dataclass(slots=True, eq=False)
class Duty:
    """The agents on duty of one team: idle ones, longest idle first, and partly loaded ones."""

    idle_first: Small = -1
    idle_last: Small = -1
    idle_n: Small = 0
    duty_first: Small = -1
    duty_last: Small = -1
    duty_n: Small = 0
    partial_first: Small = -1
    partial_last: Small = -1
    focus: Small = -1  # the only channel that the team serves now; -1: all of its own
    sole_queue: Small = -1  # set if it serves one queue, one contact at a time


@dataclass(slots=True, eq=False)
class Lane:
    """Who waits in one queue with one priority, in order of arrival."""

    first: Small = -1
    last: Small = -1


@dataclass(slots=True, eq=False)
class Waiting:
    """How many wait in one queue, and how many watches look at it."""

    n: Small = 0
    watched: Small = 0


@dataclass(slots=True, eq=False)
class Watch:
    """A process outside waits for a channel's line to be above or below a number."""

    state: Small = 0
    channel: Small = 0
    above: Int = 0
    below: Int = 0


@dataclass(slots=True, eq=False)
class Outage:
    """How many outages of one channel last now."""

    n: Small = 0


@dataclass(slots=True, eq=False)
class Need:
    """A need that arises on the day that is laid out."""

    time_s: Float = 0.0
    customer: Small = 0
    intent: Small = 0
    number: Int = 0
    luck: U64 = 0  # address of its first attempt's uniforms


@dataclass(slots=True, eq=False)
class Busy:
    """A customer with open journeys, and the one since which there have been any."""

    since: Int = 0
    customer: Small = 0
