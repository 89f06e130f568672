"""Rules that decide: what a policy's parameters and prepared tables are to the core.

A rule's numbers stand in ``Figure``, list after list; a field that names a list holds where it
begins. Lists go by segment (one more: the mean, for who is not known), by intent, by channel, or
by pairs of them, numbered row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.native_types import Float, Int, Small


@dataclass(slots=True, eq=False)
class Rule:
    """A rule: its form (see ``codes``), where its own record stands, and what it looks at."""

    form: Small = 0
    at: Int = 0
    kinds: Small = 0  # one bit a kind of decision; of others it takes the default
    reads_profile: Small = 0
    reads_loads: Small = 0
    reads_candidates: Small = 0
    reads_hidden: Small = 0
    reads_intents: Small = 0
    reads_belief: Small = 0


@dataclass(slots=True, eq=False)
class Figure:
    """A number of some rule."""

    value: Float = 0.0


@dataclass(slots=True, eq=False)
class Retention:
    """A segment's churn and worth; see ``policies.value.retention_value``."""

    contractual: Small = 0
    base: Float = 0.0  # hazard a month, or the logit of a renewal's churn
    mood_effect: Float = 0.0
    spread: Float = 1.0
    months: Float = 0.0
    reach: Float = 0.0
    margin: Float = 0.0


@dataclass(slots=True, eq=False)
class ChannelValues:
    """What a contact is worth by channel; see ``policies.value.expected_value``."""

    others: Float = 0.0
    wait_effort: Float = 0.0
    abandon_effort: Float = 0.0
    # By channel.
    effort: Int = 0
    wait_scale: Int = 0
    slots: Int = 0
    recognition: Int = 0
    bot_cost: Int = 0
    follow: Int = 0
    noticed: Int = 0
    door: Int = 0
    staffed_in: Int = 0  # and hour of the week
    # By intent and channel.
    human: Int = 0
    handle_s: Int = 0
    cost: Int = 0
    tires: Int = 0
    sale: Int = 0
    self_service: Int = 0  # by segment before
    # By intent.
    gain: Int = 0
    saved: Int = 0
    after: Int = 0
    fails: Int = 0
    hurry: Int = 0  # by segment


@dataclass(slots=True, eq=False)
class Typical:
    """What is typical of customers and needs; see ``policies.value.typical``."""

    people_difficulty: Float = 0.0
    need_variance: Float = 0.0
    need_channel_variance: Float = 0.0
    fit_variance: Float = 0.0
    acceptance_variance: Float = 0.0
    intercepts: Int = 0  # by intent and channel
    reached: Int = 0  # by channel
    ability: Int = 0  # by segment
    ability_variance: Int = 0  # by segment
    acceptance: Int = 0  # by segment and channel


@dataclass(slots=True, eq=False)
class Knowing:
    """What a rule of thumb knows of a need: chances of resolution, of whom and of which intent."""

    typical: Int = 0  # its Typical
    weighs_intents: Small = 0  # by their probabilities, instead of taking the likeliest for certain
    customer: Small = 0  # by whose chances: see ``codes``
    chance: Int = 0  # by intent and channel: of the mean customer


@dataclass(slots=True, eq=False)
class BestChannelRule:
    """The best channel, and the oracle."""

    values: Int = 0  # its ChannelValues
    retention: Int = 0  # the first of its segments
    satisfaction: Float = 0.0
    goodwill: Float = 0.0
    least_gain: Float = 0.0
    treatment_return: Float = 0.0
    steered: Float = 0.0
    refused: Float = 0.0
    uplift: Float = 0.0
    message_uplift: Float = 0.0
    recovery_cost: Float = 0.0
    message_cost: Float = 0.0
    double_failure: Float = 0.0
    accepts: Int = 0  # by segment and channel
    sensitivity: Int = 0  # by segment
    stakes: Int = 0  # by intent
    prevents: Int = 0  # by intent
    retry: Int = 0  # by channel
    offer_strength: Int = 0  # by offer
    offer_price: Int = 0
    offer_effect: Int = 0  # by offer and segment
    offer_saves: Int = 0
    offer_cost: Int = 0
    typical: Int = 0  # its Typical
    knows: Small = 0  # of what is hidden: see ``codes``
    weighs_intents: Small = 0  # by their probabilities, instead of taking the likeliest for certain
    customer: Small = 0  # by whose chances and churn: see ``codes``
    believes_acceptance: Small = 0


