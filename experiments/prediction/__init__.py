"""Predictors: pilots of a firm, scores fitted on what it sees of them, and how they predict."""
