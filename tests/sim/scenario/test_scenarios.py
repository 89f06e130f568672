"""The shipped scenarios: complete, sourced, staffed, and behaving like firms."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sim import Scenario, load_scenario, scenario_names
from sim.inputs import json_schema, provenance_of, split_provenance
from sim.scenario import shipped_folder
from sim.scenario.load import load_with_provenance, raw_scenario
from sim.scenario.parts import DAYS
from tests.support.paths import ROOT
from tests.support.scenario_figures import figures, simulate

SHIPPED = scenario_names()
OWN = ("telco", "helpdesk")
DAYS_RUN = 35.0


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenario_loads_under_its_own_name(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.title
    assert set(scenario.regimes) >= {"multichannel", "omnichannel", "optichannel"}


TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
    "integer": int, "number": (int, float),
}  # fmt: skip


def refused(schema: dict[str, Any], value: Any, root: dict[str, Any], path: str = "") -> str:
    """Return the first path that the schema refuses, or "" (the keywords that ours use)."""
    if "$ref" in schema:
        return refused(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root, path)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            found = [refused(part, value, root, path) for part in schema[word]]
            return "" if "" in found else max(found, key=len)
    kind = schema.get("type")
    if kind is not None and not isinstance(value, TYPES[kind]):
        return path
    if value not in schema.get("enum", [value]) or not _in_range(schema, value):
        return path
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return path
    if isinstance(value, list) and "items" in schema:
        parts = [(schema["items"], part, i) for i, part in enumerate(value)]
    elif isinstance(value, dict):
        parts = [(_child(schema, key), part, key) for key, part in value.items()]
    else:
        parts = []
    found = [refused(child, part, root, f"{path}.{key}") for child, part, key in parts]
    return next((place for place in found if place), "")


def _in_range(schema: dict[str, Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _child(schema: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the schema of a mapping's key; one that refuses everything for an unknown key."""
    if key in schema.get("properties", {}):
        return dict(schema["properties"][key])
    for pattern, child in schema.get("patternProperties", {}).items():
        if re.search(pattern, key):
            return dict(child)
    other = schema.get("additionalProperties", True)
    return {"enum": []} if other is False else {} if other is True else dict(other)


@pytest.mark.parametrize("name", SHIPPED)
def test_schema_admits_every_shipped_scenario(name: str) -> None:
    schema = json_schema(Scenario)
    plain, _ = split_provenance(raw_scenario(name))
    assert refused(schema, plain, schema) == ""


def test_schema_refuses_what_the_model_refuses() -> None:
    schema = json_schema(Scenario)
    plain, _ = split_provenance(raw_scenario("helpdesk"))
    for wrong, place in (
        ({"populaton": {}}, ".populaton"),
        ({"population": {"customers": "many"}}, ".population.customers"),
        ({"survey": {"response_rate": 1.5}}, ".survey.response_rate"),
        ({"channels": {"phone": {"kind": "liv"}}}, ".channels.phone.kind"),
    ):
        assert refused(schema, {**plain, **wrong}, schema) == place


@pytest.mark.parametrize("name", OWN)
def test_every_stated_number_has_a_source(name: str) -> None:
    plain, table = split_provenance(raw_scenario(name))
    rows = [row for row in provenance_of(plain, table) if row.path != "start_day"]
    assert len(rows) > 60
    assert [row.path for row in rows if not row.source] == []


def test_secondary_figures_stay_secondary() -> None:
    plain, table = split_provenance(raw_scenario("telco"))
    status = {row.path: row.status for row in provenance_of(plain, table)}
    expected = {
        "channels.callback.acceptance": "secondary",
        "channels.callback.no_answer": "secondary",
        "channels.app.cost_per_contact": "secondary",
        "channels.chat.concurrency_slowdown": "secondary",
        "intents.billing_dispute.resolution.chatbot": "secondary",
        "intents.billing_dispute.resolution.web": "secondary",
        "segments.families.renewal.alpha": "assumed",
        "returns.redial_probability": "fitted",
        "population.customers": "assumed",
    }
    assert {path: status[path] for path in expected} == expected


