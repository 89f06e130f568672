"""Exports: every row, readable by others."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sim import InputError, World
from sim.register.export import EPOCH, export, frame
from sim.register.register import TABLES, Outcome, Register, names_of
from sim.tables.compiled import Compiled
from sim.units import DAY_S
from tests.support.worlds import Scatters, firm, table

SCENARIO = firm(survey={"response_rate": 0.5})
NS = "{http://www.xes-standard.org/}"


@pytest.fixture(scope="module")
def world() -> World:
    return World(SCENARIO, policy=Scatters(SCENARIO), seed=1).run(4 * DAY_S)


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("named", [False, True])
def test_every_table_comes_back(world: World, tmp_path: Path, form: str, named: bool) -> None:
    paths = export(world.register, tmp_path / "new", form, world.compiled if named else None)
    assert sorted(p.name for p in paths) == sorted(f"{t}.{form}" for t in TABLES)
    for name, columns in TABLES.items():
        path = tmp_path / "new" / f"{name}.{form}"
        back = pl.read_parquet(path) if form == "parquet" else pl.read_csv(path)
        assert back.columns == columns
        rows = table(world, name)
        assert len(back) == len(rows[columns[0]]) > 0
        for column in columns:
            if back[column].dtype.is_numeric():
                assert np.array_equal(back[column].to_numpy(), rows[column]), (name, column)
            else:
                assert named


def test_names_stand_for_their_codes(world: World) -> None:
    coded, named = (frame(world.register, "contacts", c) for c in (None, world.compiled))
    compiled, outcomes = world.compiled, names_of(Outcome)
    assert named["channel"].to_list() == [compiled.channels.names[c] for c in coded["channel"]]
    assert named["outcome"].to_list() == [outcomes[c] for c in coded["outcome"]]
    assert named["team"].to_list() == [
        None if t < 0 else compiled.teams.names[t] for t in coded["team"]
    ]
    assert set(frame(world.register, "churn", compiled)["how"]) <= {"silent", "announced", "saved"}
    actions = frame(world.register, "decisions", compiled)["action"]
    assert set(actions) <= {a.name for a in compiled.actions}


@pytest.mark.parametrize("named", [False, True])
def test_the_event_log_is_xml_with_a_trace_per_journey(
    world: World, tmp_path: Path, named: bool
) -> None:
    (path,) = export(world.register, tmp_path, "xes", world.compiled if named else None)
    log = ET.parse(path).getroot()
    assert log.tag == f"{NS}log"
    contacts = table(world)
    traces = log.findall(f"{NS}trace")
    assert len(traces) == len(np.unique(contacts["journey"]))
    events = [event for trace in traces for event in trace.findall(f"{NS}event")]
    assert len(events) == len(contacts["contact"])
    ends = sorted(_date(event, "time:timestamp") for event in events)
    seconds = sorted((end - EPOCH).total_seconds() for end in ends)
    assert seconds == pytest.approx(np.sort(contacts["released_s"]), abs=0.002)
    for trace in traces:
        assert {a.get("key") for a in trace.findall(f"{NS}string")} >= {"concept:name", "customer"}
    for event in events:
        assert _date(event, "start_timestamp") <= _date(event, "time:timestamp") + timedelta(0, 1)
        outcome = next(a for a in event.findall(f"{NS}string") if a.get("key") == "outcome")
        assert (outcome.get("value") in names_of(Outcome)) == named


def _date(event: ET.Element, key: str) -> datetime:
    found = next(a for a in event.findall(f"{NS}date") if a.get("key") == key)
    return datetime.fromisoformat(found.get("value") or "")


@pytest.mark.parametrize("form", ["parquet", "csv", "xes"])
def test_an_empty_register_exports(tmp_path: Path, form: str) -> None:
    compiled = Compiled(SCENARIO, SCENARIO.regimes["optichannel"])
    for path in export(Register(), tmp_path, form, compiled):
        assert path.stat().st_size > 0
    if form == "xes":
        assert not ET.parse(tmp_path / "journeys.xes").getroot().findall(f"{NS}trace")
    elif form == "csv":
        assert pl.read_csv(tmp_path / "contacts.csv").columns == TABLES["contacts"]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"format: must be one of parquet, csv, xes; got 'parket'"):
        export(Register(), tmp_path / "none", "parket")
    assert not (tmp_path / "none").exists()
