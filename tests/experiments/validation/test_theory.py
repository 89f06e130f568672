"""Queueing and retention formulas against published figures and other computations."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import betaln

from experiments.validation.theory import queueing as theory
from experiments.validation.theory import retention
from sim import InputError
from tests.support.paths import ROOT

SERIES = ROOT.parent / "shared" / "data" / "sbg_retention_fader_hardie_2007.csv"


def test_erlang_c_against_gans_koole_mandelbaum():
    found = theory.erlang_c(48.0, 1.0, 50)
    assert found.mean_wait * 60 == pytest.approx(20.83, abs=0.005)
    assert found.p_wait == pytest.approx(0.694, abs=0.0005)
    assert found.utilisation == pytest.approx(0.96)


@pytest.mark.parametrize(
    ("arrivals", "agents", "abandon", "wait", "digits"),
    [(48.0, 50, 0.0309, 3.71 / 60, 5e-5), (19.0, 20, 0.053994, 0.107987, 5e-7)],
)
def test_erlang_a_against_published_figures(arrivals, agents, abandon, wait, digits):
    found = theory.erlang_a(arrivals, 1.0, agents, 0.5)
    assert found.p_abandon == pytest.approx(abandon, abs=digits)
    assert found.mean_wait == pytest.approx(wait, abs=2 * digits)
    assert found.utilisation == pytest.approx(arrivals * (1 - abandon) / agents, abs=5e-5)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 1.6), st.integers(1, 25), st.floats(0.05, 5.0), st.floats(0.0, 2.0))
def test_erlang_a_against_the_density_of_the_offered_wait(load, agents, theta, within):
    """Offered wait has density λπ(n-1) exp(λ(1-e^-θx)/θ - nμx) (Baccelli & Hebuterne 1981)."""
    arrivals = load * agents
    found = theory.erlang_a(arrivals, 1.0, agents, theta, within)

    def density(x):
        return math.exp(arrivals * -math.expm1(-theta * x) / theta - agents * x)

    far = 60.0 / agents + 20.0 * load / theta
    steps = np.linspace(0.0, far, 40)[1:-1].tolist()
    area = integrate.quad(density, 0, far, points=steps, limit=400)[0]
    # Erlang B gives π(n-1) relative to P(no wait): the chain up to n-1 is that of n-1 lines.
    last_free = theory.erlang_b(arrivals, agents - 1)
    idle = 1 / (1 + arrivals * last_free * area)
    scale = arrivals * last_free * idle

    def mean(f, upper):
        marks = [s for s in steps if s < upper]
        return scale * integrate.quad(f, 0, upper, points=marks, limit=400)[0]

    answered = idle + mean(lambda x: math.exp(-theta * x) * density(x), far)
    in_time = idle + mean(lambda x: math.exp(-theta * x) * density(x), min(within, far))
    gone = mean(lambda x: -math.expm1(-theta * min(x, within)) * density(x), far)
    assert found.p_wait == pytest.approx(1 - idle, abs=1e-7)
    assert found.p_abandon == pytest.approx(1 - answered, abs=1e-7)
    assert found.service_level == pytest.approx(in_time / (1 - gone), abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 3.0), st.integers(1, 30), st.floats(0.02, 5.0))
def test_erlang_a_obeys_little_and_the_balance_of_abandonment(load, agents, theta):
    found = theory.erlang_a(load * agents, 1.0, agents, theta)
    assert found.queue_length == pytest.approx(load * agents * found.mean_wait, rel=1e-8)
    assert found.p_abandon == pytest.approx(theta * found.mean_wait, rel=1e-8)
    assert found.utilisation == pytest.approx(load * (1 - found.p_abandon), rel=1e-8)


def test_erlang_a_tends_to_erlang_c_and_service_level_with_it():
    patient = theory.erlang_a(18.0, 1.0, 20, 1e-7, 0.3)
    endless = theory.erlang_c(18.0, 1.0, 20, 0.3)
    for key, value in vars(endless).items():
        assert getattr(patient, key) == pytest.approx(value, abs=1e-4), key


def test_erlang_b_against_its_sum():
    terms = [12.5**k / math.factorial(k) for k in range(16)]
    assert theory.erlang_b(12.5, 15) == pytest.approx(terms[-1] / sum(terms))


def test_the_montreal_day_against_its_published_intervals():
    """M/M/12 over 480 minutes from empty, acceptable wait 20 s; times in minutes."""
    plain = theory.transient_day(4.2, 0.5, 12, 480.0, acceptable_wait=20 / 60)
    assert 0.900 <= plain.figures.service_level <= 0.904
    assert plain.figures.speed_of_answer == pytest.approx(0.099, abs=0.002)
    assert plain.figures.utilisation == pytest.approx(0.695, abs=0.003)
    impatient = theory.transient_day(
        4.2, 0.5, 12, 480.0, patience_rate=1.0, acceptable_wait=20 / 60
    )
    assert 57.7 <= impatient.abandoned <= 59.6
    assert impatient.figures.service_level == pytest.approx(0.968, abs=0.001)


def test_a_day_starts_empty_and_ends_stationary():
    short = theory.transient_day(19.0, 1.0, 20, 0.1, patience_rate=0.5)
    # Nobody served yet but for e^-t of the few: busy agents grow as (1 - e^-t) λ.
    filling = 19.0 * (0.1 - (1 - math.exp(-0.1))) / 0.1
    assert short.figures.utilisation * 20 == pytest.approx(filling, rel=1e-6)
    # The second half of a long day is stationary, so twice the day less the half is, exactly.
    half = theory.transient_day(19.0, 1.0, 20, 40.0, patience_rate=0.5).figures
    whole = theory.transient_day(19.0, 1.0, 20, 80.0, patience_rate=0.5).figures
    steady = theory.erlang_a(19.0, 1.0, 20, 0.5)
    for key in ("p_wait", "p_abandon", "mean_wait", "queue_length", "utilisation"):
        later = 2 * getattr(whole, key) - getattr(half, key)
        assert later == pytest.approx(getattr(steady, key), rel=1e-7), key


def test_pollaczek_khinchine_and_priorities():
    # M/M/1: wait ρ / (μ-λ); deterministic service halves it.
    assert theory.mg1_wait(0.8, 1.0, 2.0) == pytest.approx(0.8 / 0.2)
    assert theory.mg1_wait(0.8, 1.0, 1.0) == pytest.approx(theory.mg1_wait(0.8, 1.0, 2.0) / 2)
    # Conservation: the load-weighted wait does not depend on the order (Kleinrock 1965).
    forward = theory.mg1_priority_waits([0.2, 0.3], [1.5, 0.8], [5.0, 1.0])
    backward = theory.mg1_priority_waits([0.3, 0.2], [0.8, 1.5], [1.0, 5.0])
    loads = (0.3, 0.24)
    assert forward[0] < backward[1]
    assert loads[0] * forward[0] + loads[1] * forward[1] == pytest.approx(
        loads[0] * backward[1] + loads[1] * backward[0]
    )


def test_many_server_priorities():
    single = theory.mmn_priority_waits([0.3, 0.5], 1.0, 1)
    assert single == pytest.approx(theory.mg1_priority_waits([0.3, 0.5], [1, 1], [2, 2]))
    waits = theory.mmn_priority_waits([10.0, 30.0, 8.0], 1.0, 50)
    mean = np.average(waits, weights=[10.0, 30.0, 8.0])
    assert mean == pytest.approx(theory.erlang_c(48.0, 1.0, 50).mean_wait)
    assert list(waits) == sorted(waits)


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda: theory.erlang_c(10.0, 1.0, 10), "offered load"),
        (lambda: theory.erlang_c(-1.0, 1.0, 10), "arrivals"),
        (lambda: theory.erlang_a(1.0, 1.0, 0, 1.0), "agents"),
        (lambda: theory.erlang_a(1.0, 1.0, 2, 0.0), "patience_rate"),
        (lambda: theory.transient_day(1.0, 1.0, 2, 0.0), "horizon"),
        (lambda: theory.mg1_wait(1.0, 0.5, 0.1), "second_moment"),
        (lambda: retention.sbg_survival([1.0], 0.0, 1.0), "alpha"),
        (lambda: retention.renewed_base([0.5], 1.0, 1.0, 3), "periods"),
        (lambda: retention.fit_sbg([1.0, 0.8, 0.9]), "retained"),
        (lambda: retention.hazard_survival([1.0], [0.1, 0.2]), "hazards"),
        (lambda: retention.absorb([[0.5]], [[0.4]]), "rows"),
        (lambda: retention.absorb([[1.0]], [[0.0]]), "transient"),
    ],
)
def test_bad_input_names_the_key(call, key):
    with pytest.raises(InputError, match=key):
        call()


def test_sbg_curve_is_the_beta_mixture_of_geometrics():
    for t in (0, 1, 5, 12):
        mixed = integrate.quad(lambda p, t=t: (1 - p) ** t * p**-0.3319 * (1 - p) ** 2.8061, 0, 1)[
            0
        ] / math.exp(betaln(0.6681, 3.8061))
        assert retention.sbg_survival(t, 0.6681, 3.8061) == pytest.approx(mixed, rel=1e-6)


@given(st.floats(0.2, 4.0), st.floats(0.3, 80.0), st.integers(0, 40))
def test_a_base_in_force_is_a_mixture_of_cohorts_that_have_come_so_far(alpha, beta, longest):
    renewals = [0, 1, 5, 24]
    found = retention.renewed_base(renewals, alpha, beta, longest)
    cohort = retention.sbg_survival(np.arange(longest + 25), alpha, beta)
    ahead = [cohort[n : n + longest + 1].sum() / cohort[: longest + 1].sum() for n in renewals]
    assert found == pytest.approx(ahead, rel=1e-9)
    if longest == 0:
        assert found == pytest.approx(retention.sbg_survival(renewals, alpha, beta), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.2, 4.0), st.floats(0.3, 8.0))
def test_the_fit_recovers_the_curve_it_is_given(alpha, beta):
    fitted = retention.fit_sbg(100 * retention.sbg_survival(np.arange(12), alpha, beta))
    assert fitted.alpha == pytest.approx(alpha, rel=1e-3)
    assert fitted.beta == pytest.approx(beta, rel=1e-3)


@pytest.mark.data
@pytest.mark.skipif(not SERIES.exists(), reason="the published series is not at hand")
@pytest.mark.parametrize(
    ("segment", "alpha", "beta", "worst"),
    [("regular", 0.7041, 1.1820, 0.02), ("high_end", 0.6681, 3.8061, 0.041)],
)
def test_the_published_retention_fit_and_its_forecast(segment, alpha, beta, worst):
    with SERIES.open(encoding="utf-8") as file:
        series = [float(row[segment]) for row in csv.DictReader(file)]
    fitted = retention.fit_sbg(series[:8])
    assert fitted.alpha == pytest.approx(alpha, abs=5e-4)
    assert fitted.beta == pytest.approx(beta, abs=5e-4)
    forecast = 100 * retention.sbg_survival(np.arange(8, 13), fitted.alpha, fitted.beta)
    assert np.max(np.abs(forecast / series[8:13] - 1)) < worst


def test_piecewise_hazard_survival():
    found = retention.hazard_survival([0.0, 1.0, 3.0, 10.0], [0.1, 0.5, 0.0], [2.0, 4.0])
    assert found == pytest.approx(np.exp([0.0, -0.1, -0.7, -1.2]))
    assert retention.hazard_survival(2.0, [0.3]) == pytest.approx(math.exp(-0.6))


def test_absorbing_chain_is_the_gambler():
    """Fair gambler's ruin from 1, 2, 3 of 4: ruin 1 - k/4, k(4-k) rounds."""
    step = np.diag([0.5, 0.5], 1) + np.diag([0.5, 0.5], -1)
    found = retention.absorb(step, [[0.5, 0.0], [0.0, 0.0], [0.0, 0.5]])
    assert found.ends[:, 0] == pytest.approx([0.75, 0.5, 0.25])
    assert found.visits.sum(axis=1) == pytest.approx([3.0, 4.0, 3.0])


def test_bot_journey_in_closed_forms():
    human_only = retention.BotJourney(0.0, 0.0, 0.0, 0.7, 0.0, 0.8, 0.0)
    found = retention.bot_journey(human_only)
    assert found.contacts == pytest.approx(1 / (1 - 0.3 * 0.8))
    assert found.resolved == pytest.approx(0.7 / (1 - 0.3 * 0.8))
    # A bot that hands everything over that it cannot do, before a human who never fails.
    honest = retention.bot_journey(retention.BotJourney(1.0, 0.4, 1.0, 1.0, 0.5, 0.5, 0.0))
    assert (honest.contacts, honest.human_contacts) == pytest.approx((1.0, 0.6))
    assert (honest.containment, honest.verified_containment) == pytest.approx((0.4, 0.4))
    # One that never hands over looks contained, and is not.
    stubborn = retention.bot_journey(retention.BotJourney(1.0, 0.4, 0.0, 1.0, 1.0, 0.5, 0.0))
    assert stubborn.containment == pytest.approx(1.0)
    assert stubborn.verified_containment == pytest.approx(0.4)
    assert stubborn.contacts == pytest.approx(1.6)
    assert stubborn.resolved == pytest.approx(1.0)
