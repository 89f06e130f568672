"""`optichannel validate` and its parts: short forms of the checks, verdicts, page, faults."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from experiments import RunResults, load_config
from experiments.cli import main as cli
from experiments.regression import baseline as baselines
from experiments.report.stress import sections, stress_markdown
from experiments.validation.checks import (
    FULL,
    SHORT,
    Check,
    Interval,
    Plot,
    Result,
    Sheet,
    controlled,
    ratio,
    share,
)
from experiments.validation.faults import kills, mutations
from experiments.validation.faults.snapshot import ROOT
from experiments.validation.page import interval_of, render
from experiments.validation.simulate import load, worlds
from experiments.validation.theory import checks_customers, checks_queues
from experiments.validation.validate import Request, checks, listed
from sim import InputError, load_scenario, scenario_names
from sim.inputs.document import parse_yaml
from sim.units import DAY_S

THEORY = {check.name: check for check in (*checks_queues.CHECKS, *checks_customers.CHECKS)}
QUICK = ("erlang_c", "laws", "renewals", "base_in_force", "hazard", "bot")


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in THEORY]
)
def test_the_simulator_agrees_with_theory(name):
    result = THEORY[name].run(SHORT)
    assert result.rows
    assert {row.figure: row.verdict for row in result.rows} == {
        row.figure: "agrees" for row in result.rows
    }


def test_a_wrong_service_time_is_caught():
    """Power: calls 5% longer than the formula's are told apart, even in the short form."""
    check = THEORY["erlang_a_small"]
    normal = checks_queues.queue

    def slower(per_h, service_s, *rest):
        return normal(per_h, 1.05 * service_s, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks_queues, "queue", slower)
        verdicts = {row.figure: row.verdict for row in check.run(SHORT).rows}
    assert verdicts["mean talk"] == "differs"


def test_verdicts():
    sheet = Sheet("x", FULL)
    sheet.figure("narrow and right", Interval(1.0, 0.99, 1.01), 1.005, "s")
    sheet.figure("wide and right", Interval(1.0, 0.5, 1.5), 1.2, "s")
    sheet.figure("wrong", Interval(1.0, 0.99, 1.01), 1.02, "s")
    sheet.exact("rounds", 20.834, 20.83, "s", 2)
    sheet.exact("does not round", 20.836, 20.83, "s", 2)
    sheet.bound("better than best", Interval(-2.0, -3.0, -1.0), "s")
    sheet.bound("worse than best", Interval(2.0, 1.0, 3.0), "s")
    sheet.at_most("too much", 2.1, 2.0, "s")
    verdicts = [row.verdict for row in sheet.rows]
    assert verdicts == [
        "agrees", "too wide", "differs", "agrees", "differs", "differs", "agrees", "differs",
    ]  # fmt: skip
    assert not sheet.result().passed


def test_a_ratio_of_means_covers_at_its_level():
    luck = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        under = luck.gamma(8.0, size=25)
        over = under * 3.0 + luck.normal(size=25)
        found = ratio(over, under, level=0.9)
        hits += found.low <= 3.0 <= found.high
    assert 0.85 < hits / 400 < 0.95


def test_control_variates_keep_the_mean_and_narrow_the_interval():
    luck = np.random.default_rng(6)
    hits, gains = 0, []
    for _ in range(300):
        controls = luck.normal(size=(20, 2))
        values = 5.0 + controls @ [2.0, -1.0] + 0.3 * luck.normal(size=20)
        found, plain = controlled(values, controls, level=0.9), ratio(values, level=0.9)
        hits += found.low <= 5.0 <= found.high
        gains.append((found.high - found.low) / (plain.high - plain.low))
    assert 0.85 < hits / 300 < 0.95
    assert np.median(gains) < 0.3


def test_share_is_the_exact_binomial_interval():
    none, every = share(0, 50, level=0.95), share(50, 50, level=0.95)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 50))
    assert (every.low, every.high) == (pytest.approx(0.025 ** (1 / 50)), 1.0)


def test_little_law_is_about_the_rows_that_the_register_has():
    """Two callers on one agent, by hand: the second waits 60 s, of 200 s watched."""

    class Rows:
        def columns(self, name):
            assert name == "contacts"
            return {
                "queued_s": np.array([10.0, 50.0]),
                "answered_s": np.array([10.0, 110.0]),
                "released_s": np.array([110.0, 150.0]),
            }

    waiting, busy = checks_queues.over_time(Rows(), 0.0, 200.0, 1)
    assert waiting == pytest.approx(60 / 200)
    assert busy == pytest.approx(140 / 200)


def test_always_on_has_no_change_of_shift():
    (day,) = worlds(load("queue"), 1.5, 1)
    shifts = day.register.columns("shifts")
    assert set(shifts["on_s"]) == {0.0}
    (ordinary,) = worlds(load("queue"), 1.5, 1, shifts=True)
    assert set(ordinary.register.columns("shifts")["on_s"]) == {0.0, DAY_S}


def test_published_series_are_refused_when_malformed(tmp_path):
    path = tmp_path / "series.csv"
    path.write_text("year,regular\n0,100\n")
    with pytest.raises(InputError, match="high_end"):
        checks_customers.published_retention(Sheet("x", FULL), path)
    with pytest.raises(InputError, match="no such file"):
        checks_customers.published_retention(Sheet("x", FULL), tmp_path / "none.csv")
    path.write_text("year,regular,high_end\n0,100,100\n1,63,87\n")
    with pytest.raises(InputError, match="years 0 to 12"):
        checks_customers.published_retention(Sheet("x", FULL), path)


