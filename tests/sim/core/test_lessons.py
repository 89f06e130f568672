"""What attempts teach: to be steered, and habits of channels; and how both act."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, logit

import sim.behaviour as b
from sim import World
from sim.population.draws import ATTEMPTS, FOR_CHOICE, TRAIT_HABIT, draw
from sim.population.streams import lucks, uniforms
from sim.register.register import Context, Outcome, Steering
from sim.scenario.knowledge import Regime
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S, HOUR_S
from tests.support.lab import BOT, CHAT, LEARNING, PHONE, SPREADS, lab, with_needs
from tests.support.worlds import Prefers, open_legs, table

BOTH = {
    "segments": {"all": {"steering_acceptance": 0.7}},
    "channels": {"chat": {"acceptance": 0.8}},
}


def _steered(world: World) -> tuple[Any, Any, Any]:
    """Return customers, whether they followed, and whether it was resolved, in order of time."""
    rows = table(world)
    asked = np.flatnonzero(rows["steering"] != Steering.NONE)
    asked = asked[np.argsort(rows["start_s"][asked], kind="stable")]
    followed = rows["steering"][asked] == Steering.ACCEPTED
    return rows["customer"][asked], followed, rows["outcome"][asked] == Outcome.RESOLVED


@pytest.mark.parametrize("sd", [0.0, 1.2])
def test_as_many_follow_as_stated_and_the_same_ones_again(sd: float) -> None:
    scenario = lab([1.0], {"acceptance_sd": sd}, **BOTH)
    world = with_needs(scenario, 8000, needs=2, policy=Prefers(scenario, "entry:chat"))
    who, followed, _ = _steered(world.run(DAY_S))
    stated = 0.7 * 0.8
    count = np.zeros((2, 8000))
    seen = np.zeros(8000, dtype=int)
    for customer, yes in zip(who, followed, strict=True):
        count[seen[customer], customer] = yes
        seen[customer] += 1
    assert (seen == 2).all()
    for share in count.mean(axis=1):
        assert abs(share - stated) < 4.5 * math.sqrt(stated * (1 - stated) / 8000)
    intercept = b.intercept_for(stated, sd)
    both = stated - b.mean_rescue(intercept, intercept, sd)
    assert both == pytest.approx(0.56**2) if sd == 0 else both > 0.36
    share = (count[0] * count[1]).mean()
    assert abs(share - both) < 4.5 * math.sqrt(both * (1 - both) / 8000)


def test_what_came_of_steering_moves_acceptance() -> None:
    lasting = {"acceptance_learning": 1.5}
    scenario = lab([0.5], lasting, **BOTH, **{"returns": {"max_attempts": 1}})
    world = with_needs(scenario, 6000, needs=3, policy=Prefers(scenario, "entry:chat"))
    who, followed, resolved = _steered(world.run(2 * DAY_S))
    level = np.zeros(6000)
    met: dict[float, list[bool]] = defaultdict(list)
    for customer, yes, good in zip(who, followed, resolved, strict=True):
        met[level[customer]].append(bool(yes))
        if yes:
            level[customer] += 1.5 if good else -1.5
    assert world.core.column("lasting", "acceptance").tolist() == level.tolist()
    for moved in (-1.5, 0.0, 1.5):
        n, p = len(met[moved]), float(expit(logit(0.56) + moved))
        assert n > 800
        assert abs(np.mean(met[moved]) - p) < 4.5 * math.sqrt(p * (1 - p) / n)


def test_who_may_not_refuse_learns_nothing() -> None:
    on = {"acceptance_sd": 1.2, "acceptance_learning": 1.5}
    scenario = lab([0.5], on, **BOTH, **{"mechanisms": {"refusal": False}})
    world = with_needs(scenario, 300, policy=Prefers(scenario, "entry:chat")).run(DAY_S)
    assert _steered(world)[1].all()
    assert world.core.number_of("lasting") == 0


def _firm_with_hand_overs(**lasting: float) -> Any:
    return lab(
        [0.5],
        {**lasting, "habit_weight": 1.0},
        channels={
            "bot": {"automation": {"detection": 0.8, "hand_over_to": ["phone"]}},
            "phone": {"patience": {"kind": "exponential", "mean_s": 500}},
        },
        teams={"people": {"shifts": [{"agents": 4}]}},
        intents={"need0": {"talk_s": {"mean_s": 200}}},
    )


@pytest.mark.parametrize("context", ["passes", "never"])
def test_habits_move_with_what_contacts_and_hand_overs_were_like(context: Any) -> None:
    scenario = _firm_with_hand_overs(habit_sd=0.5, habit_rate=0.3)
    world = with_needs(
        scenario,
        300,
        needs=3,
        policy=Prefers(scenario, "escalation:phone"),
        regime=Regime(context=context),
    )
    start = world.core.column("habits", "level")
    world.advance(5 * DAY_S)
    assert not open_legs(world)
    rows, kinds = table(world), world.compiled.channels.kind
    lessons: list[tuple[float, int, int, bool]] = []
    met = dict.fromkeys(("easy", "hard", "long", "vain"), 0)
    for i in range(len(rows["contact"])):
        row = {name: values[i] for name, values in rows.items()}
        who, after = int(row["customer"]), int(row["from_channel"])
        if after >= 0 and kinds[after] == AUTOMATED:
            answered = row["answered_s"] >= 0
            wait_s = row["answered_s"] - row["queued_s"]
            easy = bool(answered and wait_s <= 240 and row["context"] != Context.REPEATED)
            met["easy" if easy else "hard"] += 1
            met["long"] += bool(answered and wait_s > 240)
            met["vain"] += not answered
            at_s = row["answered_s"] if answered else row["released_s"]
            lessons.append((at_s, who, after, easy))
        if row["outcome"] != Outcome.HANDED_OVER:
            good = row["outcome"] == Outcome.RESOLVED
            lessons.append((row["released_s"], who, int(row["channel"]), good))
    level = start.reshape(300, -1).copy()
    for _, who, channel, good in sorted(lessons):
        level[who, channel] = b.habit_after(level[who, channel], good, 0.3)
    assert world.core.column("habits", "level") == pytest.approx(level.ravel(), abs=1e-12)
    pull = world.core.column("habits", "pull")
    assert pull == pytest.approx(b.pulls_of(level.ravel(), 1.0))
    assert min(met["hard"], met["long"], met["vain"]) > 10
    assert met["easy"] > 10 if context == "passes" else met["easy"] == 0


def test_habits_draw_customers_to_channels() -> None:
    on = {"habit_weight": 1.5, "habit_sd": 0.8, "habit_rate": 0.0}
    scenario = lab([1.0], on)
    world = with_needs(scenario, 3000)
    levels = world.core.column("habits", "level").reshape(3000, -1)
    who = np.arange(3000, dtype=np.int64)
    for channel in (BOT, PHONE, CHAT):
        z = uniforms(world.key, who, channel, TRAIT_HABIT)
        assert levels[:, channel] == pytest.approx(
            0.8 * np.array([b.normal_quantile(u) for u in z])
        )
    needs = world.core.column("needs", "number")[np.argsort(world.core.column("needs", "customer"))]
    luck = lucks(world.key, who, needs * ATTEMPTS)
    bot = np.exp(1.5 * levels[:, BOT])
    share = bot / (bot + np.exp(1.5 * levels[:, PHONE]))
    u = np.array([draw(int(address), FOR_CHOICE) for address in luck])
    rows = table(world.run(HOUR_S * 5))
    first = rows["attempt"] == 1
    chosen = np.empty(3000)
    chosen[rows["customer"][first].astype(int)] = rows["requested"][first]
    assert (chosen == np.where(u <= share, BOT, PHONE)).all()
    assert share.std() > 0.2  # mean one half: all customers alike would be at it
    assert abs(share.mean() - 0.5) < 0.02


@pytest.mark.parametrize("engine", ["interpreted", None])
def test_forks_learn_apart_from_each_other(engine: str | None) -> None:
    scenario = lab([0.5, 0.8], {**SPREADS, **LEARNING})

    def world() -> World:
        policy = Prefers(scenario, "entry:chat", "escalation:phone")
        return with_needs(scenario, 200, needs=3, policy=policy, engine=engine)

    def learned(world: World) -> list[Any]:
        return [
            world.core.column(*place).tolist()
            for place in (("lasting", "ability"), ("lasting", "acceptance"), ("habits", "level"))
        ]

    whole = world().run(2 * DAY_S)
    parent = world()
    parent.advance(9 * HOUR_S)
    at_fork = learned(parent)
    child = parent.fork().run(2 * DAY_S)
    assert learned(parent) == at_fork != learned(child)
    parent.run(2 * DAY_S)
    assert learned(parent) == learned(child) == learned(whole)
    assert parent.register.digest() == child.register.digest() == whole.register.digest()
