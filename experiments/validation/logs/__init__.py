"""Logs held out: fitted on one part, the other predicted."""
