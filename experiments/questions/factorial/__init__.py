"""Factorial designs of two levels: which cells are run, and what follows from them."""
