"""The whole scenario and the checks that need more than one section."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, model_validator

from sim.inputs import StrictModel, nearest
from sim.scenario.customers import (
    Choice,
    Demand,
    Intent,
    Offer,
    Population,
    Recovery,
    Retention,
    Return,
    Satisfaction,
    Segment,
    Survey,
)
from sim.scenario.knowledge import Regime, Signals, default_regimes
from sim.scenario.lasting import Concerns, Lasting
from sim.scenario.parts import DAYS, Day, Name, Opening
from sim.scenario.service import (
    AgentDesktop,
    Channel,
    Mechanisms,
    Money,
    Queueing,
    Team,
    Tiredness,
)
from sim.units import DAYS_PER_YEAR


class Scenario(StrictModel):
    """A firm: customers, needs, channels, agents, money, and what is known when."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    title: str = ""
    description: str = ""
    start_day: Annotated[int, Field(ge=0, le=6)] = 0
    population: Population
    segments: Annotated[dict[Name, Segment], Field(min_length=1)]
    intents: Annotated[dict[Name, Intent], Field(min_length=1, max_length=60)]
    demand: Demand = Demand()
    channels: Annotated[dict[Name, Channel], Field(min_length=1, max_length=30)]
    teams: dict[Name, Team] = Field(default_factory=dict)
    queueing: Queueing = Queueing()
    agent_desktop: AgentDesktop = AgentDesktop()
    tiredness: Tiredness = Tiredness()
    choice: Choice = Choice()
    returns: Return = Return()
    satisfaction: Satisfaction = Satisfaction()
    recovery: Recovery = Recovery()
    offers: dict[Name, Offer] = Field(default_factory=dict)
    survey: Survey = Survey()
    retention: Retention = Retention()
    lasting: Lasting = Lasting()
    concerns: Concerns = Concerns()
    signals: Signals = Signals()
    money: Money = Money()
    regimes: dict[Name, Regime] = Field(default_factory=default_regimes)
    mechanisms: Mechanisms = Mechanisms()

    @model_validator(mode="after")
    def _consistent(self) -> Scenario:
        problems = [
            *_size(self),
            *_shares(self),
            *_names(self),
            *_channels(self),
            *_resolvable(self),
            *_staffed(self),
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


MOST = {"customers": 1e8, "agents": 1e6, "needs a day": 1e8}
"""The largest firm that is taken for meant: it still fits into a large machine's memory."""


def _size(s: Scenario) -> list[str]:
    scale, customers = s.population.scale, s.population.customers
    agents = sum(team.agents for team in s.teams.values())
    monthly = sum(
        segment.share
        * segment.needs_factor
        * intent.needs_per_month
        * segment.intent_factor.get(name, 1.0)
        for segment in s.segments.values()
        for name, intent in s.intents.items()
    )
    needs = customers * monthly * 12 / DAYS_PER_YEAR
    size = {"customers": customers * scale, "agents": agents * scale, "needs a day": needs * scale}
    return [
        f"population: must not be larger than {most:g} {what}; got {size[what]:g}"
        for what, most in MOST.items()
        if size[what] > most
    ]


def _shares(s: Scenario) -> list[str]:
    total = sum(segment.share for segment in s.segments.values())
    problems = []
    if abs(total - 1) > 1e-6:
        problems.append(f"segments.*.share must sum to 1; got {total:g}")
    weights = {key: getattr(s.demand, key) for key in ("hourly", "daily", "weekly")}
    problems += [
        f"demand.{key}: must have a positive weight"
        for key, values in weights.items()
        if values is not None and sum(values) <= 0
    ]
    problems += [
        f"teams.{key}.backlog_reserve: must be below the team's {size} agents, else nobody ever "
        f"works the backlog; got {team.backlog_reserve}"
        for key, team in s.teams.items()
        for size in [sum(shift.agents for shift in team.shifts)]
        if team.backlog_reserve >= size
        and any(s.channels[c].kind == "asynchronous" for c in team.channels if c in s.channels)
    ]
    return problems


def _unknown(key: str, name: str, known: dict[str, object]) -> str:
    return f"{key}: unknown channel {name!r}{nearest(name, known)}"


def _names(s: Scenario) -> list[str]:
    known: dict[str, object] = dict(s.channels)
    groups: list[tuple[str, Iterable[str]]] = [
        *((f"segments.{k}.preference", v.preference) for k, v in s.segments.items()),
        *((f"intents.{k}.resolution", v.resolution) for k, v in s.intents.items()),
        *((f"intents.{k}.preference", v.preference) for k, v in s.intents.items()),
        *((f"teams.{k}.channels", v.channels) for k, v in s.teams.items()),
    ]
    used = [(key, name) for key, names in groups for name in names]
    for key, channel in s.channels.items():
        for field, name in (("front_door", channel.front_door), ("of", channel.of)):
            if name is not None:
                used.append((f"channels.{key}.{field}", name))
        if channel.automation:
            used += [
                (f"channels.{key}.automation.hand_over_to", n)
                for n in channel.automation.hand_over_to
            ]
    problems = [_unknown(key, name, known) for key, name in used if name not in known]
    skills: dict[str, object] = {intent.skill: None for intent in s.intents.values()}
    cancel = s.retention.cancel_intent
    if cancel is not None and cancel not in s.intents:
        hint = nearest(cancel, dict(s.intents))
        problems.append(f"retention.cancel_intent: unknown intent {cancel!r}{hint}")
    problems += [
        f"segments.{k}.intent_factor: unknown intent {name!r}{nearest(name, dict(s.intents))}"
        for k, segment in s.segments.items()
        for name in segment.intent_factor
        if name not in s.intents
    ]
    problems += [
        f"concerns.kinds.{k}.intents: unknown intent {name!r}{nearest(name, dict(s.intents))}"
        for k, concern in s.concerns.kinds.items()
        for name in concern.intents
        if name not in s.intents
    ]
    other, kinds = s.concerns.otherwise, s.concerns.kinds
    if other is not None and other not in kinds:
        problems.append(
            f"concerns.otherwise: unknown concern {other!r}{nearest(other, dict(kinds))}"
        )
    problems += [
        f"teams.{k}.skills: no intent needs skill {skill!r}{nearest(skill, skills)}"
        for k, team in s.teams.items()
        for skill in team.skills
        if skill not in skills
    ]
    return problems


def _channels(s: Scenario) -> list[str]:
    problems = []
    for key, channel in s.channels.items():
        where = f"channels.{key}"
        if channel.kind == "automated" and channel.automation is None:
            problems.append(f"{where}: an automated channel needs 'automation'")
        if channel.kind != "automated" and channel.automation is not None:
            problems.append(f"{where}.automation: only an automated channel has it")
        if channel.kind != "live" and channel.at_closing != "finish_queue":
            problems.append(f"{where}.at_closing: only a live channel has a line that closes")
        if channel.kind == "callback" and (
            channel.of not in s.channels or s.channels[channel.of].kind != "live"
        ):
            problems.append(f"{where}.of: a callback channel names the live channel it relieves")
        door = s.channels.get(channel.front_door or "")
        if door is not None and door.kind != "automated":
            problems.append(f"{where}.front_door: must name an automated channel")
        if channel.answer_delay and not (channel.kind == "live" and channel.unhurried_wrap_up):
            problems.append(f"{where}.answer_delay: needs a live channel with 'unhurried_wrap_up'")
        targets = channel.automation.hand_over_to if channel.automation else ()
        problems += [
            f"{where}.automation.hand_over_to: {t!r} must be live or asynchronous"
            for t in targets
            if t in s.channels and s.channels[t].kind not in ("live", "asynchronous")
        ]
        problems += [
            f"{where}.automation.confusion: unknown intent {n!r}{nearest(n, dict(s.intents))}"
            for row, weights in (channel.automation.confusion if channel.automation else {}).items()
            for n in (row, *weights)
            if n not in s.intents
        ]
    return problems


def _resolvable(s: Scenario) -> list[str]:
    problems = [
        f"intents.{key}.resolution: no channel can resolve this intent"
        for key, intent in s.intents.items()
        if not any(
            p > 0 and name in s.channels and s.channels[name].kind != "outbound"
            for name, p in intent.resolution.items()
        )
    ]
    entry = {k for k, c in s.channels.items() if c.kind != "outbound" and c.customer_choice}
    problems += [
        f"segments.{key}.preference: no positive weight on a channel open to customers"
        for key, segment in s.segments.items()
        if not any(w > 0 and name in entry for name, w in segment.preference.items())
    ]
    return problems


def _staffed(s: Scenario) -> list[str]:
    """Every queue that can fill has someone, at some hour, to empty it."""
    problems = []
    for key, channel in s.channels.items():
        if channel.kind not in ("live", "asynchronous", "callback"):
            continue
        for skill in sorted({intent.skill for intent in s.intents.values()}):
            if not any(key in t.channels and skill in t.skills for t in s.teams.values()):
                problems.append(
                    f"channels.{key}: a queue without agents for ever: no team serves it with "
                    f"skill {skill!r}; add one to teams.*.channels and teams.*.skills"
                )
        openings = channel.hours or ()
        for opening in openings:
            for day in opening.days:
                if not any(_on_duty(team, key, day, opening) for team in s.teams.values()):
                    problems.append(
                        f"channels.{key}.hours: open on {day}, but no shift of a team serving it "
                        "falls into these hours"
                    )
    return problems


def _on_duty(team: Team, channel: str, day: Day, opening: Opening) -> bool:
    """Return whether some shift of a team overlaps hours that begin on a day of any week."""
    if channel not in team.channels:
        return False
    for shift in team.shifts:
        for begins in shift.days:
            days = (DAYS.index(begins) - DAYS.index(day) + 3) % 7 - 3  # the nearest such day
            ahead = 24 * days
            if shift.start_h + ahead < opening.until_h and shift.until_h + ahead > opening.open_h:
                return True
    return False
