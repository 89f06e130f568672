"""The STRESS-DES checklist of a run, filled from its scenario, provenance and manifest.

Source: Monks, Currie, Onggo, Robinson, Kunc & Taylor (2019), Strengthening the reporting of
empirical simulation studies: introducing the STRESS guidelines, Journal of Simulation 13(1), 55-67.
What a run cannot know (such as who commissioned a study) is said to be for the author to add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.store.results import RunResults
from sim.inputs.files import write_atomically
from sim.metrics.metrics import METRICS

AUTHOR = "*For the author to add.*"


class Item(NamedTuple):
    """One entry of the checklist."""

    number: str
    title: str
    text: str


Entries = dict[str, str]
"""Texts by number and title."""


def write_stress(results: RunResults, path: Path) -> Path:
    """Write the checklist as Markdown; it appears whole or not at all. Raises InputError."""
    write_atomically(path, stress_markdown(results).encode())
    return path


def stress_markdown(results: RunResults) -> str:
    """Return the checklist of a run as Markdown."""
    manifest = results.manifest
    lines = [
        f"# STRESS-DES: {_plain(manifest.get('title') or manifest['name'])}",
        "",
        "Reporting checklist after Monks et al. (2019), filled from the run.",
    ]
    for heading, items in sections(results).items():
        lines += ["", f"## {heading}"]
        for item in items:
            lines += ["", f"### {item.number} {item.title}", "", item.text]
    return "\n".join(lines) + "\n"


def sections(results: RunResults) -> dict[str, list[Item]]:
    """Return the six sections of the checklist with their twenty items."""
    manifest = results.manifest
    config: Mapping[str, Any] = manifest.get("config") or {}
    firm = _firm(manifest)
    parts: dict[str, Entries] = {
        "1 Objectives": _objectives(manifest, results),
        "2 Logic": _logic(config, firm),
        "3 Data": _data(results, firm),
        "4 Experimentation": _experimentation(manifest, config, firm),
        "5 Implementation": _implementation(manifest),
        "6 Code access": {
            "6.1 Computer model sharing statement": (
                f"Source at revision `{_plain(manifest['revision'])}`; the resolved config and "
                f"scenarios are in the run's `manifest.json` (digest "
                f"`{_plain(str(manifest['digest'])[:16])}`). {AUTHOR} A link to the archive."
            )
        },
    }
    return {
        heading: [Item(name[:3], name[4:], text) for name, text in entries.items()]
        for heading, entries in parts.items()
    }


def _firm(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The scenario of the reference strategy."""
    firms: Mapping[str, Any] = manifest.get("firms") or {}
    found: Any = firms.get(str(manifest.get("reference"))) or next(iter(firms.values()), {})
    return found if isinstance(found, Mapping) else {}


def _objectives(manifest: Mapping[str, Any], results: RunResults) -> Entries:
    names, known = results.estimates["metric"].unique(maintain_order=True).to_list(), METRICS
    outputs = [
        f"- {_plain(known[n].label)} ({_plain(known[n].unit)}): {_plain(known[n].definition)}"
        for n in names
        if n in known
    ]
    aim = manifest.get("description") or ""
    compared = results.estimates["strategy"].unique(maintain_order=True).to_list()
    return {
        "1.1 Purpose of the model": _plain(aim) or AUTHOR,
        "1.2 Model outputs": "\n".join(outputs),
        "1.3 Experimentation aims": (
            f"Compare the strategies {_listed(compared)}; differences are taken from "
            f"{_plain(manifest.get('reference') or compared[0])}."
        ),
    }


def _logic(config: Mapping[str, Any], firm: Mapping[str, Any]) -> Entries:
    strategies: Mapping[str, Any] = config.get("strategies") or {}
    policies = [
        f"- {_plain(name)}: policy `{_plain(_policy(strategy))}`, regime "
        f"{_plain(strategy.get('regime') or 'default')}"
        for name, strategy in strategies.items()
    ]
    on = firm.get("mechanisms") or {}
    off = [name for name, switch in on.items() if switch is False]
    return {
        "2.1 Base model overview": (
            "A need of a customer opens a journey; each attempt is a contact on a channel (live "
            "queue, automation, backlog, callback); an unresolved journey comes back until it is "
            "resolved, given up or ended by churn. Satisfaction moves the churn hazard. "
            "Diagram and components: `docs/explanation/architecture.md`."
        ),
        "2.2 Base model logic": (
            f"Churn clock: {_plain((firm.get('retention') or {}).get('clock', 'none'))}. "
            f"Mechanisms switched off: {_listed(off)}."
        ),
        "2.3 Scenario logic": "\n".join(policies) or AUTHOR,
        "2.4 Algorithms": (
            "Needs: a Poisson process in operational time by customer, with gamma day levels. "
            "Durations: inverse distribution functions. Equations: `docs/model.md`. Policies: "
            "`docs/reference/policies.md`, by name."
        ),
        "2.5 Components": _components(firm),
    }


