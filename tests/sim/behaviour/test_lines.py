"""Lines in steady state, against closed forms; backlogs over a week."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, factorial

import numpy as np
import pytest

from sim.behaviour.lines import usual_backlog, usual_line
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.scenario.staff import headcount, shift_hours
from sim.tables.arguments import compiled_of
from sim.tables.usual import agents_by_hour, arrivals_per_hour, usual_loads


def _erlang_c(load: float, servers: int) -> float:
    """Return the probability of waiting in M/M/c without abandonment (Erlang 1917)."""
    tail = load**servers / factorial(servers) * servers / (servers - load)
    return tail / (sum(load**n / factorial(n) for n in range(servers)) + tail)


@pytest.mark.parametrize(("load", "servers"), [(0.5, 1), (4.0, 5), (18.0, 20)])
def test_patient_lines_are_erlang_c(load: float, servers: int) -> None:
    handle_s = 1.0  # a day's patience is for ever
    line = usual_line(load / handle_s, handle_s, servers, float("inf"))
    waits = _erlang_c(load, servers)
    assert line.waiting == pytest.approx(waits * load / (servers - load), rel=2e-3)
    assert line.idle == pytest.approx(servers - load, rel=2e-3)
    # Announced: handle time × (waiting + 1) ÷ servers, of those who find nobody idle.
    expected = waits * (1 + load / (servers - load)) * handle_s / servers
    assert line.expected_wait_s == pytest.approx(expected, rel=2e-3)


def test_lines_whose_patience_is_the_handle_time_are_poisson() -> None:
    """M/M/c with θ = μ is M/M/∞: a Poisson number of people."""
    load, servers = 7.0, 5
    line = usual_line(load / 100, 100.0, servers, 100.0)
    p = [exp(-load) * load**n / factorial(n) for n in range(60)]
    waiting = sum((n - servers) * p[n] for n in range(servers, 60))
    assert line.waiting == pytest.approx(waiting, rel=1e-6)


def test_a_quiet_line_is_idle_and_an_overloaded_one_finite() -> None:
    assert usual_line(0.0, 100.0, 3, 60.0) == (3.0, 0.0, 0.0)
    busy = usual_line(10.0, 100.0, 3, 300.0)
    assert busy.waiting == pytest.approx((10 - 3 / 100) * 300, rel=0.01)  # who does not fit leaves


def test_a_backlog_grows_by_night_and_is_done_by_day() -> None:
    work = np.ones(168)
    capacity = np.tile(np.repeat([0.0, 3.0], 12), 7)
    left = usual_backlog(work, capacity)
    assert left[11] == pytest.approx(11.5)
    assert left[23] == 0.0
    assert left[:24] == pytest.approx(left[24:48])


def test_usual_loads_know_the_firm_and_nothing_else() -> None:
    """They hold no luck: one table for a firm, near what a long run's needs come to."""
    firm = load_scenario("telco", {"population": {"scale": 0.2}})
    compiled = compiled_of(firm, Regime(loads="usual"), None)
    arrivals, agents = arrivals_per_hour(compiled), agents_by_hour(compiled)
    assert arrivals.shape == (compiled.channels.n, 168)
    people = sum(n * days for n, days in _shifts(firm))
    assert 0 < agents.sum() <= people
    handle = [300.0] * compiled.channels.n
    one, two = usual_loads(compiled, handle), usual_loads(compiled, handle)
    assert one == two
    assert len(one["waiting"]) == compiled.channels.n * 168
    night = [w for w, n in zip(one["waiting"], one["on_duty"], strict=True) if n == 0]
    assert set(night) == {0}


def _shifts(firm: Scenario) -> Iterator[tuple[int, float]]:
    for team in firm.teams.values():
        for shift, n in zip(team.shifts, headcount(team, 0.2), strict=True):
            yield n, len(shift.days) * shift_hours(shift)
