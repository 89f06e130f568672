"""How probable each intent is, given the guess and what is known of who asks."""

from __future__ import annotations

from sim.core.accessors import (
    confusion_at,
    contact_at,
    prior_at,
    seen_intent_at,
    sight_at,
)
from sim.core.knowing import mix_row, segment_known
from sim.core.records.bundles import World
from sim.core.records.state import Contact
from sim.native_types import Float, Int, Small


def see_intents(world: World, c: Int) -> None:
    """See the probabilities of all intents of a contact: prior × likelihood of the guess.

    Prior: the segment's mix of needs, and how often each goes to the channel asked for. What was
    prepared at midnight has the mix alone.
    """
    firm = world.firm
    contact = contact_at(world, c)
    row = mix_row(world, segment_known(world, contact))
    first = (row * firm.n_channels + contact.requested) * firm.n_intents
    guess_share = _share(world, row, contact.guess)
    total = 0.0
    for i in range(firm.n_intents):
        seen = seen_intent_at(world, i)
        if firm.prepared:
            seen.probability = _share(world, row, i)
        else:
            seen.probability = prior_at(world, first + i).probability
            seen.probability *= _likelihood(world, contact, i, guess_share, _share(world, row, i))
        total += seen.probability
    for i in range(firm.n_intents):
        seen = seen_intent_at(world, i)
        if total > 0.0:
            seen.probability /= total
        else:  # an intent that the mix does not know
            seen.probability = 1.0 if i == contact.guess else 0.0


def likeliest_intent(world: World, segment: Int) -> Small:
    """Return the most frequent intent of a segment (-1: of the whole firm), the first of equals."""
    row = mix_row(world, segment)
    best: Small = 0
    for i in range(1, world.firm.n_intents):
        if _share(world, row, i) > _share(world, row, best):
            best = i
    return best


def share_of_intent(world: World, segment: Int, intent: Int) -> Float:
    """Return an intent's share among a segment's needs (-1: the whole firm's)."""
    return _share(world, mix_row(world, segment), intent)


def _share(world: World, row: Int, intent: Int) -> Float:
    first = row * world.firm.n_intents
    below = sight_at(world, first + intent - 1).upto if intent > 0 else 0.0
    return sight_at(world, first + intent).upto - below


def _likelihood(
    world: World, contact: Contact, intent: Int, guess_share: Float, share: Float
) -> Float:
    """Return how probably an intent leads to the contact's guess; shares are the mix's of both."""
    n = world.firm.n_intents
    right = intent == contact.guess
    if contact.accuracy >= 1.0:
        return 1.0 if right else 0.0
    if contact.heard >= 0:
        first = (contact.heard * n + intent) * n
        below = confusion_at(world, first + contact.guess - 1).upto if contact.guess > 0 else 0.0
        return confusion_at(world, first + contact.guess).upto - below
    if right:
        return contact.accuracy
    others = 1.0 - share
    wrong = 1.0 - contact.accuracy
    if others <= 0.0:
        return wrong / (n - 1)
    return wrong * guess_share / others
