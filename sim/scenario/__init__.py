"""A firm as a file: strict models, loading, cross-checks."""

from sim.scenario.load import load_scenario, scenario_names, shipped_folder
from sim.scenario.model import Scenario

__all__ = ["Scenario", "load_scenario", "scenario_names", "shipped_folder"]
