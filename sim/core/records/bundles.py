"""The bundle of one world's state, beside that of its firm's rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.core.calendar import Calendar
from sim.core.records.decisions import (
    Case,
    Decides,
    Entry,
    EntryRange,
    Feature,
    Income,
    Learner,
    Legal,
    Option,
    Partial,
    Question,
    Rank,
    SeenBelief,
    SeenCandidate,
    SeenChance,
    SeenCustomer,
    SeenFit,
    SeenHidden,
    SeenIntent,
    SeenLoad,
    SeenNow,
    SeenProfile,
    SeenReason,
    Worth,
)
from sim.core.records.firm import Firm
from sim.core.records.policies import (
    BestChannelRule,
    BotFirstRule,
    ChannelValues,
    CheapestRule,
    CmuThetaRule,
    Figure,
    GivenRule,
    Knowing,
    Layer,
    LearnedRule,
    LeastWaitRule,
    LongestIdleRule,
    Predictor,
    Retention,
    Rule,
    Signal,
    SiloRule,
    ThresholdsRule,
    Typical,
    ValueAtRiskRule,
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
    SignalRow,
    SurveyRow,
    TreatmentRow,
)
from sim.core.records.state import (
    Agent,
    Busy,
    Contact,
    Customer,
    Duty,
    Evidence,
    Habit,
    Hint,
    Journey,
    Lane,
    Lasting,
    Need,
    Outage,
    Waiting,
    Watch,
)
from sim.core.storage import Table
from sim.native_types import U64, Float, Int, Small


@dataclass(slots=True, eq=False)
class World:
    """The state of a firm and its customers at one moment."""

    firm: Firm
    now: Float = 0.0
    key: U64 = 0
    trait_key: U64 = 0  # of the luck that customers are drawn by: no later seed changes them
    n_customers: Int = 0
    n_journeys: Int = 0  # ids given out
    n_contacts: Int = 0
    n_agents: Int = 0
    next_sweep: Float = 0.0
    monday_s: Float = 0.0  # from Monday 0:00 to the start of the simulation
    week_s: Float = 0.0  # the time of the week at a moment:
    week_at_s: Float = -1.0
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
    valued_by: Small = -1  # the rule that values entries, whoever decides them; -1: nobody does
    decides_dispatch: Small = 0
    n_options: Int = 0
    n_candidates: Int = 0
    n_busy: Int = 0  # entries of the heap, and rows that there are
    busy_room: Int = 0
    features_believe: Small = 0  # 1: a learner's vector shows what is believed
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
    # Beliefs.
    believes: Small = 0  # somebody asks for them, so evidence is kept
    n_signals: Int = 0  # rows written
    heard_signals: Int = 0  # rows of signals that evidence holds already
    # Listeners.
    logs_moods: Small = 0
    logs_luck: Small = 0
    calendar: Calendar = field(default_factory=Calendar)
    customers: Table[Customer] = field(default_factory=lambda: Table(Customer))
    lasting: Table[Lasting] = field(default_factory=lambda: Table(Lasting))
    habits: Table[Habit] = field(default_factory=lambda: Table(Habit))
    evidence: Table[Evidence] = field(default_factory=lambda: Table(Evidence))
    hints: Table[Hint] = field(default_factory=lambda: Table(Hint))
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
    seen_intents: Table[SeenIntent] = field(default_factory=lambda: Table(SeenIntent))
    seen_beliefs: Table[SeenBelief] = field(default_factory=lambda: Table(SeenBelief))
    seen_fits: Table[SeenFit] = field(default_factory=lambda: Table(SeenFit))
    seen_reasons: Table[SeenReason] = field(default_factory=lambda: Table(SeenReason))
    seen_loads: Table[SeenLoad] = field(default_factory=lambda: Table(SeenLoad))
    seen_candidates: Table[SeenCandidate] = field(default_factory=lambda: Table(SeenCandidate))
    rules: Table[Rule] = field(default_factory=lambda: Table(Rule))
    figure_rows: Table[Figure] = field(default_factory=lambda: Table(Figure))
    retentions: Table[Retention] = field(default_factory=lambda: Table(Retention))
    channel_values: Table[ChannelValues] = field(default_factory=lambda: Table(ChannelValues))
    knowings: Table[Knowing] = field(default_factory=lambda: Table(Knowing))
    typicals: Table[Typical] = field(default_factory=lambda: Table(Typical))
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
    predictors: Table[Predictor] = field(default_factory=lambda: Table(Predictor))
    given_rules: Table[GivenRule] = field(default_factory=lambda: Table(GivenRule))
    seen_nows: Table[SeenNow] = field(default_factory=lambda: Table(SeenNow))
    seen_hidden: Table[SeenHidden] = field(default_factory=lambda: Table(SeenHidden))
    seen_chances: Table[SeenChance] = field(default_factory=lambda: Table(SeenChance))
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
    signal_rows: Table[SignalRow] = field(default_factory=lambda: Table(SignalRow))
    treatment_rows: Table[TreatmentRow] = field(default_factory=lambda: Table(TreatmentRow))
    shift_rows: Table[ShiftRow] = field(default_factory=lambda: Table(ShiftRow))
    break_rows: Table[BreakRow] = field(default_factory=lambda: Table(BreakRow))
    mood_rows: Table[MoodRow] = field(default_factory=lambda: Table(MoodRow))
    luck_rows: Table[LuckRow] = field(default_factory=lambda: Table(LuckRow))
