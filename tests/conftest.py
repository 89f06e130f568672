"""Settings that all tests share."""

from __future__ import annotations

from hypothesis import settings

# The same examples on every machine: a failure in CI is a failure here.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")
