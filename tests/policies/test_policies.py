"""What each rule chooses, on views made by hand, and what a policy refuses."""

import math
import pickle
from collections import Counter

import numpy as np
import pytest

from experiments.validation.conformance.firm import bench_firm
from policies import registry
from policies.actions import Actions
from policies.base import Policy
from policies.parameters import parameter
from policies.rules.best_channel import BestChannel
from policies.value.expected_value import Case, ExpectedValue, Weights
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
from policies.value.retention_value import RetentionValue
from sim.core.world import World
from sim.decisions.actions import KINDS, Kind
from sim.decisions.view import Candidate, CustomerView, Hidden, Load, Profile, View
from sim.errors import InputError
from sim.register.register import Outcome
from sim.scenario import load_scenario
from sim.scenario.parts import Duration
from sim.units import DAY_S, DAYS_PER_MONTH

FIRM = bench_firm()
ACT = Actions(FIRM)
PHONE, CHAT, IVR, BOT, APP, EMAIL, CALLBACK, NOTE = range(8)
DIGITAL, CLASSIC = 0, 1
BILL, FAULT = 0, 1
NOON = 12 * 3600.0
QUIET = Load(True, 0, 0.0, 2, 3, 0.0)
SELF_SERVICE = Load(True, 0, 0.0, 0, 0, 0.0)
CLOSED = Load(False, 0, 0.0, 0, 0, 0.0)
CUSTOMERS_OWN = (PHONE, CHAT, BOT, APP, EMAIL)


def busy(wait_s, waiting=10):
    return Load(True, waiting, 0.0, 0, 3, wait_s)


def loads(**changed):
    row = [QUIET, QUIET, SELF_SERVICE, SELF_SERVICE, SELF_SERVICE, QUIET, QUIET, SELF_SERVICE]
    names = list(FIRM.channels)
    for name, load in changed.items():
        row[names.index(name)] = load
    return tuple(row)


def customer(
    intent=BILL, segment=DIGITAL, channel=PHONE, *, margin=30.0, attempt=1, automated=False
):
    return CustomerView(7, segment, intent, margin, attempt, 0.0, channel, 0.0, automated)


def profile(mood=0.0):
    return Profile(3, 1, 0, 20.0, PHONE, 0.2, mood)


def entry(requested, *, who=None, load=None, channels=CUSTOMERS_OWN, hidden=None, mood=0.0, u=0.5):
    actions = tuple(sorted(ACT.entry[c] for c in {*channels, requested}))
    seen = who or customer(channel=requested)
    args = (Kind.ENTRY, NOON, NOON, actions, ACT.entry[requested], seen, profile(mood))
    return View(*args, load or loads(), None, hidden, u)


def escalation(*reach, who=None, load=None):
    actions = (ACT.go_on, ACT.end, *(ACT.escalate[c] for c in reach))
    default = actions[2] if reach else ACT.go_on
    seen = who or customer(channel=BOT, automated=True)
    args = (Kind.ESCALATION, NOON, NOON, actions, default, seen, profile())
    return View(*args, load or loads(), None, None, 0.5)


def wrap_up(who=None, *, mood=0.0, hidden=None):
    actions = (ACT.nothing, ACT.recover, ACT.survey, ACT.message, *ACT.wrap_up_offers)
    args = (Kind.WRAP_UP, NOON, NOON, actions, ACT.nothing, who or customer(), profile(mood))
    return View(*args, loads(), None, hidden, 0.5)


def cancel(who, hidden=None):
    actions = (ACT.release, *ACT.cancel_offers)
    args = (Kind.CANCEL, NOON, NOON, actions, ACT.release, who, profile())
    return View(*args, loads(), None, hidden, 0.5)


def candidate(queue, *, wait=60.0, backlog=False, intent=BILL, margin=50.0, hazard=0.1, channel=0):
    return Candidate(
        queue, channel, intent, CLASSIC, 1, wait, backlog, margin, hazard, 300.0, 400.0
    )


def dispatch(*candidates):
    actions = tuple(ACT.queue[c.queue] for c in candidates)
    args = (Kind.DISPATCH, NOON, NOON, actions, actions[0], None, None, None, candidates)
    return View(*args, None, 0.5)