def _policy(strategy: Mapping[str, Any]) -> str:
    chosen = strategy.get("policy") or {}
    params = chosen.get("params") or {}
    return f"{chosen.get('use', '')}{' ' + str(params) if params else ''}"


def _components(firm: Mapping[str, Any]) -> str:
    population = firm.get("population") or {}
    parts = [
        f"- Entities: {population.get('customers', 0)} customers (scale "
        f"{population.get('scale', 1)}) in segments {_listed(firm.get('segments') or ())}",
        f"- Activities: needs {_listed(firm.get('intents') or ())}",
    ]
    for name, channel in (firm.get("channels") or {}).items():
        parts.append(f"- Queue or channel {_plain(name)}: {_plain(channel.get('kind'))}")
    for name, team in (firm.get("teams") or {}).items():
        agents = sum(shift.get("agents", 0) for shift in team.get("shifts") or ())
        served = _listed(team.get("channels") or ())
        parts.append(f"- Resource {_plain(name)}: {agents} agents over all shifts, for {served}")
    parts.append("- Entry: when a need arises. Exit: resolved, given up, or the customer has left")
    return "\n".join(parts)


def _data(results: RunResults, firm: Mapping[str, Any]) -> Entries:
    table = results.provenance
    sources = Counter(
        (str(status), str(source or "no source stated"))
        for status, source in table.select("status", "source").iter_rows()
    )
    listed = [
        f"- {count} figures, {_plain(status)}: {_plain(source)}"
        for (status, source), count in sorted(sources.items())
    ]
    assumed = sum(count for (status, _), count in sources.items() if status == "assumed")
    return {
        "3.1 Data sources": "\n".join(listed) or AUTHOR,
        "3.2 Pre-processing": f"As the sources above state; fits by the product. {AUTHOR}",
        "3.3 Input parameters": (
            f"{table.height} figures, each with status and source in `provenance.parquet`; the "
            "resolved scenario of each strategy is in `manifest.json`."
        ),
        "3.4 Assumptions": (
            f"{assumed} figures are assumed, not fitted or published. "
            f"{_plain(firm.get('description') or '')}".strip()
        ),
    }


def _experimentation(
    manifest: Mapping[str, Any], config: Mapping[str, Any], firm: Mapping[str, Any]
) -> Entries:
    warm_up = manifest["warm_up_days"]
    rule = " (chosen by MSER-5)" if config.get("warm_up_days") == "auto" else ""
    start = "from empty, all customers at a neutral mood"
    precision = config.get("replications")
    stopping = "" if isinstance(precision, int) else f" (stopping rule: {_plain(precision)})"
    confidence = float(manifest.get("confidence") or 0.95)
    return {
        "4.1 Initialisation": (
            f"Starts {start}; weekday {firm.get('start_day', 0)} (0 is Monday). The first "
            f"{warm_up:g} days{rule} are not measured."
        ),
        "4.2 Run length": f"{float(manifest['horizon_days']):g} days measured.",
        "4.3 Estimation approach": (
            f"{manifest['replications']} independent replications{stopping}; {confidence:.0%} "
            "Student intervals; paired differences under common random numbers, Holm-corrected."
        ),
    }


def _implementation(manifest: Mapping[str, Any]) -> Entries:
    versions: Mapping[str, Any] = manifest.get("versions") or {}
    listed = ", ".join(f"{_plain(n)} {_plain(v)}" for n, v in versions.items())
    return {
        "5.1 Software and language": listed,
        "5.2 Random sampling": (
            f"Counter-based random numbers, addressed by seed ({manifest['seed']}), replication, "
            "purpose, customer and index, so that strategies meet the same luck."
        ),
        "5.3 Model execution": (
            f"Event scheduling on {_calendar(versions)}; decisions are taken one after the other "
            "before the next event. Command: "
            f"`{_plain(manifest.get('command') or 'not recorded')}`."
        ),
        "5.4 System specification": (
            f"{_plain(versions.get('machine', 'unknown'))}; started "
            f"{_plain(manifest.get('started') or 'not recorded')}, finished "
            f"{_plain(manifest.get('finished') or 'not recorded')}."
        ),
    }


def _calendar(versions: Mapping[str, Any]) -> str:
    """Return where the events of a run were kept, by its engine."""
    compiled = str(versions.get("engine", "")).startswith("compiled")
    return "a heap, in compiled code" if compiled else "a SimPy calendar"


def _listed(names: Sequence[str] | Mapping[str, Any]) -> str:
    return ", ".join(_plain(name) for name in names) or "none"


def _plain(value: object) -> str:
    """Text on one line that Markdown or HTML inside it cannot change."""
    text = " ".join(str(value).split())
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "'").replace("|", "\\|")
