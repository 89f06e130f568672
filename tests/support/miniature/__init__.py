"""A core of a dozen lines: what storage, generator and engine are tested with.

Callers ring, wait in line, give up or are served; one agent.
"""