def test_telco_has_what_was_asked() -> None:
    telco = load_scenario("telco")
    assert set(telco.channels) >= {
        "phone", "voicebot", "chat", "chatbot", "email", "web", "app", "store", "social",
        "message", "callback",
    }  # fmt: skip
    assert {c.kind for c in telco.channels.values()} == {
        "live", "automated", "asynchronous", "callback", "outbound"
    }  # fmt: skip
    assert telco.channels["phone"].front_door == "voicebot"
    assert len(telco.segments) >= 4
    assert len(telco.intents) >= 6
    assert len({intent.skill for intent in telco.intents.values()}) >= 3
    assert len(telco.teams) >= 3
    assert {team.tier for team in telco.teams.values()} == {1, 2}
    assert any(slots > 1 for team in telco.teams.values() for slots in team.channels.values())
    assert telco.retention.clock == "contractual"
    assert telco.offers


def test_telco_states_how_much_of_its_base_stays_for_a_year() -> None:
    stated = {
        "digital_natives": 0.76,
        "families": 0.82,
        "seniors": 0.86,
        "value_seekers": 0.70,
        "business": 0.88,
    }
    telco = load_scenario("telco")
    found = {name: of.renewal.retention_12_months for name, of in telco.segments.items()}
    assert found == stated
    # With less, tenure alone would tell who leaves; see the firm's file.
    assert {of.renewal.alpha for of in telco.segments.values()} == {2.0}
    assert telco.retention.tenure == "stationary"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_firms_have_something_to_know(name: str) -> None:
    firm = load_scenario(name)
    assert firm.population.history_days == 180
    assert min(firm.lasting.difficulty_sd, firm.lasting.fit_sd, firm.lasting.acceptance_sd) > 0
    assert firm.retention.drift_sd > 0 and firm.retention.sleeping_share > 0
    assert all(channel.intent_accuracy < 1 for channel in firm.channels.values())
    multi, opti = firm.regimes["multichannel"], firm.regimes["optichannel"]
    assert (multi.signals, multi.visible, multi.latency) == ("direct", "own", "nightly")
    assert (opti.signals, opti.visible, opti.latency) == ("all", "all", "real_time")
    assert multi.match_rate < opti.match_rate < 1


def test_helpdesk_has_ten_agents() -> None:
    helpdesk = load_scenario("helpdesk")
    agents = sum(shift.agents for team in helpdesk.teams.values() for shift in team.shifts)
    assert agents == 10
    assert set(helpdesk.channels) == {"phone", "email"}
    assert helpdesk.retention.clock == "hazard"


@pytest.mark.parametrize("name", OWN)
def test_open_live_channels_are_staffed_for_every_skill(name: str) -> None:
    scenario = load_scenario(name)
    skills = {intent.skill for intent in scenario.intents.values()}
    holes = [
        (key, skill, day, half / 2)
        for key, channel in scenario.channels.items()
        if channel.kind == "live"
        for opening in channel.hours or ()
        for day in opening.days
        for half in range(round(opening.open_h * 2), round(opening.close_h * 2))
        for skill in skills
        if not _on_duty(scenario, key, skill, day, half / 2)
    ]
    assert holes == []


def _on_duty(scenario: Scenario, channel: str, skill: str, day: str, hour: float) -> bool:
    assert day in DAYS
    return any(
        channel in team.channels and skill in team.skills and day in shift.days
        and shift.start_h <= hour < shift.end_h
        for team in scenario.teams.values()
        for shift in team.shifts
    )  # fmt: skip


@pytest.fixture(scope="module")
def measured() -> dict[tuple[str, str], dict[str, float]]:
    """Figures of five weeks, by scenario and regime."""
    return {
        (name, regime): figures(simulate(load_scenario(name), regime, DAYS_RUN), DAYS_RUN)
        for name in OWN
        for regime in ("multichannel", "omnichannel")
    }


