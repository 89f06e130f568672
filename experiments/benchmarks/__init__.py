"""Benchmarks: the simulator's speed and precision beside other open simulation libraries."""
