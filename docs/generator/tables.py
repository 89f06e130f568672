"""Metrics, the register, results of a run, policies, what is observed, and the commands."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.column_notes import ANSWERS, RESULTS, Note, note_of
from generator.input_files import bounds_of, kind_of
from generator.markdown import docstring, literal, page, prose, table


def metrics() -> str:
    """The metrics, by group."""
    from sim import METRICS

    groups = dict.fromkeys(metric.group for metric in METRICS.values())
    head = ("name", "label", "unit", "better", "definition")
    sections = [
        (group.capitalize(),
         table(head, ((f"`{m.name}`", m.label, m.unit, m.better, m.definition)
                      for m in METRICS.values() if m.group == group)))
        for group in groups
    ]  # fmt: skip
    lead = (
        "One value for each strategy and replication. A metric that cannot be known is undefined, "
        "never zero; [censoring](../explanation/censoring.md) says when that is."
    )
    return page("Metrics", lead, sections)


def register() -> str:
    """The register's tables and columns, and the codes in them."""
    from sim.register.register import TABLES

    head = ("column", "type", "unit", "holds", "codes", "seen")
    sections = [
        (name, table(head, (_register_row(name, column) for column in columns)))
        for name, columns in TABLES.items()
    ]
    rows = ((f"`{name}`", says, values) for name, says, values in register_codes())
    sections.append(("Codes", table(("code", "says", "values"), rows)))
    lead = (
        "Everything that happened in a replication, one row each; every metric is a function of "
        "it. Keep it with `optichannel run CONFIG --register parquet` (or `csv`, `xes`), write one "
        "replication's with `optichannel register CONFIG STRATEGY`, or read it in Python "
        "([how](../how-to/use-from-python.md)).\n\nTimes are seconds from the start of the "
        "simulation, warm-up included; −1 where something did not happen. Names are indices into "
        "the scenario's ordered names and codes stand at the end; the exported files hold the "
        "names themselves. `shifts` has one row for each agent and shift. A firm "
        "[sees](../explanation/what-a-firm-sees.md) visible columns; latent ones hold the "
        "truth. All of this page and of the [metrics](metrics.md) as one table: "
        "[data-dictionary.csv](data-dictionary.csv)."
    )  # fmt: skip
    return page("The register", lead, sections)


def _register_row(table_name: str, column: str) -> tuple[str, str, str, str, str, str]:
    from sim.register.register import FLOATS

    note = note_of(table_name, column) or Note("", "")
    kind = "float64" if column in FLOATS else "int64"
    named = note.codes[:1].isupper()
    codes = f"[`{note.codes}`](#codes)" if named else note.codes
    return f"`{column}`", kind, note.unit, note.holds, codes, _seen(table_name, column)


def _seen(table_name: str, column: str) -> str:
    from sim.register.visibility import is_visible

    return "visible" if is_visible(table_name, column) else "latent"


def register_codes() -> list[tuple[str, str, str]]:
    """Return the register's codes: name, what it says, and its values."""
    from sim import Kind
    from sim.register import register as module

    classes = [
        cls
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if cls.__module__ == module.__name__ and any(isinstance(v, int) for v in vars(cls).values())
    ]
    found = [
        (
            cls.__name__,
            " ".join(prose(cls.__doc__ or "").split()),
            ", ".join(f"{v} {n.lower()}" for n, v in vars(cls).items() if isinstance(v, int)),
        )
        for cls in classes
    ]
    kinds = ", ".join(f"{int(kind)} {kind.name.lower()}" for kind in Kind)
    return sorted([*found, ("Kind", prose(Kind.__doc__ or "").split("\n")[0], kinds)])


