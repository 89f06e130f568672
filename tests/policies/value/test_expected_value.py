"""What a contact on a channel is worth."""

import pytest

from policies.value.expected_value import Case, ExpectedValue, Weights
from tests.support.views import BILL, CHAT, DIGITAL, FAULT, FIRM, IVR, PHONE, QUIET, busy, loads


def case(intent, load, *, human=None, unit=20.0):
    tables = ExpectedValue(FIRM, Weights(0.25, 1.0, 1.0))
    row = tables.human[intent] if human is None else human
    auto = tables.self_service[DIGITAL][intent]
    return tables, Case(DIGITAL, intent, unit, 12, load, row, auto, {})


def test_value_with_people_is_resolution_less_effort_and_cost():
    tables, one = case(BILL, loads())
    p = tables.human[BILL][CHAT]
    expected = 20.0 * (tables.gain[BILL] * p - 0.1) + p * tables.saved[BILL]
    assert tables.people(CHAT, one) == pytest.approx(expected - tables.cost[BILL][CHAT])
    assert tables.cost[BILL][CHAT] == pytest.approx(0.1 + 0.25 * 330 * 19 / 3600 / 2)


def test_value_falls_with_the_wait_and_the_head_of_the_line():
    values = []
    for load in (QUIET, busy(60.0), busy(600.0), busy(600.0)._replace(oldest_wait_s=2000.0)):
        tables, one = case(BILL, loads(chat=load))
        values.append(tables.people(CHAT, one))
    assert values == sorted(values, reverse=True) and len(set(values)) == 4


def test_value_of_a_front_door_includes_the_people_behind_it():
    tables, one = case(FAULT, loads())
    p = tables.self_service[DIGITAL][FAULT][IVR]
    door = 20.0 * (tables.gain[FAULT] * p - tables.effort[IVR]) - tables.bot_cost[IVR]
    door += p * (tables.saved[FAULT] + tables.sale[FAULT][IVR])
    expected = door + (1 - p) * tables.people(PHONE, one)
    assert tables.of(PHONE, one) == pytest.approx(expected)


def test_a_sale_counts_by_the_channel_that_makes_it():
    tables = ExpectedValue(FIRM, Weights(0.25, 1.0, 1.0))
    assert tables.sale[FAULT][CHAT] == pytest.approx(0.2 * 10.0)
    assert tables.sale[BILL][CHAT] == 0.0
