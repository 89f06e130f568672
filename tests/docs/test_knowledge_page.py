"""The page on information regimes holds what the regimes are."""

from __future__ import annotations

from pathlib import Path

from sim.scenario import load_scenario
from sim.scenario.knowledge import Regime, default_regimes

PAGE = Path(__file__).parents[2] / "docs/explanation/what-a-firm-sees.md"


def _rows() -> dict[str, list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| `")]
    cells = ([cell.strip().strip("`") for cell in line.strip("|").split(" | ")] for line in table)
    return {row[0].strip().strip("`"): row[1:] for row in cells}


def test_the_table_holds_every_key_of_the_three_regimes() -> None:
    rows, regimes = _rows(), default_regimes()
    assert list(regimes) == ["multichannel", "omnichannel", "optichannel"]
    assert rows.keys() == Regime.model_fields.keys()
    for key, (*values, does) in rows.items():
        assert values == [str(getattr(regime, key)) for regime in regimes.values()], key
        assert len(does) > 30


def test_the_shipped_firms_have_these_regimes() -> None:
    for name in ("telco", "bank", "helpdesk"):
        assert load_scenario(name).regimes == default_regimes()
