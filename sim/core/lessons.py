"""What attempts teach customers: ability with automation, to be steered, habits of channels."""

from __future__ import annotations

from sim.behaviour.resolution import habit_after, pull_of
from sim.core.records.bundles import World
from sim.core.records.state import Contact, Journey
from sim.native_types import Int, Small
from sim.register.codes import ACCEPTED, REPEATED
from sim.tables.codes import AUTOMATED


def learns_from_attempt(world: World, contact: Contact, journey: Journey, resolved: Small) -> None:
    """An attempt that was served, or waited for, has ended: the customer learns from it."""
    firm = world.firm
    if journey.cancel:
        return
    automated = world.firm.channels.rows[contact.channel].kind == AUTOMATED
    if firm.ability_learning > 0.0 and automated and resolved:
        world.lasting.rows[journey.customer].ability += firm.ability_learning
    if firm.acceptance_learning > 0.0 and contact.steering == ACCEPTED:
        step = firm.acceptance_learning if resolved else -firm.acceptance_learning
        world.lasting.rows[journey.customer].acceptance += step
    if firm.habits:
        turned_to = contact.front if contact.front >= 0 else contact.channel
        _moves_habit(world, journey.customer, turned_to, resolved)
        if contact.from_channel >= 0 and contact.answered_s < 0.0:
            learns_from_hand_over(world, contact, journey)


def learns_from_hand_over(world: World, contact: Contact, journey: Journey) -> None:
    """Automation has handed over, and people answer, or nobody did: was it easy?

    It is hard where the customer explains all over, or waits longer than the channel's time scale
    of waiting, or in vain.
    """
    before = contact.from_channel
    if journey.cancel or world.firm.channels.rows[before].kind != AUTOMATED:
        return
    easy: Small = 0
    if contact.answered_s >= 0.0 and contact.context != REPEATED:
        patient_s = world.firm.channels.rows[contact.channel].wait_scale_s
        easy = contact.answered_s - contact.queued_s <= patient_s
    _moves_habit(world, journey.customer, before, easy)


def _moves_habit(world: World, who: Int, channel: Int, good: Small) -> None:
    habit = world.habits.rows[who * world.firm.n_channels + channel]
    habit.level = habit_after(habit.level, good != 0, world.firm.habit_rate)
    habit.pull = pull_of(habit.level, world.firm.habit_weight)