def which_team(*teams):
    actions = tuple(ACT.team[t] for t in teams)
    args = (Kind.DISPATCH, NOON, NOON, actions, actions[0], customer(), None, None, None)
    return View(*args, None, 0.5)


def make(name, scenario=FIRM, **params):
    return registry.make(name, scenario, params)


def channel_of(policy, view):
    return ACT.target[policy.decide(view)]


# The base: parameters and declarations


class Patient(Policy):
    """Waits."""

    reads = frozenset({"loads"})
    wait_s: float = parameter(60.0, low=0.0, high=600.0)
    tries: int = parameter(2, low=1, high=5)
    polite: bool = parameter(True)
    mode: str = parameter("slow", choices=("slow", "fast"))
    cost: dict[str, float] = parameter({}, low=0.0, high=10.0, keys="intents")

    def entry(self, view):
        return view.actions[-1]


def test_parameters_keep_their_defaults_or_take_what_is_given():
    policy = Patient(FIRM, wait_s=90, cost={"bill": 2})
    assert policy.values == {
        "wait_s": 90.0,
        "tries": 2,
        "polite": True,
        "mode": "slow",
        "cost": {"bill": 2.0},
    }
    assert isinstance(policy.wait_s, float)
    assert Patient(FIRM, **policy.values).values == policy.values
    assert Patient(FIRM).wait_s == 60.0


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"wait": 5}, "Patient.wait: unknown parameter; did you mean 'wait_s'?"),
        ({"wait_s": -1}, "Patient.wait_s: must be at least 0; got -1"),
        ({"wait_s": 601.0}, "Patient.wait_s: must be at most 600; got 601.0"),
        ({"wait_s": "long"}, "Patient.wait_s: must be a number; got 'long'"),
        ({"wait_s": math.nan}, "Patient.wait_s: must be a number; got nan"),
        ({"wait_s": True}, "Patient.wait_s: must be a number; got True"),
        ({"tries": 2.5}, "Patient.tries: must be a whole number; got 2.5"),
        ({"polite": 1}, "Patient.polite: must be true or false; got 1"),
        ({"mode": "fats"}, "must be one of slow, fast; got 'fats'; did you mean 'fast'?"),
        ({"cost": {"bil": 1}}, "Patient.cost.bil: not in intents of scenario"),
        ({"cost": {"bill": 11}}, "Patient.cost.bill: must be at most 10; got 11"),
        ({"cost": 3}, "Patient.cost: must map intents to numbers; got 3"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_rule_and_value(params, said):
    with pytest.raises(InputError) as caught:
        Patient(FIRM, **params)
    assert said in str(caught.value)


def test_a_policy_without_parameters_says_so():
    with pytest.raises(InputError, match="it has no parameters"):
        make("random", luck=3)


def test_a_policy_decides_the_kinds_it_overrides_and_leaves_the_rest_to_the_rule():
    assert Patient.decides == {Kind.ENTRY}
    assert make("random").decides == set(KINDS)
    view = escalation(PHONE)
    assert Patient(FIRM).decide(view) == view.default


def test_unknown_reads_are_refused_when_the_class_is_made():
    with pytest.raises(InputError, match="moods"):
        type("Curious", (Policy,), {"reads": frozenset({"moods"})})


def test_a_stateful_policy_forks_into_a_copy_and_a_stateless_one_into_itself():
    class Counting(Policy):
        stateful = True

        def prepare(self, scenario):
            self.seen = [0]

        def entry(self, view):
            self.seen[0] += 1
            return view.default

    first = Counting(FIRM)
    first.decide(entry(PHONE))
    second = first.fork()
    second.decide(entry(PHONE))
    assert (first.seen, second.seen) == ([1], [2])
    plain = make("customer_choice")
    assert plain.fork() is plain


# The registry


def test_every_shipped_policy_is_made_by_name_and_described():
    described = registry.describe()
    assert [d.name for d in described] == registry.names()
    assert len(described) >= 12
    for found in described:
        policy = registry.make(found.name, FIRM)
        assert isinstance(policy, Policy) and found.summary.endswith(".")
        assert found.bound == ("hidden" in found.reads)
        for rule in found.parameters.values():
            assert rule.help
            if rule.kind in (int, float):
                assert rule.low <= rule.default <= rule.high
                assert not rule.log or rule.low > 0


def test_a_users_class_is_found_by_import_path():
    policy = registry.make(f"{__name__}:Patient", FIRM, {"tries": 3})
    assert type(policy).__name__ == "Patient" and policy.tries == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("best_chanel", "did you mean 'best_channel'?"),
        ("nowhere.at_all:Rule", "no module 'nowhere'"),
        ("policies.rules.silo:Silos", "has no 'Silos'; did you mean 'Silo'?"),
        ("policies.actions:Actions", "must be a subclass of policies.base.Policy"),
        ("policies.nothing:Rule", "no module 'policies.nothing'"),
        (":Rule", "importing '' failed"),
    ],
)
def test_what_cannot_be_found_is_said_plainly(name, said):
    with pytest.raises(InputError) as caught:
        registry.make(name, FIRM)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["helpdesk", "telco"])
