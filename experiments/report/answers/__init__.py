"""The answers to a run's questions, in numbers for people and in sentences."""
