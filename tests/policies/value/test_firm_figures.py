"""What a firm's policies know of it: resolution, times, wages, returns, duty."""

import math

import pytest

from policies.value.firm_figures import (
    automated_resolution,
    by_segment,
    handle_s,
    human_resolution,
    mean_s,
    patience_s,
    return_probability,
    staffed_in_s,
    wage_per_s,
)
from sim.scenario.parts import Duration
from tests.support.views import FIRM


def test_means_count_the_short_draws():
    call = Duration(kind="lognormal", mean_s=100.0, short_share=0.1, short_mean_s=5.0)
    assert mean_s(call) == pytest.approx(90.5)
    assert mean_s(Duration(kind="never")) == math.inf


def test_resolution_counts_boosts_transfers_recognition_and_skill():
    tier_one = 0.7
    tier_two = 0.7 + 0.3 * 0.4
    expected = tier_one + (1 - tier_one) * FIRM.agent_desktop.transfer_probability * tier_two
    assert human_resolution(FIRM, "fault", "phone") == pytest.approx(expected)
    assert human_resolution(FIRM, "bill", "chat") == pytest.approx(0.8)
    assert human_resolution(FIRM, "bill", "callback") == human_resolution(FIRM, "bill", "phone")
    # Odds of 1 and 1.5 at a skill of one half, times e^2 for a whole unit of skill.
    bot, app = math.exp(2 * 0.3), 1.5 * math.exp(2 * 0.5)
    assert automated_resolution(FIRM, "bill", "bot", 0.8) == pytest.approx(0.85 * bot / (1 + bot))
    assert automated_resolution(FIRM, "bill", "app", 1.0) == pytest.approx(0.95 * app / (1 + app))
    assert automated_resolution(FIRM, "bill", "phone", 1.0) == 0.0


def test_handle_time_patience_wage_and_return_follow_the_scenario():
    assert handle_s(FIRM, "bill", "phone") == pytest.approx(300 + 30 + 40)
    assert patience_s(FIRM, "bill", "chat") == 500.0
    assert wage_per_s(FIRM, "chat", "service") == pytest.approx(19 / 3600 / 2)
    assert wage_per_s(FIRM, "phone", "service") == pytest.approx((2 * 20 + 18) / 3 / 3600)
    assert return_probability(FIRM, "fault") == pytest.approx(0.7**0.2)
    assert by_segment([1.0, 2.0], FIRM) == pytest.approx([1.0, 2.0, 1.4])


def test_hours_until_someone_is_on_duty():
    ahead = staffed_in_s(FIRM, "email")
    assert ahead[3] == 5 * 3600 and ahead[8] == 0 and ahead[17] == 0
    assert ahead[18] == ahead[167 - 5] == 14 * 3600
