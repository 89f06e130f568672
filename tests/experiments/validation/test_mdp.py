"""The solver against known queues and published optima; the five decision problems."""

from dataclasses import dataclass

import numpy as np
import pytest

from experiments.validation import optima as models
from experiments.validation.optima import mdp
from experiments.validation.theory import queueing as theory
from sim import InputError

# Small rooms: the algebra is the same, the states fewer.
SMALL = {
    "skills": models.SkillRouting(places=(12, 10)),
    "gate": models.BotGatekeeper(places=40),
    "callback": models.CallbackOffer(places=10, most_callbacks=10),
    "retention": models.RetentionOffer(),
    "blending": models.Blending(places=10, most_backlog=20),
}
LONG_RUN = [name for name, problem in SMALL.items() if problem.discount is None]


@pytest.fixture(scope="module")
def studies():
    return {name: models.study(problem) for name, problem in SMALL.items()}


@dataclass(frozen=True)
class Walk:
    """M/M/1 with `places`, a cost of one per customer; no choice."""

    arrivals: float = 0.6
    places: int = 60
    start: int = 0

    def actions(self, state):
        return ["run"]

    def outcome(self, state, action):
        up = [(self.arrivals, state + 1)] if state < self.places else []
        return mdp.Consequence(float(state), up + ([(1.0, state - 1)] if state else []))


@dataclass(frozen=True)
class Machine:
    """Discrete time: a machine works ("good") or not; repairing costs 3, being broken 2 a step.

    With a factor β on the probabilities, a total cost is a discounted one.
    """

    beta: float = 0.9
    start: str = "good"

    def actions(self, state):
        return ["leave", "repair"] if state == "bad" else ["run"]

    def outcome(self, state, action):
        # A timed state with rates that sum to β and a way out at rate 1-β.
        ends = (1 - self.beta, "end")
        if state == "end":
            return mdp.Consequence(0.0, [], timed=False)
        if state == "good":
            flows = [(self.beta * 0.7, "good"), (self.beta * 0.3, "bad"), ends]
            return mdp.Consequence(0.0, flows)
        if action == "leave":
            return mdp.Consequence(2.0, [(self.beta, "bad"), ends])
        return mdp.Consequence(5.0, [(self.beta, "good"), ends])


@dataclass(frozen=True)
class Fork:
    """Goes left or right and stays there for ever: no single average."""

    start: str = "here"

    def actions(self, state):
        return ["run"]

    def outcome(self, state, action):
        sides = [(1.0, "left"), (1.0, "right")] if state == "here" else [(1.0, state)]
        return mdp.Consequence(float(state == "left"), sides)


def test_average_of_a_chain_without_choice_is_its_closed_form():
    chain = mdp.enumerate_states(Walk())
    policy = mdp.policy_of(chain, lambda state, allowed: allowed[0])
    assert mdp.evaluate_average(chain, policy).average == pytest.approx(0.6 / 0.4, rel=1e-9)
    shares = mdp.visit_rates(chain, policy)
    assert shares[:3] == pytest.approx(0.4 * 0.6 ** np.arange(3))
    assert mdp.relative_value_iteration(chain).average == pytest.approx(1.5, rel=1e-7)


def test_expected_cost_over_a_time_is_that_of_the_transient_queue():
    chain = mdp.enumerate_states(Walk())
    policy = mdp.policy_of(chain, lambda state, allowed: allowed[0])
    day = theory.transient_day(0.6, 1.0, 1, 7.0)
    in_system = day.figures.queue_length + day.figures.utilisation
    assert mdp.expected_cost(chain, policy, 7.0) == pytest.approx(7.0 * in_system, rel=1e-8)


def test_discrete_time_discounted_total_against_hand_computation():
    process = mdp.enumerate_states(Machine())
    best = mdp.solve_total(process)
    # Repair: g = .9(.7g + .3b), b = 5 + .9g. Leave: b = 2 / .1 = 20, dearer.
    good = 0.27 * 5 / (1 - 0.63 - 0.27 * 0.9)
    assert best.values[process.index["good"]] == pytest.approx(good)
    assert best.values[process.index["bad"]] == pytest.approx(5 + 0.9 * good)
    assert mdp.table_of(process, best.policy) == {"bad": "repair"}
    left = mdp.evaluate_total(process, mdp.policy_of(process, lambda s, a: "leave"))
    assert left.values[process.index["bad"]] == pytest.approx(20.0)


