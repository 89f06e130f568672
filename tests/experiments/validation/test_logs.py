"""`optichannel validate bank-log` and `journey-log`: synthetic logs, parts, and the real logs."""

from __future__ import annotations

import html
import json
import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from experiments.calibration.cases.case_chain import fit_chains
from experiments.calibration.cases.case_replay import CaseReplay
from experiments.calibration.cases.lags import fit_lag
from experiments.calibration.cases.service_desk import fit_service_desk
from experiments.calibration.customers.overdispersion import (
    CallsOfDays,
    across_days_variance_to_mean,
    fit_day_demand,
    variation,
)
from experiments.calibration.customers.patience import censored_weibull
from experiments.calibration.customers.redials import draw_redials, fit_redials, with_redials
from experiments.calibration.logs.call_log import read_call_files, read_calls
from experiments.calibration.logs.journey_log import read_journey_files, read_journeys
from experiments.cli import main as cli
from experiments.cli.validate_logs import spread_files
from experiments.validation.logs import calls as bank_log
from experiments.validation.logs import journeys as journey_log
from experiments.validation.logs import page as log_page
from experiments.validation.logs.calls import validate_bank_log
from experiments.validation.logs.journeys import validate_journey_log
from experiments.validation.logs.rows import Measure, compared, figures, passed, single
from experiments.validation.logs.study import Effort
from sim import InputError
from tests.support.log_data import call_log, case_log
from tests.support.paths import ROOT

TRAIN_DAYS, TEST_DAYS = (1, 3, 7, 9, 15, 17), (2, 4, 8, 10, 14, 16)
QUICK = Effort(replications=6, refits=6, seed=1, workers=1)


def write(folder: Path, name: str, text: str) -> Path:
    """A file with a text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def data(name: str) -> Path:
    """A file of the real data, or skip."""
    folder = Path(os.environ.get("OPTICHANNEL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).is_file():
        pytest.skip(f"{name} is not here; set OPTICHANNEL_DATA to the folder that holds it")
    return folder / name


def overall(found: log_page.LogResult) -> dict[str, log_page.LogRow]:
    """Overall rows by measure."""
    return {row.measure: row for row in found.rows if row.group == "overall"}


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A call log to fit on and one of other days by the same process."""
    folder = tmp_path_factory.mktemp("calls")
    return write(folder, "a", call_log(TRAIN_DAYS)), write(folder, "b", call_log(TEST_DAYS))


@pytest.fixture(scope="module")
def bank_result(calls: tuple[Path, Path]) -> log_page.LogResult:
    return validate_bank_log(calls[:1], calls[1:], QUICK)


# --- call logs ----------------------------------------------------------------------------------


def test_other_days_of_one_process_agree(bank_result: log_page.LogResult) -> None:
    rows = overall(bank_result)
    assert set(rows) == {measure.title for measure in bank_log.MEASURES}
    assert {name: row.verdict for name, row in rows.items()} == dict.fromkeys(rows, "agreed")
    assert rows["mean wait"].observed == pytest.approx(rows["mean wait"].predicted, rel=0.15)
    assert rows["mean wait"].low <= rows["mean wait"].predicted <= rows["mean wait"].high
    assert passed(bank_result.rows)
    by_day = {row.label for row in bank_result.rows if row.group == "by day"}
    assert by_day == {f"1999-02-{day:02}" for day in TEST_DAYS}
    assert {row.label for row in bank_result.rows if row.group == "by type"} == {"PS", "NW"}


def test_longer_services_than_fitted_are_told(tmp_path: Path, calls: tuple[Path, Path]) -> None:
    slower = write(tmp_path, "slow", call_log(TEST_DAYS, factor=1.25))
    found = validate_bank_log(calls[:1], [slower], QUICK)
    rows = overall(found)
    assert rows["mean wait"].verdict == rows["abandonment"].verdict == "failed"
    assert rows["mean wait"].error is not None
    assert rows["mean wait"].error < -0.2
    assert not passed(found.rows)


