"""Changes of single behavioural constants, each tried in a copy of the source."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from experiments.running.config.experiment import config_names
from experiments.validation.faults.snapshot import ROOT, environment, snapshot
from sim.core.engine import INTERPRETED, VARIABLE
from sim.errors import InputError
from sim.inputs import provenance_of, split_provenance
from sim.inputs.document import parse_yaml
from sim.scenario import load_scenario

CHANGED = 1  # exit code of `optichannel check`


class Mutation(NamedTuple):
    """One change: the file (or a glob), what is changed, the pattern and its replacement."""

    path: str
    what: str
    pattern: str
    replacement: str


def _default(path: str, name: str, value: str) -> Mutation:
    """Another default of a scenario's field."""
    return Mutation(
        path, f"{name} = {value}", rf"(    {name}: [^=\n]+ = )-?[0-9.]+", rf"\g<1>{value}"
    )


_CUSTOMERS, _SERVICE, _BEHAVIOUR = (
    "sim/scenario/customers.py",
    "sim/scenario/service.py",
    "sim/behaviour/customers.py",
)

MUTATIONS = (
    _default(_CUSTOMERS, "failure_aversion", "0.4"),
    _default(_CUSTOMERS, "adaptation", "0.2"),
    _default(_CUSTOMERS, "mood_half_life_days", "50.0"),
    _default(_CUSTOMERS, "given_up", "-0.4"),
    _default(_CUSTOMERS, "wait_weight", "0.45"),
    _default(_CUSTOMERS, "live_wait_scale_s", "260.0"),
    _default(_CUSTOMERS, "repeat_effort", "0.25"),
    _default(_CUSTOMERS, "transfer_effort", "0.2"),
    _default(_CUSTOMERS, "attempt_effort", "0.2"),
    _default(_CUSTOMERS, "abandon_effort", "0.25"),
    _default(_CUSTOMERS, "effort_of_steering", "0.04"),
    _default(_CUSTOMERS, "double_failure", "0.3"),
    _default(_CUSTOMERS, "extreme_bias", "0.6"),
    _default(_SERVICE, "slowdown", "0.2"),
    _default(_SERVICE, "resolution_loss", "0.2"),
    Mutation(
        _BEHAVIOUR, "skill_weight × (skill - 0.4)", r"(\* \(skill - )0\.5(\)\))", r"\g<1>0.4\2"
    ),
    Mutation(_BEHAVIOUR, "base^(3 (1 - urgency))", r"(pow\(base, )2\.0( \*)", r"\g<1>3.0\2"),
    Mutation(_BEHAVIOUR, "CSAT 3.5 + 2 × experience", r"(3\.5 \+ )2\.5( \* exp)", r"\g<1>2.0\2"),
    Mutation(
        "sim/core/*.py", "calls after opening", r"(RETRY_CLOSED_S: .*= )[0-9.]+", r"\g<1>999.0"
    ),
    Mutation("sim/core/*.py", "stale share", r"(STALE_SHARE: Final = )[0-9.]+", r"\g<1>0.3"),
)


def number_mutations(scenario: str, count: int, seed: int = 1) -> list[Mutation]:
    """Return changes by a tenth of `count` numbers in a shipped scenario's file, chosen by luck.

    Only numbers that leave the scenario valid are changed (so no share of a sum), and no shifts,
    of which there are many.
    """
    path = f"sim/scenario/firms/{scenario}.yaml"
    text = (ROOT / path).read_text(encoding="utf-8")
    numbers = list(re.finditer(r"(?<=: )-?\d+(?:\.\d+)?(?=[ ,}\n])", text))
    before = _figures(parse_yaml(text, path))
    found: list[Mutation] = []
    for number in random.Random(seed).sample(numbers, len(numbers)):
        if len(found) == count:
            break
        new = f"{float(number[0]) * 1.1:.6g}" if "." in number[0] else _next(int(number[0]))
        after = parse_yaml(text[: number.start()] + new + text[number.end() :], path)
        differ = [key for key, value in _figures(after).items() if before[key] != value]
        behavioural = len(differ) == 1 and ".shifts." not in differ[0]
        if behavioural and _valid(after):
            what = f"{differ[0]}: {number[0]} → {new}"
            pattern = rf"(?s)\A(.{{{number.start()}}}){re.escape(number[0])}"
            found.append(Mutation(path, what, pattern, rf"\g<1>{new}"))
    return found


def _next(number: int) -> str:
    return str(max(number + 1, round(number * 1.1)))


def _figures(raw: dict[str, Any]) -> dict[str, float]:
    plain, table = split_provenance(raw)
    return {row.path: row.value for row in provenance_of(plain, table)}


def _valid(raw: dict[str, Any]) -> bool:
    try:
        load_scenario(raw)
    except InputError:
        return False
    return True


def changed(root: Path, mutation: Mutation) -> tuple[Path, str]:
    """Return the file below `root` that a change fits, and its text with the change.

    Raises InputError unless the place is found once.
    """
    fitting, count = [], 0
    for path in sorted(root.glob(mutation.path)):
        text = path.read_text(encoding="utf-8")
        found, here = re.subn(mutation.pattern, mutation.replacement, text)
        count += here
        if here and found != text:
            fitting.append((path, found))
    if count != 1 or len(fitting) != 1:
        raise InputError(f"{mutation.path}: '{mutation.what}' must fit once, not {count} times")
    return fitting[0]


def regressions() -> list[str]:
    """Return the names of the shipped regression configs, one for each scenario."""
    return [name for name in config_names() if name.startswith("regression")]


def try_mutations(
    mutations: Sequence[Mutation], configs: Sequence[str], settings: Sequence[str] = ()
) -> list[tuple[Mutation, list[str]]]:
    """Return for each change which of the regression configs catch it.

    The baselines are recorded from the unchanged copy, so that only the change can be noticed.
    Raises InputError when a change does not fit or a check cannot run.
    """
    with TemporaryDirectory(prefix="optichannel-mutate-") as temporary:
        copy = snapshot(Path(temporary))
        for config in configs:
            if _check(copy, config, settings, "--update"):
                raise InputError(f"config '{config}': no baseline can be recorded")
        return [(one, _catching(copy, one, configs, settings)) for one in mutations]


def _catching(
    copy: Path, mutation: Mutation, configs: Sequence[str], settings: Sequence[str]
) -> list[str]:
    path, text = changed(copy, mutation)
    original = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    try:
        return [config for config in configs if _check(copy, config, settings) == CHANGED]
    finally:
        path.write_text(original, encoding="utf-8")


def _check(copy: Path, config: str, settings: Sequence[str], *more: str) -> int:
    """Run `optichannel check` in the copy; return its exit code. Raises InputError."""
    command = [sys.executable, "-B", "-m", "experiments.cli", "check", config, "--json", *more]
    command += ["--baseline", str(copy / f"{config}.json"), "--workers", "1"]
    command += [word for setting in settings for word in ("--set", setting)]
    # The sources themselves run: a compiled core is not made of what was changed.
    env = environment(copy) | {VARIABLE: INTERPRETED}
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    if done.returncode not in (0, CHANGED):
        raise InputError(f"check of '{config}' failed: {done.stderr.strip()[-400:]}")
    return done.returncode
