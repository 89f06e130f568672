"""Fits recover known parameters from synthetic logs; readers refuse or count malformed input."""

import bz2
import gzip
import lzma
import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.calibration.bank import bank_fragment, fit_calls
from experiments.calibration.cases.service_desk import fit_service_desk
from experiments.calibration.customers.arrivals import (
    fit_arrivals,
    read_hourly,
    within_hour_variance_to_mean,
)
from experiments.calibration.customers.patience import fit_patience
from experiments.calibration.logs.call_log import offered, read_calls
from experiments.calibration.logs.journey_log import read_journeys
from experiments.calibration.replay.predict import comparison, predict, test_days
from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.staff.agents import (
    ObservedDuty,
    Unavailability,
    agents_on,
    duties,
    fit_unavailability,
)
from experiments.calibration.staff.queueing import fit_redial, head_start_s, outages
from experiments.calibration.staff.service import fit_service
from sim.errors import InputError
from sim.units import DAY_S
from tests.support.paths import ROOT

test_days.__test__ = False  # type: ignore[attr-defined]  # a function of ours, not a test

HEADER = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start"
    "\tq_exit\tq_time\toutcome\tser_start\tser_exit\tser_time\tserver"
)
QUEUED = (
    "AA0101\t1\t123\t2\tPS\t990203\t8:00:00\t8:00:10\t10\t8:00:10\t8:01:10\t60\tAGENT\t8:01:10"
    "\t8:03:10\t120\tA01"
)
AT_ONCE = (
    "AA0101\t2\t0\t0\tPS\t990203\t8:10:00\t8:10:08\t8\t0:00:00\t0:00:00\t0\tAGENT\t8:10:08"
    "\t8:11:08\t60\tA01"
)
LEFT = (
    "AA0101\t3\t0\t0\tNW\t990203\t8:20:00\t8:20:05\t5\t0:00:00\t0:00:00\t0\tHANG\t0:00:00"
    "\t0:00:00\t0\tNO_SERVER"
)
MIDNIGHT = (
    "AA0101\t4\t9\t1\tPS\t990203\t23:59:00\t23:59:50\t50\t0:00:10\t0:01:10\t60\tAGENT\t0:01:10"
    "\t0:02:10\t60\tA01"
)
DESK_HEADER = (
    "Service ID,Operation,Start Date,End Date,Agent Position,Customer ID,Product,Service Type,Agent"
)


