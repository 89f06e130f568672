"""KPIs of contacts: queues, automation and steering, and what is left over at the end."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.metrics.censoring import FOLLOW_UP_S, Floats, known, mean
from sim.metrics.facts import Columns, Facts, ratio, select
from sim.metrics.facts import mean as plain_mean
from sim.register.register import Context, Outcome, Steering
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED, CALLBACK, LIVE
from sim.units import HOUR_S

ACCEPTABLE_WAIT_S = 20.0
UNANSWERED = (Outcome.OPEN, Outcome.SUPERSEDED)
"""How contacts stand in a queue at the run's end: waiting, or given up on by their customers."""


def waits(contacts: Columns) -> Floats:
    """Return each contact's wait in its queue, seconds; up to the run's end if it still waits."""
    until = np.where(contacts["answered_s"] >= 0, contacts["answered_s"], contacts["released_s"])
    wait: Floats = until - contacts["queued_s"]
    return wait


def wait_weights(queued: Columns, facts: Facts) -> Floats:
    """Return the weights of the waits of queued contacts, allowing for those that still wait."""
    over = (queued["answered_s"] >= 0) | ~np.isin(queued["outcome"], UNANSWERED)
    until = queued["queued_s"] + waits(queued)
    return known(queued["queued_s"], until, over, facts.end_s, whole=True)


def queue_kpis(contacts: Columns, facts: Facts) -> dict[str, float]:
    """Waits of live queues and response times of backlogs, of contacts begun in the window."""
    kind = facts.channel_kind[contacts["channel"]]
    live = select(contacts, (kind == LIVE) & (contacts["queued_s"] >= 0))
    served, wait = live["answered_s"] >= 0, waits(live)
    abandoned = live["outcome"] == Outcome.ABANDONED
    weights = wait_weights(live, facts)
    quick = wait <= ACCEPTABLE_WAIT_S
    offered = float(len(wait))
    return {
        "abandonment": ratio(float(abandoned.sum()), offered),
        "service_level": ratio(
            float((served & quick).sum()), offered - float((abandoned & quick).sum())
        ),
        "speed_of_answer_s": mean(weights, wait, served),
        "waiting_time_s": mean(weights, wait),
        "time_to_abandon_s": mean(weights, wait, abandoned),
        "response_time_h": _response_time_h(select(contacts, kind == ASYNCHRONOUS), facts),
    }


def _response_time_h(messages: Columns, facts: Facts) -> float:
    """Return the restricted mean time to the answer of messages whose sender stays, hours.

    A message that its sender no longer waits for is answered too: without it, customers who turn
    elsewhere would make a slow firm look quick.
    """
    messages = select(messages, messages["outcome"] != Outcome.LEFT)
    answered = (messages["answered_s"] >= 0) & (messages["released_s"] < facts.end_s)
    took = messages["released_s"] - messages["start_s"]
    times = messages["start_s"], messages["released_s"]
    weights = known(*times, answered, facts.end_s, whole=False)
    return mean(weights, np.minimum(took, FOLLOW_UP_S) / HOUR_S)


def contact_kpis(contacts: Columns) -> dict[str, float]:
    """Steering, context, closed doors: contacts that began in the window."""
    outcome = contacts["outcome"]
    first_leg = contacts["from_channel"] < 0
    proposed = contacts["steering"][first_leg & (contacts["steering"] != Steering.NONE)]
    attempts = contacts["steering"][first_leg & (outcome != Outcome.CLOSED)]
    later = contacts["context"] != Context.FIRST
    return {
        "contacts": float(len(outcome)),
        "steered_share": plain_mean(attempts == Steering.ACCEPTED),
        "refused_share": plain_mean(proposed == Steering.REFUSED),
        "repeated_share": plain_mean(contacts["context"][later] == Context.REPEATED),
        "closed_share": plain_mean(outcome == Outcome.CLOSED),
    }


def automation_kpis(contacts: Columns, facts: Facts) -> dict[str, float]:
    """What automation ends by itself: dialogues begun in the window that are over."""
    automated = facts.channel_kind[contacts["channel"]] == AUTOMATED
    ended = contacts["outcome"][automated & (contacts["outcome"] != Outcome.OPEN)]
    return {
        "contained_share": plain_mean(ended != Outcome.HANDED_OVER),
        "verified_contained_share": plain_mean(ended == Outcome.RESOLVED),
    }


def handled_in(contacts: Columns, facts: Facts) -> Columns:
    """Return the contacts that agents finished with their customers in the window.

    Counted by their end, long ones are no rarer than they are; what the run's end interrupts has
    not finished.
    """
    ended = facts.within(contacts, "released_s")
    return select(ended, ended["agent"] >= 0)


def work_kpis(contacts: Columns, handled: Columns, facts: Facts) -> dict[str, float]:
    """Work offered to agents in the window, and what waits for them at its end."""
    staffed = np.isin(facts.channel_kind[contacts["channel"]], (LIVE, ASYNCHRONOUS, CALLBACK))
    queued = select(contacts, staffed & (contacts["queued_s"] >= 0))
    arrived = (queued["queued_s"] >= facts.start_s) & (queued["queued_s"] < facts.end_s)
    waiting = (queued["answered_s"] < 0) & np.isin(queued["outcome"], UNANSWERED)
    return {
        "offered_load_erlangs": _work_s(select(queued, arrived), handled)
        / (facts.end_s - facts.start_s),
        "backlog_contacts": float(waiting.sum()),
        "backlog_hours": _work_s(select(queued, waiting), handled) / HOUR_S,
    }


def handle_times(handled: Columns) -> Floats:
    """Return talk, search and wrap-up of handled contacts, seconds."""
    took: Floats = handled["end_s"] - handled["answered_s"]
    return took


def _work_s(contacts: Columns, handled: Columns) -> float:
    """Return the work that contacts bring: the mean handle time of their channel and intent each.

    Where no such contact was handled it is the channel's mean, or else that of all; NaN where
    nobody handled anything.
    """
    if not len(contacts["channel"]):
        return 0.0
    time = handle_times(handled)
    intents = 2 + int(max(contacts["intent"].max(), handled["intent"].max(initial=0)))
    expected = np.full(len(contacts["channel"]), plain_mean(time))
    for split in (0, 1):  # from the coarse to the fine
        keys, asked = (
            t["channel"] * intents + split * (t["intent"] + 1) for t in (handled, contacts)
        )
        finer = _mean_by(keys, time, asked)
        expected = np.where(np.isnan(finer), expected, finer)
    return float(expected.sum())


def _mean_by(keys: npt.NDArray[np.int64], values: Floats, asked: npt.NDArray[np.int64]) -> Floats:
    """Return the mean of ``values`` of each key ``asked`` for, NaN where it has none."""
    size = 1 + int(max(keys.max(initial=0), asked.max(initial=0)))
    number = np.bincount(keys, minlength=size)
    with np.errstate(invalid="ignore"):
        by_key: Floats = np.bincount(keys, weights=values, minlength=size) / number
    return by_key[asked]
