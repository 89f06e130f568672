"""The loop: event after event, up to a time or to something that is settled outside."""

from __future__ import annotations

from typing import Final

from sim.core.automation import on_automated_end
from sim.core.calendar import FOREIGN_DUE, Event, due_event, expect_need_at, schedule
from sim.core.churn import on_churn
from sim.core.closing import lay_out_closings, on_closing
from sim.core.codes import (
    DECISION,
    FOREIGN,
    MIDNIGHT,
    ON_AUTOMATED_END,
    ON_BACK,
    ON_BREAK,
    ON_BREAK_END,
    ON_CANCEL_CALL,
    ON_CHURN,
    ON_CLOSING,
    ON_DAY,
    ON_ENTER,
    ON_HANG_UP,
    ON_NEED,
    ON_OVERFLOW,
    ON_RESTORED,
    ON_RETURN,
    ON_SERVICE_END,
    ON_SIGN_OFF,
    ON_SIGN_ON,
    ON_WRAP_UP_END,
    RANK_OURS,
    REACHED,
    WATCHED,
)
from sim.core.contacts import on_hang_up
from sim.core.deciding import settle
from sim.core.evidence import hear_until_now
from sim.core.journeys import on_cancel_call, on_enter, on_need, on_return
from sim.core.outages import on_restored
from sim.core.queues import on_overflow
from sim.core.records.bundles import World
from sim.core.rows import free_spent
from sim.core.seeking import on_back
from sim.core.shifts import (
    lay_out_shifts,
    on_break,
    on_break_end,
    on_service_end,
    on_sign_off,
    on_sign_on,
    on_wrap_up_end,
)
from sim.core.storage import fetch, fetches
from sim.core.watching import watch_lines
from sim.native_types import Float, Int, Small

ROWS_AHEAD: Final = 4


def advance(world: World, until_s: Float) -> Small:
    """Simulate to ``until_s``, or to what is settled outside; return which (see ``codes``)."""
    if world.pending:
        return DECISION
    while True:
        if world.agenda_first >= 0 and settle(world):
            return DECISION
        if world.spent_contact >= 0 or world.spent_journey >= 0:
            free_spent(world)
        if world.looks and watch_lines(world):
            return WATCHED
        event = due_event(world.calendar, until_s)
        handler = event.handler
        if handler < 0:
            if handler == FOREIGN_DUE:
                return FOREIGN
            world.now = max(world.now, until_s)
            return REACHED
        world.now = event.time_s
        if handler == ON_NEED:
            need = world.needs.rows[world.next_need]
            world.next_need += 1
            expect_need(world)
            on_need(world, need)
        elif handler == ON_SERVICE_END:
            on_service_end(world, event.subject, event.token)
        elif handler == ON_HANG_UP:
            on_hang_up(world, event.subject, event.token)
        elif handler == ON_DAY:
            world.day = event.subject
            return MIDNIGHT
        else:
            handle(world, event)


def handle(world: World, event: Event) -> None:
    """Process an event: its subject is ignored when its id is no longer the event's token."""
    handler = event.handler
    if handler == ON_WRAP_UP_END:
        on_wrap_up_end(world, event.subject, event.token)
    elif handler == ON_AUTOMATED_END:
        on_automated_end(world, event.subject, event.token, event.extra)
    elif handler == ON_RETURN:
        on_return(world, event.subject, event.token, event.extra)
    elif handler == ON_ENTER:
        on_enter(world, event.subject, event.token)
    elif handler == ON_OVERFLOW:
        on_overflow(world, event.subject, event.token)
    elif handler == ON_BACK:
        on_back(world, event.subject, event.token)
    else:
        _handle_rare(world, event)


def _handle_rare(world: World, event: Event) -> None:
    handler = event.handler
    if handler == ON_CHURN:
        on_churn(world, event.subject)
    elif handler == ON_CANCEL_CALL:
        on_cancel_call(world, event.subject)
    elif handler == ON_SIGN_ON:
        on_sign_on(world, event.subject, event.token)
    elif handler == ON_SIGN_OFF:
        on_sign_off(world, event.subject, event.token)
    elif handler == ON_BREAK:
        on_break(world, event.subject, event.token, event.extra)
    elif handler == ON_BREAK_END:
        on_break_end(world, event.subject, event.token)
    elif handler == ON_CLOSING:
        on_closing(world, event.subject)
    elif handler == ON_RESTORED:
        on_restored(world, event.subject)


def expect_need(world: World) -> None:
    """Schedule the next need of the day."""
    if world.next_need < world.n_needs:
        expect_need_at(world.calendar, world.needs.rows[world.next_need].time_s)
        if fetches():
            look_ahead(world)


def look_ahead(world: World) -> None:
    """Ask for what the next needs will touch, which is far apart in memory; by then it is here.

    That is a need's customer and, where somebody looks at histories, the contacts last written of
    them: each row leads to the one before, so a need before one more row is asked for.
    """
    last = min(world.next_need + ROWS_AHEAD, world.n_needs - 1)
    fetch(world.customers.rows[world.needs.rows[last].customer])
    if world.entry_by_rule:
        return
    for ahead in range(ROWS_AHEAD):
        if world.next_need + ahead < last:
            _fetch_row(
                world, world.needs.rows[world.next_need + ahead].customer, ROWS_AHEAD - ahead
            )


def _fetch_row(world: World, who: Int, back: Int) -> None:
    """Ask for the row that stands ``back`` rows before the end of a customer's."""
    number = world.customers.rows[who].last_row
    for _ in range(back - 1):
        if number >= 0:
            number = world.contact_rows.rows[number].previous
    if number >= 0:
        fetch(world.contact_rows.rows[number])


def begin_day(world: World) -> None:
    """Lay out the day that begins: shifts, closings, the next midnight; yesterday's news is in."""
    if world.believes:
        hear_until_now(world)
    if world.by_shifts:
        lay_out_shifts(world, world.day)
    lay_out_closings(world)
    schedule(world.calendar, world.next_sweep, RANK_OURS, ON_DAY, world.day + 1, 0, 0)