def write(folder: Path, name: str, *lines: str) -> Path:
    """A text file of lines."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def log(tmp_path: Path, *lines: str) -> Path:
    """A call log with the standard header."""
    return write(tmp_path, "calls.tsv", HEADER, *lines)


def data(name: str) -> Path:
    """A file of the real data, or skip."""
    folder = Path(os.environ.get("OPTICHANNEL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).is_file():
        pytest.skip(f"{name} is not here; set OPTICHANNEL_DATA to the folder that holds it")
    return folder / name


def synthetic_calls(seed: int = 5, days: int = 4) -> pl.DataFrame:
    """A log made by the reference simulator: lognormal service, Weibull patience, five agents."""
    rng = np.random.default_rng(seed)
    away = Unavailability(np.log(5.0), 0.3, 0.2, np.log(40.0), 0.8)
    rows: list[dict[str, object]] = []
    for number in range(days):
        n = 900
        at = np.sort(rng.uniform(28_800, 57_600, n)).round()
        patience = np.maximum(400 * rng.weibull(0.9, n), 1)
        service = np.where(rng.random(n) < 0.05, 5.0, rng.lognormal(4.8, 0.9, n))
        level = rng.choice([1, 2], n)
        callers = [
            Caller("PS", float(at[i]), 0, 90.0 * level[i], float(patience[i]), float(service[i]))
            for i in range(n)
        ]
        on = [ObservedDuty(f"A{j}", 28_800.0, 57_600.0) for j in range(6)]
        gaps = away.sample(rng, 2000)
        result = simulate_day(callers, on, [frozenset({"PS"})] * 6, [1.0] * 6, (gaps, gaps))
        free = [28_800.0] * 6
        start = at + result.wait_s
        for i in np.argsort(start, kind="stable"):
            waited = bool(result.wait_s[i] > 0)
            agent = int(np.argmin(free))
            left = bool(result.abandoned[i])
            if not left:
                free[agent] = float(start[i] + service[i])
            rows.append(
                {
                    "day": date(1999, 2, 1) + timedelta(days=number),
                    "start_s": int(at[i]) - 10,
                    "vru_s": 10,
                    "offered_s": int(at[i]),
                    "queued": waited,
                    "queue_s": round(result.wait_s[i]),
                    "outcome": "abandoned" if left else "served",
                    "service_start_s": round(start[i]),
                    "service_s": 0 if left else round(service[i]),
                    "type": "PS",
                    "priority": int(level[i]) if waited else 0,
                    "customer": str(i % 300 + 1) if waited else None,
                    "server": "NO_SERVER" if left else f"A{agent}",
                }
            )
    return pl.DataFrame(rows).sort("day", "offered_s", "start_s")


# --- readers -------------------------------------------------------------------------------------


def test_recording_habits_of_the_call_log(tmp_path: Path) -> None:
    calls, left_out = read_calls(log(tmp_path, QUEUED, AT_ONCE, LEFT, MIDNIGHT))
    assert left_out.excluded == 0
    assert calls["outcome"].to_list() == ["served", "served", "left_in_ivr", "served"]
    assert calls["queued"].to_list() == [True, False, False, True]
    assert calls["customer"].to_list() == ["123", None, None, "9"]
    assert offered(calls).height == 3


def test_times_past_midnight_run_on(tmp_path: Path) -> None:
    calls, _ = read_calls(log(tmp_path, MIDNIGHT))
    row = calls.row(0, named=True)
    assert (row["vru_s"], row["offered_s"], row["service_start_s"]) == (50, 86_410, 86_470)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (QUEUED.replace("\t60\tAGENT", "\t-60\tAGENT"), "negative duration"),
        (QUEUED.replace("\t8:00:10\t10", "\t7:59:00\t10"), "negative duration"),
        (QUEUED.replace("AGENT", "ROBOT"), "unknown outcome"),
        (QUEUED.replace("990203", "990299"), "date is not yymmdd"),
        (QUEUED.replace("\t8:00:00\t", "\t8-00\t"), "clock time is not h:mm:ss"),
        (QUEUED.replace("\t120\tA01", "\t\tA01"), "a number is missing or not whole"),
        (QUEUED[:40], "clock time is not h:mm:ss"),
        (AT_ONCE, "duplicated row"),
    ],
)
def test_bad_rows_are_counted_by_reason(tmp_path: Path, bad: str, reason: str) -> None:
    calls, left_out = read_calls(log(tmp_path, AT_ONCE, LEFT, bad))
    assert calls.height == 2
    assert left_out.reasons == {reason: 1}
    assert reason in str(left_out)


def test_another_separator_is_named_with_the_right_one(tmp_path: Path) -> None:
    for by, name in ((";", "semicolons"), (",", "commas"), ("|", "vertical bars")):
        lines = [line.replace("\t", by) for line in (HEADER, QUEUED)]
        expected = f"must be separated by tabs, but those of the header are separated by {name}$"
        with pytest.raises(InputError, match=expected):
            read_calls(write(tmp_path, "by", *lines))
    with pytest.raises(InputError, match=r"by commas, but .* by tabs; missing, too: 'Service ID',"):
        read_journeys(log(tmp_path, QUEUED))
    quoted = ";".join(f'"{name}"' for name in DESK_HEADER.split(","))
    with pytest.raises(InputError, match=r"by commas, but .* by semicolons$"):
        read_journeys(write(tmp_path, "quoted", quoted, "1;2"))


def test_all_missing_columns_are_named_at_once(tmp_path: Path) -> None:
    header = HEADER.replace("q_time", "q_tim").replace("customer_id", "who").replace("server", "x")
    with pytest.raises(InputError) as caught:
        read_calls(write(tmp_path, "missing", header, QUEUED))
    assert "columns 'customer_id', 'q_time' (nearest is 'q_tim'), 'server'" in str(caught.value)
    assert " are missing; columns must be separated by tabs" in str(caught.value)


def test_what_is_no_table_is_called_by_its_name(tmp_path: Path) -> None:
    text = "\n".join((HEADER, QUEUED)).encode()
    packed = {
        "gzip": gzip.compress(text),
        "bzip2": bz2.compress(text),
        "xz": lzma.compress(text),
        "XES event log": b'<?xml version="1.0"?>\n<log xes.version="1.0"/>',
        "XML": b"<?xml version='1.0'?><table/>",
    }
    for name, content in packed.items():
        path = tmp_path / "log"
        path.write_bytes(content)
        with pytest.raises(InputError, match=f"log: is .*{name}"):
            read_calls(path)


def test_unusable_files_get_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column 'q_time' \(nearest is 'q_tim'\) is missing"):
        read_calls(write(tmp_path, "a", HEADER.replace("q_time", "q_tim"), QUEUED))
    with pytest.raises(InputError, match="no such file"):
        read_calls(tmp_path / "none.tsv")
    (tmp_path / "latin").write_bytes((HEADER + "\nf\xfc").encode("latin-1"))
    with pytest.raises(InputError, match=r"must be UTF-8 text, but byte \d+ is 0xfc"):
        read_calls(tmp_path / "latin")
    with pytest.raises(InputError, match="no rows"):
        read_calls(write(tmp_path, "b", HEADER))
    with pytest.raises(InputError, match="is empty"):
        read_calls(write(tmp_path, "c", ""))
    with pytest.raises(InputError, match="too few usable rows"):
        read_calls(log(tmp_path, QUEUED.replace("AGENT", "ROBOT")))


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    where=st.integers(0, len(HEADER + QUEUED + AT_ONCE)),
    cut=st.integers(0, 5),
    put=st.text(alphabet="\t\n:-0123456789AE\"'\0é ", max_size=4),
)
def test_mutated_logs_never_end_in_a_traceback(
    tmp_path: Path, where: int, cut: int, put: str
) -> None:
    text = "\n".join((HEADER, QUEUED, AT_ONCE, LEFT, MIDNIGHT))
    path = tmp_path / "mutated.tsv"
    path.write_text(text[:where] + put + text[where + cut :], encoding="utf-8")
    try:
        calls, left_out = read_calls(path)
    except InputError as error:
        assert str(path) in str(error)
        return
    assert calls.height + left_out.excluded == left_out.rows
    assert calls["vru_s"].min() >= 0  # type: ignore[operator]


def test_journey_log_counts_what_it_leaves_out(tmp_path: Path) -> None:
    good = "Case 1,Inbound Call,9.3.10 8:05,9.3.10 8:10,FL,Customer 1,X,Help,Agent 1"
    path = write(
        tmp_path,
        "desk.csv",
        DESK_HEADER,
        good,
        good,
        good.replace("Case 1", "Case 2"),
        good.replace("9.3.10 8:10", "9.3.10 8:00"),
        good.replace("Inbound Call", "Fax"),
    )
    events, left_out = read_journeys(path)
    assert events["case"].to_list() == ["Case 1", "Case 2"]
    assert left_out.reasons == {"duplicated row": 1, "unknown operation": 1, "negative duration": 1}


# --- fits recover what made the data -------------------------------------------------------------


def test_service_mixture_is_recovered() -> None:
    rng = np.random.default_rng(1)
    x = np.where(rng.random(20_000) < 0.1, 4.0, np.maximum(rng.lognormal(4.8, 0.5, 20_000), 10))
    fit = fit_service(x)
    assert fit.short_share == pytest.approx(0.1, abs=0.01)
    assert fit.log_mean == pytest.approx(4.8, abs=0.02)
    assert fit.log_sd == pytest.approx(0.5, abs=0.02)
    assert fit.mean_s == pytest.approx(fit.observed_mean_s, rel=0.03)
    assert fit.sample(rng, 100_000).mean() == pytest.approx(fit.mean_s, rel=0.03)


def test_patience_is_recovered_from_censored_waits() -> None:
    rng = np.random.default_rng(2)
    patience = 300 * rng.weibull(0.9, 8000)
    offered_wait = rng.exponential(100, 8000)
    frame = pl.DataFrame(
        {
            "queued": True,
            "queue_s": np.minimum(patience, offered_wait),
            "outcome": np.where(patience < offered_wait, "abandoned", "served"),
        },
        schema_overrides={"queued": pl.Boolean},
    )
    fit = fit_patience(frame)
    assert fit.shape == pytest.approx(0.9, abs=0.05)
    assert fit.scale_s == pytest.approx(300, rel=0.08)
    assert fit.km_median_s == pytest.approx(fit.median_s, rel=0.1)


def test_time_between_calls_is_recovered_from_censored_gaps() -> None:
    rng = np.random.default_rng(3)
    truth = Unavailability(np.log(5.0), 0.3, 0.3, np.log(80.0), 0.7)
    away = truth.sample(rng, 6000)
    next_call = rng.exponential(60, 6000)
    seen = away > next_call  # a caller came first and waited: the agent's return is observed
    bounds = np.column_stack([np.where(seen, away, 0.0), np.where(seen, away, next_call)])
    fit = fit_unavailability(bounds)
    assert fit.pause_share == pytest.approx(0.3, abs=0.03)
    assert np.exp(fit.wrap_log_mean) == pytest.approx(5.0, rel=0.05)
    assert fit.mean_s == pytest.approx(truth.mean_s, rel=0.1)


def test_overdispersion_is_recovered_and_poisson_has_none() -> None:
    rng = np.random.default_rng(4)
    profile = np.concatenate([np.zeros(7), np.full(12, 60.0), np.zeros(5)])
    dates = [date(1999, 1, 3) + timedelta(days=k) for k in range(700)]
    factor = rng.gamma(25, 1 / 25, (700, 1))

    def frame(counts: np.ndarray) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "date": [day for day in dates for _ in range(24)],
                "hour": np.tile(np.arange(24), 700),
                "calls": counts.ravel(),
            }
        )

    spread = fit_arrivals(frame(rng.poisson(profile * factor)))
    assert spread.day_cv == pytest.approx(0.2, abs=0.02)
    assert spread.hour_cv < 0.05
    steady = fit_arrivals(frame(rng.poisson(np.tile(profile, (700, 1)))))
    assert steady.day_cv < 0.02
    assert steady.per_hour["saturday"][10] == pytest.approx(60, rel=0.03)


def test_within_hour_variance_to_mean_is_one_for_poisson() -> None:
    rng = np.random.default_rng(6)
    start = np.sort(rng.uniform(0, DAY_S, 5000)).astype(int)
    calls = pl.DataFrame({"day": date(1999, 2, 1), "start_s": start, "outcome": "served"})
    assert within_hour_variance_to_mean(calls) == pytest.approx(1, abs=0.25)


def test_head_start_and_duties_are_recovered_from_a_simulated_log() -> None:
    calls = synthetic_calls()
    assert head_start_s(calls) == pytest.approx(90, abs=15)
    found = duties(calls)[date(1999, 2, 1)]
    assert {s.agent for s in found} == {f"A{j}" for j in range(6)}
    assert agents_on(found)[40] == 6


def test_redials_are_counted_within_the_hour() -> None:
    rows = []
    for k in range(60):
        first = {"start_s": 1000, "offered_s": 1010, "queue_s": 30, "service_s": 0}
        rows.append({**first, "customer": str(k), "outcome": "abandoned"})
        if k < 30:
            later = 1040 + (600 if k < 15 else 4000)
            rows.append({**first, "start_s": later, "customer": str(k), "outcome": "served"})
    redial = fit_redial(pl.DataFrame(rows).with_columns(day=date(1999, 2, 1)), "abandoned")
    assert redial.share == pytest.approx(0.25)
    assert redial.median_delay_s == 600


def test_outage_is_found_while_agents_work_only() -> None:
    outcome = ["left_in_ivr"] * 12 + ["served"] * 5 + ["left_in_ivr"] * 12 + ["served"] * 5
    calls = pl.DataFrame(
        {
            "day": date(1999, 2, 1),
            "start_s": [1000 + 60 * k for k in range(len(outcome))],
            "outcome": outcome,
            "server": ["A01" if o == "served" else "NO_SERVER" for o in outcome],
        }
    )
    (outage,) = outages(calls)
    assert (outage.from_s, outage.calls) == (1000 + 60 * 17, 12)


# --- the reference simulator ---------------------------------------------------------------------


def test_reference_agrees_with_erlang_a() -> None:
    """M/M/20+M, 19 a minute, mean service 1, patience rate 0.5: P(abandon) .053994 (Erlang A)."""
    rng = np.random.default_rng(7)
    n = 200_000
    at = np.cumsum(rng.exponential(60 / 19, n))
    patience, service = rng.exponential(120, n), rng.exponential(60, n)
    callers = [
        Caller("x", float(at[i]), 0, 0.0, float(patience[i]), float(service[i])) for i in range(n)
    ]
    on = [ObservedDuty(str(j), 0.0, float("inf")) for j in range(20)]
    none = np.zeros(1)
    result = simulate_day(callers, on, [frozenset("x")] * 20, [1.0] * 20, (none, none))
    assert result.abandoned[2000:].mean() == pytest.approx(0.053994, abs=0.003)
    assert result.wait_s[2000:].mean() / 60 == pytest.approx(0.107987, abs=0.007)
    served = ~result.abandoned
    assert result.busy_s == pytest.approx(float(service[served].sum()))


def test_reference_obeys_skills_and_head_start() -> None:
    callers = [
        Caller("a", 0.0, 0, 0.0, 1e9, 100.0),
        Caller("a", 10.0, 0, 0.0, 1e9, 10.0),
        Caller("a", 50.0, 0, 90.0, 1e9, 10.0),
        Caller("b", 60.0, 0, 0.0, 20.0, 10.0),
    ]
    none = np.zeros(1)
    result = simulate_day(
        callers, [ObservedDuty("A", 0.0, 1e9)], [frozenset("a")], [1.0], (none, none)
    )
    assert result.wait_s.tolist() == [0.0, 100.0, 50.0, 20.0]
    assert result.abandoned.tolist() == [False, False, False, True]


def test_prediction_of_days_like_the_fitted_ones_is_unbiased() -> None:
    calls = synthetic_calls(days=6)
    days = sorted(calls["day"].unique().to_list())
    train = calls.filter(pl.col("day").is_in(days[::2]))
    test = calls.filter(pl.col("day").is_in(days[1::2]))
    rows = comparison(test, predict(test_days(test), fit_calls(train), replications=5))
    overall = {r["measure"]: r for r in rows.filter(pl.col("group") == "all").to_dicts()}
    assert overall["mean_wait_s"]["relative_error"] == pytest.approx(0, abs=0.25)
    assert overall["abandonment"]["relative_error"] == pytest.approx(0, abs=0.25)


# --- the real logs -------------------------------------------------------------------------------


def test_bank_fit_agrees_with_published_figures(tmp_path: Path) -> None:
    calls, left_out = read_calls(data("bank_calls_feb1999_odd_days.tsv"))
    hourly, _ = read_hourly(data("bank_hourly_counts_1999.csv"))
    assert left_out.excluded < 0.01 * left_out.rows
    bank = bank_fragment(calls, hourly)["bank"]
    service = bank["service"]["all"]
    assert service["observed_mean_s"]["value"] == pytest.approx(179, abs=1)
    assert service["observed_cv"]["value"] == pytest.approx(1.22, abs=0.02)
    assert service["log_mean"]["value"] == pytest.approx(4.79, abs=0.02)
    assert service["log_sd"]["value"] == pytest.approx(0.947, abs=0.01)
    patience = bank["patience"]
    assert patience["all"]["kaplan_meier_median_s"]["value"] == pytest.approx(280, abs=5)
    assert patience["all"]["shape"]["value"] == pytest.approx(0.91, abs=0.05)
    redial = bank["redial"]
    assert redial["after_abandonment"]["share_within_60_min"]["value"] == pytest.approx(
        0.48, abs=0.03
    )
    assert redial["after_service"]["share_within_60_min"]["value"] == pytest.approx(0.14, abs=0.01)
    assert yaml.safe_load(yaml.safe_dump(bank)) == bank


@pytest.mark.parametrize("first", [0, 1])
def test_alternate_days_are_predicted(first: int) -> None:
    calls, _ = read_calls(data("bank_calls_feb1999_odd_days.tsv"))
    days = sorted(calls["day"].unique().to_list())
    train = calls.filter(pl.col("day").is_in(days[first::2]))
    test = calls.filter(pl.col("day").is_in(days[1 - first :: 2]))
    rows = comparison(test, predict(test_days(test), fit_calls(train), replications=6))
    overall = {r["measure"]: r for r in rows.filter(pl.col("group") == "all").to_dicts()}
    assert abs(overall["mean_wait_s"]["relative_error"]) < 0.15
    assert abs(overall["abandonment"]["relative_error"]) < 0.20


def test_service_desk_fit_is_near_the_published_figures() -> None:
    """The figures are of the whole log; the file holds half its cases, hence the tolerances."""
    events, _ = read_journeys(data("callcenter_journeys_2010_odd_cases.csv"))
    desk = fit_service_desk(events)
    assert desk.single_event_share == pytest.approx(0.64, abs=0.02)
    assert desk.repeat_7_day_share == pytest.approx(0.21, abs=0.02)
    assert desk.email_to_call_share == pytest.approx(0.19, abs=0.03)
    assert desk.call_to_email_share == pytest.approx(0.009, abs=0.002)
    assert desk.email_response_median_h == pytest.approx(40, abs=3)