def test_observed_figures_are_those_of_the_log(
    bank_result: log_page.LogResult, calls: tuple[Path, Path]
) -> None:
    rows = overall(bank_result)
    log, _ = read_calls(calls[1])
    waits, left = log["queue_s"].to_numpy(), (log["outcome"] == "abandoned").to_numpy()
    quick = waits <= 20
    level = np.sum(quick & ~left) / np.sum(~(quick & left))
    assert rows["mean wait"].observed == pytest.approx(waits.mean())
    assert rows["abandonment"].observed == pytest.approx(left.mean())
    assert rows["service level at 20 s"].observed == pytest.approx(level)
    assert rows["abandonment"].n == log.height


def test_workers_and_seeds(calls: tuple[Path, Path]) -> None:
    one, two, other = (
        validate_bank_log(calls[:1], calls[1:], Effort(2, 1, seed, workers)).rows
        for seed, workers in ((1, 1), (1, 2), (2, 1))
    )
    assert one == two
    assert one != other


def test_files_are_joined_and_their_repeats_counted(
    tmp_path: Path, calls: tuple[Path, Path]
) -> None:
    text = calls[0].read_text()
    lines = text.splitlines(keepends=True)
    halves = [write(tmp_path, "1", "".join(lines[:900])), write(tmp_path, "2", text)]
    joined, exclusions = read_call_files(halves)
    whole, _ = read_calls(calls[0])
    assert joined.equals(whole)
    assert exclusions[1].reasons == {"call of an earlier file": 899}
    with pytest.raises(InputError, match="1999-02-01 is in --train too"):
        validate_bank_log(halves[:1], halves[1:], QUICK)


def test_what_is_left_out_or_replaced_is_said(tmp_path: Path, calls: tuple[Path, Path]) -> None:
    lines = call_log(TEST_DAYS[:2]).splitlines()
    lines[5] = lines[5].replace("\tPS\t", "\tXX\t").replace("\tNW\t", "\tXX\t")
    bad = lines[7].replace("\tAGENT\t", "\tROBOT\t").replace("\tHANG\t", "\tROBOT\t")
    odd = write(tmp_path, "odd", "\n".join([*lines, lines[9], bad]))
    found = validate_bank_log(calls[:1], [odd], Effort(2, 0, 1, 1))
    assert any("1 duplicated row, 1 unknown outcome" in note for note in found.notes)
    assert any(note.startswith("type XX: 1 calls to predict, none to fit") for note in found.notes)
    assert any("luck of the test period only" in note for note in found.notes)


# --- redials, arrivals, laws --------------------------------------------------------------------


def test_redials_are_drawn_as_they_were_fitted() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    left, queued = rng.random(n) < 0.3, rng.random(n) < 0.8
    again = rng.random(n) < np.where(left, 0.5, 0.1)
    rows = []
    for i in range(n):
        base = {"day": date(1999, 2, 1), "type": "PS", "queued": bool(queued[i] or left[i])}
        base |= {"customer": str(i) if base["queued"] else None, "service_s": 0, "queue_s": 9}
        outcome = "abandoned" if left[i] else "served"
        rows.append({**base, "start_s": 100, "offered_s": 110, "outcome": outcome})
        if again[i]:  # in the IVR only: not offered, so no call of its own
            late = {"start_s": 900, "offered_s": 910, "outcome": "left_in_ivr"}
            rows.append({**base, **late})
    log = pl.DataFrame(rows)
    fit = fit_redials(log)
    known = with_redials(log).filter(pl.col("outcome") != "left_in_ivr")
    simulated = pl.DataFrame(
        {"type": ["PS"] * n, "wait_s": np.where(queued | left, 9.0, 0.0), "abandoned": left}
    ).with_columns(day=pl.lit(date(1999, 2, 8)))
    drawn = simulated.with_columns(again=draw_redials(simulated, fit, rng))
    for value, outcome, share in ((True, "abandoned", 0.5), (False, "served", 0.1)):
        ours = drawn.filter(pl.col("abandoned") == value)["again"].drop_nulls()
        theirs = known.filter(pl.col("outcome") == outcome)["again"].drop_nulls()
        assert theirs.mean() == pytest.approx(share, abs=0.03)
        assert ours.mean() == pytest.approx(theirs.mean(), abs=0.04)
        assert len(ours) == pytest.approx(len(theirs), rel=0.05)


