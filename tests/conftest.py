"""Settings that all tests share."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every machine: a failure in CI is a failure here.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
# Many and new ones: pytest tests/test_mutated_configs.py --hypothesis-profile thorough
settings.register_profile("thorough", max_examples=1000, deadline=None, database=None)
settings.load_profile("suite")
