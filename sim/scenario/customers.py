"""Who the customers are, what they need, and when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.inputs import StrictModel
from sim.scenario.parts import Duration, Level, Name, NonNegative, Positive, Share, Weight
from sim.units import DAY_S, HOUR_S


class Renewal(StrictModel):
    """Base churn probability per renewal: beta-distributed over customers.

    Source of the law: shifted-beta-geometric, Fader & Hardie (2007). With ``retention_12_months``,
    the share of the base in force that is still there a year later without effects, ``beta`` is
    solved for it.
    """

    alpha: Positive = 0.7041
    beta: Positive = 1.1820
    retention_12_months: Annotated[float, Field(gt=0, lt=1)] | None = None


class Segment(StrictModel):
    """A group of customers who resemble each other.

    ``needs_factor`` multiplies all needs, ``intent_factor`` those of one intent.
    """

    share: Share
    margin_per_month: NonNegative = 0.0
    margin_cv: NonNegative = 0.0
    digital_skill: Share = 0.5
    digital_skill_sd: Weight = 0.15
    patience_factor: Positive = 1.0
    needs_factor: NonNegative = 1.0
    intent_factor: dict[Name, NonNegative] = Field(default_factory=dict)
    sensitivity: Weight = 1.0
    steering_acceptance: Share = 0.5
    offer_response: Annotated[float, Field(ge=-1, le=1)] = 0.3
    priority: Annotated[int, Field(ge=0, le=9)] = 0
    preference: dict[Name, NonNegative]
    renewal: Renewal = Renewal()
    hazard_per_month: NonNegative = 0.0


class Sale(StrictModel):
    """A sale that can follow a resolved contact."""

    probability: Share
    margin: NonNegative


class Intent(StrictModel):
    """A kind of need.

    ``resolution`` maps a channel to the probability that one contact there resolves the need, the
    mean over needs and customers where they differ (``lasting``; with automation, of a digital
    skill of 0.5); channels left out cannot resolve it. ``talk_s`` is the talk time with a human by
    voice. ``patience`` replaces the live channels' own; ``priority`` adds to the segment's.
    """

    needs_per_month: NonNegative
    skill: Name = "general"
    urgency: Share = 0.5
    complexity: Share = 0.5
    stakes: Weight = 1.0
    talk_s: Duration
    patience: Duration | None = None
    patience_factor: Positive = 1.0
    priority: Annotated[int, Field(ge=0, le=99)] = 0
    resolution: dict[Name, Share]
    preference: dict[Name, NonNegative] = Field(default_factory=dict)
    sale: Sale | None = None


class Demand(StrictModel):
    """When needs arise: hour-of-week shape times a random day level.

    ``hourly`` (24 weights) and ``daily`` (7 weights, Monday first) shape the intensity; the mean
    over a week is the intents' ``needs_per_month``. ``weekly`` (168 weights, Monday 0:00 first)
    replaces both. ``hour_cv`` is the variation of single hours around the day's. ``day_cv`` is
    the coefficient of variation of the gamma day level shared by all customers (a Poisson process
    alone understates the variance between days: Whitt 1999, Avramidis et al. 2004).
    """

    hourly: Annotated[tuple[NonNegative, ...], Field(min_length=24, max_length=24)] = (1.0,) * 24
    daily: Annotated[tuple[NonNegative, ...], Field(min_length=7, max_length=7)] = (1.0,) * 7
    weekly: Annotated[tuple[NonNegative, ...], Field(min_length=168, max_length=168)] | None = None
    day_cv: NonNegative = 0.0
    hour_cv: NonNegative = 0.0


class Population(StrictModel):
    """How many customers; ``scale`` multiplies customers and agents alike.

    ``history_days``: how long before the start the firm has kept what it knows of its customers.
    """

    customers: Annotated[int, Field(ge=1, le=100_000_000)]
    scale: Positive = 1.0
    history_days: Annotated[int, Field(ge=0, le=3650)] = 0


class Choice(StrictModel):
    """How customers choose a channel: weights of a logit over the channels."""

    skill_weight: Weight = 2.0
    failure_aversion: Share = 0.5
    effort_of_refusal: Weight = 0.05
    effort_of_steering: Weight = 0.03


class Return(StrictModel):
    """What follows a failed contact."""

    recontact_probability: Share = 0.7
    recontact_delay: Duration = Duration(kind="lognormal", mean_s=DAY_S, cv=0.15)
    redial_probability: Share = 0.48
    redial_delay: Duration = Duration(kind="exponential", mean_s=1200.0)
    max_attempts: Annotated[int, Field(ge=1, le=15)] = 6


class Satisfaction(StrictModel):
    """Experience, expectation and mood, on a scale where 1 is a resolved, effortless contact.

    Satisfaction is experience minus expectation (Oliver 1980); expectation adapts to experience.
    Mood is the customer's stock of satisfaction; it fades with ``mood_half_life_days``.
    """

    resolved: Level = 0.5
    unresolved: Level = -0.5
    effort_weight: Weight = 1.0
    tone_weight: Weight = 0.15
    initial_expectation: Level = 0.2
    adaptation: Share = 0.15
    mood_half_life_days: Positive = 60.0
    mood_limit: Annotated[float, Field(gt=0, le=50)] = 3.0
    given_up: Level = -0.5
    wait_weight: Weight = 0.4
    live_wait_scale_s: Positive = 240.0
    asynchronous_wait_scale_s: Positive = DAY_S
    callback_wait_scale_s: Positive = HOUR_S
    repeat_effort: Weight = 0.2
    transfer_effort: Weight = 0.15
    attempt_effort: Weight = 0.15
    abandon_effort: Weight = 0.2

    def wait_scale_s(self, kind: str) -> float:
        """Return the wait that costs 1 - 1/e of ``wait_weight`` on a kind of channel."""
        scales = {
            "asynchronous": self.asynchronous_wait_scale_s,
            "callback": self.callback_wait_scale_s,
        }
        return scales.get(kind, self.live_wait_scale_s)


class Recovery(StrictModel):
    """Service recovery after a failed contact: goodwill that lifts the mood.

    A second failure undoes it (double deviation; Smith & Bolton 1998). How often a follow-up
    message makes a recontact unnecessary is the intent's ``resolution`` on the outbound channel.
    """

    cost: NonNegative = 5.0
    uplift: Weight = 0.4
    double_failure: Weight = 0.2
    message_uplift: Weight = 0.05


class Offer(StrictModel):
    """A retention offer: its cost when taken, and how much of the accumulated risk it removes.

    The customer's response is latent (``segments.*.offer_response`` plus noise); a negative
    response backfires: the offer reminds the customer to leave (Ascarza 2018).
    """

    cost: NonNegative
    strength: Weight = 1.0
    response_sd: Weight = 0.5


class Survey(StrictModel):
    """Satisfaction surveys: response rate, noise of the answer and the non-response bias.

    Whether to recommend a firm (NPS) asks of its price and product too: ``opinion_sd`` is how much
    customers' lasting opinions of those differ, in units of mood (assumption; 0: all think alike).
    """

    response_rate: Share = 0.15
    noise: NonNegative = 0.3
    extreme_bias: NonNegative = 0.5
    opinion_sd: NonNegative = 0.0
    every_contact: bool = False


class Retention(StrictModel):
    """The churn clock.

    ``contractual``: at each renewal, logit of the base probability minus ``mood_effect`` × mood
    (zero effect gives the shifted-beta-geometric curve exactly). ``hazard``: leave at any time,
    rate × exp(-mood_effect × mood). A share of the leavers
    announces it: they call to cancel, handled with the skill of ``cancel_intent``.

    ``tenure`` ``stationary``: customers have renewed before, as often as a base in force has (at
    most ``longest_tenure`` times), and those who stayed are those who stay; ``new``: nobody has.
    The log-odds drift (a mean-reverting walk of standard deviation ``drift_sd``); a
    ``sleeping_share`` does not think of leaving, which lowers them by ``sleep_depth`` until a
    treatment wakes the customer, for a while (``awake_half_life_days``): ``woken_by_…`` says which
    share of the sleep a follow-up message, a recovery call and an offer end. Mean churn without
    moods is that stated, whatever these are. Drift, sleep and waking have no published figures:
    assumptions to be swept.
    """

    clock: Literal["contractual", "hazard", "none"] = "none"
    period_days: Annotated[int, Field(ge=1, le=36_525)] = 30
    spread_renewals: bool = True
    mood_effect: Annotated[float, Field(ge=0, le=10)] = 1.0
    announced_share: Share = 0.3
    cancel_intent: Name | None = None
    cancel_talk_s: Duration = Duration(kind="lognormal", mean_s=360.0, cv=0.8)
    tenure: Literal["new", "stationary"] = "new"
    longest_tenure: Annotated[int, Field(ge=0, le=1200)] = 120
    drift_sd: Annotated[float, Field(ge=0, le=10)] = 0.0
    drift_half_life_days: Positive = 60.0
    sleeping_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    sleep_depth: Annotated[float, Field(ge=0, le=20)] = 1.5
    awake_half_life_days: Positive = 90.0
    woken_by_message: Share = 0.3
    woken_by_call: Share = 0.9
    woken_by_offer: Share = 0.6
