"""What a scenario file can get wrong: one message that names key, rule, value, nearest name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim import InputError, load_scenario

SUNDAY = [{"days": ["sun"], "open_h": 8, "close_h": 12}]
EMAIL_ONLY = {"channels": {"email": 1, "phone": None}}

WRONG: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown key": (
        {"population": {"custommers": 5}},
        ("population.custommers", "unknown key", "5", "'customers'"),
    ),
    "wrong type": (
        {"population": {"customers": "many"}},
        ("population.customers", "whole number", "'many'"),
    ),
    "text for a number": (
        {"segments": {"firms": {"priority": "1"}}},
        ("segments.firms.priority", "whole number", "'1'"),
    ),
    "negative rate": (
        {"intents": {"fault": {"needs_per_month": -1}}},
        ("intents.fault.needs_per_month", "greater than or equal to 0", "-1"),
    ),
    "probability above one": (
        {"survey": {"response_rate": 1.5}},
        ("survey.response_rate", "less than or equal to 1", "1.5"),
    ),
    "not a number": (
        {"survey": {"noise": float("nan")}},
        ("survey.noise", "finite", "nan"),
    ),
    "shares": (
        {"segments": {"firms": {"share": 0.5}}},
        ("segments.*.share", "sum to 1", "1.3"),
    ),
    "no channel resolves an intent": (
        {"intents": {"fault": {"resolution": {"phone": 0, "email": 0}}}},
        ("intents.fault.resolution", "no channel can resolve"),
    ),
    "a queue without a team": (
        {"teams": {"desk": EMAIL_ONLY, "seniors": EMAIL_ONLY}},
        ("channels.phone", "without agents for ever", "'general'"),
    ),
    "open on a day without a shift": (
        {"channels": {"phone": {"hours": SUNDAY}}},
        ("channels.phone.hours", "sun", "no shift"),
    ),
    "unknown channel of an intent": (
        {"intents": {"fault": {"resolution": {"fone": 0.5}}}},
        ("intents.fault.resolution", "unknown channel 'fone'", "'phone'"),
    ),
    "unknown channel of a team": (
        {"teams": {"desk": {"channels": {"emial": 1}}}},
        ("teams.desk.channels", "unknown channel 'emial'", "'email'"),
    ),
    "unknown channel of a segment": (
        {"segments": {"firms": {"preference": {"phon": 1}}}},
        ("segments.firms.preference", "unknown channel 'phon'", "'phone'"),
    ),
    "unknown kind of channel": (
        {"channels": {"phone": {"kind": "liv"}}},
        ("channels.phone.kind", "'asynchronous'", "'liv'", "did you mean 'live'"),
    ),
    "unknown skill": (
        {"teams": {"desk": {"skills": ["general", "generel"]}}},
        ("teams.desk.skills", "'generel'", "'general'"),
    ),
    "unknown status": (
        {"survey": {"noise": {"value": 0.5, "status": "publishd"}}},
        ("survey.noise.status", "'publishd'", "'published'"),
    ),
    "a shift that ends when it starts": (
        {"teams": {"desk": {"shifts": [{"agents": 1, "start_h": 18, "end_h": 18}]}}},
        ("teams.desk.shifts.0", "end_h (18)", "after start_h (18)", "past midnight"),
    ),
    "a shift of more than a day": (
        {"teams": {"desk": {"shifts": [{"agents": 1, "start_h": 8, "end_h": 33}]}}},
        ("teams.desk.shifts.0", "end_h (33)", "at most 24 hours"),
    ),
    "hours of no length": (
        {"channels": {"phone": {"hours": [{"open_h": 9, "close_h": 9}]}}},
        ("channels.phone.hours.0", "close_h (9)", "after open_h (9)"),
    ),
    "open at night without a night shift": (
        {"channels": {"phone": {"hours": [{"days": ["mon"], "open_h": 20, "close_h": 6}]}}},
        ("channels.phone.hours", "mon", "no shift"),
    ),
    "what happens at closing": (
        {"channels": {"phone": {"at_closing": "finish"}}},
        ("channels.phone.at_closing", "'finish'", "did you mean 'finish_queue'?"),
    ),
    "a backlog that closes": (
        {"channels": {"email": {"at_closing": "send_away"}}},
        ("channels.email.at_closing", "only a live channel"),
    ),
    "a law without its mean": (
        {"channels": {"phone": {"patience": {"mean_s": None}}}},
        ("channels.phone.patience", "'mean_s'"),
    ),
    "a callback of nothing": (
        {"channels": {"ring": {"kind": "callback", "of": "email"}}},
        ("channels.ring.of", "live"),
    ),
    "a bot without its automation": (
        {"channels": {"bot": {"kind": "automated"}}},
        ("channels.bot", "'automation'"),
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_message_names_key_rule_value_and_nearest_name(case: str) -> None:
    overrides, words = WRONG[case]
    with pytest.raises(InputError) as caught:
        load_scenario("helpdesk", overrides)
    message = str(caught.value)
    assert message.startswith(("helpdesk: ", words[0]))
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"population": {"customers": 10**30}}, "population.customers: must be less than"),
        ({"population": {"scale": 1e11}}, "must not be larger than 1e+08 customers; got 2.5e+14"),
        ({"intents": {"fault": {"needs_per_month": 1e9}}}, "larger than 1e+08 needs a day"),
        ({"retention": {"mood_effect": 1e6}}, "retention.mood_effect: must be less than"),
        ({"agent_desktop": {"repeat_s": 1e300}}, "agent_desktop.repeat_s: must be less than"),
    ],
)
def test_what_no_firm_can_be_is_refused(overrides: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("helpdesk", overrides)
    assert said in str(caught.value)


def test_an_entry_that_is_wrong_is_all_that_is_said_of_a_list() -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("helpdesk", {"channels": {"phone": {"hours": [{"days": ["mo"]}]}}})
    assert len(str(caught.value).splitlines()) == 1


def test_problems_of_one_file_are_said_together() -> None:
    overrides = {
        "population": {"custommers": 5},
        "intents": {"fault": {"needs_per_month": -1}},
    }
    with pytest.raises(InputError) as caught:
        load_scenario("helpdesk", overrides)
    assert len(str(caught.value).splitlines()) == 2


def test_a_document_that_is_one_value_is_no_mapping(tmp_path: Path) -> None:
    stated = {"value": [1], "status": "fitted"}
    with pytest.raises(InputError, match=r"^overrides: must be a mapping.*got \[1\]"):
        load_scenario("helpdesk", stated)
    with pytest.raises(InputError, match=r"^overrides: must be a mapping.*got \[1\]"):
        load_scenario("helpdesk", {"value": stated, "status": "fitted"})
    path = tmp_path / "firm.yaml"
    path.write_text("{value: 3, status: fitted}")
    with pytest.raises(InputError, match=r"firm\.yaml: must be a mapping.*got 3"):
        load_scenario(path)
    with pytest.raises(
        InputError, match=r"^helpdesk: agent_desktop\.repeat_s\.status: must be one of"
    ):
        load_scenario(
            "helpdesk", {"agent_desktop": {"repeat_s": {"value": 3, "status": "guessed"}}}
        )


def test_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r"'helpdsk'.*did you mean 'helpdesk'"):
        load_scenario("helpdsk")


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "firm.yaml").write_text("extends: helpdesk\n")
    with pytest.raises(InputError, match=r"fim\.yaml: no such file.*did you mean 'firm\.yaml'"):
        load_scenario(tmp_path / "fim.yaml")


def test_missing_parent(tmp_path: Path) -> None:
    (tmp_path / "firm.yaml").write_text("extends: telko\n")
    with pytest.raises(InputError, match=r"'telko'.*did you mean 'telco'"):
        load_scenario(tmp_path / "firm.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name: [a\npopulation: 3\n", ("line 2", "unreadable YAML")),
        ("extends: helpdesk\nname: a\nname: b\n", ("line 3", "duplicate key 'name'")),
        ("extends: helpdesk\nname: !!python/name:os.system\n", ("line 2", "not allowed")),
        ("", ("is empty",)),
        ("- a\n- b\n", ("must be a mapping",)),
    ],
)
def test_unreadable_yaml(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "firm.yaml"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(str(path))
    for word in words:
        assert word in str(caught.value)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "firm.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        load_scenario(path)
