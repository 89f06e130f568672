"""Policies: who decides what happens next to a customer. See ``policies.base``."""
