"""What customers leave behind: a row for each trace, with the customer whom the firm takes it for.

A leg leaves one trace of how it ended: an attempt that is over its outcome as coded, automation
that has visibly failed that failure. Contacts that were answered may be read for their sentiment,
bad ones are posted, agents note what troubles the customer; surveys answer; weeks of use are read.
"""

from __future__ import annotations

from sim.behaviour.normal import normal_quantile
from sim.behaviour.signals import (
    coded_resolved,
    is_posted,
    noted_concern,
    sentiment_reading,
    usage_reading,
)
from sim.core.accessors import new_signal_row
from sim.core.evidence import hear
from sim.core.records.bundles import World
from sim.core.records.rows import ContactRow
from sim.core.records.state import Contact, Customer, Journey, Lasting
from sim.native_types import Float, Int, Small
from sim.population.draws import (
    FOR_CODING,
    FOR_DETECT,
    FOR_NOTE,
    FOR_NOTE_KIND,
    FOR_SENTIMENT,
    FOR_SENTIMENT_NOISE,
    FOR_SOCIAL,
    TRAIT_OPINION,
    TRAIT_USAGE,
    TRAIT_USAGE_BIAS,
    draw,
    uniform,
)
from sim.register.codes import (
    ABANDONED,
    CLOSED,
    FROM_CONTACT,
    FROM_NOTE,
    FROM_SOCIAL,
    FROM_SURVEY,
    FROM_USAGE,
    HANDED_OVER,
    RESOLVED,
    SIGNAL_CES,
    SIGNAL_CSAT,
    SIGNAL_INACTIVE,
    SIGNAL_NOTE,
    SIGNAL_NPS,
    SIGNAL_OUTCOME,
    SIGNAL_POST,
    SIGNAL_SELF_SERVICE,
    SIGNAL_SENTIMENT,
    SIGNAL_STEERING,
    SIGNAL_USAGE,
    UNREACHED,
    UNRESOLVED,
)
from sim.tables.codes import AUTOMATED
from sim.units import WEEK_S


def write_signal(
    world: World,
    customer: Int,
    journey: Int,
    contact: Int,
    channel: Int,
    source: Int,
    kind: Int,
    value: Float,
) -> None:
    """Write a trace, and let who believes hear it where rows arrive at once.

    ``customer``: as the firm knows them, -1 nobody. ``journey``: its id, ``contact``: the row, -1
    where it is of none. ``channel``: where it was left, -1 where on none.
    """
    number = new_signal_row(world)
    world.n_signals = number + 1
    row = world.signal_rows.rows[number]
    row.time_s = world.now
    row.customer = customer
    row.journey = journey
    row.contact = contact
    row.channel = channel
    row.source = source
    row.kind = kind
    row.value = value
    if world.believes and world.firm.real_time:
        hear(world, number)
        world.heard_signals = number + 1


def fails_unseen(world: World, contact: Contact) -> Small:
    """Return whether automation has failed a customer without noticing."""
    channel = world.firm.channels.rows[contact.channel]
    return channel.kind == AUTOMATED and draw(contact.luck, FOR_DETECT) >= channel.detection


def coded_outcome(world: World, contact: Contact, outcome: Int) -> Small:
    """Return an outcome as it is coded: whether a need is resolved is judged, and misjudged."""
    if outcome != RESOLVED and outcome != UNRESOLVED:
        return outcome
    firm = world.firm
    if not firm.writes_signals:  # then outcomes are known, but for failures that nobody notices
        return RESOLVED if outcome == UNRESOLVED and fails_unseen(world, contact) else outcome
    silent = outcome == UNRESOLVED and fails_unseen(world, contact)
    u = draw(contact.luck, FOR_CODING)
    right = coded_resolved(outcome == RESOLVED, silent, firm.coded_right, firm.silent_seen, u)
    return RESOLVED if right else UNRESOLVED


def signals_of_leg(
    world: World, contact: Contact, journey: Journey, number: Int, felt: Float
) -> None:
    """Write what a leg leaves behind, whose row is written: ``number``."""
    row = world.contact_rows.rows[number]
    _outcome_of_leg(world, row, number)
    if row.outcome == RESOLVED or row.outcome == UNRESOLVED:
        firm = world.firm
        share = world.firm.channels.rows[row.channel].sentiment_share
        if share > 0.0 and draw(contact.luck, FOR_SENTIMENT) < share:
            u = draw(contact.luck, FOR_SENTIMENT_NOISE)
            read = sentiment_reading(felt, firm.sentiment_noise, u)
            _of_leg(world, row, number, row.channel, FROM_CONTACT, SIGNAL_SENTIMENT, read)
        if row.team >= 0 and firm.n_concerns:
            _note(world, contact, journey, row, number)
        _post(world, contact, row, number, felt)


