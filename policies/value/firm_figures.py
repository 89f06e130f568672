"""What a firm knows of itself: expected handling, resolution and cost, tabulated for policies.

Pure functions of a scenario. Tables are indexed by the numbers of segments, intents and channels;
a table by segment has one row more, the mean over segments, which index -1 (segment not known)
finds.
"""

from __future__ import annotations

from sim.scenario import Scenario
from sim.scenario.parts import DAYS, Duration
from sim.scenario.service import Channel, Team

HOURS = 168
HOUR_S = 3600.0


def mean_s(duration: Duration) -> float:
    """Return a duration's mean in seconds, its short draws included."""
    if duration.kind == "never":
        return float("inf")
    short = duration.short_share
    return (1 - short) * duration.mean_s + short * duration.short_mean_s


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
    probability and are tried again there.
    """
    need = scenario.intents[intent]
    base = need.resolution.get(channel, 0.0)
    if base <= 0:
        base = need.resolution.get(scenario.channels[channel].of or "", 0.0)
    teams = serving(scenario, channel, need.skill)
    if base <= 0 or not teams:
        return 0.0
    first = base + (1 - base) * _mean(teams, [t.resolution_boost for t in teams])
    higher = second_tier(scenario, channel, need.skill)
    if not higher or not scenario.mechanisms.transfers:
        return first
    second = base + (1 - base) * _mean(higher, [t.resolution_boost for t in higher])
    return first + (1 - first) * scenario.desk.transfer_probability * second


def automated_resolution(scenario: Scenario, intent: str, channel: str, skill: float) -> float:
    """Return the probability that automation resolves an intent for a digital skill.

    recognition × min(1, resolution × (0.5 + skill)), the scenario's rule for self-service.
    """
    bot = scenario.channels[channel].automation
    if bot is None:
        return 0.0
    right = bot.recognition if scenario.mechanisms.confusion and len(scenario.intents) > 1 else 1.0
    return right * min(1.0, scenario.intents[intent].resolution.get(channel, 0.0) * (0.5 + skill))


def handle_s(scenario: Scenario, intent: str, channel: str) -> float:
    """Return the expected handle time (talk, search, wrap-up) with a human, in seconds."""
    need, desk, on = scenario.intents[intent], scenario.desk, scenario.mechanisms
    where = scenario.channels[channel]
    talk = mean_s(need.talk_s) * where.talk_factor
    search = mean_s(desk.search) * 2 * need.complexity if on.search else 0.0
    if desk.integrated_desktop:
        search *= 1 - desk.desktop_search_cut
    if desk.agent_assist:
        search *= 1 - desk.assist_search_cut
        talk *= 1 - desk.assist_talk_cut
    return talk + search + (mean_s(where.wrap_up) if on.wrap_up else 0.0)


def wage_per_s(scenario: Scenario, channel: str, skill: str) -> float:
    """Return the wage of one contact's second: the team's wage over its slots on the channel."""
    teams = serving(scenario, channel, skill)
    if not teams:
        return 0.0
    return _mean(teams, [t.wage_per_h / HOUR_S / t.channels[channel] for t in teams])


def contact_cost(channel: Channel, length_s: float) -> float:
    """Return what a contact costs the firm in telephony, licences and automation."""
    return channel.cost_per_contact + channel.cost_per_minute * length_s / 60


def return_probability(scenario: Scenario, intent: str) -> float:
    """Return the probability that a failed need comes back: base^(2 (1 - urgency))."""
    if not scenario.mechanisms.recontact:
        return 0.0
    base = scenario.returns.recontact_probability
    return float(base ** (2 * (1 - scenario.intents[intent].urgency)))


def staffed_in_s(scenario: Scenario, channel: str) -> list[float]:
    """Return, by hour of the week from Monday 0:00, the seconds until someone serves a channel.

    Infinite where nobody ever does.
    """
    on = [False] * HOURS
    for team in scenario.teams.values():
        if channel not in team.channels:
            continue
        for shift in team.shifts:
            for day in shift.days:
                first = DAYS.index(day) * 24
                for hour in range(int(shift.start_h), -int(-shift.until_h // 1)):
                    on[(first + hour) % HOURS] = True
    if not any(on):
        return [float("inf")] * HOURS
    return [
        next(ahead for ahead in range(HOURS) if on[(hour + ahead) % HOURS]) * HOUR_S
        for hour in range(HOURS)
    ]
