"""Sweeps: strategies over values of one or two keys, and where they change places."""
