"""Traces: what is coded, read, posted and noted, and how truly."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour import signals as s

N = 5_000  # evenly spread uniforms: shares are met to 1 ÷ 5,000
UNIFORMS = (np.arange(N) + 0.5) / N
SHUFFLED = np.random.default_rng(3).permutation(UNIFORMS)


def test_outcomes_are_coded_right_as_often_as_said() -> None:
    for resolved in (0, 1):
        coded = [s.coded_resolved(resolved, 0, 0.9, 0.2, u) for u in UNIFORMS]
        assert np.mean(np.array(coded) == resolved) == pytest.approx(0.9, abs=1e-3)


def test_a_silent_failure_is_coded_as_resolved_unless_it_is_seen() -> None:
    coded = [s.coded_resolved(0, 1, 0.9, 0.15, u) for u in UNIFORMS]
    assert np.mean(coded) == pytest.approx(0.85, abs=1e-3)


def test_readings_are_the_truth_with_their_noise() -> None:
    read = np.array([s.sentiment_reading(0.3, 0.5, u) for u in UNIFORMS])
    assert (read.mean(), read.std()) == pytest.approx((0.3, 0.5), abs=1e-2)
    assert s.sentiment_reading(0.3, 0.0, 0.1) == 0.3


def test_what_stays_of_the_error_in_usage_does_not_average_out() -> None:
    weeks = [s.usage_reading(1.0, 1.5, 2.0, 0.9, u) for u in UNIFORMS]
    bias = s.usage_reading(0.0, 1.5, 0.0, 0.9, 0.5)
    assert bias > 1.5
    assert np.mean(weeks) == pytest.approx(1.0 + bias, abs=0.02)


def test_only_bad_experiences_are_posted() -> None:
    assert not any(s.is_posted(0.0, 1.0, u) for u in UNIFORMS)
    posted = np.mean([s.is_posted(-0.2, 0.05, u) for u in UNIFORMS])
    assert posted == pytest.approx(0.05, abs=1e-3)


def test_a_wrong_note_is_any_other_concern() -> None:
    noted = [s.noted_concern(1, 4, 0.7, u, v) for u, v in zip(UNIFORMS, SHUFFLED, strict=True)]
    shares = np.bincount(noted, minlength=4) / N
    assert shares == pytest.approx([0.1, 0.7, 0.1, 0.1], abs=0.01)
    assert s.noted_concern(0, 1, 0.0, 0.5, 0.5) == 0


def test_answers_speak_on_the_scale_that_they_were_asked_on() -> None:
    assert s.experience_of_csat(3.5) == 0 and s.experience_of_csat(5) == pytest.approx(0.6)
    assert s.mood_of_nps(7) == 0 and s.mood_of_nps(2) == -2
