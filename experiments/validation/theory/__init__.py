"""Checks against queueing theory and retention models."""