def poisson_calls(days: int, day_cv: float, seed: int = 8) -> pl.DataFrame:
    """Calls of working days with 80 an hour over eight hours, days gamma with a CV."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(days):
        level = rng.gamma(1 / day_cv**2, day_cv**2) if day_cv else 1.0
        at = np.sort(rng.uniform(28_800, 57_600, rng.poisson(640 * level))).astype(int)
        day = date(1999, 2, 1) + timedelta(days=number // 4 * 7 + number % 4)
        frames.append(pl.DataFrame({"start_s": at}).with_columns(day=pl.lit(day)))
    return pl.concat(frames).with_columns(outcome=pl.lit("served"))


def test_overdispersion_is_measured_fitted_and_drawn() -> None:
    steady, spread = poisson_calls(40, 0.0), poisson_calls(40, 0.3)
    assert across_days_variance_to_mean(steady) == pytest.approx(1, abs=0.25)
    assert fit_day_demand(steady).day_cv < 0.04
    assert variation(spread)["within_hour"] == pytest.approx(1, abs=0.1)
    assert variation(spread)["across_days"] > 4
    fit = fit_day_demand(spread)
    assert fit.day_cv == pytest.approx(0.3, abs=0.06)
    days = spread["day"].unique().sort().to_list()
    drawn = CallsOfDays.of(days, fit)
    ratios = [variation(drawn.once(r, 1)) for r in range(12)]
    assert np.mean([r["within_hour"] for r in ratios]) == pytest.approx(1, abs=0.05)
    across = np.mean([r["across_days"] for r in ratios])
    assert across == pytest.approx(variation(spread)["across_days"], rel=0.35)
    total = np.mean([drawn.once(r, 1).height for r in range(30)])
    assert total == pytest.approx(spread.height, rel=0.1)


def test_few_days_cannot_tell_days_apart() -> None:
    two = poisson_calls(2, 0.0)
    assert "across_days" not in variation(two)
    with pytest.raises(InputError, match="no day to draw"):
        CallsOfDays.of([date(1999, 2, 5)], fit_day_demand(two))  # a Friday, none fitted


def test_lags_are_recovered() -> None:
    rng = np.random.default_rng(5)
    n = 4000
    brief = rng.random(n) < 0.2
    minutes = np.where(brief, 0, rng.weibull(1.5, n) * 3000).astype(int).astype(float)
    lag = fit_lag(minutes)
    assert lag.short_share == pytest.approx(0.2, abs=0.03)
    assert lag.shape == pytest.approx(1.5, rel=0.1)
    assert lag.mean == pytest.approx(minutes.mean(), rel=0.03)
    assert float(lag.below(np.array([np.median(minutes)]))[0]) == pytest.approx(0.5, abs=0.03)
    assert fit_lag(np.array([3.0])).mean == pytest.approx(1.0)


def test_the_weibull_of_equal_or_extreme_waits_is_bounded() -> None:
    same = np.full(20, 60.0)
    shape, scale = censored_weibull(same, np.ones(20, dtype=bool))
    assert (shape, scale) == (50.0, pytest.approx(60.0))
    far = np.array([0.5] * 10 + [1e5])
    shape, scale = censored_weibull(far, np.array([True] * 10 + [False]))
    assert 0 < shape < 1
    assert np.isfinite(scale)


# --- journey logs -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def case_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A log of cases to fit on and one of other cases by the same process."""
    folder = tmp_path_factory.mktemp("cases")
    text = case_log(1, cases=800), case_log(2000, cases=800)
    return write(folder, "a", text[0]), write(folder, "b", text[1])


