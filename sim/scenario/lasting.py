"""What lasts in customers and in their needs, and so leaves traces: spreads are on the logit scale.

All spreads are 0 unless a firm gives them; those of the shipped firms are assumptions.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.inputs import StrictModel
from sim.scenario.parts import Name, NonNegative, Share, Weight


class Lasting(StrictModel):
    """How much needs and customers differ, over all attempts and contacts.

    The chance that an attempt resolves a need is one function (``sim.behaviour.resolution``) of
    the stated figure and of: the need's difficulty (``difficulty_sd``; people feel
    ``people_difficulty`` of it), its own fit to each channel (``need_channel_sd``), the customer's
    fit to each channel (``fit_sd``) and, with automation, ability (``ability_sd``) and digital
    skill (``skill_effect`` × (skill − 0.5)). ``ability_learning``: what each success with
    automation adds to ability.
    Acceptance of steering differs by ``acceptance_sd`` and moves by ``acceptance_learning`` with
    what came of it. A habit of a channel has weight ``habit_weight`` in the choice, begins with
    spread ``habit_sd`` and moves by ``habit_rate`` towards what a contact there was like; stated
    preferences are those of customers without habits.
    """

    difficulty_sd: NonNegative = 0.0
    people_difficulty: Share = 0.7
    need_channel_sd: NonNegative = 0.0
    fit_sd: NonNegative = 0.0
    ability_sd: NonNegative = 0.0
    skill_effect: Weight = 2.0
    ability_learning: Weight = 0.0
    acceptance_sd: NonNegative = 0.0
    acceptance_learning: Weight = 0.0
    habit_weight: Weight = 0.0
    habit_sd: NonNegative = 0.0
    habit_rate: Share = 0.3


class Concern(StrictModel):
    """One thing that may trouble a customer: its weight among customers, the intents it raises."""

    weight: NonNegative
    intents: tuple[Name, ...] = ()
    mood_effect: NonNegative = 0.0


class Concerns(StrictModel):
    """What troubles customers: each has one concern, which tilts needs and is why one leaves.

    ``tilt`` multiplies the weight of the intents that belong to the customer's concern (the
    segment's mix stays as stated). Who leaves does so for reason j with odds weight_j × (``own`` if
    it is the customer's) × exp(−mood_effect_j × mood) and, asked at the exit, states it in
    ``stated_right`` of cases, else ``otherwise``.
    """

    kinds: dict[Name, Concern] = Field(default_factory=dict)
    tilt: Annotated[float, Field(ge=1, le=100)] = 2.0
    own: Annotated[float, Field(ge=1, le=1000)] = 10.0
    stated_right: Share = 0.5
    otherwise: Name | None = None
