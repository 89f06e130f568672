"""The two bundles: a firm's rules, shared by many worlds, and the state of one world."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.behaviour.durations import Law
from sim.core.records.policies import (
    BestChannelRule,
    BotFirstRule,
    Case,
    ChannelValues,
    CheapestRule,
    CmuThetaRule,
    Figure,
    GivenRule,
    Layer,
    LearnedRule,
    LeastWaitRule,
    LongestIdleRule,
    Rank,
    Retention,
    Rule,
    SeenHidden,
    SeenNow,
    SeenResolution,
    Signal,
    SiloRule,
    ThresholdsRule,
    ValueAtRiskRule,
    Worth,
)
from sim.core.records.rows import (
    BreakRow,
    ChurnRow,
    ContactRow,
    DecisionRow,
    JourneyRow,
    LuckRow,
    MoodRow,
    ShiftRow,
    SurveyRow,
    TreatmentRow,
)
from sim.core.records.rules import (
    Action,
    Cell,
    Channel,
    Closing,
    Confusion,
    Hours,
    Intent,
    KindPlace,
    Layout,
    Link,
    Offer,
    Pair,
    Pattern,
    Pause,
    Queue,
    Resolves,
    Segment,
    Shift,
    Sight,
    Skill,
    Slots,
    Team,
    Weight,
)
from sim.core.records.state import (
    Agent,
    Busy,
    Contact,
    Customer,
    Decides,
    Duty,
    Entry,
    EntryRange,
    Feature,
    Income,
    Journey,
    Lane,
    Learner,
    Legal,
    Need,
    Option,
    Outage,
    Partial,
    Question,
    SeenCandidate,
    SeenCustomer,
    SeenLoad,
    SeenProfile,
    Waiting,
    Watch,
)
from sim.core.storage import Calendar, Table
from sim.native_types import U64, Float, Int, Small


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
    # The regime.
    steering: Small = 0
    context_passes: Small = 0
    identity_matched: Small = 0
    sees_all: Small = 0
    real_time: Small = 0
    decision_latency_s: Float = 0.0
    misreads_intent: Small = 0
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
    laws: Table[Law] = field(default_factory=lambda: Table(Law))
    segments: Table[Segment] = field(default_factory=lambda: Table(Segment))
    intents: Table[Intent] = field(default_factory=lambda: Table(Intent))
    channels: Table[Channel] = field(default_factory=lambda: Table(Channel))
    queues: Table[Queue] = field(default_factory=lambda: Table(Queue))
    teams: Table[Team] = field(default_factory=lambda: Table(Team))
    pairs: Table[Pair] = field(default_factory=lambda: Table(Pair))
    cells: Table[Cell] = field(default_factory=lambda: Table(Cell))
    resolves: Table[Resolves] = field(default_factory=lambda: Table(Resolves))
    slots: Table[Slots] = field(default_factory=lambda: Table(Slots))
    skills: Table[Skill] = field(default_factory=lambda: Table(Skill))
    weights: Table[Weight] = field(default_factory=lambda: Table(Weight))
    confusions: Table[Confusion] = field(default_factory=lambda: Table(Confusion))
    sights: Table[Sight] = field(default_factory=lambda: Table(Sight))
    hours: Table[Hours] = field(default_factory=lambda: Table(Hours))
    patterns: Table[Pattern] = field(default_factory=lambda: Table(Pattern))
    closings: Table[Closing] = field(default_factory=lambda: Table(Closing))
    links: Table[Link] = field(default_factory=lambda: Table(Link))
    actions: Table[Action] = field(default_factory=lambda: Table(Action))
    offer_rules: Table[Offer] = field(default_factory=lambda: Table(Offer))
    shifts: Table[Shift] = field(default_factory=lambda: Table(Shift))
    pauses: Table[Pause] = field(default_factory=lambda: Table(Pause))
    layouts: Table[Layout] = field(default_factory=lambda: Table(Layout))
    kind_places: Table[KindPlace] = field(default_factory=lambda: Table(KindPlace))


@dataclass(slots=True, eq=False)
class World:
    """The state of a firm and its customers at one moment."""

    firm: Firm
    now: Float = 0.0
    key: U64 = 0
    n_customers: Int = 0
    n_journeys: Int = 0  # ids given out
    n_contacts: Int = 0
    n_agents: Int = 0
    next_sweep: Float = 0.0
    monday_s: Float = 0.0  # from Monday 0:00 to the start of the simulation
    by_shifts: Small = 0  # whether agents come by the scenario's shifts, not by a roster
    day: Int = 0  # of the midnight that waits to be processed
    # Needs of the day.
    next_need: Int = 0
    n_needs: Int = 0
    # Decisions.
    agenda_first: Small = -1
    agenda_last: Small = -1
    n_legal: Int = 0
    default_action: Small = -1
    pending: Small = 0  # 1: a decision waits for an answer
    pending_kind: Small = -1
    pending_contact: Small = -1
    pending_agent: Small = -1
    pending_outcome: Small = 0
    entry_by_rule: Small = 0
    decides_dispatch: Small = 0
    n_options: Int = 0
    n_candidates: Int = 0
    n_busy: Int = 0  # entries of the heap, and rows that there are
    busy_room: Int = 0
    candidates_featured: Small = 0  # 1: some stand in the vector of features
    worth_unit: Float = 0.0  # money of a unit of satisfaction in the decision that is valued
    spent_contact: Small = -1  # over, to be freed once nobody speaks of them any more
    spent_journey: Small = -1
    # Processes outside.
    looks: Small = 0  # 1: a line that is watched has changed
    n_watches: Int = 0  # records of watches in use, those done among them
    n_outages: Int = 0  # that last now
    next_number: Int = 0  # of the next agent who is called in
    # Money: see the ledger.
    margin_rate: Float = 0.0
    margin_correction: Float = 0.0
    staff_rate: Float = 0.0
    staff_correction: Float = 0.0
    sales: Float = 0.0
    contact_costs: Float = 0.0
    treatment_costs: Float = 0.0
    # Listeners.
    logs_moods: Small = 0
    logs_luck: Small = 0
    calendar: Calendar = field(default_factory=Calendar)
    customers: Table[Customer] = field(default_factory=lambda: Table(Customer))
    journeys: Table[Journey] = field(default_factory=lambda: Table(Journey))
    contacts: Table[Contact] = field(default_factory=lambda: Table(Contact))
    agents: Table[Agent] = field(default_factory=lambda: Table(Agent))
    duties: Table[Duty] = field(default_factory=lambda: Table(Duty))
    lanes: Table[Lane] = field(default_factory=lambda: Table(Lane))
    waiting: Table[Waiting] = field(default_factory=lambda: Table(Waiting))
    watches: Table[Watch] = field(default_factory=lambda: Table(Watch))
    outages: Table[Outage] = field(default_factory=lambda: Table(Outage))
    needs: Table[Need] = field(default_factory=lambda: Table(Need))
    agenda: Table[Question] = field(default_factory=lambda: Table(Question))
    legal: Table[Legal] = field(default_factory=lambda: Table(Legal))
    options: Table[Option] = field(default_factory=lambda: Table(Option))
    entry_ranges: Table[EntryRange] = field(default_factory=lambda: Table(EntryRange))
    entries: Table[Entry] = field(default_factory=lambda: Table(Entry))
    busies: Table[Busy] = field(default_factory=lambda: Table(Busy))
    decides: Table[Decides] = field(default_factory=lambda: Table(Decides))
    seen_customers: Table[SeenCustomer] = field(default_factory=lambda: Table(SeenCustomer))
    seen_profiles: Table[SeenProfile] = field(default_factory=lambda: Table(SeenProfile))
    seen_loads: Table[SeenLoad] = field(default_factory=lambda: Table(SeenLoad))
    seen_candidates: Table[SeenCandidate] = field(default_factory=lambda: Table(SeenCandidate))
    rules: Table[Rule] = field(default_factory=lambda: Table(Rule))
    figure_rows: Table[Figure] = field(default_factory=lambda: Table(Figure))
    retentions: Table[Retention] = field(default_factory=lambda: Table(Retention))
    channel_values: Table[ChannelValues] = field(default_factory=lambda: Table(ChannelValues))
    best_channel_rules: Table[BestChannelRule] = field(
        default_factory=lambda: Table(BestChannelRule)
    )
    thresholds_rules: Table[ThresholdsRule] = field(default_factory=lambda: Table(ThresholdsRule))
    value_at_risk_rules: Table[ValueAtRiskRule] = field(
        default_factory=lambda: Table(ValueAtRiskRule)
    )
    least_wait_rules: Table[LeastWaitRule] = field(default_factory=lambda: Table(LeastWaitRule))
    cheapest_rules: Table[CheapestRule] = field(default_factory=lambda: Table(CheapestRule))
    bot_first_rules: Table[BotFirstRule] = field(default_factory=lambda: Table(BotFirstRule))
    longest_idle_rules: Table[LongestIdleRule] = field(
        default_factory=lambda: Table(LongestIdleRule)
    )
    cmu_theta_rules: Table[CmuThetaRule] = field(default_factory=lambda: Table(CmuThetaRule))
    silo_rules: Table[SiloRule] = field(default_factory=lambda: Table(SiloRule))
    learned_rules: Table[LearnedRule] = field(default_factory=lambda: Table(LearnedRule))
    layers: Table[Layer] = field(default_factory=lambda: Table(Layer))
    signals: Table[Signal] = field(default_factory=lambda: Table(Signal))
    given_rules: Table[GivenRule] = field(default_factory=lambda: Table(GivenRule))
    seen_nows: Table[SeenNow] = field(default_factory=lambda: Table(SeenNow))
    seen_hidden: Table[SeenHidden] = field(default_factory=lambda: Table(SeenHidden))
    seen_resolutions: Table[SeenResolution] = field(default_factory=lambda: Table(SeenResolution))
    ranks: Table[Rank] = field(default_factory=lambda: Table(Rank))
    worths: Table[Worth] = field(default_factory=lambda: Table(Worth))
    cases: Table[Case] = field(default_factory=lambda: Table(Case))
    features: Table[Feature] = field(default_factory=lambda: Table(Feature))
    learners: Table[Learner] = field(default_factory=lambda: Table(Learner))
    incomes: Table[Income] = field(default_factory=lambda: Table(Income))
    partials: Table[Partial] = field(default_factory=lambda: Table(Partial))
    contact_rows: Table[ContactRow] = field(default_factory=lambda: Table(ContactRow))
    journey_rows: Table[JourneyRow] = field(default_factory=lambda: Table(JourneyRow))
    decision_rows: Table[DecisionRow] = field(default_factory=lambda: Table(DecisionRow))
    churn_rows: Table[ChurnRow] = field(default_factory=lambda: Table(ChurnRow))
    survey_rows: Table[SurveyRow] = field(default_factory=lambda: Table(SurveyRow))
    treatment_rows: Table[TreatmentRow] = field(default_factory=lambda: Table(TreatmentRow))
    shift_rows: Table[ShiftRow] = field(default_factory=lambda: Table(ShiftRow))
    break_rows: Table[BreakRow] = field(default_factory=lambda: Table(BreakRow))
    mood_rows: Table[MoodRow] = field(default_factory=lambda: Table(MoodRow))
    luck_rows: Table[LuckRow] = field(default_factory=lambda: Table(LuckRow))
