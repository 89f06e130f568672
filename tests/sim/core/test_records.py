"""Records, accessors and codes say once what others say by name."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import get_args

import pytest

from sim.core import accessors, codes
from sim.core.columns import snake
from sim.core.firm_tables import VERBS
from sim.core.records import rows
from sim.core.records.bundles import World
from sim.core.records.firm import Firm
from sim.decisions.actions import KINDS, Kind, action_table
from sim.register import codes as register_codes
from sim.register.register import (
    FLOATS,
    ROWS_OF,
    TABLES,
    Context,
    Departure,
    JourneyOutcome,
    Outcome,
    SignalKind,
    SignalSource,
    Steering,
    names_of,
)
from sim.scenario.service import Channel
from sim.tables import codes as table_codes
from sim.tables.channels import AT_CLOSING
from sim.tables.channels import KINDS as CHANNEL_KINDS
from tests.support.worlds import firm


def _tables(bundle: type) -> dict[str, str]:
    """Return a bundle's tables, and the record of each by name."""
    found = {f.name: re.fullmatch(r"Table\[(\w+)\]", str(f.type)) for f in fields(bundle)}
    return {name: match.group(1) for name, match in found.items() if match}


# -- records -------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_a_rows_fields_are_its_tables_columns(table: str) -> None:
    record = getattr(rows, _tables(World)[ROWS_OF[table]])
    assert [f.name for f in fields(record)] == TABLES[table]
    scales = {f.name for f in fields(record) if f.type == "Float"}
    assert scales == FLOATS & set(TABLES[table])
    assert {f.type for f in fields(record)} <= {"Float", "Int", "Small"}


@pytest.mark.parametrize("bundle", [Firm, World])
def test_every_table_has_its_accessor_and_no_two_share_one(bundle: type) -> None:
    tables = _tables(bundle)
    assert len(set(tables.values())) == len(tables) > 20
    rules = accessors.make_firm()
    world = accessors.make_world(rules)
    for name, record in tables.items():
        table = getattr(rules if bundle is Firm else world, name)
        assert table.record.__name__ == record
        table.rows[:] = [object(), object()]
        at = getattr(accessors, f"{snake(record)}_at")
        assert [at(world, i) for i in (0, 1)] == table.rows
        new = getattr(accessors, f"new_{snake(record)}", None)
        if new is not None:
            assert new(world) == 2 and isinstance(table.rows[2], table.record)


KINDS_OF_CODES = [
    *(Outcome, JourneyOutcome, Steering, Context, Departure),
    *(SignalSource, SignalKind),
]


# -- codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS_OF_CODES)
def test_codes_of_the_register_count_from_0(kind: type) -> None:
    numbers = sorted(v for v in vars(kind).values() if isinstance(v, int))
    assert numbers == list(range(len(numbers)))
    assert len(names_of(kind)) == len(numbers)


def test_every_code_of_the_register_has_a_name_of_its_kind() -> None:
    named = KINDS_OF_CODES
    constants = [v for k, v in vars(register_codes).items() if k.isupper()]
    assert sorted(constants) == sorted(
        v for kind in named for v in vars(kind).values() if isinstance(v, int)
    )


def test_channels_and_their_closing_have_the_scenarios_words_in_the_order_of_their_codes() -> None:
    kinds, rules = (Channel.model_fields[name].annotation for name in ("kind", "at_closing"))
    assert set(CHANNEL_KINDS) == set(get_args(kinds))
    assert set(AT_CLOSING) == set(get_args(rules))
    for number, word in (*enumerate(CHANNEL_KINDS), *enumerate(AT_CLOSING)):
        assert getattr(table_codes, word.upper()) == number


def test_kinds_of_decisions_are_those_of_policies() -> None:
    decided = {k: v for k, v in vars(codes).items() if k.startswith("DECIDE_")}
    assert decided == {f"DECIDE_{kind.name}": int(kind) for kind in KINDS}
    assert Kind.SIGNAL not in decided.values()


def test_every_verb_of_the_action_table_has_a_code_of_its_own() -> None:
    assert {a.verb for a in action_table(firm())} == set(VERBS)
    assert sorted(VERBS.values()) == list(range(len(VERBS)))


def test_events_are_numbered_one_by_one() -> None:
    events = sorted(v for k, v in vars(codes).items() if k.startswith("ON_"))
    assert events == list(range(len(events)))
