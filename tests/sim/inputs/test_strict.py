"""Strict input: what is refused, how it is said, and what provenance survives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from sim import InputError
from sim.inputs import (
    Provenance,
    StrictModel,
    json_schema,
    merge,
    provenance_of,
    read_yaml,
    resolve_extends,
    set_path,
    split_provenance,
    validate,
)
from sim.inputs.names import RENAMED


class Team(StrictModel):
    agents: int = Field(ge=0)
    channel: Literal["phone", "email"] = "phone"
    rates: tuple[float, ...] = ()


class Fixed(StrictModel):
    kind: Literal["fixed"]
    seconds: float


class Lognormal(StrictModel):
    kind: Literal["lognormal"]
    median: float


class Firm(StrictModel):
    name: str = "firm"
    teams: dict[str, Team] = Field(default_factory=dict)
    talk: Annotated[Fixed | Lognormal, Field(discriminator="kind")] | None = None


def read(tmp_path: Path, text: str) -> dict[str, Any]:
    path = tmp_path / "document.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


def message(call: Any, *arguments: Any) -> str:
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return str(caught.value)


def test_words_times_and_dates_stay_text(tmp_path: Path) -> None:
    text = "a: 09:30\nb: no\nc: 2024-01-31\non: yes\n1: one\n"
    found = read(tmp_path, text)
    assert found == {"a": "09:30", "b": "no", "c": "2024-01-31", "on": "yes", "1": "one"}


def test_numbers_truth_and_null(tmp_path: Path) -> None:
    found = read(tmp_path, "a: 12\nb: -1.5\nc: 1e3\nd: true\ne: null\nf: 0x10\ng: '7'\nh: .5\n")
    values = {"a": 12, "b": -1.5, "c": 1000.0, "d": True, "e": None, "f": 16, "g": "7", "h": 0.5}
    assert found == values
    assert isinstance(found["a"], int)
    assert isinstance(found["c"], int)  # 1e3 customers are a whole number


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\na: 2", "line 2, column 1: duplicate key 'a' (first on line 1)"),
        ("a: [1", "line 2, column 1: unreadable YAML"),
        ("- 1", "must be a mapping of keys to values, but is a list"),
        ("", "is empty"),
        ("a: !!python/object:os.system x", "tag '!!python/object:os.system' is not allowed"),
        ("a: !!set {b}", "tag '!!set' is not allowed"),
        ("a: .inf", "must be finite; got .inf"),
        ("a: 1e999", "must be finite; got 1e999"),
        ("? [1]\n: 2", "a key must be a single word or number"),
        ("a: 1\n---\nb: 2", "unreadable YAML"),
        ("a: &a [*a]", "once its aliases are expanded"),
        ("a: " + "[" * 5000, "nested deeper than 64 levels"),
        ("a: \x01", "character"),
        ("a: *nowhere", "undefined alias"),
        ("a: " + "9" * 5000, "is not a number"),
    ],
)
def test_documents_that_are_refused(tmp_path: Path, text: str, said: str) -> None:
    found = message(read, tmp_path, text)
    assert said in found
    assert found.startswith(str(tmp_path / "document.yaml"))


def test_an_alias_bomb_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert "once its aliases are expanded" in message(read, tmp_path, "\n".join(lines))


def test_aliases_within_bounds_are_expanded(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &x {b: 1}\nc: *x") == {"a": {"b": 1}, "c": {"b": 1}}


def test_merge_keys_bring_in_what_is_not_given(tmp_path: Path) -> None:
    text = "a: &a {x: 1, y: {z: 1}}\nb: &b {x: 2, w: 2}\n"
    found = read(tmp_path, text + "c: {<<: *a, y: 3}\nd: {<<: [*a, *b], v: 4}\ne: {'<<': 5}\n")
    assert found["c"] == {"x": 1, "y": 3}
    assert found["d"] == {"x": 1, "y": {"z": 1}, "w": 2, "v": 4}
    assert found["e"] == {"<<": 5}
    assert read(tmp_path, "a: &a {x: 1}\nb:\n  y: 2\n  <<: *a\n  x: 3\n")["b"] == {"x": 3, "y": 2}
    said = message(read, tmp_path, "a: {<<: 3}")
    assert "line 1, column 9: a: '<<' takes a mapping or a list of mappings" in said
    assert "duplicate key 'y'" in message(read, tmp_path, "a: &a {x: 1}\nb: {<<: *a, y: 1, y: 2}")


def test_merge_keys_count_as_what_they_expand_to(tmp_path: Path) -> None:
    wide = ", ".join(f"k{i}: 1" for i in range(1000))
    lines = [f"a0: &a0 {{{wide}}}"]
    lines += [f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 10)}]}}" for i in range(1, 6)]
    assert "once its aliases are expanded" in message(read, tmp_path, "\n".join(lines))


def test_whole_numbers_may_have_an_exponent(tmp_path: Path) -> None:
    found = read(tmp_path, "a: 1e6\nb: 1.5E3\nc: 1e-1\nd: 1.5e0\ne: 10.0\nf: 1e300\n")
    assert found == {"a": 1_000_000, "b": 1500, "c": 0.1, "d": 1.5, "e": 10.0, "f": 1e300}
    assert [type(found[k]) for k in "abcdef"] == [int, int, float, float, float, float]


def test_missing_and_unreadable_files(tmp_path: Path) -> None:
    (tmp_path / "telco.yaml").write_text("a: 1")
    assert "no such file; did you mean 'telco.yaml'?" in message(read_yaml, tmp_path / "telko.yaml")
    assert "nor folder" in message(read_yaml, tmp_path / "none" / "a.yaml")
    assert "must be a regular file, but is a folder" in message(read_yaml, tmp_path)
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    assert "not UTF-8 text (byte 3)" in message(read_yaml, tmp_path / "latin.yaml")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    from sim.inputs.document import parse_yaml

    try:
        parse_yaml(text, "text")
    except InputError as error:
        assert str(error).startswith("text: ")


def test_merge_is_deep_replaces_lists_and_deletes_by_null() -> None:
    base = {"a": {"b": 1, "c": [1, 2]}, "d": 4}
    found = merge(base, {"a": {"c": [3], "e": {"f": None, "g": 1}}, "d": None, "h": 5})
    assert found == {"a": {"b": 1, "c": [3], "e": {"g": 1}}, "h": 5}
    assert base == {"a": {"b": 1, "c": [1, 2]}, "d": 4}


PLAIN = st.recursive(
    st.integers() | st.text(max_size=3) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=12,
)
TREES = st.dictionaries(st.sampled_from("abc"), PLAIN, max_size=3)


@given(TREES, TREES, TREES)
def test_merge_laws(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    assert merge(a, {}) == a
    assert merge({}, a) == a
    assert merge(a, a) == a
    assert merge(merge(a, b), b) == merge(a, b)


def test_extends_lays_the_nearest_on_top(tmp_path: Path) -> None:
    (tmp_path / "far.yaml").write_text("a: 1\nb: 1\nc: 1")
    (tmp_path / "near.yaml").write_text("extends: far\nb: 2\nc: 2")
    raw = {"extends": "near", "c": 3}
    found = resolve_extends(raw, lambda name: tmp_path / f"{name}.yaml")
    assert found == {"a": 1, "b": 2, "c": 3}
    assert raw == {"extends": "near", "c": 3}


def test_extends_of_a_path_is_relative_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "near.yaml").write_text("extends: far.yaml\nb: 2")
    (tmp_path / "deep" / "far.yaml").write_text("a: 1")
    found = resolve_extends({"extends": "deep/near.yaml"}, Path, tmp_path)
    assert found == {"a": 1, "b": 2}


def test_extends_that_comes_back_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b")
    (tmp_path / "b.yaml").write_text("extends: a")

    def find(name: str) -> Path:
        return tmp_path / f"{name}.yaml"

    said = message(resolve_extends, {"extends": "a"}, find)
    assert "must not come back to itself; got a.yaml → b.yaml → a.yaml" in said
    assert "did you mean 'a.yaml'" in message(resolve_extends, {"extends": "aa"}, find)
    assert "must be a name" in message(resolve_extends, {"extends": 3}, find)


def test_set_path() -> None:
    raw = {"teams": {"front": {"agents": 3, "rates": [1, 2]}}}
    assert set_path(raw, "teams.front.agents=12")["teams"]["front"]["agents"] == 12
    assert set_path(raw, "teams.front.rates.1=9")["teams"]["front"]["rates"] == [1, 9]
    assert set_path(raw, "teams.back={agents: 1}")["teams"]["back"] == {"agents": 1}
    assert set_path(raw, "a.b=text=more") == raw | {"a": {"b": "text=more"}}
    assert set_path(raw, "teams.front=null") == {"teams": {}}
    assert raw == {"teams": {"front": {"agents": 3, "rates": [1, 2]}}}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("teams", "must have the form key.path=value"),
        ("=1", "must have the form key.path=value"),
        ("a..b=1", "must have the form key.path=value"),
        ("name.x=1", "'name' holds 'n', which has no keys"),
        ("rates.2=1", "must be a number from 0 to 1; got '2'"),
        ("name=[", "--set name: line 2"),
    ],
)
def test_settings_that_are_refused(setting: str, said: str) -> None:
    assert said in message(set_path, {"name": "n", "rates": [1, 2]}, setting)


STATED = {
    "provenance": {"status": "fitted", "source": "log"},
    "a": 1,
    "b": [1, 2],
    "c": {"d": 2, "e": {"value": 3, "status": "published", "source": "paper"}},
    "word": "text",
    "flag": True,
}


def statuses(raw: dict[str, Any]) -> dict[str, tuple[str, str]]:
    plain, table = split_provenance(raw)
    return {row.path: (row.status, row.source) for row in provenance_of(plain, table)}


def test_provenance_covers_what_has_no_nearer_statement() -> None:
    plain, table = split_provenance(STATED)
    assert plain == {"a": 1, "b": [1, 2], "c": {"d": 2, "e": 3}, "word": "text", "flag": True}
    assert table["c.e"] == Provenance("published", "paper")
    fitted = ("fitted", "log")
    expected = {"a": fitted, "b.0": fitted, "b.1": fitted, "c.d": fitted}
    assert statuses(STATED) == expected | {"c.e": ("published", "paper")}


def test_unstated_numbers_are_assumed_defaults_too() -> None:
    plain, table = split_provenance({"a": {"value": 1, "source": "somewhere"}})
    rows = provenance_of(plain | {"default": 2}, table)
    assert [(row.path, row.status, row.source) for row in rows] == [
        ("a", "assumed", "somewhere"),
        ("default", "assumed", ""),
    ]


def test_an_override_does_not_inherit_the_origin_of_what_it_replaces() -> None:
    for changed in (
        merge(STATED, {"a": 5, "c": {"e": 6}}),
        set_path(set_path(STATED, "a=5"), "c.e=6"),
    ):
        found = statuses(changed)
        assert split_provenance(changed)[0]["c"] == {"d": 2, "e": 6}
        assert found["a"] == found["c.e"] == ("assumed", "")
        assert found["c.d"] == ("fitted", "log")
    element = statuses(set_path(STATED, "b.1=7"))
    assert (element["b.0"], element["b.1"]) == (("fitted", "log"), ("assumed", ""))


def test_a_covered_override_covers_only_itself() -> None:
    override = {"provenance": {"status": "secondary", "source": "web"}, "c": {"d": 9}}
    found = statuses(merge(STATED, override))
    assert found["c.d"] == ("secondary", "web")
    assert found["a"] == ("fitted", "log")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"a": {"value": 1, "status": "fited"}}, "a.status: must be one of fitted, published"),
        ({"a": {"value": 1, "status": "fited"}}, "did you mean 'fitted'?"),
        ({"a": {"value": 1, "source": 3}}, "a.source: must be text; got 3"),
        ({"a": {"provenance": "log", "b": 1}}, "a.provenance: must be a mapping"),
        ({"a": {"provenance": {"sauce": "x"}}}, "unknown key; did you mean 'source'?"),
    ],
)
def test_bad_provenance_is_refused(raw: dict[str, Any], said: str) -> None:
    assert said in message(split_provenance, raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"nmae": 1}, "f.yaml: nmae: unknown key; got 1; did you mean 'name'?"),
        (
            {"teams": {"front": {"agnts": 1}}},
            "f.yaml: teams.front.agnts: unknown key; got 1; did you mean 'agents'?",
        ),
        ({"teams": {"front": {}}}, "f.yaml: teams.front.agents: is required"),
        (
            {"teams": {"front": {"agents": -2}}},
            "f.yaml: teams.front.agents: must be greater than or equal to 0; got -2",
        ),
        (
            {"teams": {"front": {"agents": 1, "channel": "fone"}}},
            "channel: must be 'phone' or 'email'; got 'fone'; did you mean 'phone'?",
        ),
        (
            {"teams": {"front": {"agents": 1, "rates": [1, "2"]}}},
            "f.yaml: teams.front.rates.1: must be a number; got '2'",
        ),
        ({"teams": {"front": {"agents": True}}}, "agents: must be a whole number; got True"),
        ({"talk": {"kind": "lognorm"}}, "f.yaml: talk: kind must be one of fixed, lognormal"),
        ({"talk": {"kind": "lognorm"}}, "did you mean 'lognormal'?"),
        ({"talk": {"seconds": 1}}, "f.yaml: talk: 'kind' is required"),
        ({"talk": {"kind": "fixed", "secs": 1}}, "f.yaml: talk.secs: unknown key; got 1"),
        ({"talk": {"kind": "fixed", "seconds": float("nan")}}, "talk.seconds: must be a finite"),
    ],
)
def test_messages_name_key_rule_value_and_nearest(raw: dict[str, Any], said: str) -> None:
    assert said in message(validate, Firm, raw, "f.yaml")


def test_every_problem_is_listed() -> None:
    raw = {"nmae": 1, "teams": {"a": {"agents": -1}, "b": {"agents": "x"}}}
    assert len(message(validate, Firm, raw, "f").splitlines()) == 3


def test_a_list_becomes_a_tuple_and_an_integer_a_float() -> None:
    firm = validate(Firm, {"teams": {"a": {"agents": 1, "rates": [1, 2.5]}}}, "f")
    assert firm.teams["a"].rates == (1.0, 2.5)
    with pytest.raises(ValueError, match="frozen"):
        firm.name = "other"  # type: ignore[misc]


def admits(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """A reading of the part of JSON Schema that our schemas use."""
    if "$ref" in schema:
        return admits(root["$defs"][schema["$ref"].rsplit("/", 1)[1]], value, root)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return any(admits(part, value, root) for part in schema[word])
    types = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
    kind = schema.get("type")
    if kind == "null":
        return value is None
    if kind is not None and not isinstance(value, types[kind]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(admits(schema["items"], part, root) for part in value)
    if not isinstance(value, dict):
        return True
    known, other = schema.get("properties", {}), schema.get("additionalProperties", True)
    if any(key not in value for key in schema.get("required", [])):
        return False
    return all(
        admits(known[key], part, root)
        if key in known
        else (other if isinstance(other, bool) else admits(other, part, root))
        for key, part in value.items()
    )


def test_the_schema_admits_provenance_everywhere_and_nothing_unknown() -> None:
    schema = json_schema(Firm)

    def fits(value: Any) -> bool:
        return admits(schema, value, schema)

    stated = {"value": 3, "status": "fitted", "source": "log"}
    assert fits({"extends": "other", "teams": {"a": {"agents": 3}}})
    assert fits({"teams": {"a": {"agents": stated, "rates": [1, stated]}}})
    assert fits({"teams": {"provenance": {"status": "fitted"}, "a": {"agents": 1}}})
    assert not fits({"teams": {"a": {"agnts": 3}}})
    assert not fits({"teams": {"a": {"agents": {"value": 3, "status": "guessed"}}}})
    assert not fits({"teams": {"a": {"agents": "3"}}})
    assert fits({"teams": {"a": {"agents": "+10%"}}})
    assert not fits({"unknown": 1})


def test_a_renamed_key_is_refused_with_its_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Place(StrictModel):
        agents: int = 0

    class Site(StrictModel):
        place: Place = Place()

    monkeypatch.setitem(RENAMED, "people", "agents")
    with pytest.raises(InputError) as refused:
        validate(Site, {"place": {"people": 3}}, "site")
    assert str(refused.value) == "site: place.people: has another name now: write 'agents'"
    with pytest.raises(InputError, match="site: people: unknown key"):
        validate(Site, {"people": 3}, "site")  # which never was called so
