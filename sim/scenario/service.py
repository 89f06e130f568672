"""Channels, automation, agents and what service costs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.inputs import StrictModel
from sim.scenario.parts import Duration, Name, NonNegative, Opening, Positive, Share, Shift, Weight


class Automation(StrictModel):
    """A bot, IVR or self-service page.

    ``recognition`` is the probability that the intent is recognised; the remainder goes to
    ``confusion`` (recognised-as weights by true intent) or evenly to the other intents.
    ``detection`` is the probability that a failure is noticed while the customer is still there,
    which makes it an escalation decision; otherwise the customer leaves unresolved.
    ``preparation`` is the share of the human's talk time that a recognised hand-over saves.
    """

    duration: Duration = Duration(kind="lognormal", mean_s=90.0, cv=0.8)
    recognition: Share = 0.85
    confusion: dict[Name, dict[Name, NonNegative]] = Field(default_factory=dict)
    detection: Share = 0.6
    hand_over_to: tuple[Name, ...] = ()
    preparation: Share = 0.0
    retry_factor: Share = 0.3


class Channel(StrictModel):
    """One channel.

    ``live``: a queue of waiting people; ``automated``: answers at once; ``asynchronous``: a
    backlog; ``callback``: the firm calls back, in line with ``of``; ``outbound``: messages.
    ``unhurried_wrap_up`` replaces ``wrap_up`` after contacts that end with nobody waiting. With an
    ``answer_delay`` what it lasts beyond ``wrap_up`` is no work: the agent has left the desk, and
    every contact that has to wait calls back, each agent after a delay of its own.

    ``at_closing`` says what becomes of the line of a live channel when its ``hours`` end:
    ``finish_queue`` serves it (agents stay, paid, until it is empty; whom nobody on duty can serve
    is sent away), ``send_away`` ends these contacts like those that meet a closed channel, ``keep``
    lets them wait for the opening. The default is what one bank did: on 14 days of February 1999
    31 callers joined its line in the last quarter of an hour; agents answered 29, and nobody was in
    line after closing (call log, Technion SEE Lab; assumed for other firms and media).

    ``intent_accuracy``: how often the reason of a contact is known before it is heard (log-in and
    context tell); ``sentiment_share``: of how many contacts the sentiment can be read.
    """

    kind: Literal["live", "automated", "asynchronous", "callback", "outbound"]
    medium: Literal["voice", "text", "screen", "face"] = "voice"
    digital: bool = False
    hours: Annotated[tuple[Opening, ...], Field(min_length=1)] | None = None
    at_closing: Literal["finish_queue", "send_away", "keep"] = "finish_queue"
    front_door: Name | None = None
    customer_choice: bool = True
    of: Name | None = None
    patience: Duration = Duration(kind="never")
    talk_factor: Positive = 1.0
    wrap_up: Duration = Duration(kind="constant", mean_s=0.0)
    unhurried_wrap_up: Duration | None = None
    answer_delay: Duration | None = None
    concurrency_slowdown: Weight = 0.0
    acceptance: Share = 1.0
    no_answer: Share = 0.0
    overflow_after_s: NonNegative | None = None
    effort: Weight = 0.1
    tone: Annotated[float, Field(ge=-1, le=1)] = 0.0
    sale_factor: NonNegative = 1.0
    margin_factor: NonNegative = 1.0
    cost_per_contact: NonNegative = 0.0
    cost_per_minute: NonNegative = 0.0
    intent_accuracy: Share = 1.0
    sentiment_share: Share = 0.0
    automation: Automation | None = None


class Team(StrictModel):
    """A group of agents with the same skills.

    ``channels`` maps a channel to the contacts one agent handles at once there. ``tier`` 2 teams
    take transfers. ``overflow`` teams also serve queues outside their skills, once a contact has
    waited for the channel's ``overflow_after_s``. ``agents_factor`` multiplies the agents of all
    shifts, as ``population.scale`` does, before they are rounded to heads; a strategy's
    ``staffing`` sets it.
    """

    channels: Annotated[dict[Name, Annotated[int, Field(ge=1, le=20)]], Field(min_length=1)]
    skills: tuple[Name, ...] = ("general",)
    shifts: Annotated[tuple[Shift, ...], Field(min_length=1)]
    agents_factor: Annotated[float, Field(gt=0, le=10_000)] = 1.0
    tier: Annotated[int, Field(ge=1, le=2)] = 1
    wage_per_h: NonNegative = 0.0
    proficiency_sd: Weight = 0.0
    resolution_boost: Share = 0.0
    overflow: bool = False
    backlog_reserve: Annotated[int, Field(ge=0)] = 0

    @property
    def agents(self) -> float:
        """The agents over all shifts, before the firm's scale."""
        return sum(shift.agents for shift in self.shifts) * self.agents_factor


class AgentDesktop(StrictModel):
    """What an agent does beside talking (handle time = talk + search + wrap-up).

    ``repeat_s``: repeated explanation when no context was passed. Integrated desktop and
    agent-assist cut the search (field evidence on assist: Brynjolfsson, Li & Raymond 2025).
    """

    search: Duration = Duration(kind="constant", mean_s=0.0)
    integrated_desktop: bool = False
    desktop_search_cut: Share = 0.4
    agent_assist: bool = False
    assist_search_cut: Share = 0.3
    assist_talk_cut: Share = 0.05
    repeat_s: NonNegative = 45.0
    transfer_probability: Share = 0.5
    misroute_s: NonNegative = 60.0

    @property
    def talk_left(self) -> float:
        """The factor on talk time with the assistance that the firm has."""
        return 1 - self.assist_talk_cut if self.agent_assist else 1.0

    @property
    def search_left(self) -> float:
        """The factor on search time with the desktop and the assistance that the firm has."""
        desktop = 1 - self.desktop_search_cut if self.integrated_desktop else 1.0
        return desktop * (1 - self.assist_search_cut) if self.agent_assist else desktop


class Queueing(StrictModel):
    """How priority counts: strictly, or as a head start of ``head_start_s`` a level."""

    head_start_s: NonNegative | None = None


class Tiredness(StrictModel):
    """Occupancy tires: above the threshold talk gets slower and failures more likely."""

    half_life_h: Positive = 1.0
    threshold: Share = 0.8
    slowdown: Weight = 0.15
    resolution_loss: Share = 0.1


class Money(StrictModel):
    """Currency and discounting; every other price stands where it arises."""

    currency: Annotated[str, Field(min_length=1, max_length=8)] = "USD"
    discount_per_year: NonNegative = 0.1


class Mechanisms(StrictModel):
    """Switches: each turns one mechanism off."""

    day_variation: bool = True  # day-level overdispersion of needs
    abandonment: bool = True
    redial: bool = True
    recontact: bool = True
    callbacks: bool = True
    overflow: bool = True
    transfers: bool = True
    breaks: bool = True
    wrap_up: bool = True
    proficiency: bool = True
    tiredness: bool = True
    search: bool = True
    confusion: bool = True
    failure_detection: bool = True
    tone: bool = True
    adapting_expectation: bool = True
    refusal: bool = True
    recovery: bool = True
    sales: bool = True
    churn: bool = True
    announced_churn: bool = True
    offers: bool = True
    surveys: bool = True
    finish_after_shift: bool = True
    signals: bool = True
    tenure: bool = True
    drift: bool = True
    sleepers: bool = True
    concerns: bool = True
    difficulty: bool = True  # what lasts in a need: its own fit to channels, too
    channel_fit: bool = True  # of customers
    ability: bool = True
    lasting_acceptance: bool = True
    habits: bool = True
