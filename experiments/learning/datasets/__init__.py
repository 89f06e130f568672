"""Decisions as data: what a policy saw and did, for people and for other libraries."""