@pytest.fixture(scope="module")
def desk_result(case_files: tuple[Path, Path]) -> log_page.LogResult:
    return validate_journey_log(case_files[:1], case_files[1:], QUICK)


def test_other_cases_of_one_process_agree(desk_result: log_page.LogResult) -> None:
    rows = overall(desk_result)
    assert set(rows) == {measure.title for measure in journey_log.MEASURES}
    assert {name: row.verdict for name, row in rows.items()} == dict.fromkeys(rows, "agreed")
    assert {row.label for row in desk_result.rows if row.group == "by type"} == {"Help", "Repair"}
    assert len({row.label for row in desk_result.rows if row.group == "by weekday"}) == 7


def test_cases_that_go_on_more_often_are_told(
    tmp_path: Path, case_files: tuple[Path, Path]
) -> None:
    longer = write(tmp_path, "long", case_log(2000, cases=800, on=0.45))
    found = validate_journey_log(case_files[:1], [longer], QUICK)
    rows = overall(found)
    assert rows["cases of a single contact"].verdict == "failed"
    assert rows["repeats within 7 days"].verdict == "failed"
    assert rows["e-mail response, median"].verdict == "agreed"
    assert not passed(found.rows)


def test_observed_shares_are_those_of_the_desk_fit(
    desk_result: log_page.LogResult, case_files: tuple[Path, Path]
) -> None:
    """Two ways to the same definitions."""
    desk = fit_service_desk(read_journeys(case_files[1])[0])
    rows = overall(desk_result)
    assert rows["cases of a single contact"].observed == pytest.approx(desk.single_contact_share)
    assert rows["cases of a single event"].observed == pytest.approx(desk.single_event_share)
    assert rows["repeats within 7 days"].observed == pytest.approx(desk.repeat_7_day_share)
    assert rows["e-mail → call"].observed == pytest.approx(desk.email_to_call_share)
    assert rows["call → e-mail"].observed == pytest.approx(desk.call_to_email_share)
    response = rows["e-mail response, median"].observed
    assert response == pytest.approx(desk.email_response_median_h)


def test_replayed_cases_begin_as_observed(case_files: tuple[Path, Path]) -> None:
    events, _ = read_journeys(case_files[1])
    replay = CaseReplay.of(events, fit_chains(events))
    first, again, other = replay.once(0, 1), replay.once(0, 1), replay.once(1, 1)
    assert first.equals(again)
    assert not first.equals(other)

    def opening(frame: pl.DataFrame) -> pl.DataFrame:
        ordered = frame.sort("case", "start", "end", maintain_order=True)
        return ordered.group_by("case", maintain_order=True).first()

    columns = ("case", "operation", "start", "customer", "kind")
    assert opening(first).select(columns).equals(opening(events).select(columns))
    assert first["start"].max() <= events["start"].max()
    assert first.height == pytest.approx(events.height, rel=0.1)


def test_journey_files_are_joined_and_overlap_refused(
    tmp_path: Path, case_files: tuple[Path, Path]
) -> None:
    text = case_files[0].read_text()
    part = write(tmp_path, "part", "".join(text.splitlines(keepends=True)[:101]))
    joined, exclusions = read_journey_files([part, case_files[0]])
    assert joined.equals(read_journeys(case_files[0])[0])
    assert exclusions[1].reasons == {"event of an earlier file": 100}
    with pytest.raises(InputError, match="is in --train too"):
        validate_journey_log([part], [case_files[0]], QUICK)


