"""Settings that all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# pytest-xdist tells its workers a width that no reader of ours has asked for.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

# The same examples on every machine: a failure in CI is a failure here.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
# Many and new ones: pytest tests/test_mutated_configs.py --hypothesis-profile thorough
settings.register_profile("thorough", max_examples=1000, deadline=None, database=None)
settings.load_profile("suite")
