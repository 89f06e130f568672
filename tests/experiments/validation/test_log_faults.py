"""Mutated logs: `validate` answers or refuses them, never with a traceback.

2,000 of each format: pytest tests/test_log_faults.py --hypothesis-profile thorough
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from experiments.cli import main as cli
from tests.support.log_data import call_log, case_log

EXAMPLES = 2 * settings().max_examples  # of each format
JUNK = ("", "-1", "0", "-60", "99999999999999999999", "9223372036854775807", "nan", "1e9", "é", '"')
JUNK += ("25:61:61", "24:00:00", "0:00:00", "23:59:59", "1:00", "990230", "000000", "31.2.10 8:00")
JUNK += (
    "\0",
    " PS ",
    "Inbound Fax",
    "1.1.70 0:00",
    "31.12.69 23:59",
    "\ufeff",
    "a\rb",
    "<b>",
    "[x]",
)
Rows = list[list[str]]
Change = Callable[[Rows, random.Random], None]


def cell(rows: Rows, luck: random.Random) -> None:
    """Another value in one cell, header included."""
    row = luck.choice(rows)
    if row:
        row[luck.randrange(len(row))] = luck.choice(JUNK)


def column(rows: Rows, luck: random.Random) -> None:
    """Another value in a whole column."""
    at, value = luck.randrange(len(rows[0])), luck.choice(JUNK)
    for row in rows[1:]:
        if at < len(row):
            row[at] = value


def half_a_column(rows: Rows, luck: random.Random) -> None:
    """Another value in a third of a column: too few to give up at once."""
    at, value = luck.randrange(len(rows[0])), luck.choice(JUNK)
    for row in rows[1:]:
        if at < len(row) and luck.random() < 0.33:
            row[at] = value


def shuffle_column(rows: Rows, luck: random.Random) -> None:
    """A column's values among other rows: plausible alone, impossible together."""
    at = luck.randrange(len(rows[0]))
    values = [row[at] for row in rows[1:] if at < len(row)]
    luck.shuffle(values)
    for row in rows[1:]:
        if at < len(row):
            row[at] = values.pop()


def rename(rows: Rows, luck: random.Random) -> None:
    """A column with another name, or the name of another one."""
    names = rows[0]
    names[luck.randrange(len(names))] = luck.choice([*names, " " + names[0], "x", ""])


def drop_column(rows: Rows, luck: random.Random) -> None:
    """A missing column."""
    at = luck.randrange(len(rows[0]))
    for row in rows:
        del row[at : at + 1]