def test_an_unpaired_quotation_mark_is_counted_not_believed(tmp_path: Path) -> None:
    lines = case_log(1, cases=60).splitlines()
    lines[4] = lines[4].replace(",X,", ',"X,')
    lines[9] = lines[9].replace(",X,", ',X",')
    events, left_out = read_journeys(write(tmp_path, "quotes", "\n".join(lines) + "\n"))
    assert left_out.rows == len(lines) - 1
    assert left_out.reasons == {"line inside quotation marks": 6}
    assert events.height == len(lines) - 7
    lines = case_log(1, cases=60).replace("Start Date", '"').splitlines()
    with pytest.raises(InputError, match=r"columns 'Start Date', .* are missing") as caught:
        read_journeys(write(tmp_path, "header", "\n".join(lines) + "\n"))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 900


# --- rows, page, command ------------------------------------------------------------------------


def test_verdicts_follow_the_limits() -> None:
    measures = (Measure("x", "x", acceptance=0.15), Measure("y", "y", aim=None, acceptance=None))
    seen = single("all", {"x": 100.0, "y": 100.0}, 50)

    def rows(value: float) -> list[log_page.LogRow]:
        draws = [single("all", {"x": v, "y": v}, 50) for v in (value - 1, value, value + 1)]
        return compared(seen, draws, draws, measures)[0]

    for value, verdict, aim, inside in (
        (100, "agreed", True, True),
        (91, "agreed", True, False),
        (114, "agreed", False, False),
        (116, "failed", False, False),
    ):
        x, y = rows(value)
        assert (x.verdict, x.aim_met, x.in_interval) == (verdict, aim, inside)
        assert y.verdict == ("agreed" if inside else "failed")


def test_the_verdict_names_the_rows_that_fail() -> None:
    seen = pl.concat([single("all", {"x": 100.0}, 50), single("kind", {"y": 8.0}, 50)])
    of_kind = pl.when(pl.col("label") == "kind").then(pl.lit("by kind"))
    seen = seen.with_columns(group=of_kind.otherwise(pl.col("group")))
    draws = [seen.with_columns(value=pl.col("value") * (1.5 + 0.01 * n)) for n in range(3)]
    rows, _ = compared(seen, draws, draws, (Measure("x", "wait"), Measure("y", "share")))
    failing = "wait (all), observed 100, predicted 151, outside its interval"
    assert log_page.verdict(rows) == f"failed: 1 of 1 overall figures: {failing}"
    assert f"2 of 2 figures: {failing}; share (kind), " in log_page.verdict(rows, strict=True)
    agreed, _ = compared(
        seen, [seen] * 2, [seen] * 2, (Measure("x", "wait"), Measure("y", "share"))
    )
    assert log_page.verdict(agreed[:1]) == "passed: all 1 overall figures agree"


def test_nothing_observed_is_agreed_with_by_nothing_only() -> None:
    seen = single("all", {"x": 0.0}, 50)
    for value, verdict in ((0.0, "agreed"), (0.1, "failed")):
        draws = [single("all", {"x": value}, 50)] * 2
        (row,), _ = compared(seen, draws, draws, (Measure("x", "x"),))
        assert (row.error, row.verdict) == (None, verdict)


def test_small_groups_are_counted_not_shown() -> None:
    frame = pl.DataFrame({"x": [1.0] * 30 + [2.0] * 5, "g": ["a"] * 30 + ["b"] * 5})
    found = figures(frame, (Measure("x", "x"),), ("g",))
    rows, few = compared(found, [found] * 2, [found] * 2, (Measure("x", "x"),))
    assert [(row.group, row.label, row.n) for row in rows] == [
        ("overall", "all", 35),
        ("g", "a", 30),
    ]
    assert few == 1


def test_files_after_an_option_belong_to_it() -> None:
    words = ["--train", "a", "b", "--json", "--test", "c", "d", "--seed", "2"]
    expected = ["--train", "a", "--train", "b", "--json", "--test", "c", "--test", "d"]
    assert spread_files(words) == [*expected, "--seed", "2"]
    assert spread_files(["--train=a", "--test", "b"]) == ["--train=a", "--test", "b"]


