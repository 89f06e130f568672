"""Call logs, written line by line or drawn from a known process."""

import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.staff.agents import (
    ObservedDuty,
    Unavailability,
)
from tests.support.paths import ROOT

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