@dataclass(slots=True, eq=False)
class ThresholdsRule:
    """Thresholds of waits and worth."""

    retention: Int = 0
    deflect_wait_s: Float = 0.0
    callback_wait_s: Float = 0.0
    escalate_wait_s: Float = 0.0
    escalate_worth: Float = 0.0
    least_loss: Float = 0.0
    callback: Int = 0  # by channel
    digital: Int = 0  # by intent: channels, best first, then -1
    loss: Int = 0  # by intent
    sensitivity: Int = 0  # by segment
    customer: Small = 0  # by whose churn: see ``codes``


@dataclass(slots=True, eq=False)
class ValueAtRiskRule:
    """Value at risk."""

    retention: Int = 0
    protect_risk: Float = 0.0
    protect_wait_s: Float = 0.0
    least_saved: Float = 0.0
    wait_scale_s: Float = 1.0
    uplift: Float = 0.0
    stakes: Int = 0  # by intent
    handle_s: Int = 0  # by intent and channel
    resolution: Int = 0  # by intent and channel
    staffed_in: Int = 0  # by channel and hour of the week
    customer: Small = 0  # by whose churn: see ``codes``


@dataclass(slots=True, eq=False)
class LeastWaitRule:
    """The least expected wait."""

    least_gain_s: Float = 0.0
    automation: Small = 0
    staffed_in: Int = 0  # by channel and hour of the week


@dataclass(slots=True, eq=False)
class CheapestRule:
    """The cheapest channel."""

    cost: Int = 0  # by intent and channel: per resolution
    price: Int = 0  # by intent and channel: per contact
    knowing: Int = 0  # its Knowing


@dataclass(slots=True, eq=False)
class BotFirstRule:
    """Automation first."""

    attempts: Int = 0
    order: Int = 0  # by intent: channels, best first, then -1
    least: Float = 0.0  # chance to resolve that automation must reach
    knowing: Int = 0  # its Knowing


@dataclass(slots=True, eq=False)
class LongestIdleRule:
    """The longest wait to the most specialised team."""

    live_first: Small = 0
    breadth: Int = 0  # by team


@dataclass(slots=True, eq=False)
class CmuThetaRule:
    """The cμ/θ index."""

    live_first: Small = 0
    by_margin: Small = 0
    mean_margin: Float = 0.0
    index: Int = 0  # by intent and channel


@dataclass(slots=True, eq=False)
class SiloRule:
    """Teams with goals of their own."""

    own_wait_s: Float = 0.0
    elsewhere: Int = 0  # channels, in the order of preference, then -1
    handle_s: Int = 0  # by intent and channel


@dataclass(slots=True, eq=False)
class LearnedRule:
    """A learned policy: scores of actions by a network, and the rule that takes the rest."""

    base: Int = 0  # the rule's number
    learned: Small = 0  # one bit a kind of decision: those that it was trained for
    keeps: Small = 0  # to its rule unless a score exceeds that of the rule's action by
    margin: Float = 0.0
    adds: Small = 0  # scores are added to what the actions are worth to the rule
    clip: Float = 0.0
    relu: Small = 0
    # By feature.
    shown: Int = 0  # 0: hidden when it was trained
    mean: Int = 0
    scale: Int = 0
    layers: Int = 0  # the first of
    n_layers: Int = 0


@dataclass(slots=True, eq=False)
class Layer:
    """A layer of a network; its weights stand by input, then by output."""

    inputs: Int = 0
    outputs: Int = 0
    weights: Int = 0
    bias: Int = 0


@dataclass(slots=True, eq=False)
class Signal:
    """What a unit of a network gives on: the inputs first, then layer by layer."""

    value: Float = 0.0


@dataclass(slots=True, eq=False)
class Predictor:
    """What was fitted on pilots: lists of weights; see ``sim.decisions.predictor``."""

    loaded: Small = 0
    churn: Int = 0  # by segment, then by feature
    resolution: Int = 0  # by feature
    reasons: Int = 0  # log-shares by concern
    intents: Int = 0  # log-likelihoods by concern, and concern that a need hints at (last: none)
    notes: Int = 0  # by concern, and concern noted


@dataclass(slots=True, eq=False)
class GivenRule:
    """A rule in Python that has been asked already: its action, and whether ``worths`` are its."""

    action: Small = 0
    valued: Small = 0