def test_the_command_writes_page_and_table(
    tmp_path: Path, calls: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    halves = [write(tmp_path, str(day), call_log((day,))) for day in TEST_DAYS[:2]]
    arguments = ["validate", "bank-log", "--train", str(calls[0]), "--test", *map(str, halves)]
    arguments += ["--replications", "3", "--refits", "2", "--workers", "1"]
    arguments += ["--out", str(tmp_path / "out")]
    code = cli.main([*arguments, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == (0 if found["passed"] else 1)
    table = pl.read_csv(found["table"])
    assert table.height == len(found["rows"])
    assert table["predicted"].to_list() == pytest.approx([r["predicted"] for r in found["rows"]])
    assert {"by day", "by type", "overall"} <= set(table["group"])
    page = Path(found["page"]).read_text(encoding="utf-8")
    assert page.count("<tr>") == table.height + len(set(table["group"]))
    assert cli.main(arguments) == code
    said = capsys.readouterr().out
    assert "page: " in said
    assert found["verdict"] in said
    inside = sum(row["in_interval"] for row in found["rows"] if row["group"] == "by day")
    for text in (said, html.unescape(page)):
        assert found["verdict"] in text
        assert f"{inside} inside their 90% intervals" in text
        assert text.count("inside") + text.count("outside") >= table.height
    strict = all(row["verdict"] == "agreed" for row in found["rows"])
    assert cli.main([*arguments, "--strict"]) == (0 if strict else 1)


def test_the_page_escapes_and_stands_alone(bank_result: log_page.LogResult) -> None:
    row = bank_result.rows[0]
    evil = log_page.LogRow(**{**row.__dict__, "label": "<script>x</script>"})
    found = log_page.LogResult("n", "<b>t", "g", (evil,), ("<i>note",))
    page = log_page.render(found, QUICK)
    assert "<script" not in page
    assert "&lt;b&gt;t" in page
    assert "&lt;i&gt;note" in page
    assert "http" not in page.replace("http-equiv", "")


# --- the real logs ------------------------------------------------------------------------------


def split(path: Path, folder: Path, separator: str, key: str) -> list[Path]:
    """Two files: every other value of a column, in order of appearance."""
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    at = header.split(separator).index(key)
    values = list(dict.fromkeys(line.split(separator)[at] for line in lines))
    parts = []
    for part in (0, 1):
        chosen = set(values[part::2])
        rows = [line for line in lines if line.split(separator)[at] in chosen]
        parts.append(write(folder, str(part), "\n".join([header, *rows]) + "\n"))
    return parts


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("first", [0, 1])
def test_alternate_days_of_the_bank_are_predicted(first: int, tmp_path: Path) -> None:
    parts = split(data("bank_calls_feb1999_odd_days.tsv"), tmp_path, "\t", "date")
    found = validate_bank_log([parts[first]], [parts[1 - first]], Effort(20, 30, 1, 1))
    rows = overall(found)
    level = rows["service level at 20 s"]
    assert level.observed == pytest.approx(level.predicted, rel=0.06)  # was 8 to 12% too high
    single_days = [row for row in found.rows if row.group in ("by type", "by day")]
    assert np.mean([row.in_interval for row in single_days]) >= 0.75  # 61% of wider ones before
    assert rows["mean wait"].verdict == "agreed"
    assert rows["abandonment"].verdict == "agreed"
    assert rows["redial within the hour"].verdict == "agreed"
    assert rows["variance ÷ mean within the hour"].verdict == "agreed"


@pytest.mark.data
@pytest.mark.parametrize("first", [0, 1])
def test_alternate_cases_of_the_desk_are_predicted(first: int, tmp_path: Path) -> None:
    path = data("callcenter_journeys_2010_odd_cases.csv")
    parts = split(path, tmp_path, ",", "Service ID")
    found = validate_journey_log([parts[first]], [parts[1 - first]], Effort(8, 0, 1, 1))
    rows = overall(found)
    assert rows["cases of a single contact"].verdict == "agreed"
    assert rows["cases of a single event"].verdict == "agreed"
    assert rows["repeats within 7 days"].verdict == "agreed"
