"""Keys that have another name now are refused, wherever they stood, with the new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.cli.main import main
from sim import InputError, load_scenario

CONFIG = "name: a\nscenario: helpdesk\nhorizon_days: 1\nstrategies:\n  a: {policy: silo"


def test_the_agents_desktop() -> None:
    with pytest.raises(InputError, match=r"^helpdesk: desk: .* write 'agent_desktop'$"):
        load_scenario("helpdesk", {"desk": {"repeat_s": 3}})
    changed = load_scenario("helpdesk", {"agent_desktop": {"repeat_s": 3}})
    assert changed.agent_desktop.repeat_s == 3


@pytest.mark.parametrize(
    ("command", "config", "key"),
    [
        ("run", CONFIG + ", figures: telco}\n", "strategies.a.figures"),
        ("train", "extends: helpdesk\nfigures: telco\n", "figures"),
    ],
)
def test_the_firms_figures(
    command: str, config: str, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(config)
    assert main([command, str(path)]) == 2
    assert f"{key}: has another name now: write 'firm_figures'" in capsys.readouterr().err
