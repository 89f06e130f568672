"""What a contact on a channel is worth."""

import pytest

from policies.value.expected_value import ExpectedValue, Weights
from sim.core.rules.channel_values import channel_value, people_value
from sim.core.rules.desk import Desk
from tests.support.views import (
    BILL,
    CHAT,
    DIGITAL,
    FAULT,
    FIRM,
    IVR,
    PHONE,
    QUIET,
    busy,
    customer,
    entry,
    loads,
)

TABLES = ExpectedValue(FIRM, Weights(0.25, 1.0, 1.0))


def desk_of(intent, load=None):
    """A desk with the values' tables, a view and a case at it; rule 0 are the tables."""
    desk = Desk(FIRM, TABLES.write)
    desk.show(entry(PHONE, who=customer(intent, DIGITAL), load=load))
    case = desk.world.cases.rows[0]
    case.segment, case.intent, case.unit, case.hour = DIGITAL, intent, 20.0, 12
    return desk


def people(intent, channel, load=None):
    return people_value(desk_of(intent, load).world, 0, channel)


def test_value_with_people_is_resolution_less_effort_and_cost():
    p = TABLES.human[BILL][CHAT]
    expected = 20.0 * (TABLES.gain[BILL] * p - 0.1) + p * TABLES.saved[BILL]
    assert people(BILL, CHAT) == pytest.approx(expected - TABLES.cost[BILL][CHAT])
    assert TABLES.cost[BILL][CHAT] == pytest.approx(0.1 + 0.25 * 330 * 19 / 3600 / 2)


def test_value_falls_with_the_wait_and_the_head_of_the_line():
    late = busy(600.0)._replace(oldest_wait_s=2000.0)
    states = (QUIET, busy(60.0), busy(600.0), late)
    values = [people(BILL, CHAT, loads(chat=load)) for load in states]
    assert values == sorted(values, reverse=True) and len(set(values)) == 4


def test_value_of_a_front_door_includes_the_people_behind_it():
    p = TABLES.self_service[DIGITAL][FAULT][IVR]
    door = 20.0 * (TABLES.gain[FAULT] * p - TABLES.effort[IVR]) - TABLES.bot_cost[IVR]
    door += p * (TABLES.saved[FAULT] + TABLES.sale[FAULT][IVR])
    expected = door + (1 - p) * people(FAULT, PHONE)
    assert channel_value(desk_of(FAULT).world, 0, PHONE) == pytest.approx(expected)


def test_a_sale_counts_by_the_channel_that_makes_it():
    assert TABLES.sale[FAULT][CHAT] == pytest.approx(0.2 * 10.0)
    assert TABLES.sale[BILL][CHAT] == 0.0
