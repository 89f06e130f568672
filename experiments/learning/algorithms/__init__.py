"""The algorithms that learn a policy."""
