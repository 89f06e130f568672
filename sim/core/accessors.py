"""How records are got by number; compiled, the same names are pointers into blocks of rows.

One accessor a class of records, generated forms have the same names (tested).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.records import bundles
from sim.native_types import Int

if TYPE_CHECKING:
    from sim.behaviour.durations import Law
    from sim.core.records.bundles import Firm, World
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
        Partial,
        Question,
        SeenCandidate,
        SeenCustomer,
        SeenLoad,
        SeenProfile,
        Waiting,
    )


def law_at(world: World, i: Int) -> Law:
    return world.firm.laws[i]


def segment_at(world: World, i: Int) -> Segment:
    return world.firm.segments[i]


def intent_at(world: World, i: Int) -> Intent:
    return world.firm.intents[i]


def channel_at(world: World, i: Int) -> Channel:
    return world.firm.channels[i]


def queue_at(world: World, i: Int) -> Queue:
    return world.firm.queues[i]


def team_at(world: World, i: Int) -> Team:
    return world.firm.teams[i]


def pair_at(world: World, i: Int) -> Pair:
    return world.firm.pairs[i]


def cell_at(world: World, i: Int) -> Cell:
    return world.firm.cells[i]


def resolves_at(world: World, i: Int) -> Resolves:
    return world.firm.resolves[i]


def slots_at(world: World, i: Int) -> Slots:
    return world.firm.slots[i]


def skill_at(world: World, i: Int) -> Skill:
    return world.firm.skills[i]


def weight_at(world: World, i: Int) -> Weight:
    return world.firm.weights[i]


def confusion_at(world: World, i: Int) -> Confusion:
    return world.firm.confusions[i]


def sight_at(world: World, i: Int) -> Sight:
    return world.firm.sights[i]


def hours_at(world: World, i: Int) -> Hours:
    return world.firm.hours[i]


def pattern_at(world: World, i: Int) -> Pattern:
    return world.firm.patterns[i]


def closing_at(world: World, i: Int) -> Closing:
    return world.firm.closings[i]


def link_at(world: World, i: Int) -> Link:
    return world.firm.links[i]


def action_at(world: World, i: Int) -> Action:
    return world.firm.actions[i]


def offer_at(world: World, i: Int) -> Offer:
    return world.firm.offer_rules[i]


def shift_at(world: World, i: Int) -> Shift:
    return world.firm.shifts[i]


def pause_at(world: World, i: Int) -> Pause:
    return world.firm.pauses[i]


def layout_at(world: World, i: Int) -> Layout:
    return world.firm.layouts[i]


def kind_place_at(world: World, i: Int) -> KindPlace:
    return world.firm.kind_places[i]


def customer_at(world: World, i: Int) -> Customer:
    return world.customers[i]


def new_customer(world: World) -> Int:
    return world.customers.new()


def free_customer(world: World, i: Int) -> None:
    world.customers.release(i)


def journey_at(world: World, i: Int) -> Journey:
    return world.journeys[i]


def new_journey(world: World) -> Int:
    return world.journeys.new()


def free_journey(world: World, i: Int) -> None:
    world.journeys.release(i)


def contact_at(world: World, i: Int) -> Contact:
    return world.contacts[i]


def new_contact(world: World) -> Int:
    return world.contacts.new()


def free_contact(world: World, i: Int) -> None:
    world.contacts.release(i)


def agent_at(world: World, i: Int) -> Agent:
    return world.agents[i]


def new_agent(world: World) -> Int:
    return world.agents.new()


def free_agent(world: World, i: Int) -> None:
    world.agents.release(i)


def duty_at(world: World, i: Int) -> Duty:
    return world.duties[i]


def new_duty(world: World) -> Int:
    return world.duties.new()


def free_duty(world: World, i: Int) -> None:
    world.duties.release(i)


def lane_at(world: World, i: Int) -> Lane:
    return world.lanes[i]


def new_lane(world: World) -> Int:
    return world.lanes.new()


def free_lane(world: World, i: Int) -> None:
    world.lanes.release(i)


def waiting_at(world: World, i: Int) -> Waiting:
    return world.waiting[i]


def new_waiting(world: World) -> Int:
    return world.waiting.new()


def free_waiting(world: World, i: Int) -> None:
    world.waiting.release(i)


def need_at(world: World, i: Int) -> Need:
    return world.needs[i]


def new_need(world: World) -> Int:
    return world.needs.new()


def free_need(world: World, i: Int) -> None:
    world.needs.release(i)


def question_at(world: World, i: Int) -> Question:
    return world.agenda[i]


def new_question(world: World) -> Int:
    return world.agenda.new()


def free_question(world: World, i: Int) -> None:
    world.agenda.release(i)


def legal_at(world: World, i: Int) -> Legal:
    return world.legal[i]


def new_legal(world: World) -> Int:
    return world.legal.new()


def free_legal(world: World, i: Int) -> None:
    world.legal.release(i)


def option_at(world: World, i: Int) -> Option:
    return world.options[i]


def new_option(world: World) -> Int:
    return world.options.new()


def free_option(world: World, i: Int) -> None:
    world.options.release(i)


def entry_range_at(world: World, i: Int) -> EntryRange:
    return world.entry_ranges[i]


def new_entry_range(world: World) -> Int:
    return world.entry_ranges.new()


def free_entry_range(world: World, i: Int) -> None:
    world.entry_ranges.release(i)


def entry_at(world: World, i: Int) -> Entry:
    return world.entries[i]


def new_entry(world: World) -> Int:
    return world.entries.new()


def free_entry(world: World, i: Int) -> None:
    world.entries.release(i)


def decides_at(world: World, i: Int) -> Decides:
    return world.decides[i]


def new_decides(world: World) -> Int:
    return world.decides.new()


def free_decides(world: World, i: Int) -> None:
    world.decides.release(i)


def seen_customer_at(world: World, i: Int) -> SeenCustomer:
    return world.seen_customers[i]


def new_seen_customer(world: World) -> Int:
    return world.seen_customers.new()


def free_seen_customer(world: World, i: Int) -> None:
    world.seen_customers.release(i)


def seen_profile_at(world: World, i: Int) -> SeenProfile:
    return world.seen_profiles[i]


def new_seen_profile(world: World) -> Int:
    return world.seen_profiles.new()


def free_seen_profile(world: World, i: Int) -> None:
    world.seen_profiles.release(i)


def seen_load_at(world: World, i: Int) -> SeenLoad:
    return world.seen_loads[i]


def new_seen_load(world: World) -> Int:
    return world.seen_loads.new()


def free_seen_load(world: World, i: Int) -> None:
    world.seen_loads.release(i)


def seen_candidate_at(world: World, i: Int) -> SeenCandidate:
    return world.seen_candidates[i]


def feature_at(world: World, i: Int) -> Feature:
    return world.features[i]


def learner_at(world: World, i: Int) -> Learner:
    return world.learners[i]


def income_at(world: World, i: Int) -> Income:
    return world.incomes[i]


def partial_at(world: World, i: Int) -> Partial:
    return world.partials[i]


def new_seen_candidate(world: World) -> Int:
    return world.seen_candidates.new()


def free_seen_candidate(world: World, i: Int) -> None:
    world.seen_candidates.release(i)


def rule_at(world: World, i: Int) -> Rule:
    return world.rules[i]


def new_rule(world: World) -> Int:
    return world.rules.new()


def free_rule(world: World, i: Int) -> None:
    world.rules.release(i)


def figure_at(world: World, i: Int) -> Figure:
    return world.figure_rows[i]


def new_figure(world: World) -> Int:
    return world.figure_rows.new()


def retention_at(world: World, i: Int) -> Retention:
    return world.retentions[i]


def new_retention(world: World) -> Int:
    return world.retentions.new()


def free_retention(world: World, i: Int) -> None:
    world.retentions.release(i)


def channel_values_at(world: World, i: Int) -> ChannelValues:
    return world.channel_values[i]


def new_channel_values(world: World) -> Int:
    return world.channel_values.new()


def free_channel_values(world: World, i: Int) -> None:
    world.channel_values.release(i)


def best_channel_rule_at(world: World, i: Int) -> BestChannelRule:
    return world.best_channel_rules[i]


def new_best_channel_rule(world: World) -> Int:
    return world.best_channel_rules.new()


def free_best_channel_rule(world: World, i: Int) -> None:
    world.best_channel_rules.release(i)


def thresholds_rule_at(world: World, i: Int) -> ThresholdsRule:
    return world.thresholds_rules[i]


def new_thresholds_rule(world: World) -> Int:
    return world.thresholds_rules.new()


def free_thresholds_rule(world: World, i: Int) -> None:
    world.thresholds_rules.release(i)


def value_at_risk_rule_at(world: World, i: Int) -> ValueAtRiskRule:
    return world.value_at_risk_rules[i]


def new_value_at_risk_rule(world: World) -> Int:
    return world.value_at_risk_rules.new()


def free_value_at_risk_rule(world: World, i: Int) -> None:
    world.value_at_risk_rules.release(i)


def least_wait_rule_at(world: World, i: Int) -> LeastWaitRule:
    return world.least_wait_rules[i]


def new_least_wait_rule(world: World) -> Int:
    return world.least_wait_rules.new()


def free_least_wait_rule(world: World, i: Int) -> None:
    world.least_wait_rules.release(i)


def cheapest_rule_at(world: World, i: Int) -> CheapestRule:
    return world.cheapest_rules[i]


def new_cheapest_rule(world: World) -> Int:
    return world.cheapest_rules.new()


def free_cheapest_rule(world: World, i: Int) -> None:
    world.cheapest_rules.release(i)


def bot_first_rule_at(world: World, i: Int) -> BotFirstRule:
    return world.bot_first_rules[i]


def new_bot_first_rule(world: World) -> Int:
    return world.bot_first_rules.new()


def free_bot_first_rule(world: World, i: Int) -> None:
    world.bot_first_rules.release(i)


def longest_idle_rule_at(world: World, i: Int) -> LongestIdleRule:
    return world.longest_idle_rules[i]


def new_longest_idle_rule(world: World) -> Int:
    return world.longest_idle_rules.new()


def free_longest_idle_rule(world: World, i: Int) -> None:
    world.longest_idle_rules.release(i)


def cmu_theta_rule_at(world: World, i: Int) -> CmuThetaRule:
    return world.cmu_theta_rules[i]


def new_cmu_theta_rule(world: World) -> Int:
    return world.cmu_theta_rules.new()


def free_cmu_theta_rule(world: World, i: Int) -> None:
    world.cmu_theta_rules.release(i)


def silo_rule_at(world: World, i: Int) -> SiloRule:
    return world.silo_rules[i]


def new_silo_rule(world: World) -> Int:
    return world.silo_rules.new()


def free_silo_rule(world: World, i: Int) -> None:
    world.silo_rules.release(i)


def learned_rule_at(world: World, i: Int) -> LearnedRule:
    return world.learned_rules[i]


def new_learned_rule(world: World) -> Int:
    return world.learned_rules.new()


def free_learned_rule(world: World, i: Int) -> None:
    world.learned_rules.release(i)


def layer_at(world: World, i: Int) -> Layer:
    return world.layers[i]


def new_layer(world: World) -> Int:
    return world.layers.new()


def free_layer(world: World, i: Int) -> None:
    world.layers.release(i)


def signal_at(world: World, i: Int) -> Signal:
    return world.signals[i]


def new_signal(world: World) -> Int:
    return world.signals.new()


def free_signal(world: World, i: Int) -> None:
    world.signals.release(i)


def given_rule_at(world: World, i: Int) -> GivenRule:
    return world.given_rules[i]


def new_given_rule(world: World) -> Int:
    return world.given_rules.new()


def free_given_rule(world: World, i: Int) -> None:
    world.given_rules.release(i)


def seen_now_at(world: World, i: Int) -> SeenNow:
    return world.seen_nows[i]


def new_seen_now(world: World) -> Int:
    return world.seen_nows.new()


def free_seen_now(world: World, i: Int) -> None:
    world.seen_nows.release(i)


def seen_hidden_at(world: World, i: Int) -> SeenHidden:
    return world.seen_hidden[i]


def new_seen_hidden(world: World) -> Int:
    return world.seen_hidden.new()


def free_seen_hidden(world: World, i: Int) -> None:
    world.seen_hidden.release(i)


def seen_resolution_at(world: World, i: Int) -> SeenResolution:
    return world.seen_resolutions[i]


def new_seen_resolution(world: World) -> Int:
    return world.seen_resolutions.new()


def free_seen_resolution(world: World, i: Int) -> None:
    world.seen_resolutions.release(i)


def rank_at(world: World, i: Int) -> Rank:
    return world.ranks[i]


def new_rank(world: World) -> Int:
    return world.ranks.new()


def free_rank(world: World, i: Int) -> None:
    world.ranks.release(i)


def worth_at(world: World, i: Int) -> Worth:
    return world.worths[i]


def new_worth(world: World) -> Int:
    return world.worths.new()


def free_worth(world: World, i: Int) -> None:
    world.worths.release(i)


def case_at(world: World, i: Int) -> Case:
    return world.cases[i]


def new_case(world: World) -> Int:
    return world.cases.new()


def free_case(world: World, i: Int) -> None:
    world.cases.release(i)


def busy_at(world: World, i: Int) -> Busy:
    return world.busies[i]


def new_busy(world: World) -> Int:
    return world.busies.new()


def free_busy(world: World, i: Int) -> None:
    world.busies.release(i)


def contact_row_at(world: World, i: Int) -> ContactRow:
    return world.contact_rows[i]


def new_contact_row(world: World) -> Int:
    return world.contact_rows.new()


def journey_row_at(world: World, i: Int) -> JourneyRow:
    return world.journey_rows[i]


def new_journey_row(world: World) -> Int:
    return world.journey_rows.new()


def decision_row_at(world: World, i: Int) -> DecisionRow:
    return world.decision_rows[i]


def new_decision_row(world: World) -> Int:
    return world.decision_rows.new()


def churn_row_at(world: World, i: Int) -> ChurnRow:
    return world.churn_rows[i]


def new_churn_row(world: World) -> Int:
    return world.churn_rows.new()


def survey_row_at(world: World, i: Int) -> SurveyRow:
    return world.survey_rows[i]


def new_survey_row(world: World) -> Int:
    return world.survey_rows.new()


def treatment_row_at(world: World, i: Int) -> TreatmentRow:
    return world.treatment_rows[i]


def new_treatment_row(world: World) -> Int:
    return world.treatment_rows.new()


def shift_row_at(world: World, i: Int) -> ShiftRow:
    return world.shift_rows[i]


def new_shift_row(world: World) -> Int:
    return world.shift_rows.new()


def break_row_at(world: World, i: Int) -> BreakRow:
    return world.break_rows[i]


def new_break_row(world: World) -> Int:
    return world.break_rows.new()


def mood_row_at(world: World, i: Int) -> MoodRow:
    return world.mood_rows[i]


def new_mood_row(world: World) -> Int:
    return world.mood_rows.new()


def luck_row_at(world: World, i: Int) -> LuckRow:
    return world.luck_rows[i]


def new_luck_row(world: World) -> Int:
    return world.luck_rows.new()


def make_firm() -> Firm:
    return bundles.Firm()


def make_world(firm: Firm) -> World:
    return bundles.World(firm)
