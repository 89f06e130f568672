"""What a customer, and a change of mood, is worth."""

import pytest

from policies.value.retention_value import RetentionValue
from sim import load_scenario
from sim.units import DAYS_PER_MONTH
from tests.support.views import CLASSIC, DIGITAL, FIRM


def test_value_of_a_customer_falls_with_risk_and_grows_with_the_horizon():
    short, long = RetentionValue(FIRM, 2.0), RetentionValue(FIRM, 24.0)
    assert short.worth(DIGITAL, 30.0) < long.worth(DIGITAL, 30.0) < 30.0 * 24
    assert long.months[CLASSIC] > long.months[DIGITAL]
    assert long.churn(DIGITAL, -1.0) > long.churn(DIGITAL, 0.0) > long.churn(DIGITAL, 1.0)
    assert long.churn(DIGITAL, 0.0) == pytest.approx(0.7 / 8.7)
    assert long.worth(-1, 0.0) == pytest.approx(long.margin[-1] * long.months[-1])


@pytest.mark.parametrize(("half_life_days", "lasts"), [(7.0, False), (60.0, True)])
def test_mood_is_worth_what_its_change_of_renewal_keeps(half_life_days, lasts):
    moods = {"satisfaction": {"mood_half_life_days": half_life_days}}
    value = RetentionValue(load_scenario(FIRM.model_dump(mode="json"), moods), 12.0)
    fade = 0.5 ** (4 / half_life_days)
    # One unit of mood now, renewals after half a period and then every period, numerically; but no
    # more renewals than the customer stays for.
    step, kept, renewals, at = 1e-5, 0.0, 0.0, fade**0.5
    while at > 1e-9:
        kept += (value.churn(CLASSIC, 0.0) - value.churn(CLASSIC, step * at)) / step
        renewals += at
        at *= fade
    stay = value.months[CLASSIC] * DAYS_PER_MONTH / 4
    assert (renewals > stay) is lasts
    spread = 12.7 / 13.7
    expected = value.worth(CLASSIC, 80.0) * kept * spread * min(1.0, stay / renewals)
    assert value.per_mood(CLASSIC, 80.0, 0.0) == pytest.approx(expected, rel=1e-4)


def test_without_churn_satisfaction_keeps_nobody():
    firm = load_scenario(FIRM.model_dump(mode="json"), {"retention": {"clock": "none"}})
    assert RetentionValue(firm, 12.0).per_mood(0, 30.0, 0.0) == 0.0