def test_every_policy_can_be_made_for_the_shipped_firms_and_sent_to_a_worker(name):
    scenario = load_scenario(name)
    for policy in registry.names():
        made = registry.make(policy, scenario)
        assert pickle.loads(pickle.dumps(made)).values == made.values


# What the firm knows of itself


def test_means_count_the_short_draws():
    call = Duration(kind="lognormal", mean_s=100.0, short_share=0.1, short_mean_s=5.0)
    assert mean_s(call) == pytest.approx(90.5)
    assert mean_s(Duration(kind="never")) == math.inf


def test_resolution_counts_boosts_transfers_recognition_and_skill():
    tier_one = 0.7
    tier_two = 0.7 + 0.3 * 0.4
    expected = tier_one + (1 - tier_one) * FIRM.desk.transfer_probability * tier_two
    assert human_resolution(FIRM, "fault", "phone") == pytest.approx(expected)
    assert human_resolution(FIRM, "bill", "chat") == pytest.approx(0.8)
    assert human_resolution(FIRM, "bill", "callback") == human_resolution(FIRM, "bill", "phone")
    assert automated_resolution(FIRM, "bill", "bot", 0.8) == pytest.approx(0.85 * 0.5 * 1.3)
    assert automated_resolution(FIRM, "bill", "app", 1.0) == pytest.approx(0.95 * 0.6 * 1.5)
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


# Entry


def test_customers_choice_keeps_every_request():
    policy = make("customer_choice")
    for channel in CUSTOMERS_OWN:
        assert channel_of(policy, entry(channel)) == channel


