"""The benchmarks in short forms: right answers, complete reports, good messages; no timings."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from experiments import load_config
from experiments.benchmarks import (
    build,
    c_queue,
    core,
    erlang,
    journeys,
    profile,
    replications,
)
from experiments.benchmarks.peers import PEERS
from experiments.statistics import estimate
from sim import InputError, World, load_scenario
from sim.core.engine import INTERPRETED

CALLERS = 20_000


def test_exact_values_are_those_of_erlang_a() -> None:
    share, wait = erlang.exact()
    assert share == pytest.approx(0.053994, abs=5e-7)
    # Every caller leaves or is served, so that the abandonment rate is patience rate × queue.
    assert wait == pytest.approx(share / erlang.PATIENCE)


def test_our_scenario_gives_the_exact_values() -> None:
    scenario = load_scenario(erlang.SCENARIO)
    found = [erlang.simulate(scenario, CALLERS, seed) for seed in range(1, 9)]
    share = estimate([one.p_abandon for one in found], 0.999)
    wait = estimate([one.mean_wait for one in found], 0.999)
    exact = erlang.exact()
    assert share.low <= exact[0] <= share.high
    assert wait.low <= exact[1] <= wait.high
    assert share.half_width < 0.01 and wait.half_width < 0.02


def test_our_scenario_takes_the_whole_journey_path() -> None:
    scenario = load_scenario(erlang.SCENARIO)
    world = World(scenario, seed=1).run(3600)
    register = world.register
    numbers = {register.number_of(table) for table in ("decisions", "journeys", "contacts")}
    assert len(numbers) == 1 and numbers.pop() > 900
    contacts = register.columns("contacts")
    assert len(set(contacts["experience"].tolist())) > 2  # waits differ, and so do experiences
    touched = contacts["customer"][contacts["released_s"] < 3600 - 1]
    assert scenario.retention.clock == "hazard" and scenario.mechanisms.churn
    assert (world.core.column("customers", "hazard_at")[touched] > 0).all()
    assert np.asarray(world.customers.mood).any()


def test_our_engines_give_the_same_queue() -> None:
    scenario = load_scenario(erlang.SCENARIO)
    found = [erlang.simulate(scenario, 2000, 1, engine) for engine in erlang.ENGINES.values()]
    assert found[0].p_abandon == found[1].p_abandon > 0
    assert found[0].mean_wait == found[1].mean_wait > 0


def test_what_is_not_here_is_left_out_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(c_queue, "COMPILERS", ())
    assert "c" not in erlang.default_engines()
    assert erlang.left_out()["c"] == "needs a C compiler, which is not here"
    c_queue.library.cache_clear()
    with pytest.raises(InputError, match="engine 'c' needs a C compiler"):
        PEERS["c"].run(10)


def test_a_compiler_that_fails_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not PEERS["c"].installed:
        pytest.skip("no C compiler is here")
    (tmp_path / "queue.c").write_text("int main(void) { return nothing; }")
    monkeypatch.setattr(c_queue, "SOURCE", tmp_path / "queue.c")
    c_queue.library.cache_clear()
    with pytest.raises(InputError, match=r"engine 'c': .* fails: .*nothing"):
        PEERS["c"].run(10)
    c_queue.library.cache_clear()


def test_figures_say_whether_they_hold_what_is_asked() -> None:
    rows = {row.name: row for row in core.measure(["row", "fork"], 1)}
    assert list(rows) == ["row", "fork"]
    assert rows["row"].value is not None and rows["row"].value >= 30 * 4
    assert rows["row"].met == (rows["row"].value <= 250)
    assert rows["fork"].value is not None and rows["fork"].value > 0
    least = core.Figure("a", "", "", value=2.0, must=1.0)
    assert least.met is True and replace(least, value=0.5).met is False
    assert replace(least, value=None).met is None and replace(least, must=None).met is None
    with pytest.raises(InputError, match="did you mean 'fork'"):
        core.measure(["forks"], 1)


def test_a_profile_shares_a_runs_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile.shutil, "which", lambda _: None)
    for found in profile.measure("telco", 200):
        assert found.seconds > 0
        assert sum(found.phases.values()) == pytest.approx(1)
        assert found.phases["the core"] > 0 and found.phases["customers drawn"] > 0
        if found.engine == INTERPRETED:
            assert "rows.py" in found.inside and 0.5 < sum(found.inside.values()) <= 1 + 1e-9
        else:
            assert found.why == "Linux's perf is not here" and not found.inside


def test_where_nothing_can_be_built_the_figure_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "compiler", lambda: None)
    (row,) = core.measure(["build"], 1)
    assert row.value is None and row.met is None and row.why == "no C compiler is here"


@pytest.mark.parametrize("name", [n for n in PEERS if n != "salabim"])
def test_peers_give_the_exact_values(name: str) -> None:
    if not PEERS[name].installed:
        pytest.skip(f"{name} is not installed")
    found = [PEERS[name].run(5_000, seed=seed) for seed in range(1, 9)]
    share = estimate([one.p_abandon for one in found], 0.999)
    assert share.low <= erlang.exact()[0] <= share.high


def test_without_idiomatic_simpy_there_is_no_ratio_and_one_round_has_no_interval() -> None:
    (row,) = erlang.measure(500, 1, ["optichannel"])
    assert row.speed_vs_idiomatic is None
    assert row.p_abandon_interval is None and row.agrees is None


def test_unknown_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'simpy'"):
        erlang.measure(500, 1, ["simpi"])


def test_journeys_scale_customers_and_agents() -> None:
    firm = load_scenario("telco")
    small = journeys.scaled(firm, firm.population.customers // 10)
    large, fewer = World(firm), World(small)
    assert fewer.customers.n == large.customers.n // 10

    def agents(world: World) -> int:
        return int(world.core.rules.column("shifts", "agents").sum())

    assert agents(fewer) < agents(large) / 5


def test_memory_beyond_the_register_does_not_grow_with_its_rows() -> None:
    firm = journeys.scaled(load_scenario("telco"), 1000)
    # A week fills the caches by time of the week, and opens as many journeys as will be open.
    short, long = (journeys.held_bytes(firm, days, 1) for days in (8.0, 24.0))
    assert long < 1.3 * short


def test_variance_ratio_of_neighbouring_strategies() -> None:
    config = load_config(
        "quickstart", ["replications=4", "horizon_days=5", "warm_up_days=1"]
    ).model_copy(update={"overrides": {"population": {"scale": 0.05}}})
    report = replications.measure(config, workers=2)
    names = list(config.strategies)
    assert [(r.strategy, r.neighbour) for r in report.ratios] == list(pairwise(names))
    assert report.replications == 4
    assert set(report.seconds) == {"1", "2"}
    assert all(ratio.variance_ratio > 1 for ratio in report.ratios)
