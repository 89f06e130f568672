"""The index c mu over theta."""

from sim import load_scenario
from tests.support.views import ACT, BILL, CHAT, FAULT, FIRM, PHONE, candidate, dispatch, make


def test_cmu_theta_ranks_by_cost_rate_and_patience():
    bill, fault = candidate(0, intent=BILL), candidate(1, intent=FAULT)
    # c μ / θ: 0.8 / 370 against 1.5 / 570, with the same patience.
    assert make("cmu_theta").decide(dispatch(bill, fault)) == ACT.queue[1]
    assert make("cmu_theta", waiting_cost={"bill": 5}).decide(dispatch(bill, fault)) == ACT.queue[0]
    rich = candidate(0, intent=BILL, margin=500.0)
    assert make("cmu_theta").decide(dispatch(rich, fault)) == ACT.queue[0]
    assert make("cmu_theta", by_margin=False).decide(dispatch(rich, fault)) == ACT.queue[1]


def test_cmu_theta_prefers_those_who_stay_unless_patience_is_left_out():
    phone = candidate(0, intent=BILL, channel=PHONE)
    chat = candidate(1, intent=BILL, channel=CHAT)
    # Handle times 370 and 330 s, patience 400 and 500 s; 250 s levels the patience.
    assert make("cmu_theta").decide(dispatch(phone, chat)) == ACT.queue[1]
    firm = load_scenario(FIRM.model_dump(mode="json"), {"channels": {"phone": {"patience": {
        "kind": "exponential", "mean_s": 600.0}}}})  # fmt: skip
    assert make("cmu_theta", firm).decide(dispatch(phone, chat)) == ACT.queue[0]
    for leveled in ({"longest_patience_s": 250.0}, {"by_patience": False}):
        assert make("cmu_theta", firm, **leveled).decide(dispatch(phone, chat)) == ACT.queue[1]