def data_dictionary() -> str:
    """Every metric, and every column of the register and of a run's results, as CSV."""
    import csv
    import io

    from experiments.store.results import MORE, SCHEMAS
    from sim import METRICS
    from sim.register.register import FLOATS, TABLES

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("where", "name", "type", "unit", "meaning", "codes", "seen"))
    for metric in METRICS.values():
        writer.writerow(("metrics", metric.name, "float64", metric.unit, metric.definition, "", ""))
    values = {name: listed for name, _, listed in register_codes()}
    for name, columns in TABLES.items():
        for column in columns:
            note = note_of(name, column) or Note("", "")
            kind = "float64" if column in FLOATS else "int64"
            codes = _unlinked(values.get(note.codes, note.codes))
            what = (f"register.{name}", column, kind, note.unit, note.holds, codes)
            writer.writerow((*what, _seen(name, column)))
    for name, columns in SCHEMAS.items():
        for column, kind in {**columns, **MORE.get(name, {})}.items():
            meaning = RESULTS.get(f"{name}.{column}") or RESULTS.get(column, "")
            kind = str(kind).lower()
            writer.writerow((f"run.{name}", column, kind, "", _unlinked(meaning), "", ""))
    return text.getvalue()


def _unlinked(text: str) -> str:
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text).replace("`", "")


def results() -> str:
    """The tables in a run folder."""
    from experiments.store.results import MORE, SCHEMAS

    sections = []
    for name, columns in SCHEMAS.items():
        kinds = {**columns, **MORE.get(name, {})}
        rows = (
            (f"`{column}`", str(kind), RESULTS.get(f"{name}.{column}") or RESULTS.get(column, ""))
            for column, kind in kinds.items()
        )
        sections.append((name, table(("column", "type", "holds"), rows)))
    sections.append(("manifest.json", RESULTS["manifest"]))
    sections.append(("Answers", answers()))
    lead = (
        "What `optichannel run` leaves in `runs/…` and `optichannel report` reads: one Parquet "
        "file for each table, with its checksum in the manifest. `report` refuses what is not "
        "as the run wrote it; running again mends it."
    )  # fmt: skip
    return page("Results of a run", lead, sections)


def answers() -> str:
    """The tables of a run that was asked something."""
    from experiments.questions.tables import ANSWER_TABLES

    texts = [
        f"### {name}\n\n"
        + table(
            ("column", "type", "holds"),
            ((f"`{column}`", str(kind), told(name, column)) for column, kind in columns.items()),
        )
        for name, columns in ANSWER_TABLES.items()
    ]
    lead = (
        "A run that was [asked something](../how-to/ask-questions.md) also has "
        "`answer_NAME.parquet` for each of these tables that has rows. `RunResults.answers` holds "
        "them by name."
    )  # fmt: skip
    return "\n\n".join([lead, *texts])


def told(name: str, column: str) -> str:
    """Return what is said of a column of a table of answers."""
    plain = column.removesuffix("_low").removesuffix("_high")
    for notes in (ANSWERS, RESULTS):
        for key in (f"{name}.{column}", column):
            if key in notes:
                return notes[key]
    return f"end of the interval of `{plain}`" if plain in ANSWERS else ""


def policies() -> str:
    """The shipped policies and their parameters."""
    from policies import describe, find
    from policies.parameters import model_of

    sections = []
    for policy in describe():
        bound = "\n\nA **bound**, no advice: it reads what is hidden." if policy.bound else ""
        decides = ", ".join(f"`{kind}`" for kind in policy.decides)
        reads = ", ".join(f"`{group}`" for group in policy.reads) or "nothing but the contact"
        text = f"{docstring(find(policy.name))}{bound}\n\nDecides {decides}. Reads {reads}.\n\n"
        keys = model_of(find(policy.name)).model_json_schema()["properties"]
        rows = [parameter_row(name, part) for name, part in keys.items()]
        if rows:
            text += table(("parameter", "default", "bounds", "means"), rows)
        sections.append((policy.name, text))
    lead = (
        "The rules that ship, with what may be set in `policy: {use: NAME, params: {…}}`. "
        "Besides them there is `learned`, which plays a trained file: `{use: learned, params: "
        "{file: …}}` ([train](../how-to/train.md)). Your own: [write a "
        "policy](../how-to/write-a-policy.md)."
    )  # fmt: skip
    return page("Policies", lead, sections)