def test_random_takes_each_action_equally_often_and_repeats_itself():
    policy = make("random")
    n = 5000
    views = [entry(PHONE, u=(k + 0.5) / n) for k in range(n)]
    chosen = Counter(policy.decide(v) for v in views)
    assert set(chosen.values()) == {n // len(CUSTOMERS_OWN)}
    assert [policy.decide(v) for v in views] == [policy.decide(v) for v in views]
    idle = [dispatch(candidate(0), candidate(1))._replace(time_s=t * 7.31) for t in range(2000)]
    share = sum(policy.decide(v) == ACT.queue[0] for v in idle) / len(idle)
    assert share == pytest.approx(0.5, abs=0.05)


def test_random_draws_each_kind_of_decision_anew():
    policy = make("random")
    pairs = Counter()
    for k in range(2000):
        u = (k + 0.5) / 2000
        first = policy.decide(entry(PHONE, channels=(PHONE, CHAT), u=u)) == ACT.entry[PHONE]
        second = policy.decide(escalation()._replace(uniform=u)) == ACT.go_on
        pairs[first, second] += 1
    assert all(count == pytest.approx(500, abs=40) for count in pairs.values())


def test_the_cheapest_channel_has_the_least_cost_per_resolution():
    policy = make("cheapest_channel")
    # The app resolves 0.95 × 0.6 × (0.5 + 0.6) of the bills at 0.10: nothing else comes near.
    assert policy.cost[BILL][APP] == pytest.approx(0.1 / (0.95 * 0.6 * 1.1))
    assert channel_of(policy, entry(PHONE)) == APP
    people = 0.1 + 500 * 1.0 * 19 / 3600 / 2 + 30 * 19 / 3600 / 2
    assert policy.cost[FAULT][CHAT] == pytest.approx(people / 0.6)
    assert channel_of(policy, entry(PHONE, channels=(PHONE, CHAT))) == CHAT
    assert channel_of(policy, escalation(PHONE, CHAT)) == CHAT


def test_wages_left_out_make_people_cheaper():
    free = make("cheapest_channel", labour_weight=0.0)
    assert free.cost[FAULT][CHAT] == pytest.approx(0.1 / 0.6)
    assert channel_of(free, entry(PHONE, who=customer(FAULT))) == EMAIL


def test_bot_first_takes_the_bot_that_resolves_best_and_only_if_good_enough():
    policy = make("bot_first")
    assert channel_of(policy, entry(PHONE)) == APP
    assert channel_of(policy, entry(PHONE, channels=(PHONE, BOT))) == BOT
    assert channel_of(policy, entry(PHONE, who=customer(FAULT))) == PHONE
    assert channel_of(make("bot_first", least_resolution=0.2), entry(PHONE, who=customer(1))) in (
        BOT,
        APP,
    )
    again = customer(attempt=2)
    assert channel_of(policy, entry(PHONE, who=again)) == PHONE
    assert channel_of(make("bot_first", attempts=2), entry(PHONE, who=again)) == APP


def test_the_shortest_wait_wins_by_a_margin():
    policy = make("least_expected_wait")
    long = loads(phone=busy(400.0), chat=busy(100.0), email=busy(5000.0))
    assert channel_of(policy, entry(PHONE, load=long)) == CHAT
    close = loads(phone=busy(150.0), chat=busy(100.0), email=busy(5000.0))
    assert channel_of(policy, entry(PHONE, load=close)) == PHONE
    assert channel_of(policy, entry(BOT, load=long)) == BOT
    assert channel_of(make("least_expected_wait", automation=True), entry(PHONE, load=long)) == BOT
    assert channel_of(policy, escalation(PHONE, CHAT, load=long)) == CHAT


def test_the_shortest_wait_knows_closed_and_empty_channels():
    policy = make("least_expected_wait")
    night = loads(phone=CLOSED, chat=busy(900.0), email=Load(True, 1, 0.0, 0, 0, 600.0))
    view = entry(PHONE, load=night)._replace(week_s=7.5 * 3600)
    assert channel_of(policy, view) == CHAT
    late = view._replace(week_s=19 * 3600.0)
    assert channel_of(policy, late) == CHAT
    only_mail = entry(PHONE, load=night, channels=(PHONE, EMAIL))
    assert channel_of(policy, only_mail) == EMAIL


def test_thresholds_deflect_and_call_back():
    policy = make("thresholds")
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(170.0)))) == PHONE
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(190.0)))) == CHAT
    both = (*CUSTOMERS_OWN, CALLBACK)
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(310.0)), channels=both)) == (
        CALLBACK
    )
    night = loads(phone=CLOSED, chat=CLOSED)
    assert channel_of(policy, entry(PHONE, load=night)) not in (PHONE, CALLBACK)
    assert channel_of(policy, entry(BOT, load=loads(phone=busy(900.0)))) == BOT


def test_thresholds_hand_over_when_the_wait_or_the_customer_allows_it():
    policy = make("thresholds", escalate_worth=400.0)
    assert channel_of(policy, escalation(PHONE, CHAT, load=loads(phone=busy(20.0)))) == CHAT
    long = loads(phone=busy(900.0), chat=busy(800.0))
    assert policy.decide(escalation(PHONE, CHAT, load=long)) == ACT.go_on
    rich = customer(segment=CLASSIC, margin=500.0, channel=BOT, automated=True)
    assert channel_of(policy, escalation(PHONE, CHAT, who=rich, load=long)) == CHAT


def test_a_silo_sends_away_keeps_inside_and_pays_for_nothing():
    policy = make("silo")
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(50.0)))) == PHONE
    sent = channel_of(policy, entry(PHONE, load=loads(phone=busy(70.0))))
    assert sent == EMAIL and sent != CALLBACK
    # The fault cannot be settled there: no matter to the silo.
    fault = customer(FAULT)
    assert channel_of(policy, entry(PHONE, who=fault, load=loads(phone=busy(70.0)))) == EMAIL
    assert channel_of(policy, entry(BOT, load=loads(phone=busy(70.0)))) == BOT
    assert policy.decide(escalation(PHONE, CHAT)) == ACT.go_on
    assert policy.decide(wrap_up(customer(margin=1e6))) == ACT.nothing
    quick, slow = candidate(0, intent=BILL, wait=5.0), candidate(1, intent=FAULT, wait=500.0)
    assert policy.decide(dispatch(slow, quick)) == ACT.queue[0]


