"""What `optichannel check` says to machines: plain values, JUnit XML, annotations of GitHub."""

from __future__ import annotations

import math
import sys
import xml.etree.ElementTree as xml
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from experiments.regression.check import BaselineCheck, MetricChange
from experiments.runtime.terminal import visible  # XML cannot hold control characters either
from sim.inputs.files import write_atomically

SHOWN = 10
"""Annotations of one kind that GitHub shows for a step; the last says how many more there are."""


class JUnitCase(NamedTuple):
    """One thing that was compared, and why it fails (empty: it does not)."""

    strategy: str
    name: str
    failure: str


def check_summary(check: BaselineCheck) -> dict[str, Any]:
    """Return a check as plain values for JSON; what is undefined is null."""
    rows = [
        {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(row).items()
        }
        for row in check.rows
    ]
    return {
        "passed": check.passed,
        "same": check.same,
        "equivalent": check.equivalent,
        "exact": check.exact,
        "other_platform": check.other_platform,
        "other_engine": check.other_engine,
        "power": asdict(check.power),
        "changed": {name: list(numbers) for name, numbers in check.changed.items()},
        "rows": rows,
    }


@dataclass(frozen=True)
class Machines:
    """Who is told besides the reader: a JUnit file, and GitHub, which reads a step's output."""

    junit: Path | None
    github: bool

    def compared(self, name: str, check: BaselineCheck) -> None:
        """Tell what a check of the config of that name has found."""
        if self.junit is not None:
            write_atomically(self.junit, junit(name, check))
        if self.github:
            print("".join(f"{line}\n" for line in annotated(name, check)), end="", file=sys.stderr)

    def failed(self, name: str, error: Exception) -> None:
        """Tell that the check could not be made."""
        if self.junit is not None:
            write_atomically(self.junit, junit_of_error(name, error))
        if self.github:
            print(annotation(f"{name}: the run failed", str(error)), file=sys.stderr)


def cases(check: BaselineCheck) -> Iterator[JUnitCase]:
    """Yield all that was compared: the registers of each strategy, then its metrics."""
    for strategy, numbers in check.changed.items():
        differ = f"other registers in replications {', '.join(map(str, numbers))}"
        yield JUnitCase(strategy, "registers", differ if numbers and check.exact else "")
    for row in check.rows:
        yield JUnitCase(row.strategy, row.metric, _failure(row) if check.fails(row) else "")


def junit(name: str, check: BaselineCheck) -> bytes:
    """Return a check as JUnit XML: a test case for each thing compared, by strategy."""
    suite = xml.Element("testsuite", name=f"optichannel check {name}")
    for case in cases(check):
        element = _case(suite, name, case)
        if case.failure:
            failed = xml.SubElement(element, "failure", message=case.failure, type="changed")
            failed.text = f"{case.strategy}: {case.name}: {case.failure}"
    return _document(suite, failures=len(suite.findall("*/failure")))


def junit_of_error(name: str, error: BaseException) -> bytes:
    """Return JUnit XML for a check that could not be made."""
    suite = xml.Element("testsuite", name=f"optichannel check {name}")
    element = _case(suite, name, JUnitCase("", "run", ""))
    message = visible(f"{type(error).__name__}: {error}")
    xml.SubElement(element, "error", message=message, type=type(error).__name__)
    return _document(suite, errors=1)


def annotated(name: str, check: BaselineCheck) -> list[str]:
    """Return the workflow commands by which GitHub shows what fails, at most `SHOWN`."""
    failing = [case for case in cases(check) if case.failure]
    lines = [annotation(f"{name}: {case.strategy}: {case.name}", case.failure) for case in failing]
    if len(lines) > SHOWN:
        more = annotation(f"{name}: changed", f"and {len(lines) - SHOWN + 1} more")
        lines = [*lines[: SHOWN - 1], more]
    return lines


def annotation(title: str, message: str) -> str:
    """Return one workflow command, `::error title=…::…`, escaped as GitHub wants it."""
    shown = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::error title={shown}::{_escaped(message)}"


def _failure(row: MetricChange) -> str:
    change = f"{_number(row.before)} → {_number(row.now)} (tolerance {_number(row.tolerance)})"
    reasons = {
        "moved": f"moved: {change}",
        "missing": "is no longer measured",
        "undecided": f"not shown to be within its tolerance: {change}; "
        f"power {row.power:.0%}, more replications would tell",
        "equivalent": f"differs, though within its tolerance: {change}",
    }
    return reasons[row.state]


def _number(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else "undefined"


def _case(suite: xml.Element, name: str, case: JUnitCase) -> xml.Element:
    group = f"{name}.{case.strategy}" if case.strategy else name
    return xml.SubElement(suite, "testcase", classname=group, name=case.name)


def _document(suite: xml.Element, failures: int = 0, errors: int = 0) -> bytes:
    counts = {"tests": len(suite), "failures": failures, "errors": errors}
    suite.attrib |= {name: str(count) for name, count in counts.items()}
    root = xml.Element("testsuites")
    root.append(suite)
    xml.indent(root)
    text: bytes = xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
