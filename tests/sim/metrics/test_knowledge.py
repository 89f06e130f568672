"""What a firm knew of its contacts: by hand, and as the regime says."""

from __future__ import annotations

import numpy as np
import pytest

from sim import Facts, World, kpis, load_scenario
from sim.metrics.knowledge import knowledge_kpis
from sim.units import DAY_S


def test_by_hand() -> None:
    contacts = {
        "known_as": np.array([0, 1, -1, 3, -1]),
        "customer": np.array([0, 2, 2, 3, 4]),
        "from_channel": np.array([-1, -1, 0, -1, -1]),
        "guessed": np.array([5, 5, 1, 1, 2]),
        "intent": np.array([5, 4, 1, 1, 1]),
    }
    found = knowledge_kpis(contacts)
    assert found["recognised_share"] == pytest.approx(3 / 5)
    assert found["mistaken_share"] == pytest.approx(1 / 3)
    assert found["reason_known_share"] == pytest.approx(2 / 4)  # the third is a hand-over


def test_a_run_has_the_rates_that_its_regime_states() -> None:
    """About 2,000 contacts on the phone and by e-mail: ± 4 standard errors are 4.5 points."""
    regime = {"match_rate": 0.7, "wrong_match_rate": 0.1, "intent_accuracy": 0.6}
    firm = load_scenario("helpdesk", {"signals": {"repeat_accuracy": 0.6}})
    world = World(firm, regime=regime, seed=2).run(14 * DAY_S)
    found = kpis(world.register, Facts.of(world.compiled, world.customers, 0.0, 14 * DAY_S))
    assert found["recognised_share"] == pytest.approx(0.8, abs=0.045)
    assert found["mistaken_share"] == pytest.approx(0.125, abs=0.045)
    assert found["reason_known_share"] == pytest.approx(0.6, abs=0.045)