# Dispatch


def test_longest_idle_serves_by_wait_live_first_and_the_specialist():
    policy = make("longest_idle")
    waiting = (candidate(0, wait=50.0), candidate(1, wait=90.0))
    assert policy.decide(dispatch(*waiting)) == ACT.queue[1]
    mail = candidate(2, wait=9000.0, backlog=True)
    assert policy.decide(dispatch(*waiting, mail)) == ACT.queue[1]
    blended = make("longest_idle", live_first=False)
    assert blended.decide(dispatch(*waiting, mail)) == ACT.queue[2]
    assert policy.decide(which_team(0, 1)) == ACT.team[1]  # billing: one skill, two channels


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


def test_value_at_risk_serves_the_customer_with_most_to_lose():
    policy = make("value_at_risk")
    calm, risky = candidate(0, hazard=0.02), candidate(1, hazard=0.2)
    assert policy.decide(dispatch(calm, risky)) == ACT.queue[1]
    rich = candidate(0, hazard=0.02, margin=5000.0)
    assert policy.decide(dispatch(rich, risky)) == ACT.queue[0]
    waited = candidate(0, hazard=0.02, wait=36000.0)
    assert policy.decide(dispatch(waited, risky)) == ACT.queue[0]
    mail = candidate(2, hazard=0.9, margin=9000.0, backlog=True)
    assert policy.decide(dispatch(calm, risky, mail)) == ACT.queue[1]


def test_value_at_risk_gives_people_to_those_it_protects():
    policy = make("value_at_risk")
    modest, risky = customer(margin=5.0, channel=BOT), customer(margin=900.0, channel=BOT)
    assert channel_of(policy, entry(BOT, who=modest)) == BOT
    assert channel_of(policy, entry(BOT, who=risky)) == PHONE
    full = loads(phone=busy(300.0), chat=busy(20.0))
    assert channel_of(policy, entry(BOT, who=risky, load=full)) == CHAT
    assert channel_of(policy, entry(BOT, who=risky, load=loads(phone=CLOSED, chat=CLOSED))) == BOT


@pytest.mark.parametrize("name", ["value_at_risk", "thresholds", "best_channel"])
def test_recovery_goes_to_those_it_keeps_and_not_to_everyone(name):
    policy = make(name)
    assert policy.decide(wrap_up(customer(margin=0.5))) != ACT.recover
    rich = customer(segment=CLASSIC, margin=3000.0)
    without_offers = wrap_up(rich)._replace(actions=(ACT.nothing, ACT.recover))
    assert policy.decide(without_offers) == ACT.recover


# The best channel


def test_the_best_channel_leaves_a_good_choice_alone():
    policy = make("best_channel")
    assert channel_of(policy, entry(APP, who=customer(BILL, DIGITAL, APP))) == APP


def test_the_best_channel_moves_a_fault_off_the_bot_and_a_bill_off_a_long_line():
    policy = make("best_channel")
    fault = customer(FAULT, CLASSIC, BOT, margin=80.0)
    assert channel_of(policy, entry(BOT, who=fault)) in (PHONE, CHAT)
    bill = customer(BILL, DIGITAL, PHONE)
    long = loads(phone=busy(900.0), chat=busy(900.0), callback=busy(900.0))
    assert channel_of(policy, entry(PHONE, who=bill, load=long)) in (APP, EMAIL)


def test_the_best_channel_answers_to_each_weight():
    view = entry(PHONE, who=customer(FAULT, CLASSIC, margin=80.0))
    careful, thrifty = make("best_channel"), make("best_channel", labour=2.0, satisfaction=0.0)
    assert channel_of(careful, view) in (PHONE, CHAT)
    assert channel_of(thrifty, view) in (APP, BOT, EMAIL)
    lazy = make("best_channel", least_gain=100.0)
    assert channel_of(lazy, entry(BOT, who=customer(FAULT))) == BOT


