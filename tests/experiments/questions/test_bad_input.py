"""What a question cannot mean is refused by the command: one message, exit code 2, no run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.cli.main import main

DESK = {"overrides": {"agent_desktop": {"integrated_desktop": True}}}
NO_DESK = {"overrides": {"agent_desktop": {"integrated_desktop": False}}}
BOT = {"overrides": {"intents": {"fault": {"resolution": {"chatbot": "+10 points"}}}}}
KEY = "intents.fault.resolution.chatbot"


def factors(**deltas: Any) -> dict[str, Any]:
    return {"factorial": {"factors": {name: {"on": delta} for name, delta in deltas.items()}}}


def effect(**delta: Any) -> dict[str, Any]:
    return {"effects": {"deltas": {"this": delta}}}


def sweep(values: Any, key: str = KEY, **more: Any) -> dict[str, Any]:
    return {"sweep": {"keys": {key: values}, **more}}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "clash": (
        factors(one=DESK, other={**BOT, **NO_DESK}),
        "factorial: factors: 'one' and 'other' clash: both set "
        "overrides.agent_desktop.integrated_desktop; put them into one factor, or drop one",
    ),
    "clash of a part with the whole": (
        factors(one={"policy": "silo"}, other={"policy": {"params": {"own_wait_s": 5}}}),
        "'one' and 'other' clash: both set policy.own_wait_s",
    ),
    "clash of staffing": (
        factors(
            one={"staffing": {"frontline": "+20%"}},
            other={"overrides": {"teams": {"frontline": {"agents_factor": 2}}}},
        ),
        "'one' and 'other' clash: both set overrides.teams.frontline.agents_factor",
    ),
    "a level that changes nothing": (
        factors(one=NO_DESK, other=BOT),
        "factorial.factors.one: has two levels that are the same: switching it changes nothing",
    ),
    "a factor that says nothing": (
        factors(one={}, other=BOT),
        "factorial.factors.one: must change something",
    ),
    "a delta that says nothing": (
        effect(title="This"),
        "effects.deltas.this: must change something; got no key of a strategy",
    ),
    "a delta that changes nothing": (
        effect(**NO_DESK),
        "effects.deltas.this: changes nothing: the strategy is what it was",
    ),
    "two titles that are one": (
        {"effects": {"deltas": {"a": {**BOT, "title": "Desk"}, "b": {**DESK, "title": "desk"}}}},
        "effects.deltas: 'a' and 'b' must have different titles; both have 'desk'",
    ),
    "a lever that changes nothing": (
        {"levers": {"levers": {"this": {**NO_DESK, "price": {"once": 1}}}}},
        "levers.levers.this: changes nothing: the strategy is what it was",
    ),
    "a lever without a price": (
        {"levers": {"levers": {"this": DESK}}},
        "levers.levers.this.price: is required",
    ),
    "a design beyond its budget": (
        factors(**{name: {"staffing": {name: "+20%"}} for name in ("frontline", "digital")})
        | {"most_runs": 5},
        "most_runs: must be at least 8, for 4 strategies with 2 replications each; got 5",
    ),
    "a design that has a smaller fraction": (
        factors(
            a=DESK,
            b=BOT,
            c={"staffing": {"frontline": "+20%"}},
            d={"staffing": {"digital": "+20%"}},
        )
        | {"most_runs": 20},
        "most_runs: must be at least 32, for 16 strategies with 2 replications each; got 20; "
        "factorial.resolution: 4 takes 8 of the 16 cells",
    ),
    "one factor": (factors(one=DESK), "factorial.factors: "),
    "a range outside the bounds": (
        sweep({"from": 0.5, "to": 1.5, "points": 3}),
        f"sweep.keys: {KEY} (1.5): telco: {KEY}: must be less than or equal to 1; got 1.5",
    ),
    "a relative range outside the bounds": (
        sweep({"from": "+0 points", "to": "+90 points", "points": 2}),
        f"sweep.keys: {KEY} (+90 points): telco: {KEY}: must be at most 1; "
        "+90 points makes 1.1 of 0.2",
    ),
    "a change of what has no value": (
        sweep(["+5%", "+10%"], key="channels.email.overflow_after_s"),
        "channels.email.overflow_after_s: +5% of what has no value; give the value itself",
    ),
    "a change of what has no value, in a delta": (
        effect(overrides={"channels": {"email": {"overflow_after_s": "+5%"}}}),
        "effects.deltas.this: telco: channels.email.overflow_after_s: +5% of what has no value",
    ),
    "a change of what has no value, on the command line": (
        {"set": "overrides.channels.email.overflow_after_s=+5%"},
        "telco: channels.email.overflow_after_s: +5% of what has no value; give the value itself",
    ),
    "an unknown key": (
        sweep([1, 2], key="choice.skill_weigth"),
        "choice.skill_weigth: unknown key; got 1; did you mean 'skill_weight'?",
    ),
    "an unknown key of the block": (
        {"effects": {"deltas": {"this": DESK}, "delta": {}}},
        "effects.delta: unknown key; got {}; did you mean 'deltas'?",
    ),
    "mixed units": (
        sweep([0.2, "+10 points"]),
        f"sweep.keys.{KEY}: must be all numbers, or all changes in one unit (% or points)",
    ),
    "a value twice": (sweep([0.2, 0.3, 0.2]), f"{KEY}: must not have a value twice"),
    "neither values nor a range": (
        sweep({"from": 0.2}),
        f"sweep.keys.{KEY}: give either values, or from and to",
    ),
    "no number": (sweep(["high", 0.3]), 'a relative change looks like "-20%"'),
    "the same key twice": (
        {"sweep": {"keys": {"choice.skill_weight": [1, 2], "'choice'.skill_weight": [3, 4]}}},
        "sweep: keys: must not be the same",
    ),
    "a strategy that is not declared": (
        {"effects": {"of": "plan", "deltas": {"this": DESK}}},
        "effects.of: must be one of the strategies; got 'plan'; did you mean 'plain'?",
    ),
    "a swept strategy that is not declared": (
        sweep([0.1, 0.2], strategies=["plane"]),
        "sweep.strategies: must be one of the strategies; got 'plane'",
    ),
    "a precision of what is not asked": (
        {"replications": {"max": 30, "precision": {"retention": {"absolute": 1, "of": "effect"}}}},
        "replications.precision.retention.of: 'effect' needs the block effects or levers",
    ),
    "an unknown channel": (
        effect(channels=["phone", "fax"]),
        "effects.deltas.this.channels: must be among phone,",
    ),
    "an unknown policy": (effect(policy="bst_channel"), "did you mean 'best_channel'?"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_message_and_exit_code_2(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes, said = CASES[name]
    raw = {
        "name": "n",
        "scenario": "telco",
        "horizon_days": 1,
        "replications": 2,
        "strategies": {"plain": {"policy": "customer_choice", "regime": "omnichannel"}},
    }
    settings = ["--set", changes["set"]] if "set" in changes else []
    raw |= {key: value for key, value in changes.items() if key != "set"}
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(raw))
    assert main(["run", "c.yaml", "--workers", "1", *settings]) == 2
    message = capsys.readouterr().err
    assert said in message.replace("\n", " ")
    assert message.count("\n") == 1
    assert not list(tmp_path.glob("runs/*/replications"))
    # A dry run refuses the same.
    assert main(["run", "c.yaml", "--dry-run", *settings]) == 2
    assert capsys.readouterr().err == message
