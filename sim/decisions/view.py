"""What a policy sees: frozen values, made of what the core shows (`sim.core.seeing`).

A view holds plain numbers and tuples only; nothing in it leads back to the world, so hidden state
(true intent, mood, churn threshold, future luck) cannot be reached. ``oracle`` policies declare
``reads = {"hidden"}`` and get it as values, as a bound.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.units import DAY_S, HOUR_S

LOOKBACK_S = 90 * DAY_S
READS = frozenset({"profile", "loads", "candidates", "intents", "history", "belief", "hidden"})
MOST_LEGS = 30
"""How many of the newest legs a view's ``history`` holds at most."""


class CustomerView(NamedTuple):
    """What is known of the customer: -1 or 0 where the firm does not recognise who it is.

    ``customer`` is whom the firm takes them for, which may be wrong. ``intent`` is a guess until
    somebody has heard the customer, right with probability ``accuracy``. ``attempt`` and
    ``journey_h`` are what the rows shown say. ``recovered``: this journey has had service recovery
    already (a second failure undoes it).
    """

    customer: int
    segment: int
    intent: int
    accuracy: float
    margin_per_month: float
    attempt: int
    journey_h: float
    channel: int
    wait_s: float
    automated: bool
    recovered: bool = False


class Profile(NamedTuple):
    """The unified profile, from the visible columns of the rows shown, of the last 90 days.

    ``failures``: contacts coded otherwise than resolved. ``repeats``: contacts that came back with
    the need of the contact before.
    """

    contacts: int
    failures: int
    abandoned: int
    hours_since_last: float
    last_channel: int
    mean_wait_min: float
    transfers: int
    repeats: int


class Leg(NamedTuple):
    """A contact that is over, as the register's visible columns tell; -1: did not happen.

    ``customer``: whom the firm took the caller for; -1 where nobody was recognised, or the regime
    does not join up channels. ``outcome`` is as coded, ``intent`` as recognised or guessed.
    """

    customer: int
    intent: int
    channel: int
    requested: int
    from_channel: int
    team: int
    start_s: float
    queued_s: float
    answered_s: float
    released_s: float
    steering: int
    outcome: int


class Load(NamedTuple):
    """A channel's state: people waiting, oldest wait, idle agents, agents on duty."""

    open: bool
    waiting: int
    oldest_wait_s: float
    idle: int
    on_duty: int
    expected_wait_s: float


class Candidate(NamedTuple):
    """The head of a queue that a free agent may serve."""

    queue: int
    channel: int
    intent: int
    segment: int
    waiting: int
    wait_s: float
    backlog: bool
    margin_per_month: float
    hazard_per_month: float
    mean_handle_s: float
    mean_patience_s: float


class Hidden(NamedTuple):
    """Hidden state for bounds: the truth about customer and need, chances and dice by channel.

    ``resolution`` is the chance that an attempt on a channel resolves the need (with automation:
    once it has understood it) and ``acceptance`` that the customer lets the firm steer there;
    ``resolves`` and ``accepts`` say what the luck that waits for this contact will make of them.
    ``ease``: how much more easily people there resolve it than usual, in log-odds.
    """

    segment: int
    intent: int
    margin_per_month: float
    mood: float
    hazard_per_month: float
    offer_response: float
    resolution: tuple[float, ...]
    resolves: tuple[bool, ...]
    acceptance: tuple[float, ...]
    accepts: tuple[bool, ...]
    ease: tuple[float, ...]


class Fit(NamedTuple):
    """What is believed of how well a channel fits a customer, in log-odds of being resolved.

    ``score``: with a predictor, what it has learned of resolution there; see ``Belief.slope``.
    """

    mean: float
    variance: float
    score: float = 0.0


class Belief(NamedTuple):
    """What the firm believes of the customer: as is usual, moved by the signals that it has heard.

    ``churn``: rate a month, or probability at a renewal. ``ability`` (with automation), ``fits`` by
    channel and ``need`` (difficulty of the present one) are parts of the log-odds that an attempt
    resolves a need, ``acceptance`` of the log-odds that the customer lets the firm steer: each
    normal, with mean and variance. ``feeling``: mean of the sentiment, survey answers and posts
    read, with a neutral one added. ``contacts``, ``failures`` and ``inactive`` (weeks) are sums
    that fade. ``usage``: mean leaving risk as read off usage, shrunk by how often it was read.
    ``tenure``: renewals survived. With a predictor, an attempt resolves an intent with log-odds
    ``slope`` × those of all this (see ``sim.core.rules.chances``) + ``score`` of the channel; 0:
    without. ``reasons``: how probable each concern is the customer's.
    """

    known: bool
    churn: float
    ability_mean: float
    ability_variance: float
    acceptance_mean: float
    acceptance_variance: float
    feeling: float
    contacts: float
    failures: float
    usage: float
    inactive: float
    tenure: float
    need_mean: float
    need_variance: float
    slope: float
    fits: tuple[Fit, ...]
    reasons: tuple[float, ...]


class View(NamedTuple):
    """A decision to take: legal actions (indices of the action table) and what is known.

    ``intents``: the probability of each intent, given the guess and what is known of the customer.
    ``history``: the newest legs of whom the firm takes the customer for, the newest first.
    """

    kind: int
    time_s: float
    week_s: float
    actions: tuple[int, ...]
    default: int
    customer: CustomerView | None
    profile: Profile | None
    loads: tuple[Load, ...] | None
    candidates: tuple[Candidate, ...] | None
    hidden: Hidden | None
    uniform: float
    intents: tuple[float, ...] | None = None
    history: tuple[Leg, ...] | None = None
    belief: Belief | None = None


NO_PROFILE = Profile(0, 0, 0, LOOKBACK_S / HOUR_S, -1, 0.0, 0, 0)
