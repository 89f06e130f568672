"""The bundle of a firm's rules, which never change in a run and are shared by many worlds."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.behaviour.durations import Law
from sim.core.records.rules import (
    Action,
    Cell,
    Channel,
    Closing,
    Concern,
    Confusion,
    Hours,
    Intent,
    Link,
    Offer,
    Pair,
    Pattern,
    Pause,
    Prior,
    Queue,
    Resolves,
    Segment,
    Shift,
    Sight,
    Skill,
    Slots,
    Steers,
    Team,
    UsualLoad,
    Weight,
)
from sim.core.records.vector import CountLog, KindPlace, Layout
from sim.core.storage import Table
from sim.native_types import Float, Int, Small


@dataclass(slots=True, eq=False)
class Firm:
    """A firm's rules under a regime."""

    n_segments: Int = 0
    n_intents: Int = 0
    n_channels: Int = 0
    n_queues: Int = 0
    n_teams: Int = 0
    n_skills: Int = 0
    n_offers: Int = 0
    n_lanes: Int = 0  # priorities: lanes of a queue
    n_slots: Int = 0  # of the week
    n_bins: Int = 0  # of digital skill
    n_patterns: Int = 0
    n_shifts: Int = 0
    # Satisfaction and effort.
    initial_expectation: Float = 0.0
    resolved: Float = 0.0
    unresolved: Float = 0.0
    given_up: Float = 0.0
    effort_weight: Float = 0.0
    wait_weight: Float = 0.0
    tone_weight: Float = 0.0
    adaptation: Float = 0.0
    adapts: Small = 0
    mood_limit: Float = 0.0
    mood_half_life_days: Float = 0.0
    repeat_effort: Float = 0.0
    attempt_effort: Float = 0.0
    abandon_effort: Float = 0.0
    transfer_effort: Float = 0.0
    effort_of_steering: Float = 0.0
    effort_of_refusal: Float = 0.0
    failure_aversion: Float = 0.0
    # Agents at work.
    tires: Small = 0
    tired_threshold: Float = 1.0
    tired_slowdown: Float = 0.0
    tired_resolution_loss: Float = 0.0
    tired_half_life_h: Float = 1.0
    searches: Small = 0
    search: Small = -1
    search_factor: Float = 0.0
    talk_cut: Float = 1.0
    repeat_s: Float = 0.0
    misroute_s: Float = 0.0
    transfers: Small = 0
    transfer_probability: Float = 0.0
    finish_after_shift: Small = 0
    breaks: Small = 0
    start_day: Int = 0
    by_head_start: Small = 0
    head_start_s: Float = 0.0
    abandons: Small = 0
    # Returns.
    redials: Small = 0
    redial_probability: Float = 0.0
    redial_delay: Small = -1
    recontacts: Small = 0
    recontact_probability: Float = 0.0
    recontact_delay: Small = -1
    max_attempts: Int = 0
    # Surveys.
    surveys: Small = 0
    surveys_each: Small = 0
    response_rate: Float = 0.0
    extreme_bias: Float = 0.0
    survey_noise: Float = 0.0
    # Treatments.
    sells: Small = 0
    offers: Small = 0
    recovers: Small = 0
    recovery_uplift: Float = 0.0
    recovery_cost: Float = 0.0
    double_failure: Float = 0.0
    message_uplift: Float = 0.0
    outbound: Small = -1
    # Churn.
    hazard_clock: Small = 0
    contract_clock: Small = 0
    mood_effect: Float = 0.0
    announces: Small = 0
    announced_share: Float = 0.0
    cancel_channel: Small = 0
    cancel_intent: Small = 0
    cancel_talk: Small = -1
    mean_hazard: Float = 0.0
    # What lasts in customers and moves.
    drifts: Small = 0
    drift_kept: Float = 1.0  # of a week's drift, a week later
    drift_new: Float = 0.0  # standard deviation of what a week adds
    sleeps: Small = 0
    sleep_depth: Float = 0.0
    woken_by_message: Float = 0.0
    woken_by_call: Float = 0.0
    woken_by_offer: Float = 0.0
    weekly: Small = 0  # customers move, or are read, once a week
    n_concerns: Int = 0  # 0: customers have none
    concern_own: Float = 1.0
    stated_right: Float = 1.0
    stated_otherwise: Small = -1  # the concern that is stated in error; -1: any other
    # The regime.
    steering: Small = 0
    context: Small = 0  # when what customers said passes on; see ``codes``
    match_rate: Float = 1.0
    wrong_match_rate: Float = 0.0
    mistakes_customers: Small = 0
    mistakes_intents: Small = 0
    repeat_accuracy: Float = 1.0
    sees_signals: Small = 2  # 0: none, 1: those of contacts, 2: passive ones too
    sees_all: Small = 0  # rows of all channels
    real_time: Small = 0  # rows count at once
    usual: Small = 0  # loads are known by the hour of the week only
    prepared: Small = 0  # decisions were prepared at midnight
    decision_latency_s: Float = 0.0
    # Signals, and what is believed because of them.
    writes_signals: Small = 0
    coded_right: Float = 1.0
    silent_seen: Float = 0.0
    sentiment_noise: Float = 0.0
    usage_noise: Float = 0.0
    usage_bias_sd: Float = 0.0
    inactive_from: Float = 0.0
    social_share: Float = 0.0
    note_share: Float = 0.0
    note_right: Float = 0.0
    evidence_half_life_days: Float = 1.0
    opinion_sd: Float = 0.0
    ability_mean: Float = 0.0  # with automation, among all customers, in log-odds
    ability_spread: Float = 0.0  # variance
    # Other.
    discount_per_s: Float = 0.0
    closes: Small = 0
    calls_back: Small = 0
    entry_is_forced: Small = 0
    go_on_action: Small = -1
    end_action: Small = -1
    nothing_action: Small = -1
    survey_action: Small = -1
    recover_action: Small = -1
    message_action: Small = -1
    wrap_up_offer_action: Small = -1  # of the first offer; the others follow
    release_action: Small = -1
    cancel_offer_action: Small = -1
    # What lasts in customers and needs: standard deviations of log-odds.
    difficulty_sd: Float = 0.0
    people_difficulty: Float = 0.0
    need_channel_sd: Float = 0.0
    fit_sd: Float = 0.0
    ability_sd: Float = 0.0
    skill_effect: Float = 0.0
    ability_learning: Float = 0.0
    people_differ: Small = 0  # the chance with people is not the same for all
    acceptance_sd: Float = 0.0
    acceptance_learning: Float = 0.0
    acceptance_differs: Small = 0
    customers_learn: Small = 0  # from attempts
    habits: Small = 0
    habit_weight: Float = 0.0
    habit_rate: Float = 0.0
    laws: Table[Law] = field(default_factory=lambda: Table(Law))
    segments: Table[Segment] = field(default_factory=lambda: Table(Segment))
    intents: Table[Intent] = field(default_factory=lambda: Table(Intent))
    channels: Table[Channel] = field(default_factory=lambda: Table(Channel))
    queues: Table[Queue] = field(default_factory=lambda: Table(Queue))
    teams: Table[Team] = field(default_factory=lambda: Table(Team))
    pairs: Table[Pair] = field(default_factory=lambda: Table(Pair))
    cells: Table[Cell] = field(default_factory=lambda: Table(Cell))
    resolves: Table[Resolves] = field(default_factory=lambda: Table(Resolves))
    steers: Table[Steers] = field(default_factory=lambda: Table(Steers))
    slots: Table[Slots] = field(default_factory=lambda: Table(Slots))
    skills: Table[Skill] = field(default_factory=lambda: Table(Skill))
    weights: Table[Weight] = field(default_factory=lambda: Table(Weight))
    confusions: Table[Confusion] = field(default_factory=lambda: Table(Confusion))
    sights: Table[Sight] = field(default_factory=lambda: Table(Sight))
    priors: Table[Prior] = field(default_factory=lambda: Table(Prior))
    usual_loads: Table[UsualLoad] = field(default_factory=lambda: Table(UsualLoad))
    hours: Table[Hours] = field(default_factory=lambda: Table(Hours))
    patterns: Table[Pattern] = field(default_factory=lambda: Table(Pattern))
    closings: Table[Closing] = field(default_factory=lambda: Table(Closing))
    links: Table[Link] = field(default_factory=lambda: Table(Link))
    actions: Table[Action] = field(default_factory=lambda: Table(Action))
    offer_rules: Table[Offer] = field(default_factory=lambda: Table(Offer))
    concern_rules: Table[Concern] = field(default_factory=lambda: Table(Concern))
    shifts: Table[Shift] = field(default_factory=lambda: Table(Shift))
    pauses: Table[Pause] = field(default_factory=lambda: Table(Pause))
    layouts: Table[Layout] = field(default_factory=lambda: Table(Layout))
    kind_places: Table[KindPlace] = field(default_factory=lambda: Table(KindPlace))
    count_logs: Table[CountLog] = field(default_factory=lambda: Table(CountLog))
