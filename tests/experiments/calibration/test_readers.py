"""Logs as they are found: habits of recording, bad rows, unusable files."""

import bz2
import gzip
import lzma
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.calibration.logs.call_log import offered, read_calls
from experiments.calibration.logs.journey_log import read_journeys
from sim import InputError
from tests.support.call_logs import AT_ONCE, DESK_HEADER, HEADER, LEFT, MIDNIGHT, QUEUED, log, write


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
