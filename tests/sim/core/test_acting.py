"""What processes wait for and cause: lines, outages, agents who are called in."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest

from sim import InputError, Kind, World
from sim.core.given import Trace
from sim.decisions.actions import action_table
from sim.register.codes import CLOSED, CUT_OFF, HANDED_OVER, OPEN, RESOLVED
from sim.units import DAY_S, HOUR_S
from tests.support.worlds import Columns, always_on, desk, firm, of, table

pytestmark = pytest.mark.engines
Waits = Generator[Any, Any, Any]
MINUTE: dict[str, Any] = {"kind": "constant", "mean_s": 60}
SCENARIO = firm()
CHANNELS = list(SCENARIO.channels)


def _desk(calls_s: list[float], engine: str, agents: int = 1, **changes: Any) -> World:
    """Return a desk where a call lasts a minute and each customer calls once."""
    n = len(calls_s)
    trace = Trace(np.array(calls_s, dtype=float), np.arange(n), np.zeros(n, dtype=np.int64))
    scenario = desk(1.0, MINUTE, **changes)
    return World(scenario, trace=trace, roster=always_on(agents, 1e6), engine=engine)


def _at(world: World, at_s: float, act: Callable[[], Any]) -> None:
    """Let something be done at a time."""

    def process() -> Waits:
        yield world.env.timeout(at_s)
        act()

    world.env.process(process())


def _by_default(world: World, until_s: float) -> None:
    """Simulate, and give every decision that comes outside its default."""
    while world.advance(until_s):
        assert world.pending is not None
        world.answer(world.pending.default)


# -- lines --------------------------------------------------------------------------------------


def test_a_line_is_told_when_it_is_long_and_when_it_is_short_again(engine: str) -> None:
    world = _desk([100.0, 110.0, 120.0, 130.0], engine)
    told: list[tuple[float, int]] = []

    def watch() -> Waits:
        for number in ({"below": 1}, {"above": 1}, {"above": 1}, {"below": 2}):
            n = yield world.when_waiting("phone", **number)
            told.append((world.now, n))

    world.env.process(watch())
    world.run(1000.0)
    # One is served from 100 on; those of 110, 120 and 130 wait, and leave the line from 160 on.
    assert told == [(0.0, 0), (120.0, 2), (120.0, 2), (220.0, 1)]


def test_who_passes_through_a_line_in_no_time_does_not_wait(engine: str) -> None:
    """With dispatch decided, a call joins the line, and an agent takes it in the same moment."""
    scenario = desk(1.0, MINUTE).model_dump(mode="json")
    scenario["teams"] = dict.fromkeys(("one", "two"), scenario["teams"]["pool"])

    class First:
        reads = frozenset[str]()

        def decide(self, view: Any) -> int:
            return int(view.default)

    trace = Trace(np.array([100.0]), np.array([0]), np.array([0]))
    world = World(scenario, trace=trace, policy=First(), engine=engine)
    event = world.when_waiting("phone", above=0)
    world.run(1000.0)
    assert list(table(world, "decisions")["kind"]) == [Kind.DISPATCH]
    assert not event.triggered


def test_all_queues_of_a_channel_are_its_line(engine: str) -> None:
    world = World(firm(population={"customers": 400}), seed=3, engine=engine)
    sizes: list[tuple[int, int]] = []

    def watch() -> Waits:
        queues = [
            q for q, (name, _, _) in enumerate(world.compiled.queues.names) if name == "phone"
        ]
        while True:
            told = yield world.when_waiting("phone", above=0)
            sizes.append((told, int(world.core.column("waiting", "n")[queues].sum())))
            yield world.when_waiting("phone", below=1)

    world.env.process(watch())
    world.run(2 * DAY_S)
    assert len(sizes) > 10
    assert all(told == there for told, there in sizes)


# -- outages ------------------------------------------------------------------------------------


def _outcomes(contacts: Columns) -> list[tuple[float, float, int]]:
    rows = zip(contacts["start_s"], contacts["released_s"], contacts["outcome"], strict=True)
    return sorted((float(a), float(b), int(c)) for a, b, c in rows)


def test_an_outage_empties_the_line_breaks_off_and_turns_away(engine: str) -> None:
    world = _desk([100.0, 110.0, 150.0, 300.0], engine)
    _at(world, 120.0, lambda: world.outage("phone", 60.0))
    world.run(1000.0)
    assert _outcomes(table(world)) == [
        (100.0, 120.0, CUT_OFF),  # in conversation
        (110.0, 120.0, CLOSED),  # in line
        (150.0, 150.0, CLOSED),  # while it lasts
        (300.0, 360.0, RESOLVED),  # after it
    ]
    agent = table(world, "shifts")
    assert agent["talk_s"].sum() == agent["busy_s"].sum() == 20.0 + 60.0


def test_who_is_turned_away_comes_back_when_nobody_knows_how_long_it_lasts(engine: str) -> None:
    world = _desk([float(k) for k in range(100, 200)], engine, agents=50)
    _at(world, 90.0, lambda: world.outage("phone", 1800.0))
    world.run(DAY_S)
    contacts = table(world)
    again = of(contacts, contacts["outcome"] != CLOSED)
    assert len(again["contact"]) == 100
    assert set(again["outcome"]) == {RESOLVED}
    assert set(again["attempt"]) == {1}  # not offered is no attempt
    assert again["start_s"].min() >= 1890.0
    turned_away = of(contacts, contacts["outcome"] == CLOSED)
    assert (turned_away["start_s"] < 1890.0).all()
    assert (np.diff(turned_away["start_s"]) >= 0.0).all()
    assert len(turned_away["contact"]) > 100  # some tried more than once


def test_outages_may_overlap(engine: str) -> None:
    world = _desk([150.0, 250.0, 350.0, 450.0], engine)
    _at(world, 100.0, lambda: world.outage("phone", 200.0))
    _at(world, 200.0, lambda: world.outage("phone", 200.0))
    world.run(500.0)
    contacts = table(world)
    first = of(contacts, contacts["start_s"] % 100.0 == 50.0)
    assert list(first["outcome"]) == [CLOSED, CLOSED, CLOSED, OPEN]


def test_a_world_is_copied_in_the_midst_of_an_outage(engine: str) -> None:
    world = World(SCENARIO, seed=3, engine=engine)
    world.advance(0.45 * DAY_S)
    world.outage("phone", HOUR_S)
    world.call_in("front", 2, lasts_s=HOUR_S)
    copies = world.fork(), pickle.loads(pickle.dumps(world)), world
    assert len({w.run(2 * DAY_S).register.digest() for w in copies}) == 1


@pytest.mark.parametrize("channel", ["phone", "chat", "email", "bot"])
def test_nobody_gets_in_while_it_lasts(channel: str, engine: str) -> None:
    world = World(SCENARIO, seed=4, engine=engine)
    down = 0.4 * DAY_S, 0.6 * DAY_S
    _at(world, down[0], lambda: world.outage(channel, down[1] - down[0]))
    world.run(2 * DAY_S)
    contacts = table(world)
    began = (contacts["start_s"] > down[0]) & (contacts["start_s"] < down[1])
    here = of(contacts, began & (contacts["channel"] == CHANNELS.index(channel)))
    others = of(contacts, began & (contacts["channel"] != CHANNELS.index(channel)))
    assert len(here["contact"]) > 3
    assert set(here["outcome"]) == {CLOSED}
    assert RESOLVED in others["outcome"]
    after = contacts["start_s"] > down[1]
    assert RESOLVED in contacts["outcome"][after & (contacts["channel"] == CHANNELS.index(channel))]


def test_a_front_door_that_is_down_lets_callers_through(engine: str) -> None:
    world = World(SCENARIO, seed=4, engine=engine)
    world.outage("ivr", DAY_S)
    world.run(DAY_S)
    contacts = table(world)
    assert CHANNELS.index("ivr") not in contacts["channel"]
    assert RESOLVED in contacts["outcome"][contacts["channel"] == CHANNELS.index("phone")]


def test_mail_that_has_arrived_and_dialogues_that_have_begun_go_on(engine: str) -> None:
    world = World(SCENARIO, seed=4, engine=engine)
    world.advance(0.5 * DAY_S)
    world.outage("email", DAY_S)
    world.outage("bot", DAY_S)
    world.run(DAY_S)
    contacts = table(world)
    before = of(contacts, (contacts["start_s"] < 0.5 * DAY_S) & (contacts["end_s"] > 0.5 * DAY_S))
    mail = before["outcome"][before["channel"] == CHANNELS.index("email")]
    assert len(mail) > 0
    assert not {CLOSED, CUT_OFF} & set(mail)


def test_a_policy_cannot_send_anybody_where_an_outage_is(engine: str) -> None:
    names = [action.name for action in action_table(SCENARIO)]
    seen: list[tuple[float, list[str], int, Any]] = []

    class Notes:
        reads = frozenset({"loads"})

        def decide(self, view: Any) -> int:
            if view.kind in (Kind.ENTRY, Kind.ESCALATION):
                legal = [names[a] for a in view.actions]
                seen.append((view.time_s, legal, names[view.default], view.loads))
            return int(view.default)

    world = World(SCENARIO, seed=5, policy=Notes(), engine=engine)
    down = 0.4 * DAY_S, 0.6 * DAY_S
    _at(world, down[0], lambda: world.outage("chat", down[1] - down[0]))
    world.run(DAY_S)
    chat = CHANNELS.index("chat")
    during = [row for row in seen if down[0] < row[0] < down[1]]
    outside = [row for row in seen if down[1] < row[0]]
    assert during and outside
    assert any("chat" in name for _, legal, _, _ in outside for name in legal)
    for _, legal, default, loads in during:
        assert not loads[chat].open
        assert all("chat" not in name or name == default for name in legal)
    assert all(loads[chat].open for *_, loads in outside)


def test_the_default_rule_and_a_policy_that_says_the_default_are_one(engine: str) -> None:
    """The default rule counts legal entries by itself; the rows say how many there were."""
    rows = []
    for external in ((), ("entry",)):
        world = World(SCENARIO, seed=5, external=external, engine=engine)
        _by_default(world, 0.4 * DAY_S)
        for channel, lasts_s in (("chat", 7200.0), ("email", 9000.0), ("back", 20000.0)):
            world.outage(channel, lasts_s)
        _by_default(world, DAY_S)
        decisions = table(world, "decisions")
        rows.append(np.stack([decisions[c] for c in decisions if c != "by"], axis=1).tolist())
    assert rows[0] == rows[1]
    assert len(rows[0]) > 50


def test_what_was_handed_over_meets_the_outage_too(engine: str) -> None:
    world = World(SCENARIO, seed=4, engine=engine)
    _at(world, 0.4 * DAY_S, lambda: world.outage("phone", 0.2 * DAY_S))
    world.run(DAY_S)
    contacts = table(world)
    ivr = (contacts["channel"] == CHANNELS.index("ivr")) & (contacts["outcome"] == HANDED_OVER)
    handed = of(contacts, ivr & (contacts["released_s"] > 0.4 * DAY_S))
    legs = of(contacts, contacts["from_channel"] == CHANNELS.index("ivr"))
    during = np.isin(legs["start_s"], handed["released_s"]) & (legs["start_s"] < 0.6 * DAY_S)
    assert set(legs["outcome"][during]) <= {CLOSED}


# -- agents who are called in ---------------------------------------------------------------------


def test_agents_who_are_called_in_come_work_and_go(engine: str) -> None:
    calls = [1000.0] * 12
    alone = table(_desk(calls, engine).run(5000.0))
    world = _desk(calls, engine)
    _at(world, 1000.0, lambda: world.call_in("pool", 3, after_s=120.0, lasts_s=1800.0))
    world.run(5000.0)
    contacts, shifts = table(world), table(world, "shifts")
    assert alone["end_s"].max() == 1000.0 + 12 * 60.0
    assert contacts["end_s"].max() == 1120.0 + 3 * 60.0  # two in time for one, then four at once
    assert sorted(shifts["agent"]) == [0, 1, 2, 3]
    called = of(shifts, shifts["agent"] > 0)
    assert set(called["on_s"]) == {1120.0}
    assert set(called["off_s"]) == {2920.0}
    assert called["contacts"].sum() > 5


def test_they_are_paid_the_teams_wage_and_have_numbers_of_their_own(engine: str) -> None:
    ends = []
    for agents in (0, 4):
        world = World(SCENARIO, seed=1, engine=engine)
        if agents:
            world.call_in("technicians", agents - 1, lasts_s=HOUR_S, after_s=2 * HOUR_S)
            world.call_in("technicians", 1, lasts_s=HOUR_S, after_s=2 * HOUR_S)
        world.advance(4 * HOUR_S)  # before the shifts
        ends.append(world.ledger.totals(world.now)["staff"])
        assert len(set(table(world, "shifts")["agent"])) == agents
    assert ends[0] - ends[1] == pytest.approx(4 * 40.0, rel=1e-3)  # discounted
    heads = sum(s.agents for team in SCENARIO.teams.values() for s in team.shifts)
    assert min(table(world, "shifts")["agent"]) == heads


# -- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda w: w.outage("fone", 1.0), "channel: must be among .*; got 'fone'; did you .*phone"),
        (lambda w: w.outage("message", 1.0), "channel: must be one that customers get into"),
        (lambda w: w.outage("phone", 0), "lasts_s: must be a number above 0; got 0"),
        (lambda w: w.outage("phone", "1"), "lasts_s: must be a number above 0; got '1'"),
        (lambda w: w.outage("phone", float("nan")), "lasts_s: must be a number above 0; got nan"),
        (lambda w: w.call_in("fronts", 1, lasts_s=1), "team: must be among .*mean 'front'"),
        (lambda w: w.call_in("front", 0, lasts_s=1), "agents: must be a whole number from 1 on"),
        (lambda w: w.call_in("front", 2.0, lasts_s=1), "agents: must be a whole number .*got 2.0"),
        (lambda w: w.call_in("front", 1, lasts_s=-1), "lasts_s: must be a number above 0; got -1"),
        (lambda w: w.call_in("front", 1, lasts_s=1, after_s=-1), "after_s: .* from 0 on; got -1"),
        (lambda w: w.when_waiting("phone"), "give above or below, not both; got None and None"),
        (lambda w: w.when_waiting("phone", above=1, below=1), "above or below, not both; got 1"),
        (lambda w: w.when_waiting("phone", above=-1), "above: must be a whole number from 0 on"),
        (lambda w: w.when_waiting("phone", below=0), "below: must be a whole number from 1 on"),
        (lambda w: w.when_waiting("phones", above=1), "channel: must be among .*mean 'phone'"),
    ],
)
def test_bad_input_is_one_clear_message(act: Callable[[World], Any], message: str) -> None:
    world = World(SCENARIO)
    with pytest.raises(InputError, match=message):
        act(world)
    assert world.core.scalar("n_outages") == world.core.scalar("n_watches") == 0


def test_a_channel_does_not_go_down_under_a_pending_decision(engine: str) -> None:
    world = World(SCENARIO, external=["entry"], engine=engine)
    assert world.advance(DAY_S)
    with pytest.raises(RuntimeError, match="answer it before"):
        world.outage("phone", 60.0)