def test_n_model_at_load_090_against_published_figures():
    problem = models.NModel(load=0.9, places=(140, 240))
    study = models.study(problem)
    assert study.optimum == pytest.approx(23.530, abs=0.0006)
    assert study.rules["max_weight"] == pytest.approx(23.998, abs=0.0006)
    assert study.rules["random"] == pytest.approx(25.779, abs=0.0006)
    assert study.rules["class_2_first"] == pytest.approx(26.033, abs=0.0006)


@pytest.mark.slow
def test_n_model_at_load_095_against_published_figures():
    study = models.study(models.NModel(load=0.95, places=(250, 500)))
    assert study.optimum == pytest.approx(46.163, rel=1e-4)
    assert study.rules["max_weight"] == pytest.approx(48.433, abs=0.0006)
    assert study.rules["random"] == pytest.approx(53.635, abs=0.0006)
    assert study.rules["class_2_first"] == pytest.approx(54.055, abs=0.001)


@pytest.mark.parametrize("name", LONG_RUN)
def test_value_iteration_and_policy_iteration_agree(name):
    process = mdp.enumerate_states(SMALL[name])
    by_policies = mdp.solve_average(process)
    by_values = mdp.relative_value_iteration(process, tolerance=1e-7)
    assert by_values.average == pytest.approx(by_policies.average, rel=1e-6)
    again = mdp.evaluate_average(process, by_values.policy).average
    assert again == pytest.approx(by_policies.average, rel=1e-6)


@pytest.mark.parametrize("name", list(SMALL))
def test_the_optimum_beats_every_rule_and_is_attained_by_its_table(studies, name):
    study, problem = studies[name], SMALL[name]
    assert min(study.gap(cost) for cost in study.rules.values()) > 1e-4
    assert study.table.keys() == {s for s in study.mdp.states if len(problem.actions(s)) > 1}
    policy = mdp.policy_of(study.mdp, lambda state, allowed: study.table[state])
    assert models.cost_of(problem, study.mdp, policy) == pytest.approx(study.optimum, rel=1e-9)


@pytest.mark.parametrize("name", list(SMALL))
def test_no_single_change_improves_the_optimum(studies, name):
    study, problem = studies[name], SMALL[name]
    states = list(study.table)
    for at in np.linspace(0, len(states) - 1, 8).astype(int):
        changed = dict(study.table)
        here = states[at]
        changed[here] = next(a for a in problem.actions(here) if a != changed[here])
        policy = mdp.policy_of(study.mdp, lambda s, allowed, table=changed: table[s])
        cost = models.cost_of(problem, study.mdp, policy)
        assert cost >= study.optimum - 1e-8 * abs(study.optimum)


@pytest.mark.parametrize("name", LONG_RUN)
def test_balance_gives_the_same_cost_and_time_shares_sum_to_one(studies, name):
    process, policy = studies[name].mdp, studies[name].policy
    visits = mdp.visit_rates(process, policy)
    per_row = visits[process.row_state] * policy
    assert per_row @ process.cost == pytest.approx(studies[name].optimum, rel=1e-8)
    assert visits @ process.clock == pytest.approx(1.0)
    assert visits.min() > -1e-12


@pytest.mark.parametrize("name", LONG_RUN)
def test_cost_over_a_long_time_tends_to_the_average(studies, name):
    study = studies[name]
    half = mdp.expected_cost(study.mdp, study.policy, 10.0)
    whole = mdp.expected_cost(study.mdp, study.policy, 20.0)
    assert (whole - half) / 10 == pytest.approx(study.optimum, rel=2e-3)


def test_callback_model_without_offers_is_erlang_a():
    problem = models.CallbackOffer(places=80)
    process = mdp.enumerate_states(problem)
    rule = problem.rules()["never"]
    found = mdp.evaluate_average(process, mdp.policy_of(process, rule)).average
    queue = theory.erlang_a(38.0, 8.0, 5, 6.0)
    per_waiting = problem.live_cost_per_h + problem.patience_per_h * problem.abandon_cost
    assert found == pytest.approx(queue.queue_length * per_waiting, rel=1e-8)


