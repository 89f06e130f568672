"""What a firm knows of itself: expected handling, resolution and cost, tabulated for policies.

Pure functions of a scenario. Tables are indexed by the numbers of segments, intents and channels;
a table by segment has one row more, the mean over segments, which index -1 (segment not known)
finds.
"""

from __future__ import annotations

from sim.behaviour import (
    Spreads,
    boosted,
    mean_over_skills,
    mean_rescue,
    mean_s,
    recontact_probability,
    search_time,
)
from sim.scenario import Scenario
from sim.scenario.parts import DAYS
from sim.scenario.service import Automation, Channel, Team
from sim.units import HOUR_S, HOURS_PER_WEEK, MINUTE_S


def patience_s(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the mean patience in a channel's line, of a segment with factor 1, in seconds."""
    need, where = scenario.intents[intent], scenario.channels[channel]
    own = need.patience if where.kind == "live" else None
    return mean_s(own or where.patience) * need.patience_factor


def by_segment(rows: list[float], scenario: Scenario) -> list[float]:
    """Return the rows with their mean (weighted by the segments' shares) appended."""
    shares = [segment.share for segment in scenario.segments.values()]
    return [*rows, sum(s * r for s, r in zip(shares, rows, strict=True))]


def serving(scenario: Scenario, channel: str, skill: str) -> list[Team]:
    """Return the first-tier teams that serve a channel and skill, else those of tier two."""
    able = [t for t in scenario.teams.values() if channel in t.channels and skill in t.skills]
    return [t for t in able if t.tier == 1] or able


def second_tier(scenario: Scenario, channel: str, skill: str) -> list[Team]:
    """Return the tier-two teams that take transfers of a channel and skill."""
    able = [t for t in scenario.teams.values() if channel in t.channels and skill in t.skills]
    return [t for t in able if t.tier == 2] if any(t.tier == 1 for t in able) else []


def _mean(teams: list[Team], value: list[float]) -> float:
    weights = [t.agents for t in teams]
    return sum(w * v for w, v in zip(weights, value, strict=True)) / sum(weights)


def human_resolution(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the probability that people on a channel resolve an intent, transfers included.

    p = r + (1 - r) × boost of the team; failures go to the second tier with the desk's transfer
    probability and are tried again there: the same need on the same channel, so what lasts in it
    makes a second failure likelier (``sim.behaviour.resolution.mean_rescue``).
    """
    first = first_resolution(scenario, intent, channel)
    higher = second_tier(scenario, channel, scenario.intents[intent].skill)
    if first <= 0 or not higher or not scenario.mechanisms.transfers:
        return first
    base = _stated(scenario, intent, channel)
    second = boosted(base, _mean(higher, [t.resolution_boost for t in higher]))
    sd = Spreads(scenario)
    rescued = (1 - first) * second
    if sd.people:
        rescued = mean_rescue(sd.by_people(first), sd.by_people(second), sd.people)
    return first + scenario.agent_desktop.transfer_probability * rescued


def first_resolution(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the probability that the people whom a customer reaches resolve an intent."""
    base = _stated(scenario, intent, channel)
    teams = serving(scenario, channel, scenario.intents[intent].skill)
    if base <= 0 or not teams:
        return 0.0
    return boosted(base, _mean(teams, [t.resolution_boost for t in teams]))


def _stated(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the scenario's figure; of a call back, that of the channel that it relieves."""
    need = scenario.intents[intent]
    base = need.resolution.get(channel, 0.0)
    return base if base > 0 else need.resolution.get(scenario.channels[channel].of or "", 0.0)


def resolving(scenario: Scenario, channels: list[str], least: float) -> list[tuple[int, ...]]:
    """Return, by intent, the numbers of those channels that resolve it often enough, best first.

    ``least``: the probability that they must reach; none is as good as never.
    """
    index = {name: c for c, name in enumerate(scenario.channels)}
    by_intent = []
    for intent in scenario.intents.values():
        rate = intent.resolution
        able = [name for name in channels if rate.get(name, 0.0) >= max(least, 1e-12)]
        by_intent.append(tuple(index[n] for n in sorted(able, key=lambda n: -rate[n])))
    return by_intent


def recognition(scenario: Scenario, bot: Automation | None) -> float:
    """Return the probability that automation understands an intent (1 without automation)."""
    certain = not scenario.mechanisms.confusion or len(scenario.intents) == 1
    return 1.0 if bot is None or certain else bot.recognition


def automated_resolution(
    scenario: Scenario, intent: str, channel: str, skill: float, skill_sd: float = 0.0
) -> float:
    """Return the probability that automation resolves an intent, of customers of a digital skill.

    That it is recognised, times the chance to resolve it, averaged over customers whose skill
    varies by ``skill_sd`` and over what lasts (``sim.behaviour.resolution.mean_over_skills``).
    """
    bot = scenario.channels[channel].automation
    if bot is None:
        return 0.0
    resolution = scenario.intents[intent].resolution.get(channel, 0.0)
    sd = Spreads(scenario)
    intercept = sd.self_service(resolution)
    resolves = mean_over_skills(intercept, sd.automation, sd.skill_effect, skill, skill_sd)
    return recognition(scenario, bot) * resolves


def self_service(scenario: Scenario, intent: str, channel: str) -> list[float]:
    """Return by segment, and over all, how probably automation resolves an intent."""
    resolves = [
        automated_resolution(scenario, intent, channel, s.digital_skill, s.digital_skill_sd)
        for s in scenario.segments.values()
    ]
    return by_segment(resolves, scenario)


def handle_s(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the expected handle time (talk, search, wrap-up) with a human, in seconds."""
    need, desk, on = scenario.intents[intent], scenario.agent_desktop, scenario.mechanisms
    where = scenario.channels[channel]
    talk = mean_s(need.talk_s) * where.talk_factor * desk.talk_left
    search = 0.0
    if on.search:
        search = search_time(mean_s(desk.search) * desk.search_left, need.complexity)
    return talk + search + (mean_s(where.wrap_up) if on.wrap_up else 0.0)


def wage_per_s(scenario: Scenario, channel: str, skill: str) -> float:
    """Return the wage of one contact's second: the team's wage over its slots on the channel."""
    teams = serving(scenario, channel, skill)
    if not teams:
        return 0.0
    return _mean(teams, [t.wage_per_h / HOUR_S / t.channels[channel] for t in teams])


def mean_wage_per_s(scenario: Scenario) -> float:
    """Return the mean wage of an agent's second, weighted by agents; 0 without agents."""
    teams = [t for t in scenario.teams.values() if t.agents]
    return _mean(teams, [t.wage_per_h for t in teams]) / HOUR_S if teams else 0.0


def contact_cost(channel: Channel, length_s: float) -> float:
    """Return what a contact costs the firm in telephony, licences and automation."""
    return channel.cost_per_contact + channel.cost_per_minute * length_s / MINUTE_S


def return_probability(scenario: Scenario, intent: str) -> float:
    """Return the probability that a failed need comes back."""
    if not scenario.mechanisms.recontact:
        return 0.0
    base = scenario.returns.recontact_probability
    return recontact_probability(base, scenario.intents[intent].urgency)


def staffed_in_s(scenario: Scenario, channel: str) -> list[float]:
    """Return, by hour of the week from Monday 0:00, the seconds until someone serves a channel.

    Infinite where nobody ever does.
    """
    on = [False] * HOURS_PER_WEEK
    for team in scenario.teams.values():
        if channel not in team.channels:
            continue
        for shift in team.shifts:
            for day in shift.days:
                first = DAYS.index(day) * 24
                for hour in range(int(shift.start_h), -int(-shift.until_h // 1)):
                    on[(first + hour) % HOURS_PER_WEEK] = True
    if not any(on):
        return [float("inf")] * HOURS_PER_WEEK
    return [
        next(ahead for ahead in range(HOURS_PER_WEEK) if on[(hour + ahead) % HOURS_PER_WEEK])
        * HOUR_S
        for hour in range(HOURS_PER_WEEK)
    ]