def test_nobody_is_steered_who_would_only_be_annoyed():
    changed = {
        "segments": {"digital": {"steering_acceptance": 0.01}},
        "choice": {"effort_of_refusal": 0.5},
    }
    stubborn = load_scenario(FIRM.model_dump(mode="json"), changed)
    long = loads(phone=busy(900.0), chat=busy(900.0), callback=busy(900.0))
    view = entry(PHONE, load=long)
    assert channel_of(make("best_channel"), view) != PHONE
    assert channel_of(make("best_channel", stubborn), view) == PHONE


def test_a_failing_dialogue_goes_to_people_unless_none_is_there():
    policy = make("best_channel")
    assert channel_of(policy, escalation(PHONE, CHAT)) in (PHONE, CHAT)
    long = loads(phone=busy(3000.0, 60))
    assert channel_of(policy, escalation(PHONE, CHAT, load=long)) == CHAT
    assert policy.decide(escalation()) == ACT.go_on


def test_offers_go_by_response_and_leavers_are_worth_their_cost():
    policy = make("best_channel", treatment_return=1.0)
    verb = ACT.verb
    assert verb[policy.decide(cancel(customer(segment=DIGITAL, margin=60.0)))] == "offer"
    assert policy.decide(cancel(customer(segment=DIGITAL, margin=0.01))) == ACT.release
    classic = wrap_up(customer(segment=CLASSIC, margin=200.0))
    offers_only = classic._replace(actions=(ACT.nothing, *ACT.wrap_up_offers))
    assert policy.decide(offers_only) == ACT.nothing  # on average they respond badly
    digital = wrap_up(customer(segment=DIGITAL, margin=2000.0))._replace(
        actions=(ACT.nothing, *ACT.wrap_up_offers)
    )
    assert verb[policy.decide(digital)] == "offer"


def test_an_unknown_customer_is_treated_as_the_average():
    policy = make("best_channel")
    unknown = customer(segment=-1, margin=0.0)
    seen = entry(PHONE, who=unknown)
    mean = policy.value.margin[-1]
    assert policy.per_mood(seen, unknown) == pytest.approx(
        policy.satisfaction * policy.value.per_mood(-1, mean, 0.0) + policy.goodwill
    )
    assert policy.decide(seen) in seen.actions


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


@pytest.mark.slow
def test_customers_fare_better_for_less_money_and_better_still_with_perfect_information():
    firm = load_scenario("telco")
    gap, spent = {}, {}
    for name in ("customer_choice", "best_channel", "oracle"):
        policy = registry.make(name, firm)
        world = World(firm, policy=policy, decides=policy.decides, seed=3).run(10 * DAY_S)
        contacts, treatments = (world.register.columns(t) for t in ("contacts", "treatments"))
        ended = ~np.isin(contacts["outcome"], (Outcome.HANDED_OVER, Outcome.TRANSFERRED))
        gap[name] = contacts["gap"][ended].mean()
        spent[name] = contacts["cost"].sum() + treatments["cost"].sum()
    assert gap["customer_choice"] < gap["best_channel"] < gap["oracle"]
    assert spent["oracle"] < spent["best_channel"] < spent["customer_choice"]


# The oracle


def test_the_oracle_picks_what_it_knows_will_resolve():
    policy = make("oracle")
    assert policy.bound and "hidden" in policy.reads
    who = customer(FAULT, CLASSIC, PHONE, margin=80.0)
    for only in (CHAT, BOT, EMAIL):
        resolves = tuple(c == only for c in range(8))
        hidden = Hidden(FAULT, 0.0, 0.1, resolves, 0.0)
        assert channel_of(policy, entry(PHONE, who=who, hidden=hidden)) == only


def test_the_oracle_offers_to_those_who_respond():
    policy = make("oracle", treatment_return=1.0)
    who = customer(segment=CLASSIC, margin=200.0)
    for response, verb in ((0.9, "offer"), (-0.5, "release")):
        hidden = Hidden(BILL, 0.0, 0.1, (True,) * 8, response)
        assert ACT.verb[policy.decide(cancel(who, hidden))] == verb


def test_the_oracle_is_a_best_channel_with_more_sight():
    assert issubclass(registry.find("oracle"), BestChannel)
    blind = entry(PHONE)
    assert make("oracle").decide(blind) == make("best_channel").decide(blind)
