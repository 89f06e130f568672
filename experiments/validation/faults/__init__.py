"""Scripted faults: killed runs and changed constants."""