def parameter_row(name: str, part: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return one declared parameter as a row, from its JSON Schema."""
    bounds = kind_of(part) if "enum" in part else bounds_of(part)
    return f"`{name}`", literal(part["default"]), bounds, prose(part.get("description", ""))


def observation() -> str:
    """The decisions and the observation of an environment, for the smallest firm."""
    from sim import load_scenario
    from sim.decisions.actions import action_table
    from sim.decisions.features import feature_table

    firm = load_scenario("helpdesk")
    actions = table(
        ("index", "kind", "action"),
        ((i, a.kind.name.lower(), f"`{a.name}`") for i, a in enumerate(action_table(firm))),
    )
    features = table(
        ("index", "name", "bounds", "unit", "part of the view", "shown"),
        ((i, f"`{f.name}`", f"{f.low:g} to {f.high:g}", f.unit, f.reads, f.shown)
         for i, f in enumerate(feature_table(firm))),
    )  # fmt: skip
    lead = (
        "What an agent may do and sees, for the shipped `helpdesk`; another firm has its own "
        "channels, teams, segments and intents in the same blocks (`optichannel list --features "
        "SCENARIO`). What is shown as `known` is 0 where the firm does not recognise who the "
        "customer is."
    )  # fmt: skip
    return page("Actions and observation", lead, [("Actions", actions), ("Observation", features)])


def commands() -> str:
    """The commands with their options, as `--help` says them."""
    import typer

    from experiments.cli.main import app

    group: Any = typer.main.get_command(app)
    sections = [
        (name, _command(name, found)) for name, found in sorted(_leaves(app.info.name, group))
    ]
    return page("Commands", group.epilog or "", sections)


def _command(name: str, command: Any) -> str:
    context = command.make_context(name, [], resilient_parsing=True)
    arguments, options = [], []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is None:  # hidden
            continue
        spelled, (text, _, rule) = record[0], record[1].partition("  [")
        row = (f"`{spelled}`", text, rule.removesuffix("]"))
        options.append(row) if spelled.startswith("-") else arguments.append(row)
    usage = " ".join([name, *(row[0].strip("`").split()[0] for row in arguments), "[OPTIONS]"])
    head = ("argument or option", "means", "rule or default")
    return f"```text\n{usage}\n```\n\n{prose(command.help or '')}\n\n" + table(
        head, arguments + options
    )


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        yield path, command
        return
    for name, below in inner.items():
        yield from _leaves(f"{path} {name}", below)


def rooms() -> str:
    """The packages of the tree, each with the first line of its docstring."""
    sections = []
    for name in ("sim", "policies", "experiments"):
        package = importlib.import_module(name)
        inside = (
            importlib.import_module(info.name)
            for info in pkgutil.walk_packages(package.__path__, f"{name}.")
            if info.ispkg
        )
        rows = (
            (f"`{room.__name__.replace('.', '/')}/`", prose(room.__doc__ or "").split("\n")[0])
            for room in sorted(inside, key=lambda room: room.__name__)
        )
        first = prose(package.__doc__ or "").split("\n")[0]
        sections.append((name, f"{first}\n\n{table(('room', 'holds'), rows)}"))
    lead = "How they stand upon each other: [architecture](../explanation/architecture.md)."
    return page("The rooms", lead, sections)


def undescribed() -> Iterable[str]:
    """Return the columns of register and results that the pages do not explain."""
    from experiments.questions.tables import ANSWER_TABLES
    from experiments.store.results import MORE, SCHEMAS
    from sim.register.register import TABLES

    codes = {name for name, _, _ in register_codes()}
    for table_name, columns in TABLES.items():
        for column in columns:
            note = note_of(table_name, column)
            if note is None or not note.unit or not note.holds:
                yield f"{table_name}.{column}"
            elif note.unit == "code" and note.codes not in codes:
                yield f"{table_name}.{column}: no such code {note.codes!r}"
    for name, columns in SCHEMAS.items():
        for column in {**columns, **MORE.get(name, {})}:
            if column not in RESULTS and f"{name}.{column}" not in RESULTS:
                yield f"{name}.{column}"
    for name, columns in ANSWER_TABLES.items():
        yield from (f"{name}.{column}" for column in columns if not told(name, column))
