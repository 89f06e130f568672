"""Experiments: configs, runs, statistics, reports, checks."""
