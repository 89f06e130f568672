"""What the page and the console say first about each question, where the truth is known."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from experiments.cli.answers import print_answers
from tests.support.asked_runs import asked, blocks, whole
from tests.support.known_world import on


def said(key: str, **changes: Any) -> str:
    """The verdict on one question that is asked alone."""
    others = {name: None for name in ("effects", "factorial", "sweep", "levers") if name != key}
    return " ".join(blocks(asked(**others | changes))[key].verdict)


def test_effects_name_what_to_do_first_and_what_changed_nothing() -> None:
    first, *rest = blocks(whole())["effects"].verdict
    assert first.startswith("First 'A <i>& more': it brings €3.")
    assert "more per customer than Plain over " in first and "(95% interval €" in first
    told = " ".join(rest)
    assert "Then 'd' (+€0." in told
    assert "'c' brings €2." in told or "'c' brings €1." in told
    assert "'none' changed nothing." in told
    assert "'a'" not in told


def test_effects_of_which_none_helps_say_so() -> None:
    told = said("effects", effects={"deltas": {"c": on(c=1), "b": on(b=0)}})
    assert told.startswith("No change is shown to bring more than Plain over ")
    assert "'c' brings €" in told and "First" not in told
    nothing = said("effects", effects={"deltas": {"none": on(nothing=1)}})
    assert nothing == "None of the changes changed anything in Plain."


def test_effects_whose_intervals_overlap_are_not_put_in_order() -> None:
    told = said("effects", effects={"deltas": {"b": on(b=1), "b2": on(b=1, e=1), "a": on(a=1)}})
    assert "The intervals of the first and of" not in told  # a is clear of both
    told = said("effects", effects={"deltas": {"b": on(b=1), "b2": on(b=1, e=1)}})
    assert "overlap: their order is open." in told


def test_a_change_that_leaves_work_undone_is_not_praised_without_saying_so() -> None:
    told = said("effects", effects={"deltas": {"hasty": on(a=1, slow=1), "b": on(b=1)}})
    assert told.startswith("First 'hasty'")
    assert "It leaves more journeys open at the end, which flatters it." in told


def test_factors_are_summed_shared_out_and_set_beside_each_other() -> None:
    # a 3, b 1, c -2, a b 4, a b c -1: 5 together, of which a 3 + 2 - 1/3.
    first, *rest = blocks(whole())["factorial"].verdict
    assert first.startswith("All 3 factors together bring €5.") or "bring €4.9" in first
    told = " ".join(rest)
    assert "Shared out by the Shapley value: 'a' +€4." in told
    assert "% of it)" in told
    assert "Worth more together: a × b (+€1." in told


def test_a_fraction_says_that_an_interaction_may_be_another() -> None:
    factors = {name: {"on": on(**{name: 1})} for name in "abcd"}
    told = blocks(asked(factorial={"factors": factors, "resolution": 4}))["factorial"]
    assert "in this fraction it may be another interaction instead" in " ".join(told.verdict)
    contrasts = told.tables[1]
    assert contrasts.heads[:2] == ["Main effect or interaction", "Or instead of it"]
    alias = {row[0]: row[1] for row in contrasts.rows}
    assert alias["a"] == "b × c × d" and alias["a × b"] == "c × d"
    assert any("interactions of two from each other" in note for note in told.notes)


def test_factors_that_come_to_nothing_get_no_shares() -> None:
    factors = {"x": {"on": on(x=1)}, "none": {"on": on(nothing=1)}}
    told = said("factorial", factorial={"factors": factors})
    assert told.startswith("All 2 factors together cannot be told from none of them")
    assert "No factor's part in it can be told from zero." in told
    assert "%" not in told.replace("95%", "")


def test_a_sweep_says_from_where_on_which_strategy_is_ahead() -> None:
    (told,) = blocks(whole())["sweep"].verdict
    assert told.startswith("From on.a 0.3")
    assert "on, With <b> is ahead of Plain in expected value per customer" in told
    assert told.endswith("below, Plain is.") and "95% interval 0." in told
    # One pair over one key: nothing is left for the notes.
    assert blocks(whole())["sweep"].notes == []


def test_a_sweep_of_one_strategy_says_from_where_on_it_pays() -> None:
    keys = {"on.a": [-1, 0, 1, 2]}
    told = said("sweep", sweep={"keys": keys, "strategies": ["plain"]})
    assert told.startswith("From on.a 1 on it pays, against Plain as it is (of the points")
    assert "it loses at \u22121. Plain does best at on.a 2" in told
    down = said("sweep", sweep={"keys": {"on.c": [-1, 0, 1]}, "strategies": ["plain"]})
    assert down.startswith("Up to on.c \u22121 it pays")


def test_a_sweep_that_moves_nothing_says_so_first() -> None:
    told = said("sweep", sweep={"keys": {"on.nothing": [1, 2]}, "strategies": ["plain"]})
    assert told.startswith("In Plain, on.nothing changes nothing")


def test_two_keys_are_counted_out() -> None:
    told = blocks(asked(sweep={"keys": {"on.a": [0, 1], "on.d": [0, 1]}}))["sweep"]
    assert told.verdict[0].startswith("Of 4 combinations the best mean in expected value per")
    assert "Plain at 2 and With <b> at 2; at 4 it can be told" in told.verdict[0]
    assert len(told.notes) == 2  # where they cross, for each value of the second key


def test_equal_strategies_are_called_the_same() -> None:
    twins = {"plain": {"policy": "x"}, "twin": {"policy": "x", **on(a=5)}}
    told = blocks(asked(strategies=twins, sweep={"keys": {"on.a": [0, 1]}}))["sweep"]
    assert told.verdict == [
        "Plain and Twin are the same in expected value per customer at all points."
    ]


def test_levers_name_what_to_pay_for_and_what_the_budget_buys() -> None:
    first, *rest = blocks(whole())["levers"].verdict
    # b: 1 × 1,000 customers × 5 run lengths a year for 1,000; a: 3 × 5,000 for 9,000
    assert first.startswith("Pay for 'b' first: for €1,000 in the first year it brings €")
    assert "times (" in first and "back after" in first
    told = " ".join(rest)
    assert "Then 'A first'." in told
    assert "Whatever the price, 'c' would lose money." in told
    assert "'none' changed nothing." in told
    assert "Best within a budget of €30.0k for the first year: 'A first' and 'b'" in told
    assert "Simulated together they bring" in told and "each alone, added up" in told


def test_levers_of_which_none_pays_say_so() -> None:
    dear = {"budget": 1e6, "levers": {"b": {**on(b=1), "price": {"once": 90_000}}}}
    told = said("levers", levers=dear)
    assert told.startswith("No lever is shown to bring back its price in the first year; 'b' comes")
    assert "No lever is worth its price within a budget of" in told
    free = {"levers": {"b": {**on(b=1), "price": {}}}}
    assert said("levers", levers=free).startswith("Do 'b' first: it has no price and brings €")


def test_one_replication_decides_nothing() -> None:
    for block in blocks(asked(replications=1)).values():
        told = " ".join(block.verdict)
        assert "In the single replication" in told and "run more before deciding" in told
        assert "nan" not in told and "None" not in told and "First" not in told


def test_the_console_says_the_same() -> None:
    console = Console(width=4000)
    with console.capture() as shown:
        print_answers(whole(), console)
    out = " ".join(shown.get().split())
    told = blocks(whole())
    assert list(told) == ["effects", "factorial", "sweep", "levers"]
    for key, block in told.items():
        assert f"{key}: {' '.join(block.verdict)}" in out
        assert all(note in out for note in block.notes)