def _outcome_of_leg(world: World, row: ContactRow, number: Int) -> None:
    """Whether an attempt came to something, or automation visibly failed; else nothing."""
    ending = row.coded
    automated = world.firm.channels.rows[row.channel].kind == AUTOMATED
    if ending == HANDED_OVER or (automated and ending == UNRESOLVED):
        _of_leg(world, row, number, row.channel, FROM_CONTACT, SIGNAL_SELF_SERVICE, 1.0)
    elif ending == RESOLVED:
        _of_leg(world, row, number, row.channel, FROM_CONTACT, SIGNAL_OUTCOME, 1.0)
    elif ending == UNRESOLVED or ending == ABANDONED or ending == CLOSED or ending == UNREACHED:
        _of_leg(world, row, number, row.channel, FROM_CONTACT, SIGNAL_OUTCOME, 0.0)


def _of_leg(
    world: World, row: ContactRow, number: Int, channel: Int, source: Int, kind: Int, value: Float
) -> None:
    write_signal(world, row.known_as, row.journey, number, channel, source, kind, value)


def _post(world: World, contact: Contact, row: ContactRow, number: Int, felt: Float) -> None:
    """A bad experience may be posted: on no channel of the firm's."""
    firm = world.firm
    u = draw(contact.luck, FOR_SOCIAL)
    if is_posted(felt, firm.social_share, u):
        # Given that it is posted, the uniform over the share is uniform again.
        read = sentiment_reading(felt, firm.sentiment_noise, u / firm.social_share)
        _of_leg(world, row, number, -1, FROM_SOCIAL, SIGNAL_POST, read)


def _note(world: World, contact: Contact, journey: Journey, row: ContactRow, number: Int) -> None:
    """The agent may note what troubles the customer."""
    firm = world.firm
    concern = world.lasting.rows[journey.customer].concern
    u = draw(contact.luck, FOR_NOTE)
    if concern >= 0 and u < firm.note_share:
        other_u = draw(contact.luck, FOR_NOTE_KIND)
        noted = noted_concern(
            concern, firm.n_concerns, firm.note_right, u / firm.note_share, other_u
        )
        _of_leg(world, row, number, row.channel, FROM_NOTE, SIGNAL_NOTE, float(noted))


def signals_of_survey(
    world: World, journey: Journey, csat_score: Float, ces_score: Float, nps_score: Float
) -> None:
    """Write the answers of a survey about a journey's last contact."""
    last = journey.last_row
    channel: Int = -1
    known_as: Int = -1
    if last >= 0:
        row = world.contact_rows.rows[last]
        channel = row.channel
        known_as = row.known_as
    id = journey.id
    write_signal(world, known_as, id, last, channel, FROM_SURVEY, SIGNAL_CSAT, csat_score)
    write_signal(world, known_as, id, last, channel, FROM_SURVEY, SIGNAL_CES, ces_score)
    write_signal(world, known_as, id, last, channel, FROM_SURVEY, SIGNAL_NPS, nps_score)


def signal_of_steering(
    world: World, contact: Contact, journey: Journey, target: Int, accepted: Small
) -> None:
    """Write whether a customer followed the firm to another channel."""
    offered = float(target + 1)
    write_signal(
        world,
        contact.known_as,
        journey.id,
        -1,
        contact.requested,
        FROM_CONTACT,
        SIGNAL_STEERING,
        offered if accepted else -offered,
    )


def read_usage(world: World, who: Int, customer: Customer, lasting: Lasting) -> None:
    """Read a customer's last week of use; an inactive week is a trace of its own."""
    firm = world.firm
    if not firm.writes_signals or not customer.alive:
        return
    week = int(world.now / WEEK_S)
    read = usage_reading(
        lasting.risk,
        firm.usage_bias_sd,
        firm.usage_noise,
        uniform(world.trait_key, who, 0, TRAIT_USAGE_BIAS),
        uniform(world.key, who, week, TRAIT_USAGE),
    )
    write_signal(world, who, -1, -1, -1, FROM_USAGE, SIGNAL_USAGE, read)
    if read > firm.inactive_from:
        write_signal(world, who, -1, -1, -1, FROM_USAGE, SIGNAL_INACTIVE, 1.0)


def opinion_of(world: World, who: Int) -> Float:
    """Return what a customer thinks of price and product, which lasts: a normal trait."""
    if world.firm.opinion_sd <= 0.0:
        return 0.0
    return world.firm.opinion_sd * normal_quantile(uniform(world.trait_key, who, 0, TRAIT_OPINION))
