"""A user's own policies: where their modules are found, and which runs their source tells apart."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import load_config
from experiments.running.engine import simulator
from experiments.running.identity import Work, code_digest, stamp
from experiments.runtime.pool import RunError
from policies import find
from policies.modules import admit, from_folder, imported, parse, without_folder
from sim import InputError
from tests.support import fake_engine
from tests.support.paths import ROOT

CASE = {
    "limits.py": "WAIT = 5.0\n",
    "rules.py": """
from policies import Policy
from {package} import limits


class Patient(Policy):
    \"\"\"Callers stay on the phone unless the line is long.\"\"\"

    reads = frozenset({{"loads"}})

    def prepare(self, scenario):
        self.mail = self.act.entry[list(scenario.channels).index("email")]

    def entry(self, view):
        requested = self.act.target[view.default]
        long = view.loads[requested].expected_wait_s >= limits.WAIT
        return self.mail if long and self.mail in view.actions else view.default
""",
}


def config_of(use: str) -> dict[str, Any]:
    strategy = {"regime": "optichannel", "policy": {"use": use}}
    return {
        "name": "own",
        "scenario": "helpdesk",
        "horizon_days": 2,
        "replications": 2,
        "strategies": {"mine": strategy},
    }


def beside(folder: Path, package: str) -> Path:
    """Write a config with its policy's package beside it."""
    place = folder / package
    place.mkdir(parents=True)
    (place / "__init__.py").touch()
    for name, text in CASE.items():
        (place / name).write_text(text.format(package=package))
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config_of(f"{package}.rules:Patient")))
    return path


def in_process(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own that finds the product but not its own folder."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, env=variables, capture_output=True, text=True
    )


def steered(done: subprocess.CompletedProcess[str]) -> tuple[str, float]:
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (share,) = (r["mean"] for r in found["estimates"] if r["metric"] == "steered_share")
    return found["folder"], share


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_policy_beside_its_config_and_a_change_in_what_it_imports(
    tmp_path: Path, workers: str
) -> None:
    config = beside(tmp_path / "study", "my_package")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = ["-m", "experiments.cli", "run", str(config), "--json", "--workers", workers]
    folder, share = steered(in_process(command, elsewhere))
    (config.parent / "my_package" / "limits.py").write_text("WAIT = -1.0\n")
    changed_folder, changed_share = steered(in_process(command, elsewhere))
    assert changed_folder != folder
    assert changed_share > share + 0.1
    shutil.move(config.parent, tmp_path / "moved")  # where it stands is no part of a run
    command[3] = str(tmp_path / "moved" / "config.yaml")
    assert steered(in_process(command, elsewhere)) == (changed_folder, changed_share)


def test_all_that_a_policy_imports_is_found_without_running_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    sources = {
        "closure/__init__.py": "raise RuntimeError('was run')",
        "closure/rule.py": "import json, numpy, closure.c.d\nfrom . import a\nfrom .b import x",
        "closure/a.py": "def later():\n    from closure_other import y\n",
        "closure/b.py": "import importlib\nz = importlib.import_module('closure_named')",
        "closure/c/__init__.py": "from ..e import *",
        "closure/c/d.py": "from sim import InputError",
        "closure/e/__init__.py": "__all__ = ['f']",
        "closure/e/f.py": "from closure import rule  # a ring",
        "closure/unused.py": "",
        "closure_other.py": "import closure_spaces.one",
        "closure_named.py": "this is no Python",
        "closure_spaces/one.py": "from experiments.learning.targets import delays",
        "closure_spaces/two.py": "",
    }
    for name, text in sources.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    found = imported("closure.rule:Rule")
    own = {name for name, path in found.items() if path.is_relative_to(tmp_path)}
    below = {"a", "b", "c", "c.d", "e", "e.f", "rule"}
    others = {"closure_other", "closure_named", "closure_spaces.one"}
    assert own == {"closure", *others, *(f"closure.{name}" for name in below)}
    assert "experiments.learning.targets.delays" in found
    assert not any(name.partition(".")[0] in ("json", "numpy", "sim", "policies") for name in found)
    for path in set(sources) - {"closure/unused.py", "closure_spaces/two.py"}:
        before = code_digest(["closure.rule:Rule"])
        with (tmp_path / path).open("a") as file:
            file.write("\n# another")
        assert code_digest(["closure.rule:Rule"]) != before, path
    before = code_digest(["closure.rule:Rule"])
    (tmp_path / "closure" / "unused.py").write_text("x = 1")
    assert code_digest(["closure.rule:Rule"]) == before


def test_import_paths() -> None:
    assert parse("some/folder/package.module:Class") == ("some/folder", "package.module", "Class")
    assert without_folder("/some/folder/package.module:Class") == "package.module:Class"
    assert without_folder("best_channel") == "best_channel"
    here = ROOT / "tests" / "support"
    assert from_folder("best_channel", here) == "best_channel"
    assert from_folder("not_there:Rule", here) == "not_there:Rule"
    assert from_folder("worlds:Rule", here) == f"{here.as_posix()}/worlds:Rule"
    assert from_folder("tests/support/worlds:Rule", ROOT) == f"{here.as_posix()}/worlds:Rule"
    assert from_folder("policies.base:Policy", ROOT) == "policies.base:Policy"


