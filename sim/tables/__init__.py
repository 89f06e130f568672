"""A scenario precomputed as flat tables."""