# Wider than the figures in docs/results/shipped-firms.md: a range says what is still a firm.
PLAUSIBLE: dict[str, dict[str, tuple[float, float]]] = {
    "telco": {
        "occupancy": (0.60, 0.85),
        "phone mean wait (s)": (40, 180),
        "phone abandonment": (0.03, 0.13),
        "transfers per call": (0.12, 0.24),
        "voicebot resolved": (0.05, 0.20),
        "chatbot resolved": (0.25, 0.45),
        "first-contact resolution": (0.65, 0.80),
        "journeys resolved": (0.88, 0.98),
        "contacts per journey": (1.5, 2.4),
        "annual churn": (0.15, 0.30),
        "mean mood": (-0.3, 0.3),
    },
    "helpdesk": {
        "occupancy": (0.50, 0.85),
        "phone mean wait (s)": (20, 150),
        "phone abandonment": (0.03, 0.13),
        "first-contact resolution": (0.65, 0.85),
        "journeys resolved": (0.88, 0.98),
        "annual churn": (0.10, 0.28),
        "mean mood": (-0.3, 0.3),
    },
}


@pytest.mark.parametrize(
    ("name", "figure"), [(name, figure) for name, row in PLAUSIBLE.items() for figure in row]
)
def test_figures_are_plausible(
    measured: dict[tuple[str, str], dict[str, float]], name: str, figure: str
) -> None:
    low, high = PLAUSIBLE[name][figure]
    assert low <= measured[name, "omnichannel"][figure] <= high


@pytest.mark.parametrize("name", OWN)
def test_context_lifts_the_mood_but_works_no_wonders(
    measured: dict[tuple[str, str], dict[str, float]], name: str
) -> None:
    multi, omni = measured[name, "multichannel"], measured[name, "omnichannel"]
    assert multi["mean mood"] < omni["mean mood"] < multi["mean mood"] + 0.8
    assert multi["phone handle time (s)"] > omni["phone handle time (s)"]
    assert -0.01 < multi["annual churn"] - omni["annual churn"] < 0.08


def test_a_larger_firm_is_alike_and_pools_better() -> None:
    rows = [
        figures(
            simulate(load_scenario("helpdesk", {"population": {"scale": s}}), "omnichannel", 28), 28
        )
        for s in (1, 4)
    ]
    one, four = rows
    assert four["journeys per day"] == pytest.approx(4 * one["journeys per day"], rel=0.05)
    assert four["paid agent hours a week"] == pytest.approx(
        4 * one["paid agent hours a week"], rel=0.02
    )
    assert four["occupancy"] == pytest.approx(one["occupancy"], abs=0.06)
    assert four["first-contact resolution"] == pytest.approx(
        one["first-contact resolution"], abs=0.04
    )
    assert four["phone mean wait (s)"] < one["phone mean wait (s)"]


def test_example_of_the_documentation_runs() -> None:
    path = ROOT / "docs" / "examples" / "spa.yaml"
    scenario, provenance = load_with_provenance(path)
    assert set(scenario.channels) == {"phone", "email", "chat"}
    assert "invoice" not in scenario.intents
    assert provenance["channels.chat.concurrency_slowdown"].status == "secondary"
    result = figures(simulate(scenario, "omnichannel", 7), 7)
    assert 0.2 < result["occupancy"] < 0.9


def test_shipped_files_use_no_unsafe_yaml() -> None:
    for path in shipped_folder().glob("*.yaml"):
        assert "!!" not in path.read_text(encoding="utf-8")


def test_overriding_a_value_drops_its_provenance() -> None:
    overrides: dict[str, Any] = {"returns": {"redial_probability": 0.2}}
    scenario, table = load_with_provenance("telco", overrides)
    plain = {"returns": {"redial_probability": scenario.returns.redial_probability}}
    row = provenance_of(plain, table)[0]
    assert (row.value, row.status, row.source) == (0.2, "assumed", "")
