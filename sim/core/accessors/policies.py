"""How what compiled policies know is got by number, and made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.native_types import Int

if TYPE_CHECKING:
    from sim.core.records.bundles import World
    from sim.core.records.decisions import Case, Rank, SeenChance, SeenHidden, SeenNow, Worth
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


def rule_at(world: World, i: Int) -> Rule:
    return world.rules.rows[i]


def figure_at(world: World, i: Int) -> Figure:
    return world.figure_rows.rows[i]


def retention_at(world: World, i: Int) -> Retention:
    return world.retentions.rows[i]


def channel_values_at(world: World, i: Int) -> ChannelValues:
    return world.channel_values.rows[i]


def knowing_at(world: World, i: Int) -> Knowing:
    return world.knowings.rows[i]


def typical_at(world: World, i: Int) -> Typical:
    return world.typicals.rows[i]


def best_channel_rule_at(world: World, i: Int) -> BestChannelRule:
    return world.best_channel_rules.rows[i]


def thresholds_rule_at(world: World, i: Int) -> ThresholdsRule:
    return world.thresholds_rules.rows[i]


def value_at_risk_rule_at(world: World, i: Int) -> ValueAtRiskRule:
    return world.value_at_risk_rules.rows[i]


def least_wait_rule_at(world: World, i: Int) -> LeastWaitRule:
    return world.least_wait_rules.rows[i]


def cheapest_rule_at(world: World, i: Int) -> CheapestRule:
    return world.cheapest_rules.rows[i]


def bot_first_rule_at(world: World, i: Int) -> BotFirstRule:
    return world.bot_first_rules.rows[i]


def longest_idle_rule_at(world: World, i: Int) -> LongestIdleRule:
    return world.longest_idle_rules.rows[i]


def cmu_theta_rule_at(world: World, i: Int) -> CmuThetaRule:
    return world.cmu_theta_rules.rows[i]


def silo_rule_at(world: World, i: Int) -> SiloRule:
    return world.silo_rules.rows[i]


def learned_rule_at(world: World, i: Int) -> LearnedRule:
    return world.learned_rules.rows[i]


def layer_at(world: World, i: Int) -> Layer:
    return world.layers.rows[i]


def signal_at(world: World, i: Int) -> Signal:
    return world.signals.rows[i]


def predictor_at(world: World, i: Int) -> Predictor:
    return world.predictors.rows[i]


def given_rule_at(world: World, i: Int) -> GivenRule:
    return world.given_rules.rows[i]


def seen_now_at(world: World, i: Int) -> SeenNow:
    return world.seen_nows.rows[i]


def seen_hidden_at(world: World, i: Int) -> SeenHidden:
    return world.seen_hidden.rows[i]


def seen_chance_at(world: World, i: Int) -> SeenChance:
    return world.seen_chances.rows[i]


def rank_at(world: World, i: Int) -> Rank:
    return world.ranks.rows[i]


def worth_at(world: World, i: Int) -> Worth:
    return world.worths.rows[i]


def case_at(world: World, i: Int) -> Case:
    return world.cases.rows[i]