def drop_rows(rows: Rows, luck: random.Random) -> None:
    """A short log: a few rows, or one, or the header alone."""
    del rows[luck.choice((1, 2, 20, len(rows) // 2)) :]


def duplicate_rows(rows: Rows, luck: random.Random) -> None:
    """Rows twice, the header among them now and then."""
    for _ in range(luck.randrange(1, 50)):
        rows.insert(luck.randrange(1, len(rows) + 1), list(luck.choice(rows)))


def shuffle_rows(rows: Rows, luck: random.Random) -> None:
    """Rows in another order."""
    rest = rows[1:]
    luck.shuffle(rest)
    rows[1:] = rest


def ragged(rows: Rows, luck: random.Random) -> None:
    """Rows too short or too long."""
    for row in luck.sample(rows, min(len(rows), 5)):
        if luck.random() < 0.5:
            del row[luck.randrange(len(row) + 1) :]
        else:
            row += ["x"] * 3


def move_clock(rows: Rows, luck: random.Random) -> None:
    """All times before noon to before midnight, or an hour back in the later rows."""
    back = luck.random() < 0.5
    for row in rows[luck.randrange(len(rows)) :]:
        for at, value in enumerate(row):
            parts = value.split(":")
            if len(parts) == 3 and parts[0].isdigit():
                hour = int(parts[0])
                parts[0] = str((hour - 1) % 24 if back else (hour + 12) % 24)
                row[at] = ":".join(parts)


def negative(rows: Rows, luck: random.Random) -> None:
    """Signs turned round in some rows, where there are numbers."""
    for row in luck.sample(rows, max(1, len(rows) // 4)):
        for at, value in enumerate(row):
            if value.isdigit():
                row[at] = f"-{value}"


CHANGES: tuple[Change, ...] = (
    cell,
    column,
    half_a_column,
    shuffle_column,
    rename,
    drop_column,
    drop_rows,
    duplicate_rows,
    shuffle_rows,
    ragged,
    move_clock,
    negative,
)


def encode(text: str, how: str, luck: random.Random) -> bytes:
    """The text as bytes of some encoding, cut, mixed or replaced."""
    plain = text.encode("utf-8", "replace")
    if how == "latin-1":
        return text.replace("PS", "P\xe9").replace("Help", "H\xe9lp").encode("latin-1", "replace")
    if how == "utf-16":
        return text.encode("utf-16", "replace")
    if how == "utf-8-sig":
        return text.encode("utf-8-sig", "replace")
    if how == "crlf":
        return plain.replace(b"\n", b"\r\n")
    if how == "cr":
        return plain.replace(b"\n", b"\r")
    if how == "cut":
        return plain[: luck.randrange(len(plain) + 1)]
    if how == "quotes":
        return plain.replace(b"\n", b'"\n"', 1)
    if how == "separator":
        return plain.replace(b"\t", b";").replace(b",", b";")
    if how == "junk":
        return luck.randbytes(luck.randrange(1, 3000))
    if how == "empty":
        return luck.choice((b"", b"\n\n", b" ", b"\xef\xbb\xbf"))
    if how == "flip":
        at = luck.randrange(len(plain))
        return plain[:at] + luck.randbytes(3) + plain[at + 3 :]
    return plain


HOW = ("latin-1", "utf-16", "utf-8-sig", "crlf", "cr", "cut", "quotes", "separator", "junk")
HOW += ("empty", "flip")
LOGS = {
    "bank-log": ("\t", call_log((1,), calls=300), call_log((3,), calls=150, seed=6)),
    "journey-log": (",", case_log(1, cases=120), case_log(1001, cases=60)),
}


def answer(command: str, train: Path, test: Path, out: Path) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command, run in this process."""
    arguments = ["validate", command, "--train", str(train), "--test", str(test), "--out", str(out)]
    arguments += ["--replications", "2", "--refits", "0", "--workers", "1", "--json"]
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        code = cli.main(arguments)
    return code, said.getvalue(), complained.getvalue()


@pytest.mark.parametrize("command", list(LOGS))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    changes=st.lists(st.sampled_from(CHANGES), max_size=3),
    how=st.sampled_from(("plain",) * 9 + HOW),
    which=st.sampled_from(("train", "test")),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_mutated_log_is_answered_or_refused(
    command: str, changes: list[Change], how: str, which: str, seed: int
) -> None:
    separator, *texts = LOGS[command]
    luck = random.Random(seed)
    at = ("train", "test").index(which)
    rows = [line.split(separator) for line in texts[at].splitlines()]
    for change in changes:
        if len(rows) > 1 and rows[0]:
            change(rows, luck)
    mutated = "\n".join(separator.join(row) for row in rows) + "\n"
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files = [folder / "train", folder / "test"]
        for number, path in enumerate(files):
            data = texts[number].encode()
            path.write_bytes(encode(mutated, how, luck) if number == at else data)
        code, said, complained = answer(command, *files, folder / "out")
        written = sorted(path.name for path in (folder / "out").glob("*"))
    event("refused" if code == 2 else "answered")
    assert code in (0, 1, 2), complained
    if code == 2:
        assert complained.startswith("optichannel: ")
        assert complained.count("\n") == 1, complained
        assert "Traceback" not in complained
        assert said == ""
        assert written == []
    else:
        assert complained == ""
        found = json.loads(said)
        assert found["rows"]
        assert found["passed"] == (code == 0)
        assert sum("excluded" in note for note in found["notes"]) == 2
        assert written == [f"{command}.csv", f"{command}.html"]


@pytest.mark.parametrize("command", list(LOGS))
def test_folders_and_missing_files_are_refused(command: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(LOGS[command][1])
    for wrong in (tmp_path, tmp_path / "none"):
        for files in ((wrong, path), (path, wrong)):
            code, said, complained = answer(command, *files, tmp_path / "out")
            assert (code, said) == (2, "")
            said = "must be a regular file, but is a folder" if wrong.is_dir() else "no such file"
            assert complained.startswith(f"optichannel: {wrong}: {said}")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", list(LOGS))
def test_the_logs_to_mutate_are_answered(command: str, tmp_path: Path) -> None:
    files = [tmp_path / "train", tmp_path / "test"]
    for path, text in zip(files, LOGS[command][1:], strict=True):
        path.write_text(text)
    code, said, complained = answer(command, *files, tmp_path / "out")
    assert code in (0, 1), complained
    assert len(json.loads(said)["rows"]) > 5