def test_blending_without_mail_is_erlang_a():
    problem = models.Blending(mails_per_h=0.0, calls_per_h=22.0, places=60)
    queue = theory.erlang_a(22.0, 6.0, 4, 5.0)
    assert models.study(problem).optimum == pytest.approx(queue.queue_length * 57.0, rel=1e-8)


def test_skill_routing_is_erlang_a_when_all_agents_and_classes_are_alike():
    problem = models.SkillRouting(
        arrivals_per_h=(12.0, 9.0),
        service_per_h=5.0,
        agents=(0, 4),
        patience_per_h=(3.0, 3.0),
        wait_cost_per_h=(10.0, 10.0),
        abandon_cost=(4.0, 4.0),
        places=(25, 25),
    )
    study = models.study(problem)
    queue = theory.erlang_a(21.0, 5.0, 4, 3.0)
    for cost in (study.optimum, *study.rules.values()):
        assert cost == pytest.approx(queue.queue_length * 22.0, rel=1e-4)


def test_gatekeeper_all_human_is_erlang_c():
    problem = models.BotGatekeeper(places=150)
    process = mdp.enumerate_states(problem)
    human = mdp.policy_of(process, lambda state, allowed: allowed[-1])
    queue = theory.erlang_c(16.0, 6.0, 3)
    expected = queue.queue_length * problem.wait_cost_per_h + 16.0 * problem.human_cost
    assert mdp.evaluate_average(process, human).average == pytest.approx(expected, rel=1e-6)


def test_retention_without_effects_is_discounted_margin():
    still = models.RetentionOffer(mood_effect=0.0)
    assert models.study(still).rules["nothing"] == pytest.approx(-20.0 / (0.06 + 0.01))


def test_discounted_cost_over_a_long_time_tends_to_the_total(studies):
    study = studies["retention"]
    early = mdp.expected_cost(study.mdp, study.policy, 24.0, discount=0.01)
    late = mdp.expected_cost(study.mdp, study.policy, 3000.0, discount=0.01)
    assert late == pytest.approx(study.optimum, rel=1e-6)
    assert 0 > early > late


def test_a_dearer_offer_costs_more(studies):
    dear = models.study(models.CallbackOffer(places=10, most_callbacks=10, offer_cost=2.0))
    assert dear.optimum > studies["callback"].optimum


def test_a_satisfied_customer_is_worth_more(studies):
    value = studies["retention"].mdp
    best = mdp.solve_total(value, discount=0.01)
    by_mood = [best.values[value.index[models.CustomerState(m)]] for m in range(9)]
    assert by_mood == sorted(by_mood, reverse=True)


def test_optimal_blending_turns_to_mail_once_as_the_backlog_grows(studies):
    table = studies["blending"].table
    for callers in range(1, 8):
        answers = [table[models.BlendState(3, callers, mails, "choice")] for mails in range(1, 15)]
        assert answers == sorted(answers)  # "call" first, then "mail"
    assert {"call", "mail"} <= set(table.values())


@pytest.mark.parametrize(
    ("build", "key"),
    [
        (lambda: models.CallbackOffer(accepts=1.2), "accepts"),
        (lambda: models.SkillRouting(abandon_cost=(-1.0, 2.0)), "abandon_cost"),
        (lambda: models.RetentionOffer(large=(3, 45.0, 1.2)), "large"),
        (lambda: models.BotGatekeeper(bot_resolves=(0.5, 1.5)), "bot_resolves"),
        (lambda: models.Blending(calls_per_h=float("nan")), "calls_per_h"),
    ],
)
def test_bad_parameters_name_the_key(build, key):
    with pytest.raises(InputError, match=key):
        build()


def test_the_solver_refuses_what_it_cannot_answer(studies):
    ending = studies["retention"].mdp
    with pytest.raises(InputError, match="never ends"):
        mdp.solve_average(ending)
    with pytest.raises(InputError, match="at most 3 states"):
        mdp.enumerate_states(Walk(), limit=3)
    with pytest.raises(InputError, match="must choose among"):
        mdp.policy_of(ending, lambda state, allowed: "dance")
    with pytest.raises(InputError, match="every state ends"):
        mdp.evaluate_total(mdp.enumerate_states(Walk()), np.ones(61))
    with pytest.raises(InputError, match="2 recurrent classes"):
        mdp.evaluate_average(mdp.enumerate_states(Fork()), np.ones(3))