def test_only_what_a_policy_imports_is_found_beside_its_config(tmp_path: Path) -> None:
    config = beside(tmp_path, "beside_only")
    (tmp_path / "beside_unrelated.py").write_text("")
    (tmp_path / "json.py").write_text("raise RuntimeError")
    own = load_config(config).strategies["mine"].policy.use
    assert find(own).__name__ == "Patient"
    with pytest.raises(ModuleNotFoundError):
        __import__("beside_unrelated")
    assert str(tmp_path) not in sys.path


def test_a_module_that_is_beside_the_config_and_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "beside_twice.py").write_text("import policies.base")
    here = from_folder("beside_twice:Rule", tmp_path / "here")
    admit(here)  # nowhere else yet
    monkeypatch.syspath_prepend(tmp_path / "here")
    admit(here.replace("Rule", "Same"))  # the same file is no other
    monkeypatch.syspath_prepend(tmp_path / "there")
    with pytest.raises(InputError, match=r"'beside_twice' is both beside the config .*: rename"):
        find(here.replace("Rule", "Other"))


def test_a_name_with_a_suffix_or_without_a_module_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a module is named without '\.py'"):
        find(f"{tmp_path}/my_rule.py:Rule")
    with pytest.raises(InputError, match=r"no module 'my_rule' \(is it beside the config"):
        find(f"{tmp_path}/my_rule:Rule")


READER = """
from pathlib import Path
from policies import Policy

class Reader(Policy):
    files = ("table.txt",)

    def prepare(self, scenario):
        (path,) = self.file_paths()
        self.share = float(path.read_text()) if path.exists() else 0.0

    def entry(self, view):
        return view.default
"""


def test_files_that_a_policy_declares_are_part_of_what_a_run_is(tmp_path: Path) -> None:
    (tmp_path / "declares_files.py").write_text(READER)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(config_of("declares_files:Reader")))
    own = load_config(tmp_path / "config.yaml")
    digests = []
    for text in ("1", "2", "1"):
        (tmp_path / "table.txt").write_text(text)
        digests.append(stamp(own, simulator().describe(own))["digest"])
    assert digests[0] == digests[2] != digests[1]
    (tmp_path / "table.txt").unlink()
    with pytest.raises(
        InputError, match=r"strategies\.mine: policy: Reader\.files: no file '.*tab"
    ):
        simulator().describe(own)


def test_a_process_that_has_loaded_other_source_does_not_work_for_a_run(tmp_path: Path) -> None:
    path = beside(tmp_path, "loaded_before")
    own = load_config(path)
    begun = Work.of(own, stamp(own, fake_engine.describe(own)))
    begun.begin()
    with pytest.raises(RunError, match="another version of the source"):
        replace(begun, run="another", code="of another machine").begin()
    (tmp_path / "loaded_before" / "limits.py").write_text("WAIT = 7.0\n")
    changed = Work.of(own, stamp(own, fake_engine.describe(own)))
    assert changed.code != begun.code
    with pytest.raises(RunError, match=r"loaded_before\.limits: has changed since"):
        changed.begin()


SCRIPT = '''
from __future__ import annotations
import sys
from typing import Literal
from pydantic import Field
import experiments
from policies import Policy

WAIT = 5.0


class Patient(Policy):
    """Callers stay on the phone unless the line is long."""

    reads = frozenset({"loads"})
    asked: Literal["email", "chat"] = Field("email")  # of a type that a worker cannot look up

    def prepare(self, scenario):
        self.mail = self.act.entry[list(scenario.channels).index(self.asked)]

    def entry(self, view):
        requested = self.act.target[view.default]
        long = view.loads[requested].expected_wait_s >= WAIT
        return self.mail if long and self.mail in view.actions else view.default


done = experiments.run(CONFIG, workers=int(sys.argv[1]))
metrics = done.results.metrics
values = metrics.filter(metrics["metric"] == "steered_share")["value"].to_list()
print(done.folder, done.simulated, sum(values) / 2)
'''


def test_a_policy_in_the_users_script_with_two_workers(tmp_path: Path) -> None:
    text = SCRIPT.replace("CONFIG", repr(config_of("__main__:Patient")))
    script = tmp_path / "study.py"

    def run(workers: str) -> list[str]:
        done = in_process([str(script), workers], tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()

    script.write_text(text)
    folder, simulated, share = run("2")
    assert (simulated, run("1")) == ("2", [folder, "0", share])
    script.write_text(text.replace("WAIT = 5.0", "WAIT = -1.0"))
    changed_folder, simulated, changed_share = run("2")
    assert changed_folder != folder and simulated == "2"
    assert float(changed_share) > float(share) + 0.1


def test_a_policy_that_is_in_no_file_is_one_message(tmp_path: Path) -> None:
    text = SCRIPT.replace("CONFIG", repr(config_of("__main__:Patient")))
    done = in_process(["-c", text, "2"], tmp_path)
    assert "strategies.mine: policy: '__main__:Patient' is in no file" in done.stderr
    assert not (tmp_path / "runs").exists()
    with pytest.raises(InputError, match="the script has no policy 'Nobody'"):
        find("__main__:Nobody")
