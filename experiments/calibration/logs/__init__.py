"""Readers of call logs and journey logs."""
