"""Tuning: the declared parameters of policies, searched under common random numbers."""