def test_requests():
    assert {check.group for check in checks(Request("theory"))} == {"theory"}
    assert [check.name for check in checks(Request("mg1"))] == ["mg1"]
    with pytest.raises(InputError, match="did you mean 'erlang_c'"):
        checks(Request("erlangc"))
    assert set(listed()) == {"theory", "optima"}


def test_the_command_writes_a_page_and_says_pass_or_fail(tmp_path, capsys, monkeypatch):
    arguments = ["validate", "check", "hazard", "--json", "--out", str(tmp_path)]
    assert cli.main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"]
    assert all(row["low"] <= row["reference"] <= row["high"] for row in found["rows"])
    assert "exp(-ht)" in (tmp_path / "validation.html").read_text()
    wrong = checks_customers.retention.hazard_survival
    monkeypatch.setattr(
        checks_customers.retention, "hazard_survival", lambda t, h, c=(): wrong(t, h, c) * 0.9
    )
    assert cli.main([*arguments[:3], "--out", str(tmp_path)]) == 1
    assert "differs" in capsys.readouterr().out
    assert cli.main(["validate", "check", "hazrd"]) == 2


def test_the_page_escapes_and_stands_alone():
    sheet = Sheet("x", FULL)
    sheet.figure("<script>alert(1)</script>", Interval(1.0, 0.99, 1.01), 1.0, "a & b")
    sheet.plots.append(Plot("<b>", "x", "y", {"l": ([0, 1], [0, 1])}, [(0.5, Interval(1, 0, 2))]))
    check = Check("x", "<i>title</i>", "theory", "queue", lambda sheet: None)
    page = render([(check, sheet.result())])
    assert "<script" not in page
    assert "&lt;i&gt;title" in page
    assert "a &amp; b" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "src=" not in page.replace("default-src", "")


def test_a_computed_value_has_no_interval():
    sheet = Sheet("x", FULL)
    sheet.exact("computed", 20.834, 20.83, "s", 2)
    assert interval_of(sheet.rows[0]) == ""
    assert interval_of(replace(sheet.rows[0], low=1.0, high=2.0)) == "1 to 2"


def test_results_pass_only_when_all_figures_do():
    assert Result("x", ()).passed
    assert math.isclose(FULL.tolerance(0.03), 0.03)
    assert SHORT.tolerance(0.03) > 0.03


def test_mutations_all_fit_the_source_once():
    assert len(mutations.MUTATIONS) == 20
    for mutation in mutations.MUTATIONS:
        path, text = mutations.changed(ROOT, mutation)
        assert path.read_text(encoding="utf-8") != text
    with pytest.raises(InputError, match="must fit once"):
        mutations.changed(ROOT / "docs", mutations.MUTATIONS[0])


def test_number_mutations_change_one_number_of_a_scenario_that_stays_valid():
    for config in mutations.regressions():
        scenario = load_config(config).scenario
        before = load_scenario(scenario).model_dump()
        found = mutations.number_mutations(scenario, 5)
        assert len({mutation.what for mutation in found}) == 5
        for mutation in found:
            path, text = mutations.changed(ROOT, mutation)
            assert path.stem == scenario
            after = load_scenario(parse_yaml(text, scenario)).model_dump()
            keys = mutation.what.split(": ")[0].split(".")
            assert before != after and keys[0] in after
            assert {key for key in after if before[key] != after[key]} == {keys[0]}


def test_every_shipped_scenario_has_a_regression_baseline():
    configs = [load_config(name) for name in mutations.regressions()]
    assert sorted(config.scenario for config in configs) == scenario_names()
    for config in configs:
        baseline = baselines.load(ROOT / "experiments" / "baselines" / f"{config.name}.json")
        assert set(baseline.digests) == set(config.strategies)
        assert (baseline.seed, baseline.replications) == (config.seed, config.replications)


TINY = ("population.scale=0.1", "horizon_days=2", "warm_up_days=0", "replications=3")


@pytest.mark.slow
def test_a_changed_constant_is_noticed_and_no_change_is_not():
    settings = ("horizon_days=2", "warm_up_days=0", "replications=1")
    noop = mutations.Mutation("sim/behaviour/customers.py", "a comment", r"\A", "# nothing\n")
    tried = mutations.try_mutations([mutations.MUTATIONS[4], noop], ["regression"], settings)
    assert [catching for _, catching in tried] == [["regression"], []]


@pytest.mark.slow
def test_killed_runs_resume_to_the_same_bytes():
    found = kills.kill_runs("regression", 3, settings=TINY)
    assert found.kills == 3
    assert found.completed >= 1
    assert found.problems == ()


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    sets = [f"--set={s}" for s in ("horizon_days=2", "warm_up_days=0", "replications=2")]
    assert cli.main(["run", "regression", "--json", "--workers=1", f"--out={folder}", *sets]) == 0
    return folder


def test_stress_checklist_of_a_run(finished_run, capsys):
    assert cli.main(["report", str(finished_run), "--stress"]) == 0
    path = finished_run / "stress-des.md"
    text = path.read_text(encoding="utf-8")
    assert str(path) in capsys.readouterr().out
    results = RunResults.load(finished_run)
    numbers = [item.number for items in sections(results).values() for item in items]
    assert len(numbers) == 20
    assert numbers == sorted(numbers)
    assert "2 days measured" in text
    assert "2 independent replications" in text
    assert "- Resource desk: 7 agents" in text
    assert results.manifest["versions"]["simpy"] in text
    assert all(item.text for items in sections(results).values() for item in items)


def test_stress_text_cannot_break_out(finished_run):
    results = RunResults.load(finished_run)
    manifest = {**results.manifest, "title": "<script>x\n# y", "description": "a|b `c`"}
    text = stress_markdown(replace(results, manifest=manifest))
    assert "<script" not in text
    assert "\n# y" not in text
