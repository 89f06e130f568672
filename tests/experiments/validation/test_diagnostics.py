"""The five decision problems: their policies in the simulator, against the exact costs."""

import dataclasses

import numpy as np
import pytest

from experiments import load_config
from experiments.cli import main as cli
from experiments.running.replicate import replicate
from experiments.validation import optima as models
from experiments.validation.checks import Effort, Sheet
from experiments.validation.optima import checks as optima
from experiments.validation.optima import table_policies as players
from experiments.validation.simulate import contacts, load, worlds
from sim import InputError

NAMES = [problem.name for problem in optima.PROBLEMS]
BRIEF = Effort(0.1)


@pytest.mark.parametrize(
    "name",
    ["gatekeeper", *(pytest.param(n, marks=pytest.mark.slow) for n in NAMES if n != "gatekeeper")],
)
def test_the_optimal_table_costs_what_the_process_says(name):
    problem = optima.problem_of(name)
    sheet = Sheet(name, BRIEF)
    optima.measure(problem, (), (), sheet)
    verdicts = {row.figure: row.verdict for row in sheet.rows}
    assert set(verdicts.values()) == {"agrees"}
    gaps = {figure.removeprefix("gap of ") for figure in verdicts if figure.startswith("gap of")}
    assert gaps == {*problem.policies, "learned"}


@pytest.mark.parametrize("name", NAMES)
def test_player_meets_only_states_of_its_process(name, monkeypatch):
    """Every decision in the simulator is a state of the process, with the same legal actions."""
    problem = optima.problem_of(name)
    met = set()
    original = players.Player.play

    def play(self, view, state, actions):
        allowed = self.problem.actions(state)
        met.add(state)
        if name != "gatekeeper":  # the process has a forced bot only beyond its room
            assert {actions[a] for a in allowed} == set(view.actions)
        return original(self, view, state, actions)

    monkeypatch.setattr(players.Player, "play", play)
    days = 40.0 if problem.score is None else 2.0
    scenario = load(name)
    player = problem.player(scenario)
    list(worlds(scenario, days, 1, policy=player, shifts=problem.score is None))
    table = players.solved(problem.player.problem).table
    assert len(met) > 5
    assert met <= table.keys()


@pytest.mark.parametrize("name", ["skill_routing", "gatekeeper"])
def test_score_is_the_scenario_s_own_money(name):
    """Where the scenario prices all that the process counts, net value differs as the score."""
    problem = optima.problem_of(name)
    scenario = load(name)
    figures = []
    rule = optima.natural(problem)[0]
    for player in (problem.player(scenario), problem.player(scenario, rule=rule)):
        score = value = 0.0
        for world in worlds(scenario, 8.0, 3, policy=player):
            calls = contacts(world.register, 0.0, world.now)
            score += problem.score(calls, problem.player.problem)
            value += float(np.sum(calls["sale"]) - np.sum(calls["cost"]))
        figures.append((score / 24, value / 24))
    (best, best_value), (other, other_value) = figures
    assert best_value - other_value == pytest.approx(other - best, abs=0.1 * best)


def test_the_process_has_the_numbers_of_its_scenario():
    scenario, p = load("callback"), models.CallbackOffer()
    (call,) = scenario.intents.values()
    phone, back = scenario.channels["phone"], scenario.channels["back"]
    handled = call.talk_s.mean_s / 3600
    assert call.needs_per_month * 2 == p.arrivals_per_h
    assert 3600 / phone.patience.mean_s == p.patience_per_h
    assert phone.cost_per_minute * 60 == pytest.approx(p.live_cost_per_h)
    assert call.sale.margin - p.live_cost_per_h * handled == pytest.approx(p.abandon_cost)
    extra = (p.callback_cost_per_h - p.live_cost_per_h) * handled
    assert back.cost_per_contact + extra == pytest.approx(p.offer_cost)


def test_a_wrong_process_is_told_apart():
    """Power: a process with agents 10% faster does not agree with the simulator."""
    problem = optima.problem_of("gatekeeper")
    faster = dataclasses.replace(problem.player.problem, human_per_h=6.6)
    found = players.solved(faster)
    scenario = load("gatekeeper")
    simulated = optima.costs(problem, problem.player(scenario), 8).interval()
    assert not simulated.low <= found.optimum <= simulated.high
    assert simulated.low <= optima.reference(problem) <= simulated.high


def test_players_take_the_rules_of_their_problem_only():
    scenario = load("blending")
    assert players.BlendingPlayer(scenario, rule="calls_first").values == {"rule": "calls_first"}
    with pytest.raises(InputError, match="did you mean 'calls_first'"):
        players.BlendingPlayer(scenario, rule="call_first")
    assert players.Retention.bound
    assert not players.Callback.bound


def test_the_shipped_config_runs_the_optimum_beside_its_rivals(capsys):
    settings = ["horizon_days=1", "warm_up_days=0", "replications=2"]
    config = load_config("diagnostics", settings)
    optimal = replicate(config, "optimal", 0)
    first = replicate(config, "bot_first", 0)
    assert optimal.metrics["contacts"] > 16 * 24 * 0.8
    assert optimal.metrics["net_value"] > first.metrics["net_value"]
    assert cli.main(["list", "--diagnostics"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in NAMES)
